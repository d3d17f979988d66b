#ifndef DRILL_CORE_REHEARSAL_DICE_H_
#define DRILL_CORE_REHEARSAL_DICE_H_

#include <cstdint>

#include "drill/v1/profile.pb.h"

namespace drill::rehearsal {

// Chance from a seed: the same everywhere, in whole numbers (SplitMix64). A value.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}

  uint64_t Next();
  // Evenly within [low, high].
  int64_t Between(int64_t low, int64_t high);
  // True so often in a thousand.
  bool Chance(int32_t permille) { return Between(1, 1000) <= permille; }
  // Microseconds.
  int64_t Draw(const v1::Delay& delay);

 private:
  uint64_t state_;
};

}  // namespace drill::rehearsal

#endif  // DRILL_CORE_REHEARSAL_DICE_H_
