#include "core/rehearsal/dice.h"

#include "core/scenario/unfold.h"

namespace drill::rehearsal {

uint64_t Dice::Next() {
  state_ += 0x9E3779B97F4A7C15;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

int64_t Dice::Between(int64_t low, int64_t high) {
  return low + static_cast<int64_t>(Next() % (static_cast<uint64_t>(high - low) + 1));
}

int64_t Dice::Draw(const v1::Delay& delay) {
  const int64_t median = Micros(delay.median());
  return Chance(500) ? Between(Micros(delay.least()), median)
                     : Between(median, Micros(delay.most()));
}

}  // namespace drill::rehearsal
