#ifndef DRILL_CORE_EXERCISE_CLOCK_H_
#define DRILL_CORE_EXERCISE_CLOCK_H_

#include <cstdint>
#include <vector>

namespace drill {

// The exercise clock over engine time: 0 at StartEx, stands in a pause, may jump forward or run
// at another speed. A value; all times in microseconds.
class ExerciseClock {
 public:
  // From engine time `from_us` the clock shows `ex_us` and runs at `speed` (0: stands).
  struct Segment {
    int64_t from_us;
    int64_t ex_us;
    int32_t speed_permille;
  };

  bool started() const { return !segments_.empty(); }
  // False before StartEx is set, in a pause and after EndEx.
  bool running() const { return running_; }
  int32_t speed_permille() const { return speed_permille_; }
  // Engine time of the last start, stop, jump or change of speed; may lie ahead (the lead).
  int64_t since_us() const { return segments_.empty() ? 0 : segments_.back().from_us; }

  void Start(int64_t engine_us);
  // The clock stands at `ex_us` from `engine_us` on.
  void Stop(int64_t engine_us, int64_t ex_us);
  void Resume(int64_t engine_us, int64_t ex_us);
  void Jump(int64_t engine_us, int64_t to_ex_us);
  void SetSpeed(int64_t engine_us, int32_t speed_permille);

  // What the clock shows; before StartEx negative (the lead).
  int64_t At(int64_t engine_us) const;
  // The first microsecond in which the running clock will show (or showed, within the last
  // segment) `ex_us` or more.
  // REQUIRES: running().
  int64_t EngineAt(int64_t ex_us) const;

  // It stood then: in a pause (or the lead out of it), or after EndEx.
  bool StoodAt(int64_t engine_us) const;

  // Exercise time that passed between two engine times: pauses and jumps give nothing.
  int64_t Elapsed(int64_t from_us, int64_t to_us) const;

  // Its whole course in order of time, for drawing.
  const std::vector<Segment>& segments() const { return segments_; }

 private:
  void Push(int64_t engine_us, int64_t ex_us, int32_t speed);

  std::vector<Segment> segments_;
  bool running_ = false;
  int32_t speed_permille_ = 1000;
};

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_CLOCK_H_
