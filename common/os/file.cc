#include "common/os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace drill::os {

absl::Status ErrnoStatus(int error, absl::string_view what, absl::string_view path) {
  std::string message = absl::StrCat(what, " ", path, ": ", strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case EEXIST:
    case ENOTEMPTY:
      return absl::AlreadyExistsError(message);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

void Fd::Reset() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit) {
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return ErrnoStatus(errno, "read", path);
  std::string out;
  char buffer[65536];
  for (;;) {
    ssize_t got = read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, "read", path);
    if (got == 0) return out;
    if (out.size() + static_cast<size_t>(got) > limit) {
      return absl::ResourceExhaustedError(
          absl::StrCat("read ", path, ": larger than the limit of ", limit, " bytes"));
    }
    out.append(buffer, static_cast<size_t>(got));
  }
}

absl::Status WriteAll(int fd, absl::string_view data, absl::string_view path) {
  while (!data.empty()) {
    ssize_t put = write(fd, data.data(), data.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return ErrnoStatus(errno, "write", path);
    data.remove_prefix(static_cast<size_t>(put));
  }
  return absl::OkStatus();
}

absl::Status SyncDirectory(const std::string& path) {
  Fd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || fsync(fd.get()) != 0) return ErrnoStatus(errno, "sync directory", path);
  return absl::OkStatus();
}

absl::Status WriteFileDurably(const std::string& path, absl::string_view content, unsigned mode) {
  const std::string beside = path + ".new";
  {
    Fd fd(open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!fd) return ErrnoStatus(errno, "write", beside);
    // The umask must not widen or narrow what was asked for; an old file keeps no odd mode.
    if (fchmod(fd.get(), mode) != 0) return ErrnoStatus(errno, "chmod", beside);
    absl::Status status = WriteAll(fd.get(), content, beside);
    if (status.ok() && fsync(fd.get()) != 0) status = ErrnoStatus(errno, "sync", beside);
    if (!status.ok()) {
      unlink(beside.c_str());
      return status;
    }
  }
  if (rename(beside.c_str(), path.c_str()) != 0) return ErrnoStatus(errno, "rename to", path);
  const size_t slash = path.rfind('/');
  return SyncDirectory(slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash));
}

absl::Status MakeDirectories(const std::string& path, unsigned mode) {
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (!part.empty() && mkdir(part.c_str(), mode) != 0 && errno != EEXIST) {
      return ErrnoStatus(errno, "make directory", part);
    }
    if (end == std::string::npos) break;
  }
  struct stat st {};
  if (stat(path.c_str(), &st) != 0) return ErrnoStatus(errno, "make directory", path);
  if (!S_ISDIR(st.st_mode)) return ErrnoStatus(ENOTDIR, "make directory", path);
  return absl::OkStatus();
}

absl::StatusOr<FileLock> FileLock::Take(const std::string& path) {
  Fd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return ErrnoStatus(errno, "open lock", path);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return absl::FailedPreconditionError(absl::StrCat(
          path, " is held by another running process; stop that one first, or use another folder"));
    }
    return ErrnoStatus(errno, "lock", path);
  }
  return FileLock(std::move(fd));
}

}  // namespace drill::os
