#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/host_files.h"
#include "agent/log_lines.h"
#include "agent/steps/file_identity.h"
#include "agent/steps/step.h"
#include "common/base/digest.h"
#include "common/base/status.h"

// A log, emptied in place: the daemon that has it open goes on writing to it. The log of undo has
// the content set aside (`before_sha256`, in the store; the step is written again if more came
// before it was emptied) and which file it was (`made_sha256` of FileIdentity), so that a rotated
// log is known.
//
// Putting back must not lose a line that a daemon appends in the middle. First the content is
// appended: that moves the end of the file, so that what comes later already stands where it will
// stay. Where the append landed says how much had been written since. That part goes into a journal
// beside the file; then both are written in their right order over the same bytes.
namespace drill::agent {
namespace {

constexpr size_t kReadBytesMax = 256 << 20;
// A log that grows faster than it can be set aside so often is not cleared.
constexpr int kTriesMax = 10;

absl::StatusOr<struct stat> Stat(int fd, absl::string_view path) {
  struct stat st {};
  if (fstat(fd, &st) != 0) return HostError(errno, "look at", path);
  return st;
}

bool SameState(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && SameMeta(SeenOf(a).meta, SeenOf(b).meta);
}

// The longest end of `text` that is a beginning of `content`: an append cut short.
size_t Overlap(absl::string_view text, absl::string_view content) {
  for (size_t length = std::min(text.size(), content.size()); length > 0; --length) {
    if (absl::EndsWith(text, content.substr(0, length))) return length;
  }
  return 0;
}

absl::Status WriteAt(int fd, absl::string_view bytes, absl::string_view path) {
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t put =
        pwrite(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return HostError(errno, "write", path);
    done += static_cast<size_t>(put);
  }
  if (fsync(fd) != 0) return HostError(errno, "sync", path);
  return absl::OkStatus();
}

class ClearFile : public Step {
 public:
  absl::Status Apply(const ApplyContext& context) const override {
    const std::string& path = context.step.path();
    ASSIGN_OR_RETURN(const Spot spot, context.guard.OpenSpot(path));
    const os::Fd fd(openat(spot.directory.get(), spot.leaf.c_str(),
                           O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) return HostError(errno, "open", path);
    ASSIGN_OR_RETURN(const std::string identity, FileIdentity(fd.get(), path));
    if (Sha256(identity) != context.step.made_sha256()) {
      return absl::FailedPreconditionError(
          absl::StrCat(path, " was rotated or replaced while it was being cleared"));
    }
    std::string aside = context.change.content_before.make();
    // Where nobody else has it open, nobody can write until `fd` is closed.
    TakeWriteLease(fd.get());
    for (int tries = 0; tries < kTriesMax; ++tries) {
      ASSIGN_OR_RETURN(const struct stat before, Stat(fd.get(), path));
      ASSIGN_OR_RETURN(std::string now, ReadFrom(fd.get(), 0, kClearBytesMax + 1, path));
      if (!absl::StartsWith(now, aside) || now.size() > kClearBytesMax) {
        return absl::FailedPreconditionError(
            absl::StrCat(path, " was changed by somebody else while it was being cleared"));
      }
      if (now.size() > aside.size()) {
        RETURN_IF_ERROR(SetAside(context, now));
        aside = std::move(now);
        continue;
      }
      context.reach("set_aside");
      // Nothing between this look and the next call: a line written there would be lost.
      ASSIGN_OR_RETURN(const struct stat last, Stat(fd.get(), path));
      if (!SameState(before, last)) continue;
      if (ftruncate(fd.get(), 0) != 0) return HostError(errno, "clear", path);
      if (fsync(fd.get()) != 0) return HostError(errno, "sync", path);
      return absl::OkStatus();
    }
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is written to faster than it can be set aside; nothing was cleared"));
  }

  absl::Status Verify(const ApplyContext& context, const Spot& spot) const override {
    const std::string& path = context.step.path();
    ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
    ASSIGN_OR_RETURN(const std::string identity, FileIdentity(fd.get(), path));
    const std::string before = context.change.content_before.make();
    ASSIGN_OR_RETURN(const std::string now, ReadFrom(fd.get(), 0, before.size(), path));
    if (Sha256(identity) == context.step.made_sha256() && now != before) return absl::OkStatus();
    return absl::PermissionDeniedError(
        absl::StrCat(path, " was put back as soon as it was cleared by something on this host"));
  }

  void Survey(const UndoContext& context, const Spot& spot) const override {
    const auto same = IsSame(context, spot);
    if (same.ok() && !*same) Rotated(context);
  }

  Standing Inspect(const UndoContext& context, const Spot& spot) const override {
    const auto same = IsSame(context, spot);
    const auto before = context.log.Load(context.step.before_sha256());
    const auto fd = OpenForReading(spot.directory.get(), spot.leaf);
    const auto now = before.ok() && fd.ok()
                         ? ReadFrom(fd->get(), 0, kReadBytesMax, context.step.path())
                         : absl::StatusOr<std::string>(absl::UnavailableError("cannot be read"));
    if (!same.ok() || !now.ok()) return {v1::TRACE_FATE_UNKNOWN, "cannot be read"};
    // Also in another file of that name: put back from a copy.
    if (absl::StrContains(*now, *before)) return {v1::TRACE_FATE_CHANGED, "holds its lines again"};
    if (*same) return {v1::TRACE_FATE_STANDING, ""};
    return {v1::TRACE_FATE_UNKNOWN, "was rotated or replaced"};
  }

  void Undo(const UndoContext& context, const Spot& spot) const override {
    const auto seen = Look(spot.directory.get(), spot.leaf);
    if (!seen.ok()) return context.Fail(seen.status());
    absl::Status status;
    const auto same =
        seen->exists && seen->regular ? IsSame(context, spot) : absl::StatusOr<bool>(false);
    if (!same.ok()) return context.Fail(same.status());
    if (*same) {
      status = PutBack(context, spot);
    } else {
      Rotated(context);
    }
    if (status.ok()) status = RemoveName(spot.directory.get(), LeafOf(context.step.beside()));
    if (!status.ok()) context.Fail(status);
  }

  std::string VerifyUndone(const UndoContext& context, const Spot& spot) const override {
    const auto beside = Look(spot.directory.get(), LeafOf(context.step.beside()));
    if (!beside.ok() || beside->exists) return "has a file of ours beside it";
    const auto before = context.log.Load(context.step.before_sha256());
    const auto fd = OpenForReading(spot.directory.get(), spot.leaf);
    if (!before.ok() || !fd.ok()) return "cannot be read";
    const auto now = ReadFrom(fd->get(), 0, before->size(), context.step.path());
    return now.ok() && *now == *before ? "" : "does not begin as it did before";
  }

 private:
  static absl::Status SetAside(const ApplyContext& context, const std::string& content) {
    const std::string hash = Sha256(content);
    RETURN_IF_ERROR(context.log.Store(hash, content));
    v1::UndoEntry entry;
    *entry.mutable_step() = context.step;
    entry.mutable_step()->set_before_sha256(hash);
    return context.log.Append({entry});
  }

  static void Rotated(const UndoContext& context) {
    context.LeaveAlone(absl::StrCat(
        "was rotated, replaced or removed by somebody else; what was cleared was not put back",
        context.Kept()));
  }

  static absl::StatusOr<bool> IsSame(const UndoContext& context, const Spot& spot) {
    ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
    ASSIGN_OR_RETURN(const std::string identity, FileIdentity(fd.get(), context.step.path()));
    return Sha256(identity) == context.step.made_sha256();
  }

  // What was written since, as the journal beside the file has it; nothing: there is no whole one.
  static std::optional<std::string> Journal(const UndoContext& context, const Spot& spot) {
    const auto fd = OpenForReading(spot.directory.get(), LeafOf(context.step.beside()));
    if (!fd.ok()) return std::nullopt;
    const auto text = ReadFrom(fd->get(), 0, kReadBytesMax, context.step.beside());
    if (!text.ok() || text->size() < kSha256Bytes) return std::nullopt;
    std::string since = text->substr(kSha256Bytes);
    if (Sha256(since) != text->substr(0, kSha256Bytes)) return std::nullopt;
    return since;
  }

  // Has the content in the file once, wherever; returns what stands in front of it.
  static absl::StatusOr<std::string> Append(const UndoContext& context, const Spot& spot,
                                            const std::string& before) {
    const std::string& path = context.step.path();
    ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
    ASSIGN_OR_RETURN(std::string now, ReadFrom(fd.get(), 0, kReadBytesMax, path));
    if (now.size() == kReadBytesMax) {
      return absl::FailedPreconditionError("it has grown above 256 MiB");
    }
    size_t at = now.find(before);
    if (at == std::string::npos) {
      const os::Fd appender(openat(spot.directory.get(), spot.leaf.c_str(),
                                   O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
      if (!appender) return HostError(errno, "append to", path);
      const absl::string_view rest = absl::string_view(before).substr(Overlap(now, before));
      RETURN_IF_ERROR(os::WriteAll(appender.get(), rest, path));
      if (fdatasync(appender.get()) != 0) return HostError(errno, "sync", path);
      context.reach("appended");
      ASSIGN_OR_RETURN(now, ReadFrom(fd.get(), 0, kReadBytesMax, path));
      at = now.find(before);
      if (at == std::string::npos) {
        return absl::AbortedError("it is being changed by somebody else; undo it again");
      }
    }
    return now.substr(0, at);
  }

  static absl::Status PutBack(const UndoContext& context, const Spot& spot) {
    const std::string& path = context.step.path();
    ASSIGN_OR_RETURN(const std::string before, context.log.Load(context.step.before_sha256()));
    const os::Fd fd(openat(spot.directory.get(), spot.leaf.c_str(),
                           O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) return HostError(errno, "open", path);
    std::optional<std::string> since = Journal(context, spot);
    if (!since) {
      ASSIGN_OR_RETURN(since, Append(context, spot, before));
      if (!since->empty()) RETURN_IF_ERROR(WriteJournal(context, spot, *since));
    }
    if (!since->empty()) {
      RETURN_IF_ERROR(WriteAt(fd.get(), before + *since, path));
      context.reach("written");
    }
    ASSIGN_OR_RETURN(const struct stat st, Stat(fd.get(), path));
    if (st.st_size != static_cast<int64_t>(before.size())) return absl::OkStatus();
    // Nobody has written since: its times are to be as they were.
    v1::FileMeta meta = SeenOf(st).meta;
    meta.set_mtime_ns(context.step.before().mtime_ns());
    meta.set_atime_ns(context.step.before().atime_ns());
    RETURN_IF_ERROR(SetMeta(fd.get(), meta, path));
    if (fsync(fd.get()) != 0) return HostError(errno, "sync", path);
    return absl::OkStatus();
  }

  static absl::Status WriteJournal(const UndoContext& context, const Spot& spot,
                                   const std::string& since) {
    const std::string beside = LeafOf(context.step.beside());
    RETURN_IF_ERROR(RemoveName(spot.directory.get(), beside));  // one cut short
    const std::string text = absl::StrCat(Sha256(since), since);
    NewFile file;
    file.content = text;
    file.meta.set_mode(0600);
    file.durable = true;
    file.half_way = [&] { context.reach("half"); };
    RETURN_IF_ERROR(WriteBeside(spot.directory.get(), beside, file));
    context.reach("journal");
    return absl::OkStatus();
  }
};

}  // namespace

const Step& ClearFileStep() {
  static const ClearFile step;
  return step;
}

}  // namespace drill::agent
