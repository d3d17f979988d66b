#ifndef DRILL_CORE_REHEARSAL_VIRTUAL_TIME_H_
#define DRILL_CORE_REHEARSAL_VIRTUAL_TIME_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

namespace drill::rehearsal {

// A clock that only moves from one planned event to the next. What is planned for one moment runs
// in the order in which it was planned. One thread.
class VirtualTime {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  explicit VirtualTime(int64_t now_us) : now_us_(now_us) {}

  int64_t now_us() const { return now_us_; }
  // Runs it at `at_us`, or now if that has passed.
  void At(int64_t at_us, std::function<void()> run);
  void In(int64_t delay_us, std::function<void()> run) { At(now_us_ + delay_us, std::move(run)); }
  // When the next event comes; kNever: none is planned.
  int64_t next_us() const { return heap_.empty() ? kNever : heap_.front().at_us; }
  // REQUIRES: an event is planned.
  void RunNext();
  // REQUIRES: nothing is planned before.
  void MoveTo(int64_t us);

 private:
  struct Event {
    int64_t at_us;
    uint64_t order;
    std::function<void()> run;
    bool operator>(const Event& other) const {
      return std::pair(at_us, order) > std::pair(other.at_us, other.order);
    }
  };

  int64_t now_us_;
  uint64_t made_ = 0;
  std::vector<Event> heap_;
};

}  // namespace drill::rehearsal

#endif  // DRILL_CORE_REHEARSAL_VIRTUAL_TIME_H_
