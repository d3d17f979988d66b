#ifndef DRILL_COMMON_BASE_MAILBOX_H_
#define DRILL_COMMON_BASE_MAILBOX_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "common/base/mutex.h"

namespace drill {

// Bounded queue from many threads to one, in lanes: lower lanes first, first come first served
// inside a lane. Thread-safe.
template <typename T, size_t kLanes>
class Mailbox {
 public:
  explicit Mailbox(std::array<size_t, kLanes> limits) : limits_(limits) {}

  // False: the lane is full, or the mailbox closed; the caller tells its peer to come again.
  bool Post(size_t lane, T item) { return Put(lane, limits_[lane], std::move(item)); }

  // Takes it in a full lane too: for what must not be lost and cannot be many, as there is one
  // only for each that was taken within the limit. False: the mailbox closed.
  bool PostBeyondLimit(size_t lane, T item) { return Put(lane, SIZE_MAX, std::move(item)); }

  // Waits until something is there, Close, or the time; takes at most `most`.
  std::vector<T> Take(size_t most, std::chrono::steady_clock::time_point until) {
    std::vector<T> out;
    MutexLock lock(mutex_);
    while (Empty() && !closed_) {
      if (std::chrono::steady_clock::time_point::max() == until) {
        lock.Wait(ready_);
      } else {
        if (std::chrono::steady_clock::now() >= until) break;
        lock.WaitUntil(ready_, until);
      }
    }
    for (auto& lane : lanes_) {
      while (!lane.empty() && out.size() < most) {
        out.push_back(std::move(lane.front()));
        lane.pop_front();
      }
    }
    return out;
  }

  // Nothing more is taken in; what is there can still be taken out.
  void Close() {
    {
      MutexLock lock(mutex_);
      closed_ = true;
    }
    ready_.notify_all();
  }
  bool closed() {
    MutexLock lock(mutex_);
    return closed_ && Empty();
  }

 private:
  bool Put(size_t lane, size_t limit, T item) {
    {
      MutexLock lock(mutex_);
      if (closed_ || lanes_[lane].size() >= limit) return false;
      lanes_[lane].push_back(std::move(item));
    }
    ready_.notify_one();
    return true;
  }
  bool Empty() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (const auto& lane : lanes_) {
      if (!lane.empty()) return false;
    }
    return true;
  }

  const std::array<size_t, kLanes> limits_;
  Mutex mutex_;
  std::condition_variable ready_;
  std::array<std::deque<T>, kLanes> lanes_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace drill

#endif  // DRILL_COMMON_BASE_MAILBOX_H_
