#include "server/journal/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/file.h"

namespace drill {

absl::Status Reserve::Take() {
  if (held_) return absl::OkStatus();
  os::Fd fd(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return os::ErrnoStatus(errno, "hold disk space in", path_);
  // Allocates what a sparse or half-made file of an earlier run lacks. The error is its result.
  int error = 0;
  do {
    error = posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes_));
  } while (error == EINTR);
  if (error == 0 && fsync(fd.get()) != 0) error = errno;
  if (error != 0) {
    // What was allocated so far is given back: it is needed now.
    unlink(path_.c_str());
    return os::ErrnoStatus(error, "hold disk space in", path_);
  }
  held_ = true;
  return absl::OkStatus();
}

absl::Status Reserve::GiveUp() {
  // An earlier run may have left one that this one could not take over.
  if (unlink(path_.c_str()) != 0 && errno != ENOENT) {
    return os::ErrnoStatus(errno, "give up disk space of", path_);
  }
  held_ = false;
  // ext4 hands freed blocks out again only once the unlink itself is on disk.
  return os::SyncDirectory(path_.substr(0, path_.rfind('/')));
}

}  // namespace drill
