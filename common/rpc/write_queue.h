#ifndef DRILL_COMMON_RPC_WRITE_QUEUE_H_
#define DRILL_COMMON_RPC_WRITE_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/mutex.h"

namespace drill {

struct WriteQueueLimits {
  // Of messages not yet handed to the stream. One message above `bytes` is taken when the queue is
  // empty: what may be sent at all is the wire's limit, not the queue's.
  size_t messages = 0;
  size_t bytes = 0;
};

// The one way to write on a gRPC stream: any thread pushes, one message is in flight at a time (a
// second StartWrite before OnWriteDone aborts the process), and the stream is finished exactly
// once. Knows nothing of gRPC, so its tests need none.
//
// Messages are shared and constant: one may be pushed on ten thousand streams.
//
// `start` and `finish` are called with the queue's lock held, because that alone keeps a write from
// following the finish; they must not call back into the queue and must not block. gRPC's
// StartWrite and Finish do neither: their reactions run later, from gRPC's own threads. `room` is
// called without the lock.
//
// Thread-safe. The functors must outlive the last call of OnWriteDone(); pushing on a queue that
// was closed calls none of them.
template <typename T>
class WriteQueue {
 public:
  using Message = std::shared_ptr<const T>;
  struct Stream {
    // Begins to write; OnWriteDone() follows. The message lives until then.
    std::function<void(const T*)> start;
    // Ends the stream with a status. Called once, perhaps while a write is in flight.
    std::function<void(const absl::Status&)> finish;
    // Optional: the queue was full, as HasRoom() told, and has fallen to half.
    std::function<void()> room;
  };

  WriteQueue(WriteQueueLimits limits, Stream stream)
      : limits_(limits), stream_(std::move(stream)) {}
  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  // Queues the message, or starts to write it. With a `key` other than 0 it takes the place of an
  // unsent message of the same key: the latest wins. When the limits leave no space, the queue is
  // closed with `overflow`. False: it is, or now has been, closed, and the message is dropped.
  bool Push(Message message, size_t bytes, const absl::Status& overflow, int key = 0) {
    DRILL_CHECK(message != nullptr && !overflow.ok());
    MutexLock lock(mutex_);
    if (closing_) return false;
    if (key != 0) {
      for (Entry& entry : waiting_) {
        if (entry.key != key) continue;
        waiting_bytes_ += bytes - entry.bytes;
        entry.message = std::move(message);
        entry.bytes = bytes;
        if (waiting_bytes_ <= limits_.bytes || waiting_.size() == 1) return true;
        CloseLocked(overflow);
        return false;
      }
    }
    if (in_flight_ == nullptr) {
      StartLocked(std::move(message));
      return true;
    }
    if (!FitsLocked(bytes)) {
      CloseLocked(overflow);
      return false;
    }
    waiting_.push_back({std::move(message), bytes, key});
    waiting_bytes_ += bytes;
    return true;
  }

  // Whether a message that fits the empty queue would be taken now. False also asks for one call of
  // `room` when the queue has emptied to half. A closed queue has room, so that a producer that
  // waits for it pushes and learns.
  bool HasRoom(size_t bytes) {
    MutexLock lock(mutex_);
    if (closing_ || in_flight_ == nullptr || FitsLocked(bytes)) return true;
    room_wanted_ = true;
    return false;
  }

  // The write in flight has ended; not ok: the stream is broken, and is finished.
  void OnWriteDone(bool ok) {
    bool tell_room = false;
    {
      MutexLock lock(mutex_);
      DRILL_CHECK(in_flight_ != nullptr);
      in_flight_.reset();
      if (!ok) {
        CloseLocked(absl::CancelledError("the peer has gone"));
      } else if (!waiting_.empty()) {
        Entry next = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= next.bytes;
        StartLocked(std::move(next.message));
      } else if (closing_) {
        FinishLocked(last_status_);
      }
      if (room_wanted_ && waiting_.size() <= limits_.messages / 2 &&
          waiting_bytes_ <= limits_.bytes / 2) {
        room_wanted_ = false;
        tell_room = !closing_;
      }
    }
    if (tell_room && stream_.room) stream_.room();
  }

  // Ends the stream now: what is queued is dropped. Later calls change nothing.
  void Close(const absl::Status& status) {
    MutexLock lock(mutex_);
    CloseLocked(status);
  }

  // Takes nothing more, sends what is queued, then ends the stream.
  void CloseAfterSending(const absl::Status& status) {
    MutexLock lock(mutex_);
    if (closing_) return;
    closing_ = true;
    last_status_ = status;
    if (in_flight_ == nullptr) FinishLocked(status);
  }

  bool closed() {
    MutexLock lock(mutex_);
    return closing_;
  }
  // Unsent, without the one in flight.
  size_t waiting_bytes() {
    MutexLock lock(mutex_);
    return waiting_bytes_;
  }

 private:
  struct Entry {
    Message message;
    size_t bytes;
    int key;
  };

  bool FitsLocked(size_t bytes) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return waiting_.empty() ||
           (waiting_.size() < limits_.messages && waiting_bytes_ + bytes <= limits_.bytes);
  }

  void StartLocked(Message message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    in_flight_ = std::move(message);
    stream_.start(in_flight_.get());
  }

  void CloseLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    closing_ = true;
    waiting_.clear();
    waiting_.shrink_to_fit();
    waiting_bytes_ = 0;
    FinishLocked(status);
  }

  void FinishLocked(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (finished_) return;
    finished_ = true;
    stream_.finish(status);
  }

  const WriteQueueLimits limits_;
  const Stream stream_;

  Mutex mutex_;
  std::deque<Entry> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  Message in_flight_ ABSL_GUARDED_BY(mutex_);
  bool room_wanted_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status last_status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace drill

#endif  // DRILL_COMMON_RPC_WRITE_QUEUE_H_
