#ifndef DRILL_AGENT_HOST_FILES_H_
#define DRILL_AGENT_HOST_FILES_H_

#include <sys/stat.h>

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/os/file.h"
#include "drill/v1/host.pb.h"

// How the agent touches files of the host: through directory handles, one name at a time, never
// through a symbolic link. Blocking; any thread.
//
// Errors as in common/os/file.h, and: Aborted, a symbolic link (or a way out of the directory)
// stands in the path; PermissionDenied also for a busy or protected file.
namespace drill::agent {

absl::Status HostError(int error, absl::string_view what, absl::string_view path);

// "/a/b/c" → "/a/b", "c". REQUIRES: absolute, normal (no empty, "." or ".." part), not "/".
std::string ParentOf(absl::string_view path);
std::string LeafOf(absl::string_view path);
// `path` is `prefix` or below it.
bool IsWithin(absl::string_view path, absl::string_view prefix);

// kSteps opens each directory in turn; for kernels without openat2 (before 5.6), and its test.
enum class Resolver { kKernel, kSteps };

// Opens `relative` beneath the directory `root` with openat2(RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS,
// RESOLVE_NO_MAGICLINKS), or in steps that check the same. "" is `root` itself.
absl::StatusOr<os::Fd> OpenBeneath(int root, const std::string& relative, int flags,
                                   Resolver resolver = Resolver::kKernel);
// A directory by its absolute path, no part of which may be a link.
absl::StatusOr<os::Fd> OpenDirectory(const std::string& path);

// What stands under a name.
struct Seen {
  bool exists = false;
  bool regular = false;
  bool directory = false;
  bool link = false;
  v1::FileMeta meta;
  int64_t size = 0;
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t links = 0;
};
absl::StatusOr<Seen> Look(int directory, const std::string& leaf);
Seen SeenOf(const struct stat& st);

// Opens a regular file for reading without changing its access time where that is allowed.
absl::StatusOr<os::Fd> OpenForReading(int directory, const std::string& leaf);
// Content from `offset`, at most `limit` bytes.
absl::StatusOr<std::string> ReadFrom(int fd, int64_t offset, size_t limit, absl::string_view path);
// SHA-256 of the file if it has exactly `size` bytes; empty: it has not, or is no regular file.
absl::StatusOr<std::string> HashIfSize(int directory, const std::string& leaf, int64_t size);

// How a new file is to look before it gets its name.
struct NewFile {
  absl::string_view content;
  v1::FileMeta meta;         // mode always; the rest when `whole_meta`
  bool whole_meta = false;   // owner, times
  int attributes_from = -1;  // copies extended attributes (ACLs, labels) from this open file
  bool durable = false;
  std::function<void()> half_way;  // called when half of the content is there
};
// Writes it under the name `beside`, which must be free.
absl::Status WriteBeside(int directory, const std::string& beside, const NewFile& file);
// Gives `from` the name `to`, which must be free. AlreadyExists.
absl::Status RenameToFree(int directory, const std::string& from, const std::string& to);
// Gone already is fine.
absl::Status RemoveName(int directory, const std::string& leaf);

// Sets owner, mode and times of an open file.
absl::Status SetMeta(int fd, const v1::FileMeta& meta, absl::string_view path);
bool SameMeta(const v1::FileMeta& a, const v1::FileMeta& b);  // all but the access time

}  // namespace drill::agent

#endif  // DRILL_AGENT_HOST_FILES_H_
