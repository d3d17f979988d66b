#ifndef DRILL_SERVER_JOURNAL_WITNESS_H_
#define DRILL_SERVER_JOURNAL_WITNESS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/os/file.h"
#include "server/journal/journal.h"

namespace drill {

// The file that vouches for the journal's end: one frame with a checksum, overwritten in place
// after each commit, without fsync. It may be older than the journal, never newer. One thread.
class WitnessFile {
 public:
  // The last frame; nullopt: no such file, or torn. Unavailable, PermissionDenied: unreadable.
  static absl::StatusOr<std::optional<Witness>> Read(const std::string& path);

  // Makes the file where there is none; keeps what stands in it.
  static absl::StatusOr<WitnessFile> Open(const std::string& path);

  absl::Status Write(const Witness& witness);

 private:
  WitnessFile(os::Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  os::Fd fd_;
  std::string path_;
};

}  // namespace drill

#endif  // DRILL_SERVER_JOURNAL_WITNESS_H_
