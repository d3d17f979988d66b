#ifndef DRILL_AGENT_UNDO_LOG_H_
#define DRILL_AGENT_UNDO_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "agent/frames.h"
#include "drill/v1/host.pb.h"

namespace drill::agent {

// The directory name, and the mark in papers, of an order: the first 12 hex digits of the SHA-256
// of its id. Says nothing to who does not know the id.
std::string OpaqueId(const v1::OrderId& id);

// The undo log of one order: DIRECTORY/log, frames of v1::UndoEntry, and DIRECTORY/store, contents
// by their SHA-256.
//
// What is in it is durable when a call returns OK; nothing is changed on the host before the entry
// that describes the change is. One owner, one thread; movable. Errors as in common/os/file.h.
class UndoLog {
 public:
  // Opens or makes the directory, reads what is there. An empty log is an order that never started.
  static absl::StatusOr<UndoLog> Open(const std::string& directory);

  // Adds entries, all or none, in one write.
  absl::Status Append(absl::Span<const v1::UndoEntry> entries);
  // Nothing to do if the content is there already.
  absl::Status Store(absl::string_view sha256, absl::string_view content);
  // DataLoss: missing or not what its name says.
  absl::StatusOr<std::string> Load(absl::string_view sha256) const;

  const std::string& directory() const { return directory_; }
  bool empty() const { return entries_ == 0; }
  // Empty order: the first frame does not read.
  const v1::UndoOpened& opened() const { return opened_; }
  const std::vector<v1::UndoStep>& steps() const { return steps_; }
  // In the order written.
  const std::vector<v1::UndoMark>& marks() const { return marks_; }
  v1::UndoState state() const;
  // A mark of that state, the first one; null: none.
  const v1::UndoMark* FindMark(v1::UndoState state) const;
  // BOOTTIME of that mark, 0: none.
  int64_t MarkedAt(v1::UndoState state) const;
  // Something in it could not be read: there may be changes that nobody remembers.
  bool damaged() const { return damaged_; }

 private:
  UndoLog() = default;
  void Take(const v1::UndoEntry& entry);

  std::string directory_;
  FrameFile file_;
  size_t entries_ = 0;
  v1::UndoOpened opened_;
  std::vector<v1::UndoStep> steps_;
  std::vector<v1::UndoMark> marks_;
  std::vector<int64_t> marked_at_;  // one for each mark
  bool damaged_ = false;
};

// The stored contents of a log directory: names and bytes.
absl::StatusOr<int64_t> StoredBytes(const std::string& directory);
// Removes a log directory: first the log's name, so that a crash leaves a staged order, not a
// started one.
absl::Status RemoveLog(const std::string& directory);
// Moves the stored contents into `kept`, before RemoveLog.
absl::Status KeepStored(const std::string& directory, const std::string& kept);

}  // namespace drill::agent

#endif  // DRILL_AGENT_UNDO_LOG_H_
