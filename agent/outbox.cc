#include "agent/outbox.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "common/os/random.h"

namespace drill::agent {
namespace {

// First frame: this, the id, the last number acknowledged. The others are v1::OutboxEntry; one
// without a content says that everything up to its number is acknowledged.
constexpr absl::string_view kMagic = "drill-outbox-1";

std::string QueueOf(const std::string& directory) { return directory + "/queue"; }

}  // namespace

std::string Outbox::Header() const { return absl::StrCat(kMagic, " ", id_, " ", acknowledged_); }

absl::StatusOr<Outbox> Outbox::Open(const std::string& directory) {
  RETURN_IF_ERROR(os::MakeDirectories(directory));
  Outbox outbox;
  outbox.directory_ = directory;
  FrameScan found;
  ASSIGN_OR_RETURN(outbox.file_, FrameFile::Open(QueueOf(directory), &found));
  if (outbox.Take(found)) return outbox;
  if (!found.payloads.empty()) {
    const std::string aside = absl::StrCat(QueueOf(directory), ".damaged-", os::RandomId());
    if (link(QueueOf(directory).c_str(), aside.c_str()) != 0) {
      return os::ErrnoStatus(errno, "set aside damaged outbox as", aside);
    }
    outbox.damage_ = absl::StrCat("the outbox was damaged and is kept as ", aside,
                                  "; what could be read of it is sent under a new outbox id");
  }
  outbox.id_ = os::RandomId();
  outbox.acknowledged_ = 0;
  outbox.next_seq_ = 1;
  outbox.pending_bytes_ = 0;
  for (v1::OutboxEntry& entry : outbox.pending_) {
    entry.set_seq(outbox.next_seq_++);
    outbox.pending_bytes_ += entry.ByteSizeLong();
  }
  RETURN_IF_ERROR(outbox.Rewrite());
  return outbox;
}

// False: not whole; what reads as an entry is pending nevertheless.
bool Outbox::Take(const FrameScan& found) {
  bool whole = !found.damaged && !found.payloads.empty();
  for (size_t i = 0; i < found.payloads.size(); ++i) {
    const std::string& payload = found.payloads[i];
    if (i == 0) {
      const std::vector<std::string> words = absl::StrSplit(payload, ' ');
      if (words.size() == 3 && words[0] == kMagic && absl::SimpleAtoi(words[2], &acknowledged_)) {
        id_ = words[1];
        next_seq_ = acknowledged_ + 1;
        continue;
      }
      whole = false;
    }
    v1::OutboxEntry entry;
    if (!entry.ParseFromString(payload)) {
      whole = false;
    } else if (!entry.has_event() && !entry.has_effect()) {
      while (!pending_.empty() && pending_.front().seq() <= entry.seq()) {
        pending_bytes_ -= pending_.front().ByteSizeLong();
        pending_.pop_front();
      }
      acknowledged_ = entry.seq();
    } else {
      whole = whole && entry.seq() == next_seq_;
      next_seq_ = entry.seq() + 1;
      pending_bytes_ += entry.ByteSizeLong();
      pending_.push_back(std::move(entry));
    }
  }
  return whole;
}

absl::Status Outbox::Rewrite() {
  std::string frames;
  AddFrame(Header(), &frames);
  for (const v1::OutboxEntry& entry : pending_) AddFrame(entry.SerializeAsString(), &frames);
  RETURN_IF_ERROR(os::WriteFileDurably(QueueOf(directory_), frames));
  FrameScan found;
  ASSIGN_OR_RETURN(file_, FrameFile::Open(QueueOf(directory_), &found));
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Outbox::Append(absl::Span<const v1::OutboxEntry> added) {
  DRILL_CHECK(!added.empty());
  // After a failed sync nobody knows what of the old file is on the disk: write it anew.
  if (file_.broken()) RETURN_IF_ERROR(Rewrite());
  std::string frames;
  std::vector<v1::OutboxEntry> entries;
  size_t bytes = 0;
  for (v1::OutboxEntry entry : added) {
    entry.set_seq(next_seq_ + entries.size());
    bytes += entry.ByteSizeLong();
    AddFrame(entry.SerializeAsString(), &frames);
    entries.push_back(std::move(entry));
  }
  if (pending_bytes_ + bytes > kPendingBytesMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the outbox ", directory_, " holds ", pending_bytes_,
                     " bytes that the controller has not taken; its limit is 64 MiB"));
  }
  RETURN_IF_ERROR(file_.Append(frames));
  const uint64_t first = next_seq_;
  next_seq_ += entries.size();
  pending_bytes_ += bytes;
  for (v1::OutboxEntry& entry : entries) pending_.push_back(std::move(entry));
  return first;
}

std::vector<v1::OutboxEntry> Outbox::Pending(uint64_t after, size_t bytes_max) const {
  std::vector<v1::OutboxEntry> entries;
  if (pending_.empty()) return entries;
  // Numbers are without gaps: the place of an entry follows from its number.
  const uint64_t front = pending_.front().seq();
  size_t bytes = 0;
  for (size_t i = after < front ? 0 : after - front + 1; i < pending_.size(); ++i) {
    bytes += pending_[i].ByteSizeLong();
    if (!entries.empty() && bytes > bytes_max) break;
    entries.push_back(pending_[i]);
  }
  return entries;
}

absl::Status Outbox::Ack(uint64_t seq) {
  if (seq >= next_seq_) {
    return absl::InvalidArgumentError(
        absl::StrCat("acknowledges outbox number ", seq, "; the last one given is ", last_seq()));
  }
  if (seq <= acknowledged_) return absl::OkStatus();
  while (!pending_.empty() && pending_.front().seq() <= seq) {
    pending_bytes_ -= pending_.front().ByteSizeLong();
    pending_.pop_front();
  }
  acknowledged_ = seq;
  if (file_.broken() || file_.size() > pending_bytes_ + kCompactBytes) return Rewrite();
  v1::OutboxEntry entry;
  entry.set_seq(seq);
  std::string frame;
  AddFrame(entry.SerializeAsString(), &frame);
  return file_.Append(frame, false);
}

}  // namespace drill::agent
