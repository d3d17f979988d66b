#ifndef DRILL_COMMON_BASE_MUTEX_H_
#define DRILL_COMMON_BASE_MUTEX_H_

#include <condition_variable>
#include <mutex>

#include "absl/base/thread_annotations.h"

namespace drill {

// std::mutex with clang's thread-safety annotations. Not absl::Mutex: ThreadSanitizer cannot see
// through Debian's build of it.
class ABSL_LOCKABLE Mutex {
 public:
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }
  std::mutex& native() { return mutex_; }

 private:
  std::mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : lock_(mutex.native()) {}
  ~MutexLock() ABSL_UNLOCK_FUNCTION() {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  // Waits for the condition variable; the mutex is held again on return.
  void Wait(std::condition_variable& cv) { cv.wait(lock_); }
  template <typename TimePoint>
  void WaitUntil(std::condition_variable& cv, const TimePoint& until) {
    cv.wait_until(lock_, until);
  }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace drill

#endif  // DRILL_COMMON_BASE_MUTEX_H_
