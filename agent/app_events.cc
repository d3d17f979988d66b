#include "agent/app_events.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "common/base/check.h"

namespace drill::agent {

AppEvents::AppEvents() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  DRILL_CHECK(static_cast<bool>(wake_));
}

void AppEvents::Wake() {
  const uint64_t one = 1;
  // It fails only when the counter is full: then it is readable anyway.
  [[maybe_unused]] const ssize_t put = write(wake_.get(), &one, sizeof one);
}

void AppEvents::Post(AppEvent event) {
  {
    MutexLock lock(mutex_);
    events_.push_back(std::move(event));
  }
  Wake();
}

void AppEvents::OnLinkFrame(v1::ControllerFrame frame, int64_t received_us) {
  {
    MutexLock lock(mutex_);
    while (frames_ >= kFramesMax && !closed_) lock.Wait(room_);
    ++frames_;
    events_.push_back(LinkFrame{std::move(frame), received_us});
  }
  Wake();
}

std::vector<AppEvent> AppEvents::TakeAll() {
  uint64_t count = 0;
  // Before taking: what is posted in between wakes once more.
  [[maybe_unused]] const ssize_t got = read(wake_.get(), &count, sizeof count);
  std::vector<AppEvent> taken;
  {
    MutexLock lock(mutex_);
    taken.swap(events_);
    frames_ = 0;
  }
  room_.notify_all();
  return taken;
}

void AppEvents::RequestStop() {
  stop_ = true;
  Wake();
}

void AppEvents::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  room_.notify_all();
}

}  // namespace drill::agent
