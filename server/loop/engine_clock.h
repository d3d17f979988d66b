#ifndef DRILL_SERVER_LOOP_ENGINE_CLOCK_H_
#define DRILL_SERVER_LOOP_ENGINE_CLOCK_H_

#include <atomic>
#include <cstdint>

#include "common/os/clock.h"

namespace drill {

// Engine time: wall time at start plus boot-time clock, never below the journal's last. Any thread.
class EngineClock {
 public:
  // `at_least_us`: last time in the journal.
  explicit EngineClock(int64_t at_least_us = 0) { Begin(at_least_us); }
  // Once more, when the journal's last time is known; before anyone else asks.
  void Begin(int64_t at_least_us) {
    const int64_t wall = os::WallMicros();
    offset_us_ = (wall > at_least_us ? wall : at_least_us + 1) - os::BootMicros();
  }

  int64_t NowUs() const { return os::BootMicros() + offset_us_; }
  // How far the wall clock has left engine time,
  // since it was last accepted.
  int64_t DivergenceUs() const { return os::WallMicros() - NowUs() - accepted_us_; }
  // It is recorded; only a further one counts. Engine time itself never jumps in a run.
  void AcceptDivergence(int64_t us) { accepted_us_ += us; }

 private:
  std::atomic<int64_t> offset_us_{0};
  std::atomic<int64_t> accepted_us_{0};
};

}  // namespace drill

#endif  // DRILL_SERVER_LOOP_ENGINE_CLOCK_H_
