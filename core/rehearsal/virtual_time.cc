#include "core/rehearsal/virtual_time.h"

#include <algorithm>

#include "common/base/check.h"

namespace drill::rehearsal {

void VirtualTime::At(int64_t at_us, std::function<void()> run) {
  heap_.push_back({std::max(at_us, now_us_), ++made_, std::move(run)});
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

void VirtualTime::RunNext() {
  DRILL_CHECK(!heap_.empty());
  std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
  Event event = std::move(heap_.back());
  heap_.pop_back();
  now_us_ = event.at_us;
  event.run();
}

void VirtualTime::MoveTo(int64_t us) {
  DRILL_CHECK(us >= now_us_ && us <= next_us());
  now_us_ = us;
}

}  // namespace drill::rehearsal
