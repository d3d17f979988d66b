#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "agent/host_files.h"
#include "agent/steps/step.h"
#include "common/base/digest.h"
#include "common/base/status.h"

// A large file: a few random-looking bytes that tell it apart, then blocks that are reserved and
// never written. In the log: `made_sha256` of those bytes, `made_size` of the file, and in `before`
// the time that it is given. Whoever writes to it afterwards changes that time, so that undo knows
// without reading gigabytes.
namespace drill::agent {
namespace {

constexpr size_t kHeadBytes = kFillHeadBytes;

absl::Status Reserve(int fd, int64_t size, absl::string_view path) {
  int result = 0;
  do {
    result = fallocate(fd, 0, 0, static_cast<off_t>(size));
  } while (result != 0 && errno == EINTR);
  if (result == 0) return absl::OkStatus();
  if (errno == EOPNOTSUPP || errno == ENOSYS) {
    return absl::FailedPreconditionError(
        absl::StrCat("the file system of ", path, " cannot reserve space; choose another `dir`"));
  }
  return HostError(errno, "reserve space for", path);
}

absl::StatusOr<bool> IsOurs(const v1::UndoStep& step, int fd) {
  struct stat st {};
  if (fstat(fd, &st) != 0) return HostError(errno, "look at", step.path());
  const Seen seen = SeenOf(st);
  if (!seen.regular || seen.size != step.made_size() ||
      seen.meta.mtime_ns() != step.before().mtime_ns()) {
    return false;
  }
  ASSIGN_OR_RETURN(const std::string head, ReadFrom(fd, 0, kHeadBytes, step.path()));
  return Sha256(head) == step.made_sha256();
}

class FillFile : public Step {
 public:
  absl::Status Apply(const ApplyContext& context) const override {
    const v1::UndoStep& step = context.step;
    ASSIGN_OR_RETURN(const Spot spot, context.guard.OpenSpot(step.path()));
    const int directory = spot.directory.get();
    const std::string beside = LeafOf(step.beside());
    const os::Fd fd(openat(directory, beside.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return HostError(errno, "create", step.beside());
    context.reach("half");
    absl::Status status = os::WriteAll(fd.get(), context.change.content.make(), step.path());
    if (status.ok()) status = Reserve(fd.get(), step.made_size(), step.path());
    if (status.ok() && fsync(fd.get()) != 0) status = HostError(errno, "sync", step.path());
    struct stat st {};
    if (status.ok() && fstat(fd.get(), &st) != 0) status = HostError(errno, "look at", step.path());
    v1::FileMeta meta = SeenOf(st).meta;
    meta.set_mode(context.change.mode);
    meta.set_mtime_ns(step.before().mtime_ns());
    meta.set_atime_ns(step.before().mtime_ns());
    if (status.ok()) status = SetMeta(fd.get(), meta, step.path());
    if (status.ok()) {
      context.reach("written");
      status = RenameToFree(directory, beside, spot.leaf);
    }
    // Its space comes back now, not only when undo gets to it.
    if (!status.ok()) unlinkat(directory, beside.c_str(), 0);
    return status;
  }

  absl::Status Verify(const ApplyContext& context, const Spot& spot) const override {
    ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
    ASSIGN_OR_RETURN(const bool ours, IsOurs(context.step, fd.get()));
    if (ours) return absl::OkStatus();
    return absl::PermissionDeniedError(absl::StrCat(
        context.step.path(), " was changed as soon as it was made by something on this host"));
  }

  void Survey(const UndoContext&, const Spot&) const override {}

  Standing Inspect(const UndoContext& context, const Spot& spot) const override {
    const auto fd = OpenForReading(spot.directory.get(), spot.leaf);
    const auto ours = fd.ok() ? IsOurs(context.step, fd->get()) : fd.status();
    if (!ours.ok()) return {v1::TRACE_FATE_UNKNOWN, "cannot be read"};
    if (*ours) return {v1::TRACE_FATE_STANDING, ""};
    return {v1::TRACE_FATE_CHANGED, "is not what we made any more"};
  }

  void Undo(const UndoContext& context, const Spot& spot) const override {
    const int directory = spot.directory.get();
    const absl::Status removed = RemoveName(directory, LeafOf(context.step.beside()));
    if (!removed.ok()) return context.Fail(removed);
    const os::Fd fd(
        openat(directory, spot.leaf.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd && errno == ENOENT) return;
    if (!fd && errno != ELOOP && errno != EISDIR) {
      return context.Fail(HostError(errno, "open", context.step.path()));
    }
    const auto ours = fd ? IsOurs(context.step, fd.get()) : absl::StatusOr<bool>(false);
    if (!ours.ok()) return context.Fail(ours.status());
    if (!*ours) return context.LeaveAlone("is not what we made any more; it was left alone");
    const absl::Status gone = RemoveName(directory, spot.leaf);
    if (!gone.ok()) return context.Fail(gone);
    // A program that holds it open must not keep the disk full. In this order: a crash in between
    // leaves a file without a name, never one that undo does not know again.
    if (ftruncate(fd.get(), 0) != 0) {
      context.Fail(HostError(errno, "free the space of", context.step.path()));
    }
  }

  std::string VerifyUndone(const UndoContext& context, const Spot& spot) const override {
    for (const std::string& leaf : {spot.leaf, LeafOf(context.step.beside())}) {
      const auto seen = Look(spot.directory.get(), leaf);
      if (!seen.ok() || seen->exists) return "is still there";
    }
    return "";
  }
};

}  // namespace

const Step& FillFileStep() {
  static const FillFile step;
  return step;
}

}  // namespace drill::agent
