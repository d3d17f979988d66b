#include "agent/host_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr size_t kChunkBytes = 64 << 10;
constexpr size_t kAttributeBytesMax = 64 << 10;

absl::StatusOr<os::Fd> OpenInSteps(int root, const std::string& relative, int flags) {
  os::Fd current(openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!current) return HostError(errno, "open", relative);
  const std::vector<std::string> parts = absl::StrSplit(relative, '/');
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    const int how = last ? flags : O_PATH | O_DIRECTORY;
    os::Fd next(openat(current.get(), parts[i].c_str(), how | O_NOFOLLOW | O_CLOEXEC));
    if (!next) {
      const int error = errno;
      // O_DIRECTORY hides a link behind ENOTDIR.
      ASSIGN_OR_RETURN(const Seen seen, Look(current.get(), parts[i]));
      return HostError(seen.link ? ELOOP : error, "open", relative);
    }
    current = std::move(next);
  }
  return current;
}

// Extended attributes are part of a page: its SELinux label, its ACL. A file without them would
// not be the same page; so failing to copy one is failing.
absl::Status CopyAttributes(int from, int to, absl::string_view path) {
  std::string names(kAttributeBytesMax, '\0');
  const ssize_t length = flistxattr(from, names.data(), names.size());
  if (length < 0) {
    if (errno == ENOTSUP) return absl::OkStatus();
    return HostError(errno, "list extended attributes of", path);
  }
  names.resize(static_cast<size_t>(length));
  for (size_t at = 0; at < names.size(); at += strlen(names.c_str() + at) + 1) {
    const char* name = names.c_str() + at;
    std::string value(kAttributeBytesMax, '\0');
    const ssize_t size = fgetxattr(from, name, value.data(), value.size());
    if (size < 0 || fsetxattr(to, name, value.data(), static_cast<size_t>(size), 0) != 0) {
      return HostError(errno, absl::StrCat("copy extended attribute ", name, " of"), path);
    }
  }
  return absl::OkStatus();
}

timespec TimeOf(int64_t ns) {
  timespec t{};
  t.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
  t.tv_nsec = static_cast<long>(ns % 1'000'000'000);
  if (t.tv_nsec < 0) {
    t.tv_nsec += 1'000'000'000;
    --t.tv_sec;
  }
  return t;
}

absl::Status FillFile(int fd, const std::string& name, const NewFile& file) {
  const size_t half = file.content.size() / 2;
  RETURN_IF_ERROR(os::WriteAll(fd, file.content.substr(0, half), name));
  if (file.half_way) file.half_way();
  RETURN_IF_ERROR(os::WriteAll(fd, file.content.substr(half), name));
  if (file.attributes_from >= 0) {
    RETURN_IF_ERROR(CopyAttributes(file.attributes_from, fd, name));
  }
  if (file.whole_meta) {
    RETURN_IF_ERROR(SetMeta(fd, file.meta, name));
  } else if (fchmod(fd, static_cast<mode_t>(file.meta.mode())) != 0) {
    return HostError(errno, "chmod", name);
  }
  if (file.durable && fsync(fd) != 0) return HostError(errno, "sync", name);
  return absl::OkStatus();
}

}  // namespace

absl::Status HostError(int error, absl::string_view what, absl::string_view path) {
  if (error == ELOOP || error == EXDEV) {
    return absl::AbortedError(
        absl::StrCat(what, " ", path, ": a symbolic link stands in the way; it is not followed"));
  }
  if (error == ETXTBSY || error == EBUSY) {
    return absl::PermissionDeniedError(absl::StrCat(what, " ", path, ": ", strerror(error)));
  }
  return os::ErrnoStatus(error, what, path);
}

std::string ParentOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  DRILL_CHECK(slash != absl::string_view::npos && path.size() > 1);
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string LeafOf(absl::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

bool IsWithin(absl::string_view path, absl::string_view prefix) {
  if (prefix == "/") return true;
  return path.substr(0, prefix.size()) == prefix &&
         (path.size() == prefix.size() || path[prefix.size()] == '/');
}

absl::StatusOr<os::Fd> OpenBeneath(int root, const std::string& relative, int flags,
                                   Resolver resolver) {
  for (absl::string_view part : absl::StrSplit(relative, '/')) {
    if (part == ".." || (part.empty() && !relative.empty())) {
      return absl::AbortedError(absl::StrCat("open ", relative, ": not a plain relative path"));
    }
  }
  const std::string name = relative.empty() ? "." : relative;
  if (resolver == Resolver::kSteps) return OpenInSteps(root, name, flags);
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  os::Fd fd(static_cast<int>(syscall(SYS_openat2, root, name.c_str(), &how, sizeof how)));
  if (fd) return fd;
  // EPERM is what old container filters answer to a system call that they do not know.
  if (errno == ENOSYS || errno == EPERM) return OpenInSteps(root, name, flags);
  return HostError(errno, "open", relative);
}

absl::StatusOr<os::Fd> OpenDirectory(const std::string& path) {
  os::Fd root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return HostError(errno, "open", "/");
  auto fd = OpenBeneath(root.get(), path.substr(1), O_RDONLY | O_DIRECTORY);
  if (!fd.ok()) return Annotate(fd.status(), path);
  return fd;
}

Seen SeenOf(const struct stat& st) {
  Seen seen;
  seen.exists = true;
  seen.regular = S_ISREG(st.st_mode);
  seen.directory = S_ISDIR(st.st_mode);
  seen.link = S_ISLNK(st.st_mode);
  seen.meta.set_mode(st.st_mode & 07777);
  seen.meta.set_uid(st.st_uid);
  seen.meta.set_gid(st.st_gid);
  seen.meta.set_mtime_ns(int64_t{st.st_mtim.tv_sec} * 1'000'000'000 + st.st_mtim.tv_nsec);
  seen.meta.set_atime_ns(int64_t{st.st_atim.tv_sec} * 1'000'000'000 + st.st_atim.tv_nsec);
  seen.size = st.st_size;
  seen.device = st.st_dev;
  seen.inode = st.st_ino;
  seen.links = st.st_nlink;
  return seen;
}

absl::StatusOr<Seen> Look(int directory, const std::string& leaf) {
  struct stat st {};
  if (fstatat(directory, leaf.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) return SeenOf(st);
  if (errno == ENOENT) return Seen();
  return HostError(errno, "look at", leaf);
}

absl::StatusOr<os::Fd> OpenForReading(int directory, const std::string& leaf) {
  // O_NONBLOCK: opening a pipe that someone put there must not hang the agent.
  const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  os::Fd fd(openat(directory, leaf.c_str(), flags | O_NOATIME));
  if (!fd && errno == EPERM) fd = os::Fd(openat(directory, leaf.c_str(), flags));
  if (!fd) return HostError(errno, "read", leaf);
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return HostError(errno, "read", leaf);
  if (!S_ISREG(st.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat("read ", leaf, ": not a regular file"));
  }
  return fd;
}

absl::StatusOr<std::string> ReadFrom(int fd, int64_t offset, size_t limit, absl::string_view path) {
  std::string out;
  std::string chunk(kChunkBytes, '\0');
  while (out.size() < limit) {
    const ssize_t got = pread(fd, chunk.data(), std::min(chunk.size(), limit - out.size()),
                              static_cast<off_t>(offset) + static_cast<off_t>(out.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return HostError(errno, "read", path);
    if (got == 0) break;
    out.append(chunk.data(), static_cast<size_t>(got));
  }
  return out;
}

absl::StatusOr<std::string> HashIfSize(int directory, const std::string& leaf, int64_t size) {
  ASSIGN_OR_RETURN(const Seen seen, Look(directory, leaf));
  if (!seen.regular || seen.size != size) return std::string();
  ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(directory, leaf));
  Sha256Stream hash;
  std::string chunk(kChunkBytes, '\0');
  int64_t total = 0;
  for (;;) {
    const ssize_t got = read(fd.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return HostError(errno, "read", leaf);
    if (got == 0) break;
    total += got;
    if (total > size) return std::string();
    hash.Add(absl::string_view(chunk.data(), static_cast<size_t>(got)));
  }
  return total == size ? hash.Finish() : std::string();
}

absl::Status WriteBeside(int directory, const std::string& beside, const NewFile& file) {
  os::Fd fd(openat(directory, beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                   0600));
  if (!fd) return HostError(errno, "create", beside);
  absl::Status status = FillFile(fd.get(), beside, file);
  if (!status.ok()) unlinkat(directory, beside.c_str(), 0);
  return status;
}

absl::Status RenameToFree(int directory, const std::string& from, const std::string& to) {
  if (renameat2(directory, from.c_str(), directory, to.c_str(), RENAME_NOREPLACE) == 0) {
    return absl::OkStatus();
  }
  if (errno != EINVAL && errno != ENOSYS) return HostError(errno, "create", to);
  // A file system without RENAME_NOREPLACE: a hard link is as careful.
  if (linkat(directory, from.c_str(), directory, to.c_str(), 0) != 0) {
    return HostError(errno, "create", to);
  }
  return RemoveName(directory, from);
}

absl::Status RemoveName(int directory, const std::string& leaf) {
  if (unlinkat(directory, leaf.c_str(), 0) == 0 || errno == ENOENT) return absl::OkStatus();
  return HostError(errno, "remove", leaf);
}

absl::Status SetMeta(int fd, const v1::FileMeta& meta, absl::string_view path) {
  struct stat st {};
  if (fstat(fd, &st) != 0) return HostError(errno, "look at", path);
  // Owner first: chown clears set-id bits.
  if ((st.st_uid != meta.uid() || st.st_gid != meta.gid()) &&
      fchown(fd, meta.uid(), meta.gid()) != 0) {
    return HostError(errno, "chown", path);
  }
  if (fchmod(fd, static_cast<mode_t>(meta.mode())) != 0) return HostError(errno, "chmod", path);
  const timespec times[2] = {TimeOf(meta.atime_ns()), TimeOf(meta.mtime_ns())};
  if (futimens(fd, times) != 0) return HostError(errno, "set times of", path);
  return absl::OkStatus();
}

bool SameMeta(const v1::FileMeta& a, const v1::FileMeta& b) {
  return a.mode() == b.mode() && a.uid() == b.uid() && a.gid() == b.gid() &&
         a.mtime_ns() == b.mtime_ns();
}

}  // namespace drill::agent
