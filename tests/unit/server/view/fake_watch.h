#ifndef DRILL_TESTS_UNIT_SERVER_VIEW_FAKE_WATCH_H_
#define DRILL_TESTS_UNIT_SERVER_VIEW_FAKE_WATCH_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "server/rpc/backend.h"

namespace drill::testing {

// A reader's end of a watch that stops to listen after so many events, or reads so slowly that
// there is room for so many only. Thread-safe.
class FakeWatch : public WatchSink {
 public:
  static constexpr size_t kEndless = SIZE_MAX;

  explicit FakeWatch(size_t ends_after = kEndless, size_t room = kEndless)
      : ends_after_(ends_after), room_(room) {}

  bool Push(std::shared_ptr<const v1::WatchEvent> event) override {
    MutexLock lock(mutex_);
    if (events_.size() >= ends_after_) return false;
    events_.push_back(std::move(event));
    return true;
  }
  bool HasRoom(size_t) override {
    MutexLock lock(mutex_);
    return events_.size() < room_;
  }
  void Close(const absl::Status& status) override {
    MutexLock lock(mutex_);
    closed_ = status;
  }

  void MakeRoom(size_t room) {
    MutexLock lock(mutex_);
    room_ = room;
  }
  std::optional<absl::Status> closed() {
    MutexLock lock(mutex_);
    return closed_;
  }
  size_t count() {
    MutexLock lock(mutex_);
    return events_.size();
  }
  // The notes of what was told; "|" is the marker that everything older has been sent.
  std::vector<std::string> notes() {
    MutexLock lock(mutex_);
    std::vector<std::string> out;
    for (const auto& event : events_) {
      if (event->caught_up()) out.push_back("|");
      if (event->record().has_real_incident_raised()) {
        out.push_back(event->record().real_incident_raised().note());
      }
    }
    return out;
  }

 private:
  Mutex mutex_;
  const size_t ends_after_;
  size_t room_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const v1::WatchEvent>> events_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> closed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_SERVER_VIEW_FAKE_WATCH_H_
