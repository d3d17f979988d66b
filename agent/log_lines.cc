#include "agent/log_lines.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/host_files.h"
#include "agent/process.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr size_t kSearchBytesMax = 64 << 20;

absl::Status NobodyElseHasItOpen(const os::Fd& fd, const Spot& spot) {
  std::optional<bool> sole = TakeWriteLease(fd.get());
  if (!sole) {
    struct stat st {};
    if (fstat(fd.get(), &st) != 0) return HostError(errno, "look at", spot.leaf);
    const std::optional<bool> open = IsOpenSomewhere(st.st_dev, st.st_ino, fd.get());
    if (!open) {
      return absl::FailedPreconditionError("the agent may not see whether a program has it open");
    }
    sole = !*open;
  }
  if (*sole) return absl::OkStatus();
  return absl::FailedPreconditionError("a program has it open");
}

}  // namespace

std::optional<bool> TakeWriteLease(int fd) {
  // When somebody opens the file, the kernel tells us by a signal whose default kills; one whose
  // default is to be ignored does no harm.
  if (fcntl(fd, F_SETSIG, SIGURG) != 0) return std::nullopt;
  if (fcntl(fd, F_SETLEASE, F_WRLCK) == 0) return true;
  if (errno == EAGAIN) return false;
  return std::nullopt;
}

absl::StatusOr<LinesAre> FindLines(const Spot& spot, int64_t size_before, absl::string_view bytes) {
  ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
  if (!seen.regular) return LinesAre::kAbsent;
  ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
  const int64_t from = seen.size >= size_before ? size_before : 0;
  ASSIGN_OR_RETURN(const std::string text, ReadFrom(fd.get(), from, kSearchBytesMax, spot.leaf));
  const absl::string_view found(text);
  if (absl::EndsWith(found, bytes)) return LinesAre::kAtTheEnd;
  if (absl::StrContains(found, bytes)) return LinesAre::kInside;
  if (!found.empty() && from == size_before && absl::StartsWith(bytes, found)) {
    return LinesAre::kPartAtTheEnd;
  }
  return LinesAre::kAbsent;
}

absl::Status CutLines(const Spot& spot, const v1::UndoStep& step, absl::string_view bytes) {
  const os::Fd fd(openat(spot.directory.get(), spot.leaf.c_str(),
                         O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return HostError(errno, "open", spot.leaf);
  RETURN_IF_ERROR(NobodyElseHasItOpen(fd, spot));
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return HostError(errno, "look at", spot.leaf);
  const int64_t length = static_cast<int64_t>(bytes.size());
  const int64_t cut_at = int64_t{st.st_size} - length;
  if (!S_ISREG(st.st_mode) || cut_at < 0) {
    return absl::FailedPreconditionError("it is not the file that it was");
  }
  ASSIGN_OR_RETURN(const std::string tail, ReadFrom(fd.get(), cut_at, bytes.size() + 1, spot.leaf));
  if (tail != bytes) return absl::FailedPreconditionError("others have written after them");
  if (ftruncate(fd.get(), static_cast<off_t>(cut_at)) != 0) {
    return HostError(errno, "shorten", spot.leaf);
  }
  if (cut_at == step.size_before()) {
    v1::FileMeta meta = SeenOf(st).meta;  // owner and mode are whatever they are by now
    meta.set_mtime_ns(step.before().mtime_ns());
    meta.set_atime_ns(step.before().atime_ns());
    RETURN_IF_ERROR(SetMeta(fd.get(), meta, spot.leaf));
  }
  if (fsync(fd.get()) != 0) return HostError(errno, "sync", spot.leaf);
  return absl::OkStatus();
}

}  // namespace drill::agent
