#include "agent/changer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/host_files.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/random.h"

namespace drill::agent {
namespace {

constexpr size_t kSearchBytesMax = 64 << 20;

// Something of the host took away what had just been made: that is a control at work.
absl::Status Vanished(absl::string_view path) {
  return absl::PermissionDeniedError(
      absl::StrCat(path, " was gone as soon as it was made: something on this host removed it"));
}

absl::Status Altered(absl::string_view path) {
  return absl::PermissionDeniedError(
      absl::StrCat(path, " was changed as soon as it was made by something on this host"));
}

// What lies in a directory that we made can only be missing if it, or the directory, was removed.
absl::Status VanishedIfMissing(absl::Status status, absl::string_view path) {
  return absl::IsNotFound(status) ? Vanished(path) : status;
}

// Random, so that whatever bears this name is ours, whole or torn.
std::string BesideOf(const Change& change) {
  return absl::StrCat(ParentOf(change.path), "/.~", os::RandomId(), ".tmp");
}

v1::UndoStep StepOf(const Change& change) {
  v1::UndoStep step;
  step.set_kind(change.kind);
  step.set_path(change.path);
  step.set_made_sha256(change.content.sha256);
  step.set_made_size(change.content.size);
  switch (change.kind) {
    case v1::STEP_KIND_REPLACE_FILE:
    case v1::STEP_KIND_ADD_LINES:
    case v1::STEP_KIND_CLEAR_FILE:
    case v1::STEP_KIND_ACCOUNT:
      if (change.content_before.make) {
        step.set_before_sha256(change.content_before.sha256);
        *step.mutable_before() = change.before;
      }
      step.set_beside(BesideOf(change));
      break;
    case v1::STEP_KIND_FILL_FILE:
      *step.mutable_before() = change.before;
      step.set_made_size(change.fill_bytes);
      step.set_beside(BesideOf(change));
      break;
    case v1::STEP_KIND_CREATE_FILE:
      step.set_beside(BesideOf(change));
      break;
    case v1::STEP_KIND_UNIT:
      step.mutable_unit()->set_unit(change.unit.unit);
      step.mutable_unit()->set_began_us(change.unit.began_us);
      step.mutable_unit()->set_timer(change.unit.timer);
      step.mutable_unit()->set_deadline_us(os::MonotonicMicros() + change.unit.lasts_us);
      break;
    case v1::STEP_KIND_PROCESS:
      step.set_made_size(change.ends_after_seconds);
      break;
    case v1::STEP_KIND_APPEND:
      *step.mutable_before() = change.before;
      step.set_size_before(change.size_before);
      break;
    default:
      break;
  }
  return step;
}

}  // namespace

Changer::Changer(const Guard& guard, const ActionPlan& plan, UndoLog& log,
                 const std::string& decoy_program, const KillPoint& kill_point)
    : guard_(guard),
      plan_(plan),
      log_(log),
      decoy_program_(decoy_program),
      kill_point_(kill_point),
      made_at_us_(plan.changes.size()),
      processes_(plan.changes.size()) {}

void Changer::Reach(size_t index, absl::string_view what) const {
  kill_point_(absl::StrCat("change.", index, ".", what));
}

absl::Status Changer::CheckUnchanged(const Change& change) const {
  ASSIGN_OR_RETURN(const Spot spot, guard_.OpenSpot(change.path));
  ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
  ASSIGN_OR_RETURN(const std::string hash,
                   HashIfSize(spot.directory.get(), spot.leaf, change.content_before.size));
  if (hash == change.content_before.sha256 &&
      (change.over_own || SameMeta(seen.meta, change.before))) {
    return absl::OkStatus();
  }
  if (change.over_own) return seen.exists ? Altered(change.path) : Vanished(change.path);
  return absl::FailedPreconditionError(
      absl::StrCat(change.path, " was changed by somebody else while it was being replaced"));
}

absl::Status Changer::Begin(const v1::Order& order, const std::string& boot_id) {
  for (const Change& change : plan_.changes) {
    for (const Content* content : ContentsToStore(change)) {
      RETURN_IF_ERROR(log_.Store(content->sha256, content->make()));
    }
  }
  const int64_t now = os::BootMicros();
  std::vector<v1::UndoEntry> entries(2 + plan_.changes.size());
  *entries[0].mutable_opened()->mutable_order() = order;
  entries[0].mutable_opened()->set_boot_id(boot_id);
  entries[1].mutable_mark()->set_state(v1::UNDO_STATE_STARTING);
  for (size_t i = 0; i < plan_.changes.size(); ++i) {
    steps_.push_back(StepOf(plan_.changes[i]));
    *entries[2 + i].mutable_step() = steps_.back();
  }
  for (v1::UndoEntry& entry : entries) entry.set_boot_us(now);
  kill_point_("starting.before");
  RETURN_IF_ERROR(log_.Append(entries));
  kill_point_("starting.after");
  return absl::OkStatus();
}

absl::Status Changer::Apply() {
  std::set<std::string> parents;
  for (size_t i = 0; i < plan_.changes.size(); ++i) {
    const Change& change = plan_.changes[i];
    Reach(i, "before");
    touched_ = i + 1;
    made_at_us_[i] = os::BootMicros();
    RETURN_IF_ERROR(ApplyOne(i));
    Reach(i, "after");
    if (!change.path.empty()) parents.insert(ParentOf(change.path));
  }
  // So that `applied`, once durable, is not about names that power loss takes away again.
  for (const std::string& parent : parents) {
    auto directory = OpenDirectory(parent);
    if (!directory.ok()) return VanishedIfMissing(directory.status(), parent);
    if (fsync(directory->get()) != 0) return HostError(errno, "sync", parent);
  }
  return absl::OkStatus();
}

absl::Status Changer::ApplyOne(size_t index) {
  const Change& change = plan_.changes[index];
  if (const Step* how = FindStep(change.kind);
      how != nullptr && change.kind != v1::STEP_KIND_ADD_LINES) {
    absl::Status status = how->Apply(ContextOf(index));
    // A log that is gone was rotated; a file of ours that is gone was removed.
    return HoldsOwnersContent(change.kind) ? status : VanishedIfMissing(status, change.path);
  }
  switch (change.kind) {
    case v1::STEP_KIND_MAKE_DIRECTORY:
      return MakeDirectory(change);
    case v1::STEP_KIND_CREATE_FILE:
      return VanishedIfMissing(Create(change, index), change.path);
    case v1::STEP_KIND_REPLACE_FILE:
      // A page of the owner's that is gone is their doing; what we had just made is a control's.
      return change.over_own ? VanishedIfMissing(Replace(change, index), change.path)
                             : Replace(change, index);
    case v1::STEP_KIND_ADD_LINES:
      return change.content_before.make ? Replace(change, index) : Create(change, index);
    case v1::STEP_KIND_APPEND:
      return Append(change);
    case v1::STEP_KIND_REMOVE_FILE:
      return VanishedIfMissing(Remove(change), change.path);
    case v1::STEP_KIND_PROCESS:
      return Run(change, index);
    case v1::STEP_KIND_COMMAND:
      return ApplyCommand(
          change.command, steps_[index], log_,
          [this, index](absl::string_view what) { Reach(index, what); }, &found_);
    default:
      return absl::InternalError("a plan with a change of no kind");
  }
}

ApplyContext Changer::ContextOf(size_t index) const {
  return {guard_, plan_.changes[index], steps_[index], log_,
          [this, index](absl::string_view what) { Reach(index, what); }};
}

absl::Status Changer::MakeDirectory(const Change& change) {
  ASSIGN_OR_RETURN(const Spot spot, guard_.OpenSpot(change.path));
  if (mkdirat(spot.directory.get(), spot.leaf.c_str(), static_cast<mode_t>(change.mode)) != 0) {
    const int error = errno;
    --touched_;  // what stands there is somebody else's
    return HostError(error, "make directory", change.path);
  }
  // The umask must not decide. Opened without following: only what was just made can be reached.
  ASSIGN_OR_RETURN(const os::Fd fd, OpenBeneath(spot.directory.get(), spot.leaf,
                                                O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  if (fchmod(fd.get(), static_cast<mode_t>(change.mode)) != 0) {
    return HostError(errno, "chmod", change.path);
  }
  return absl::OkStatus();
}

absl::Status Changer::Create(const Change& change, size_t index) {
  ASSIGN_OR_RETURN(const Spot spot, guard_.OpenSpot(change.path));
  const std::string beside = LeafOf(steps_[index].beside());
  const std::string content = change.content.make();
  NewFile file;
  file.content = content;
  file.meta.set_mode(change.mode);
  file.half_way = [&] { Reach(index, "half"); };
  RETURN_IF_ERROR(Annotate(WriteBeside(spot.directory.get(), beside, file), change.path));
  Reach(index, "written");
  return Annotate(RenameToFree(spot.directory.get(), beside, spot.leaf), change.path);
}

absl::Status Changer::Replace(const Change& change, size_t index) {
  ASSIGN_OR_RETURN(const Spot spot, guard_.OpenSpot(change.path));
  const std::string beside = LeafOf(steps_[index].beside());
  ASSIGN_OR_RETURN(const os::Fd old, OpenForReading(spot.directory.get(), spot.leaf));
  const std::string content = change.content.make();
  NewFile file;
  file.content = content;
  // The web server must be able to read it as it read the page; its time is now.
  file.meta = change.before;
  if (change.over_own) file.meta.set_mode(change.mode);
  const int64_t now_ns = os::WallMicros() * 1000;
  file.meta.set_mtime_ns(now_ns);
  file.meta.set_atime_ns(now_ns);
  file.whole_meta = !change.over_own;
  file.attributes_from = old.get();
  file.durable = true;
  file.half_way = [&] { Reach(index, "half"); };
  RETURN_IF_ERROR(Annotate(WriteBeside(spot.directory.get(), beside, file), change.path));
  Reach(index, "written");
  // As late as can be: from the pre-image to here, somebody may have edited the page.
  RETURN_IF_ERROR(CheckUnchanged(change));
  if (renameat(spot.directory.get(), beside.c_str(), spot.directory.get(), spot.leaf.c_str()) !=
      0) {
    return HostError(errno, "replace", change.path);
  }
  return absl::OkStatus();
}

absl::Status Changer::Append(const Change& change) {
  ASSIGN_OR_RETURN(const Spot spot, guard_.OpenSpot(change.path));
  const os::Fd fd(openat(spot.directory.get(), spot.leaf.c_str(),
                         O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return HostError(errno, "append to", change.path);
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return HostError(errno, "append to", change.path);
  if (!S_ISREG(st.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(change.path, " is no regular file any more"));
  }
  // One write, so that no other writer's line gets in between ours.
  const std::string content = change.content.make();
  RETURN_IF_ERROR(os::WriteAll(fd.get(), content, change.path));
  if (fdatasync(fd.get()) != 0) return HostError(errno, "sync", change.path);
  return absl::OkStatus();
}

absl::Status Changer::Remove(const Change& change) {
  ASSIGN_OR_RETURN(const Spot spot, guard_.OpenSpot(change.path));
  ASSIGN_OR_RETURN(const std::string hash,
                   HashIfSize(spot.directory.get(), spot.leaf, change.content.size));
  if (hash != change.content.sha256) {
    ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
    return seen.exists ? Altered(change.path) : Vanished(change.path);
  }
  return Annotate(RemoveName(spot.directory.get(), spot.leaf), change.path);
}

absl::Status Changer::Run(const Change& change, size_t index) {
  DecoySpec spec = change.decoy;
  spec.program = decoy_program_;
  ASSIGN_OR_RETURN(Decoy decoy, Decoy::Spawn(spec));
  Reach(index, "spawned");
  v1::UndoEntry entry;
  entry.set_boot_us(os::BootMicros());
  *entry.mutable_step() = steps_[index];
  entry.mutable_step()->set_pid(decoy.id().pid);
  entry.mutable_step()->set_pid_start_ticks(decoy.id().start_ticks);
  RETURN_IF_ERROR(log_.Append({entry}));
  Reach(index, "logged");
  processes_[index] = decoy.id();
  const absl::Status went = decoy.Go();
  if (went.ok()) counts_[decoy.id().pid] = decoy.TakeCounts();
  return absl::IsPermissionDenied(went) && HasEndedByItself(index) ? absl::OkStatus() : went;
}

// On a busy host a short time of its own may be over before anybody looks.
bool Changer::HasEndedByItself(size_t index) const {
  const int64_t seconds = plan_.changes[index].ends_after_seconds;
  return seconds > 0 && os::BootMicros() >= made_at_us_[index] + seconds * 1'000'000;
}

absl::Status Changer::Verify() const {
  std::set<absl::string_view> changed_again;
  for (const Change& change : plan_.changes) {
    if (change.kind == v1::STEP_KIND_REMOVE_FILE || change.over_own) {
      changed_again.insert(change.path);
    }
  }
  for (size_t i = 0; i < plan_.changes.size(); ++i) {
    const Change& change = plan_.changes[i];
    // What the plan itself takes away or changes again is checked at that step.
    if (change.kind == v1::STEP_KIND_CREATE_FILE && changed_again.count(change.path) != 0) continue;
    RETURN_IF_ERROR(VerifyOne(i));
  }
  return absl::OkStatus();
}

absl::Status Changer::VerifyOne(size_t index) const {
  const Change& change = plan_.changes[index];
  // What it did has been looked at, and is what it is.
  if (change.kind == v1::STEP_KIND_COMMAND) return absl::OkStatus();
  if (change.kind == v1::STEP_KIND_PROCESS) {
    if (IsAlive(processes_[index]) || HasEndedByItself(index)) return absl::OkStatus();
    return absl::PermissionDeniedError(
        absl::StrCat("process ", change.decoy.name, " was ended as soon as it was started"));
  }
  if (const Step* how = FindStep(change.kind); how != nullptr && !how->has_path()) {
    return how->Verify(ContextOf(index), Spot());
  }
  auto spot = guard_.OpenSpot(change.path);
  if (!spot.ok()) return VanishedIfMissing(spot.status(), change.path);
  ASSIGN_OR_RETURN(const Seen seen, Look(spot->directory.get(), spot->leaf));
  if (change.kind == v1::STEP_KIND_REMOVE_FILE) {
    return seen.exists ? Altered(change.path) : absl::OkStatus();
  }
  if (!seen.exists) return Vanished(change.path);
  if (const Step* how = FindStep(change.kind);
      how != nullptr && change.kind != v1::STEP_KIND_ADD_LINES) {
    return how->Verify(ContextOf(index), *spot);
  }
  if (change.kind == v1::STEP_KIND_MAKE_DIRECTORY) {
    return seen.directory ? absl::OkStatus() : Altered(change.path);
  }
  if (change.kind == v1::STEP_KIND_APPEND) {
    ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot->directory.get(), spot->leaf));
    ASSIGN_OR_RETURN(const bool holds,
                     Holds(fd.get(), change.size_before, change.content.make(), change.path));
    return holds ? absl::OkStatus() : Altered(change.path);
  }
  ASSIGN_OR_RETURN(const std::string hash,
                   HashIfSize(spot->directory.get(), spot->leaf, change.content.size));
  return hash == change.content.sha256 ? absl::OkStatus() : Altered(change.path);
}

std::vector<v1::Trace> Changer::Traces() const {
  std::vector<v1::Trace> traces(
      found_.begin(),
      found_.begin() + static_cast<std::ptrdiff_t>(std::min(found_.size(), kTracesInline)));
  for (size_t i = 0; i < plan_.changes.size(); ++i) {
    const Change& change = plan_.changes[i];
    for (const TraceSpec& spec : change.traces) {
      v1::Trace trace;
      trace.mutable_artefact()->set_kind(spec.kind);
      trace.mutable_artefact()->set_value(spec.value);
      trace.set_noticeable(spec.noticeable);
      trace.set_at_us(made_at_us_[i]);
      if (spec.kind == v1::ARTEFACT_KIND_PATH && !change.content.sha256.empty() &&
          change.kind != v1::STEP_KIND_CLEAR_FILE) {
        trace.set_size(change.fill_bytes > 0 ? change.fill_bytes : change.content.size);
        if (change.fill_bytes == 0) trace.set_sha256(change.content.sha256);
      }
      if (spec.kind == v1::ARTEFACT_KIND_PROCESS) trace.set_pid(processes_[i].pid);
      // The last one (the ransom note) is worth more than the 32nd document.
      if (traces.size() == kTracesInline) traces.pop_back();
      traces.push_back(std::move(trace));
    }
  }
  return traces;
}

int Changer::traces_total() const {
  size_t total = found_.size();
  for (const Change& change : plan_.changes) total += change.traces.size();
  return static_cast<int>(total);
}

absl::StatusOr<bool> Holds(int fd, int64_t from, absl::string_view bytes, absl::string_view path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFrom(fd, from, kSearchBytesMax, path));
  return absl::string_view(text).find(bytes) != absl::string_view::npos;
}

}  // namespace drill::agent
