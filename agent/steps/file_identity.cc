#include "agent/steps/file_identity.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "agent/host_files.h"

namespace drill::agent {

absl::StatusOr<std::string> FileIdentity(int fd, absl::string_view path) {
  struct statx stx {};
  if (statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &stx) == 0) {
    std::string text = absl::StrCat("inode ", stx.stx_ino);
    if ((stx.stx_mask & STATX_BTIME) != 0) {
      absl::StrAppend(&text, " born ", stx.stx_btime.tv_sec, ".", stx.stx_btime.tv_nsec);
    }
    return text;
  }
  struct stat st {};
  if (fstat(fd, &st) != 0) return HostError(errno, "look at", path);
  return absl::StrCat("inode ", st.st_ino);
}

}  // namespace drill::agent
