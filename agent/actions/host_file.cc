#include "agent/actions/host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

absl::Status CheckWritable(const Spot& spot, const std::string& path) {
  if (faccessat(spot.directory.get(), ".", W_OK | X_OK, AT_EACCESS) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the agent may not write in ", ParentOf(path)));
}

bool CanGiveBack(const v1::FileMeta& meta) {
  if (geteuid() == 0) return true;
  return meta.uid() == geteuid() && (meta.gid() == getegid() || group_member(meta.gid()) != 0);
}

}  // namespace

std::string PathIn(absl::string_view dir, absl::string_view name) {
  return absl::StrCat(dir, "/", name);
}

absl::StatusOr<std::string> PlaceForNew(const Guard& guard, absl::string_view text) {
  ASSIGN_OR_RETURN(const std::string path, guard.ResolveNew(text));
  ASSIGN_OR_RETURN(const Spot spot, guard.OpenSpot(path));
  ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
  if (seen.exists) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " exists already; nothing is made over it: name another"));
  }
  RETURN_IF_ERROR(CheckWritable(spot, path));
  return path;
}

absl::StatusOr<std::string> PlaceForNewFolder(const Guard& guard, absl::string_view dir,
                                              absl::string_view folder) {
  ASSIGN_OR_RETURN(const std::string parent, guard.ResolveDirectory(dir));
  const std::string path = PathIn(parent, folder);
  ASSIGN_OR_RETURN(const Spot spot, guard.OpenSpot(path));
  ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
  if (seen.exists) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " exists already; the decoys need a folder of their own: name another"));
  }
  RETURN_IF_ERROR(CheckWritable(spot, path));
  return path;
}

Change NewFileChange(const std::string& path, Content content, uint32_t mode) {
  Change change;
  change.kind = v1::STEP_KIND_CREATE_FILE;
  change.path = path;
  change.content = std::move(content);
  change.mode = mode;
  change.traces.push_back({v1::ARTEFACT_KIND_PATH, path, true});
  return change;
}

absl::StatusOr<OwnersFile> ReadOwnersFile(const Guard& guard, const std::string& path,
                                          size_t bytes_max) {
  ASSIGN_OR_RETURN(const Spot spot, guard.OpenSpot(path));
  ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return HostError(errno, "look at", path);
  OwnersFile file;
  file.seen = SeenOf(st);
  if (file.seen.links != 1) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " has ", file.seen.links, " hard links; replacing it would part it from the others"));
  }
  if (!CanGiveBack(file.seen.meta)) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, " belongs to user ", file.seen.meta.uid(), ", group ", file.seen.meta.gid(),
        "; the agent could not give it back: run the agent as root or as that user"));
  }
  RETURN_IF_ERROR(CheckWritable(spot, path));
  ASSIGN_OR_RETURN(file.content, ReadFrom(fd.get(), 0, bytes_max + 1, path));
  if (file.content.size() > bytes_max) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " has more than ", bytes_max, " bytes, which can be kept and restored"));
  }
  return file;
}

absl::Status CheckBytes(absl::string_view kind, int64_t bytes, const Limits& limits) {
  if (bytes <= limits.bytes_max) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat(kind, ": ", bytes, " bytes are above the owner's cap of ", limits.bytes_max));
}

}  // namespace drill::agent
