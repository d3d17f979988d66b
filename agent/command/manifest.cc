#include "agent/command/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/guard.h"
#include "agent/host_files.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "common/os/random.h"

namespace drill::agent {
namespace {

using Entry = v1::HostManifest::Entry;

constexpr size_t kPackBytes = 16 << 20;
constexpr int kDepthMax = 64;
constexpr int64_t kNanosPerSecond = 1'000'000'000;

int64_t Nanos(const timespec& time) {
  return static_cast<int64_t>(time.tv_sec) * kNanosPerSecond + time.tv_nsec;
}

class Taker {
 public:
  Taker(const ManifestOptions& options, bool read) : options_(options), read_(read) {}

  absl::Status Run() {
    for (const std::string& directory : options_.directories) {
      manifest.add_directories(directory);
      const auto spot = OpenLoggedSpot(directory);
      struct stat st {};
      if (!spot.ok() ||
          fstatat(spot->directory.get(), spot->leaf.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) {
        continue;
      }
      device_ = st.st_dev;
      RETURN_IF_ERROR(Take(spot->directory.get(), spot->leaf, directory, 0));
    }
    RETURN_IF_ERROR(Flush());
    std::sort(manifest.mutable_entries()->pointer_begin(),
              manifest.mutable_entries()->pointer_end(),
              [](const Entry* a, const Entry* b) { return a->path() < b->path(); });
    return absl::OkStatus();
  }

  v1::HostManifest manifest;
  int64_t bytes = 0;

 private:
  bool LeftOut(const std::string& path) const {
    return std::any_of(options_.except.begin(), options_.except.end(),
                       [&](const std::string& except) { return IsWithin(path, except); });
  }

  absl::Status Take(int parent, const std::string& leaf, const std::string& path, int depth) {
    if (LeftOut(path) || !taken_.insert(path).second) return absl::OkStatus();
    struct stat st {};
    if (fstatat(parent, leaf.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0) return absl::OkStatus();
    if (taken_.size() > kManifestEntriesMax) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the protected and watched directories hold more than ", kManifestEntriesMax,
                       " names; let the policy's `protect` name fewer"));
    }
    Entry* entry = manifest.add_entries();
    entry->set_path(path);
    entry->set_type(st.st_mode & S_IFMT);
    *entry->mutable_meta() = SeenOf(st).meta;
    entry->mutable_meta()->clear_atime_ns();
    entry->set_inode(st.st_ino);
    entry->set_ctime_ns(Nanos(st.st_ctim));
    if (S_ISREG(st.st_mode)) return TakeFile(parent, leaf, st, entry);
    if (S_ISLNK(st.st_mode)) {
      char target[PATH_MAX];
      const ssize_t size = readlinkat(parent, leaf.c_str(), target, sizeof(target));
      if (size > 0) entry->set_link(std::string(target, static_cast<size_t>(size)));
    }
    if (!S_ISDIR(st.st_mode)) return absl::OkStatus();
    if (st.st_dev != device_ || depth > kDepthMax) {
      manifest.add_skipped(path);
      return absl::OkStatus();
    }
    return TakeDirectory(parent, leaf, path, depth);
  }

  absl::Status TakeDirectory(int parent, const std::string& leaf, const std::string& path,
                             int depth) {
    const int fd = openat(parent, leaf.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    std::unique_ptr<DIR, int (*)(DIR*)> directory(fd < 0 ? nullptr : fdopendir(fd), &closedir);
    if (!directory) {
      manifest.add_skipped(path);
      return absl::OkStatus();
    }
    while (const dirent* name = readdir(directory.get())) {
      const std::string child = name->d_name;
      if (child == "." || child == "..") continue;
      RETURN_IF_ERROR(Take(fd, child, absl::StrCat(path, "/", child), depth + 1));
    }
    return absl::OkStatus();
  }

  absl::Status TakeFile(int parent, const std::string& leaf, const struct stat& st, Entry* entry) {
    entry->set_size(st.st_size);
    bytes += st.st_size;
    if (bytes > options_.bytes_max) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "the protected and watched directories hold more than ", options_.bytes_max,
          " bytes; let the policy's `protect` name fewer, or raise caps.undo_store_bytes_max"));
    }
    if (!read_) return absl::OkStatus();
    const Entry* earlier =
        options_.earlier == nullptr ? nullptr : FindEntry(*options_.earlier, entry->path());
    if (earlier != nullptr && earlier->inode() == entry->inode() &&
        earlier->ctime_ns() == entry->ctime_ns() && earlier->size() == entry->size()) {
      entry->set_sha256(earlier->sha256());
      return absl::OkStatus();
    }
    const auto fd = OpenForReading(parent, leaf);
    const auto content =
        fd.ok() ? ReadFrom(fd->get(), 0, static_cast<size_t>(options_.bytes_max), entry->path())
                : fd.status();
    if (!content.ok()) {
      manifest.add_skipped(entry->path());
      return absl::OkStatus();
    }
    entry->set_size(static_cast<int64_t>(content->size()));
    entry->set_sha256(Sha256(*content));
    return options_.packs.empty() ? absl::OkStatus() : Keep(*content, entry);
  }

  absl::Status Keep(const std::string& content, Entry* entry) {
    if (pack_.size() + content.size() > kPackBytes) RETURN_IF_ERROR(Flush());
    entry->set_pack(absl::StrCat("pre.", packs_));
    entry->set_pack_offset(static_cast<int64_t>(pack_.size()));
    pack_ += content;
    return absl::OkStatus();
  }

  absl::Status Flush() {
    if (pack_.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(os::WriteFileDurably(absl::StrCat(options_.packs, "/pre.", packs_++), pack_));
    pack_.clear();
    return absl::OkStatus();
  }

  const ManifestOptions& options_;
  const bool read_;
  dev_t device_ = 0;
  std::set<std::string> taken_;
  std::string pack_;
  int packs_ = 0;
};

// `chattr +i` and the like would keep everything from being put back.
void ClearAttributes(int parent, const std::string& leaf) {
  const os::Fd fd(openat(parent, leaf.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  int flags = 0;
  if (!fd || ioctl(fd.get(), FS_IOC_GETFLAGS, &flags) != 0) return;
  flags &= ~(FS_IMMUTABLE_FL | FS_APPEND_FL);
  // It fails where we may not; so will then what comes after, and says so.
  if (ioctl(fd.get(), FS_IOC_SETFLAGS, &flags) != 0) return;
}

absl::Status RemoveWhatIsThere(int parent, const std::string& leaf, const std::string& path) {
  for (const bool again : {false, true}) {
    if (unlinkat(parent, leaf.c_str(), 0) == 0 || errno == ENOENT) return absl::OkStatus();
    if ((errno == EISDIR || errno == EPERM) &&
        (unlinkat(parent, leaf.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT)) {
      return absl::OkStatus();
    }
    if (again) break;
    ClearAttributes(parent, leaf);
  }
  return HostError(errno, "remove", path);
}

absl::Status RestoreMeta(int parent, const Entry& entry, const std::string& leaf) {
  const v1::FileMeta& meta = entry.meta();
  if (fchownat(parent, leaf.c_str(), meta.uid(), meta.gid(), AT_SYMLINK_NOFOLLOW) != 0) {
    return HostError(errno, "chown", entry.path());
  }
  if (entry.type() != S_IFLNK &&
      fchmodat(parent, leaf.c_str(), static_cast<mode_t>(meta.mode()), 0) != 0) {
    return HostError(errno, "chmod", entry.path());
  }
  if (entry.type() == S_IFDIR) return absl::OkStatus();
  timespec times[2] = {};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = meta.mtime_ns() / kNanosPerSecond;
  times[1].tv_nsec = meta.mtime_ns() % kNanosPerSecond;
  if (times[1].tv_nsec < 0) {
    times[1].tv_nsec += kNanosPerSecond;
    --times[1].tv_sec;
  }
  if (utimensat(parent, leaf.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    return HostError(errno, "set the time of", entry.path());
  }
  return absl::OkStatus();
}

absl::Status RestoreFile(int parent, const Entry& entry, const std::string& leaf,
                         const std::string& packs) {
  if (entry.pack().empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the content of ", entry.path(), " was not kept: it could not be read"));
  }
  ASSIGN_OR_RETURN(const std::string pack,
                   os::ReadFile(absl::StrCat(packs, "/", entry.pack()), size_t{1} << 31));
  const auto offset = static_cast<size_t>(entry.pack_offset());
  if (offset + static_cast<size_t>(entry.size()) > pack.size()) {
    return absl::DataLossError(absl::StrCat("the kept content of ", entry.path(), " is cut short"));
  }
  const absl::string_view content =
      absl::string_view(pack).substr(offset, static_cast<size_t>(entry.size()));
  if (Sha256(content) != entry.sha256()) {
    return absl::DataLossError(absl::StrCat("the kept content of ", entry.path(), " is damaged"));
  }
  const std::string beside = absl::StrCat(".~", os::RandomId(), ".tmp");
  NewFile file;
  file.content = content;
  file.meta = entry.meta();
  file.durable = true;
  // Extended attributes are on what stands there.
  const auto current = OpenForReading(parent, leaf);
  if (current.ok()) file.attributes_from = current->get();
  RETURN_IF_ERROR(WriteBeside(parent, beside, file));
  for (const bool again : {false, true}) {
    if (renameat(parent, beside.c_str(), parent, leaf.c_str()) == 0) return absl::OkStatus();
    if (again) break;
    ClearAttributes(parent, leaf);
  }
  const int error = errno;
  RETURN_IF_ERROR(RemoveName(parent, beside));
  return HostError(error, "put back", entry.path());
}

absl::Status MakeAgain(int parent, const Entry& entry, const std::string& leaf,
                       const std::string& packs) {
  switch (entry.type()) {
    case S_IFREG:
      return RestoreFile(parent, entry, leaf, packs);
    case S_IFDIR:
      if (mkdirat(parent, leaf.c_str(), 0700) == 0) return absl::OkStatus();
      return HostError(errno, "make directory", entry.path());
    case S_IFLNK:
      if (symlinkat(entry.link().c_str(), parent, leaf.c_str()) == 0) return absl::OkStatus();
      return HostError(errno, "link", entry.path());
    case S_IFIFO:
      if (mkfifoat(parent, leaf.c_str(), 0600) == 0) return absl::OkStatus();
      return HostError(errno, "make pipe", entry.path());
    default:
      return absl::FailedPreconditionError(
          absl::StrCat(entry.path(), " was a socket or a device, which cannot be made again"));
  }
}

}  // namespace

absl::StatusOr<v1::HostManifest> TakeManifest(const ManifestOptions& options) {
  Taker taker(options, true);
  RETURN_IF_ERROR(taker.Run());
  return std::move(taker.manifest);
}

absl::StatusOr<int64_t> ManifestBytes(const ManifestOptions& options) {
  Taker taker(options, false);
  RETURN_IF_ERROR(taker.Run());
  return taker.bytes;
}

const Entry* FindEntry(const v1::HostManifest& manifest, const std::string& path) {
  const auto& entries = manifest.entries();
  const auto found =
      std::lower_bound(entries.begin(), entries.end(), path,
                       [](const Entry& entry, const std::string& p) { return entry.path() < p; });
  return found != entries.end() && found->path() == path ? &*found : nullptr;
}

bool SameEntry(const Entry* a, const Entry* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->type() == b->type() && a->meta().mode() == b->meta().mode() &&
         a->meta().uid() == b->meta().uid() && a->meta().gid() == b->meta().gid() &&
         (a->type() == S_IFDIR || a->meta().mtime_ns() == b->meta().mtime_ns()) &&
         a->size() == b->size() && a->sha256() == b->sha256() && a->link() == b->link();
}

std::set<std::string> DifferentPaths(const v1::HostManifest& a, const v1::HostManifest& b) {
  std::set<std::string> paths;
  for (const Entry& entry : a.entries()) {
    if (!SameEntry(&entry, FindEntry(b, entry.path()))) paths.insert(entry.path());
  }
  for (const Entry& entry : b.entries()) {
    if (FindEntry(a, entry.path()) == nullptr) paths.insert(entry.path());
  }
  return paths;
}

absl::Status PutBack(const v1::HostManifest& before, const std::string& packs,
                     const std::string& path) {
  ASSIGN_OR_RETURN(const Spot spot, OpenLoggedSpot(path));
  const int parent = spot.directory.get();
  const Entry* entry = FindEntry(before, path);
  if (entry == nullptr) return RemoveWhatIsThere(parent, spot.leaf, path);
  struct stat st {};
  bool there = fstatat(parent, spot.leaf.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
  if (there && (st.st_mode & S_IFMT) != entry->type()) {
    RETURN_IF_ERROR(RemoveWhatIsThere(parent, spot.leaf, path));
    there = false;
  }
  bool whole = there;
  if (there && entry->type() == S_IFREG) {
    const auto hash = HashIfSize(parent, spot.leaf, entry->size());
    whole = hash.ok() && *hash == entry->sha256();
  } else if (there && entry->type() == S_IFLNK) {
    RETURN_IF_ERROR(RemoveWhatIsThere(parent, spot.leaf, path));
    whole = false;
  }
  if (!whole) RETURN_IF_ERROR(MakeAgain(parent, *entry, spot.leaf, packs));
  const absl::Status status = RestoreMeta(parent, *entry, spot.leaf);
  if (status.ok()) return status;
  ClearAttributes(parent, spot.leaf);
  return RestoreMeta(parent, *entry, spot.leaf);
}

}  // namespace drill::agent
