#ifndef DRILL_AGENT_OUTBOX_H_
#define DRILL_AGENT_OUTBOX_H_

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agent/frames.h"
#include "drill/v1/agent.pb.h"

namespace drill::agent {

// What this host has to tell the controller, kept until the controller has made it durable.
//
// DIRECTORY/queue: frames; the first names the outbox and the last number acknowledged. Numbers go
// up by one from 1 and are never used twice under one id, crash or not. A file that was damaged is
// set aside and what could be read of it goes into a new outbox, with a new id. One thread.
// Errors as in common/os/file.h.
class Outbox {
 public:
  static absl::StatusOr<Outbox> Open(const std::string& directory);

  // Random, made with the outbox.
  const std::string& id() const { return id_; }
  // Last number given; 0: none yet.
  uint64_t last_seq() const { return next_seq_ - 1; }
  uint64_t acknowledged() const { return acknowledged_; }
  bool empty() const { return pending_.empty(); }
  // Not empty: the file was damaged when it was opened; says where it is now.
  const std::string& damage() const { return damage_; }

  // Makes the entries durable, all or none, in one write, and numbers them: their own numbers do
  // not count. Returns the first one's number.
  // ResourceExhausted: the disk, or the limit of kPendingBytesMax, is full; nothing was added.
  // REQUIRES: `added` is not empty.
  absl::StatusOr<uint64_t> Append(absl::Span<const v1::OutboxEntry> added);

  // Entries numbered above `after` and not acknowledged, in order: at least one if there is one,
  // then as many as fit in `bytes_max`.
  std::vector<v1::OutboxEntry> Pending(uint64_t after, size_t bytes_max) const;

  // Everything up to `seq` is durable at the controller. Not durable here at once: forgetting an
  // acknowledgement only sends an entry twice, which the controller tells by its number.
  // InvalidArgument: a number that was never given.
  absl::Status Ack(uint64_t seq);

  static constexpr size_t kPendingBytesMax = 64 << 20;
  // The file is written anew when so much of it is acknowledged.
  static constexpr size_t kCompactBytes = 256 << 10;

 private:
  Outbox() = default;
  absl::Status Rewrite();
  std::string Header() const;
  bool Take(const FrameScan& found);

  std::string directory_;
  std::string id_;
  FrameFile file_;
  std::deque<v1::OutboxEntry> pending_;
  size_t pending_bytes_ = 0;
  uint64_t next_seq_ = 1;
  uint64_t acknowledged_ = 0;
  std::string damage_;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_OUTBOX_H_
