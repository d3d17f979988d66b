#ifndef DRILL_SERVER_JOURNAL_RESERVE_H_
#define DRILL_SERVER_JOURNAL_RESERVE_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"

namespace drill {

// Disk space held back by a file of real blocks, to be given up when the disk is full. One thread.
class Reserve {
 public:
  Reserve(std::string path, size_t bytes) : path_(std::move(path)), bytes_(bytes) {}

  // Idempotent. ResourceExhausted: no room; nothing is held. Unavailable: disk error.
  absl::Status Take();
  // Idempotent; the room is there when it returns.
  absl::Status GiveUp();
  bool held() const { return held_; }

 private:
  const std::string path_;
  const size_t bytes_;
  bool held_ = false;
};

}  // namespace drill

#endif  // DRILL_SERVER_JOURNAL_RESERVE_H_
