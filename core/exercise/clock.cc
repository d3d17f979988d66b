#include "core/exercise/clock.h"

#include <algorithm>

#include "common/base/check.h"

namespace drill {
namespace {

// a × permille / 1000 without overflow for any time that a drill can reach.
int64_t Scale(int64_t us, int32_t permille) {
  return permille == 1000 ? us : us / 1000 * permille + us % 1000 * permille / 1000;
}

}  // namespace

void ExerciseClock::Push(int64_t engine_us, int64_t ex_us, int32_t speed) {
  segments_.push_back({engine_us, ex_us, speed});
}

void ExerciseClock::Start(int64_t engine_us) {
  DRILL_CHECK(segments_.empty());
  Push(engine_us, 0, speed_permille_);
  running_ = true;
}

void ExerciseClock::Stop(int64_t engine_us, int64_t ex_us) {
  if (!started()) return;
  // A stop inside the lead: StartEx has not come, the clock stands at what it showed.
  if (segments_.back().from_us > engine_us) segments_.back().from_us = engine_us;
  Push(engine_us, ex_us, 0);
  running_ = false;
}

void ExerciseClock::Resume(int64_t engine_us, int64_t ex_us) {
  Push(engine_us, ex_us, speed_permille_);
  running_ = true;
}

void ExerciseClock::Jump(int64_t engine_us, int64_t to_ex_us) {
  Push(engine_us, to_ex_us, running_ ? speed_permille_ : 0);
}

void ExerciseClock::SetSpeed(int64_t engine_us, int32_t speed_permille) {
  speed_permille_ = speed_permille;
  if (running_) Push(engine_us, At(engine_us), speed_permille);
}

int64_t ExerciseClock::At(int64_t engine_us) const {
  if (segments_.empty()) return 0;
  auto after = std::upper_bound(segments_.begin(), segments_.end(), engine_us,
                                [](int64_t t, const Segment& s) { return t < s.from_us; });
  // Before a segment begins (the lead) the clock counts up to its start.
  if (after == segments_.begin()) {
    return after->ex_us - Scale(after->from_us - engine_us, after->speed_permille);
  }
  const Segment& segment = *std::prev(after);
  return segment.ex_us + Scale(engine_us - segment.from_us, segment.speed_permille);
}

int64_t ExerciseClock::EngineAt(int64_t ex_us) const {
  DRILL_CHECK(running_);
  const Segment& last = segments_.back();
  const int64_t ahead = ex_us - last.ex_us;
  if (last.speed_permille == 1000) return last.from_us + ahead;
  // Rounded up: At() shows no less than `ex_us` then, so that what waits for it happens at once.
  const int64_t rest = ahead % last.speed_permille * 1000;
  const int64_t up = rest > 0 ? last.speed_permille - 1 : 0;
  return last.from_us + ahead / last.speed_permille * 1000 + (rest + up) / last.speed_permille;
}

bool ExerciseClock::StoodAt(int64_t engine_us) const {
  auto after = std::upper_bound(segments_.begin(), segments_.end(), engine_us,
                                [](int64_t t, const Segment& s) { return t < s.from_us; });
  return after != segments_.begin() && std::prev(after)->speed_permille == 0;
}

int64_t ExerciseClock::Elapsed(int64_t from_us, int64_t to_us) const {
  int64_t sum = 0;
  for (size_t i = 0; i < segments_.size(); ++i) {
    const int64_t begin = std::max(from_us, segments_[i].from_us);
    const int64_t end =
        i + 1 < segments_.size() ? std::min(to_us, segments_[i + 1].from_us) : to_us;
    if (end > begin) sum += Scale(end - begin, segments_[i].speed_permille);
  }
  return sum;
}

}  // namespace drill
