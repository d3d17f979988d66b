#ifndef DRILL_COMMON_OS_FILE_H_
#define DRILL_COMMON_OS_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Small, durable file work. Blocking; any thread. Errors carry the path and the system's reason:
// NotFound (no such file), PermissionDenied, AlreadyExists, ResourceExhausted (disk full, too
// large), Unavailable otherwise.
namespace drill::os {

// Maps errno to a status: "<what> <path>: <reason>".
absl::Status ErrnoStatus(int error, absl::string_view what, absl::string_view path);

// A file descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { Reset(); }
  Fd(Fd&& other) noexcept : fd_(other.Release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      Reset();
      fd_ = other.Release();
    }
    return *this;
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int Release() {
    int fd = fd_;
    fd_ = -1;
    return fd;
  }
  void Reset();

 private:
  int fd_ = -1;
};

// Whole file, at most `limit` bytes (ResourceExhausted above it).
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit = 64 << 20);

// Writes beside, fsyncs, renames, fsyncs the directory: afterwards the file is old or new, whole.
absl::Status WriteFileDurably(const std::string& path, absl::string_view content,
                              unsigned mode = 0600);

absl::Status WriteAll(int fd, absl::string_view data, absl::string_view path);
absl::Status SyncDirectory(const std::string& path);
// With parents; existing is fine.
absl::Status MakeDirectories(const std::string& path, unsigned mode = 0700);

// Holds an exclusive lock on a file until destroyed; the kernel drops it when the process dies.
class FileLock {
 public:
  // FailedPrecondition: another process holds it.
  static absl::StatusOr<FileLock> Take(const std::string& path);

 private:
  explicit FileLock(Fd fd) : fd_(static_cast<Fd&&>(fd)) {}
  Fd fd_;
};

}  // namespace drill::os

#endif  // DRILL_COMMON_OS_FILE_H_
