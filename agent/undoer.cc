#include "agent/undoer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/command/command.h"
#include "agent/host_files.h"
#include "agent/log_lines.h"
#include "agent/process.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/clock.h"

namespace drill::agent {
Undoer::Undoer(const UndoLog& log, Facts facts, const KillPoint& kill_point)
    : log_(log), facts_(std::move(facts)), kill_point_(kill_point) {
  for (const v1::UndoStep& step : log_.steps()) {
    if (step.kind() == v1::STEP_KIND_REMOVE_FILE) removed_.insert(step.path());
    if (step.kind() == v1::STEP_KIND_CREATE_FILE) created_.insert(step.path());
  }
}

// Nobody needed to end it.
bool Undoer::EndedByItself(const v1::UndoStep& step) const {
  const int64_t started = log_.MarkedAt(v1::UNDO_STATE_STARTING);
  return step.made_size() > 0 && started > 0 &&
         os::BootMicros() >= started + step.made_size() * 1'000'000;
}

// A step may stand in the log again, with what became known while it was made: the last one holds.
bool Undoer::IsLastOfItsPath(size_t index) const {
  const auto& steps = log_.steps();
  return std::none_of(steps.begin() + static_cast<ptrdiff_t>(index) + 1, steps.end(),
                      [&](const v1::UndoStep& later) {
                        return later.kind() == steps[index].kind() &&
                               later.path() == steps[index].path();
                      });
}

bool Undoer::Touched(size_t index) const {
  const v1::UndoStep& step = log_.steps()[index];
  return index < facts_.steps_touched || step.pid() != 0 || step.kind() == v1::STEP_KIND_CLEAR_FILE;
}

Cleanup Undoer::Survey() const {
  Cleanup cleanup;
  // Before `applied`, what is not there was never made, as far as anybody knows.
  if (!facts_.was_applied) return cleanup;
  const auto gone = [&](absl::string_view what, absl::string_view how) {
    cleanup.Worsen(v1::CLEANUP_RESULT_SUPERSEDED, absl::StrCat(what, how));
  };
  for (size_t i = 0; i < log_.steps().size(); ++i) {
    const v1::UndoStep& step = log_.steps()[i];
    if (step.kind() == v1::STEP_KIND_PROCESS) {
      if (EndedByItself(step)) continue;
      // A reboot ends processes by itself.
      if (step.pid() != 0 && facts_.same_boot && !IsAlive({step.pid(), step.pid_start_ticks()})) {
        gone(absl::StrCat("process ", step.pid()), " had been ended by somebody else before undo");
      }
      continue;
    }
    // Its own look comes with its undo.
    if (step.kind() == v1::STEP_KIND_COMMAND) continue;
    if (step.kind() == v1::STEP_KIND_REMOVE_FILE || removed_.count(step.path()) != 0) continue;
    if (!IsLastOfItsPath(i)) continue;
    if (const Step* how = FindStep(step.kind()); how != nullptr && !how->has_path()) {
      std::set<std::string> settled;
      how->Survey({log_, step, facts_, {}, cleanup, settled}, Spot());
      continue;
    }
    const auto spot = OpenLoggedSpot(step.path());
    const auto seen = spot.ok() ? Look(spot->directory.get(), spot->leaf) : spot.status();
    if (absl::IsNotFound(seen.status()) || (seen.ok() && !seen->exists)) {
      gone(step.path(), " had been removed or moved by somebody else before undo");
    } else if (const Step* how = FindStep(step.kind()); how != nullptr && seen.ok()) {
      std::set<std::string> settled;
      how->Survey({log_, step, facts_, {}, cleanup, settled}, *spot);
    } else if (step.kind() == v1::STEP_KIND_APPEND && seen.ok()) {
      const auto bytes = log_.Load(step.made_sha256());
      const auto lines = bytes.ok() ? FindLines(*spot, step.size_before(), *bytes) : bytes.status();
      if (lines.ok() && *lines == LinesAre::kAbsent) {
        gone(step.path(),
             ": our lines were not in it any more before undo; it was rotated or "
             "cleaned by somebody else");
      }
    }
  }
  return cleanup;
}

Cleanup Undoer::Run(Cleanup cleanup) {
  cleanup_ = std::move(cleanup);
  settled_.clear();
  for (size_t i = log_.steps().size(); i-- > 0;) {
    if (!Touched(i)) continue;
    kill_point_(absl::StrCat("undo.", i, ".before"));
    UndoOne(i);
    kill_point_(absl::StrCat("undo.", i, ".after"));
  }
  SyncParents();
  for (size_t i = 0; i < log_.steps().size(); ++i) {
    if (Touched(i) && (FindStep(log_.steps()[i].kind()) == nullptr || IsLastOfItsPath(i))) {
      VerifyOne(log_.steps()[i]);
    }
  }
  if (log_.damaged()) {
    cleanup_.Worsen(v1::CLEANUP_RESULT_RESIDUE,
                    absl::StrCat("the undo log ", log_.directory(),
                                 "/log is damaged; what could be read of it was undone, and what "
                                 "else the order changed must be looked for by hand"));
  }
  return cleanup_;
}

void Undoer::LeaveAlone(const v1::UndoStep& step, absl::string_view why) {
  settled_.insert(step.path());
  cleanup_.Worsen(v1::CLEANUP_RESULT_SUPERSEDED, absl::StrCat(step.path(), " ", why));
}

void Undoer::Fail(const v1::UndoStep& step, const absl::Status& status) {
  settled_.insert(step.path());
  cleanup_.Worsen(v1::CLEANUP_RESULT_RESIDUE,
                  absl::StrCat(step.path(), " could not be undone: ", status.message()));
}

void Undoer::UndoOne(size_t index) {
  const v1::UndoStep& step = log_.steps()[index];
  if (step.kind() == v1::STEP_KIND_PROCESS) return UndoProcess(step);
  if (step.kind() == v1::STEP_KIND_REMOVE_FILE) return;
  if (step.kind() == v1::STEP_KIND_COMMAND) {
    // Its later entries only tell pids.
    if (step.pid() != 0) return;
    return UndoCommand(
        log_, facts_,
        [this, index](absl::string_view what) {
          kill_point_(absl::StrCat("undo.", index, ".", what));
        },
        &cleanup_);
  }
  if (const Step* how = FindStep(step.kind()); how != nullptr && !how->has_path()) {
    return UndoWith(*how, step, Spot(), index);
  }
  auto spot = OpenLoggedSpot(step.path());
  if (absl::IsNotFound(spot.status())) {
    // Its directory is gone; the survey has said so. But a page is the owner's.
    if (HoldsOwnersContent(step.kind()) && created_.count(step.path()) == 0) {
      LeaveAlone(step, "is gone with its directory; it was not put back");
    }
    return;
  }
  if (absl::IsAborted(spot.status())) {
    return LeaveAlone(step, "is now reached by a symbolic link, which is not followed");
  }
  if (!spot.ok()) return Fail(step, spot.status());
  if (const Step* how = FindStep(step.kind()); how != nullptr) {
    if (IsLastOfItsPath(index)) UndoWith(*how, step, *spot, index);
    return;
  }
  if (!step.beside().empty()) {
    const absl::Status removed = RemoveName(spot->directory.get(), LeafOf(step.beside()));
    if (!removed.ok()) Fail(step, removed);
  }
  // What was made of our own file goes with it, when its creation is undone.
  if (step.kind() == v1::STEP_KIND_REPLACE_FILE && created_.count(step.path()) != 0) return;
  switch (step.kind()) {
    case v1::STEP_KIND_CREATE_FILE:
      return UndoCreate(step, *spot);
    case v1::STEP_KIND_MAKE_DIRECTORY:
      return UndoDirectory(step, *spot);
    case v1::STEP_KIND_REPLACE_FILE:
      return UndoReplace(step, *spot, index);
    case v1::STEP_KIND_APPEND:
      return UndoAppend(step, *spot);
    default:
      return Fail(step, absl::UnimplementedError("this agent does not know this kind of step"));
  }
}

void Undoer::UndoWith(const Step& how, const v1::UndoStep& step, const Spot& spot, size_t index) {
  const auto reach = [this, index](absl::string_view what) {
    kill_point_(absl::StrCat("undo.", index, ".", what));
  };
  how.Undo({log_, step, facts_, reach, cleanup_, settled_}, spot);
}

absl::StatusOr<bool> Undoer::IsOurs(const v1::UndoStep& step, const Spot& spot) const {
  for (const v1::UndoStep& made : log_.steps()) {
    // Of a file that we created, also what a later step made of it.
    const bool counts =
        &made == &step || (step.kind() == v1::STEP_KIND_CREATE_FILE && made.path() == step.path());
    if (!counts || made.made_sha256().empty()) continue;
    ASSIGN_OR_RETURN(const std::string hash,
                     HashIfSize(spot.directory.get(), spot.leaf, made.made_size()));
    if (!hash.empty() && hash == made.made_sha256()) return true;
  }
  if (facts_.same_boot || step.kind() != v1::STEP_KIND_CREATE_FILE) return false;
  // Decoys are not synced one by one: power loss may leave one empty, or of zero bytes.
  ASSIGN_OR_RETURN(const Seen seen, Look(spot.directory.get(), spot.leaf));
  if (!seen.regular || seen.size > step.made_size()) return false;
  ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
  ASSIGN_OR_RETURN(const std::string text,
                   ReadFrom(fd.get(), 0, static_cast<size_t>(step.made_size()), spot.leaf));
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '\0'; });
}

void Undoer::UndoCreate(const v1::UndoStep& step, const Spot& spot) {
  const auto seen = Look(spot.directory.get(), spot.leaf);
  if (!seen.ok()) return Fail(step, seen.status());
  if (!seen->exists) return;
  const auto ours = IsOurs(step, spot);
  if (!ours.ok()) return Fail(step, ours.status());
  if (!*ours) return LeaveAlone(step, "is not what we made any more; it was left alone");
  const absl::Status removed = RemoveName(spot.directory.get(), spot.leaf);
  if (!removed.ok()) Fail(step, removed);
}

void Undoer::UndoDirectory(const v1::UndoStep& step, const Spot& spot) {
  if (unlinkat(spot.directory.get(), spot.leaf.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) {
    return;
  }
  if (errno == ENOTEMPTY || errno == EEXIST) {
    return LeaveAlone(step, "holds files that are not ours; it was left");
  }
  if (errno == ENOTDIR) return LeaveAlone(step, "is no directory any more; it was left alone");
  Fail(step, HostError(errno, "remove directory", step.path()));
}

void Undoer::UndoReplace(const v1::UndoStep& step, const Spot& spot, size_t index) {
  const auto seen = Look(spot.directory.get(), spot.leaf);
  if (!seen.ok()) return Fail(step, seen.status());
  const auto ours = IsOurs(step, spot);
  if (!ours.ok()) return Fail(step, ours.status());
  if (*ours) {
    const absl::Status restored = Restore(step, spot, index);
    if (!restored.ok()) Fail(step, restored);
    return;
  }
  const auto before = log_.Load(step.before_sha256());
  if (before.ok() && SameMeta(seen->meta, step.before())) {
    const auto hash =
        HashIfSize(spot.directory.get(), spot.leaf, static_cast<int64_t>(before->size()));
    if (hash.ok() && *hash == step.before_sha256()) return;
  }
  const std::string kept = absl::StrCat("; what was there before is kept as ", facts_.kept, "/",
                                        Hex(step.before_sha256()));
  LeaveAlone(step, absl::StrCat(seen->exists ? "was changed by somebody else and left alone"
                                             : "was removed by somebody else and not put back",
                                kept));
}

absl::Status Undoer::Restore(const v1::UndoStep& step, const Spot& spot, size_t index) {
  ASSIGN_OR_RETURN(const std::string before, log_.Load(step.before_sha256()));
  const std::string beside = LeafOf(step.beside());
  ASSIGN_OR_RETURN(const os::Fd current, OpenForReading(spot.directory.get(), spot.leaf));
  NewFile file;
  file.content = before;
  file.meta = step.before();
  file.whole_meta = true;
  file.attributes_from = current.get();
  file.durable = true;
  file.half_way = [&] { kill_point_(absl::StrCat("undo.", index, ".half")); };
  RETURN_IF_ERROR(WriteBeside(spot.directory.get(), beside, file));
  kill_point_(absl::StrCat("undo.", index, ".written"));
  // As late as can be: the team may be restoring the page at this very moment.
  ASSIGN_OR_RETURN(const bool still_ours, IsOurs(step, spot));
  if (!still_ours) {
    RETURN_IF_ERROR(RemoveName(spot.directory.get(), beside));
    LeaveAlone(step, "was changed by somebody else while it was being restored");
    return absl::OkStatus();
  }
  if (renameat(spot.directory.get(), beside.c_str(), spot.directory.get(), spot.leaf.c_str()) !=
      0) {
    const int error = errno;
    RETURN_IF_ERROR(RemoveName(spot.directory.get(), beside));
    return HostError(error, "restore", step.path());
  }
  return absl::OkStatus();
}

void Undoer::UndoAppend(const v1::UndoStep& step, const Spot& spot) {
  settled_.insert(step.path());
  const auto bytes = log_.Load(step.made_sha256());
  if (!bytes.ok()) return Fail(step, bytes.status());
  const auto lines = FindLines(spot, step.size_before(), *bytes);
  if (!lines.ok()) return Fail(step, lines.status());
  if (*lines == LinesAre::kAbsent) return;
  absl::Status cut = absl::FailedPreconditionError("the policy lets them stay");
  if (facts_.remove_log_lines) {
    std::string ours = *bytes;
    if (*lines == LinesAre::kPartAtTheEnd) {
      const auto seen = Look(spot.directory.get(), spot.leaf);
      if (!seen.ok()) return Fail(step, seen.status());
      ours.resize(static_cast<size_t>(seen->size - step.size_before()));
    }
    cut = CutLines(spot, step, ours);
  }
  if (cut.ok()) return;
  cleanup_.Worsen(
      v1::CLEANUP_RESULT_DECLARED,
      absl::StrCat(std::count(bytes->begin(), bytes->end(), '\n'),
                   " lines of failed log-ins stay in ", step.path(), ": ", cut.message()));
}

void Undoer::UndoProcess(const v1::UndoStep& step) {
  // No pid: it was never let go, and ended when the agent did. Another boot: the pid is another's.
  if (step.pid() == 0 || !facts_.same_boot) return;
  const absl::Status killed = KillSession({step.pid(), step.pid_start_ticks()});
  if (!killed.ok()) cleanup_.Worsen(v1::CLEANUP_RESULT_RESIDUE, killed.message());
}

void Undoer::SyncParents() {
  std::set<std::string> parents;
  for (const v1::UndoStep& step : log_.steps()) {
    if (!step.path().empty()) parents.insert(ParentOf(step.path()));
  }
  for (const std::string& parent : parents) {
    const auto directory = OpenDirectory(parent);
    if (!directory.ok()) continue;  // gone, or a link by now: nothing of ours is in it
    if (fsync(directory->get()) != 0) {
      cleanup_.Worsen(v1::CLEANUP_RESULT_RESIDUE, HostError(errno, "sync", parent).message());
    }
  }
}

// VERIFIED is said only of what was looked at afterwards.
void Undoer::VerifyOne(const v1::UndoStep& step) {
  const auto still = [&](absl::string_view what) {
    cleanup_.Worsen(v1::CLEANUP_RESULT_RESIDUE, absl::StrCat(what, " after undo"));
  };
  if (step.kind() == v1::STEP_KIND_COMMAND) return;
  if (step.kind() == v1::STEP_KIND_PROCESS) {
    if (step.pid() != 0 && facts_.same_boot && IsAlive({step.pid(), step.pid_start_ticks()})) {
      still(absl::StrCat("process ", step.pid(), " still runs"));
    }
    return;
  }
  if (settled_.count(step.path()) != 0) return;
  if (const Step* how = FindStep(step.kind()); how != nullptr && !how->has_path()) {
    const std::string fault =
        how->VerifyUndone({log_, step, facts_, {}, cleanup_, settled_}, Spot());
    if (!fault.empty()) still(fault);
    return;
  }
  const auto spot = OpenLoggedSpot(step.path());
  if (absl::IsNotFound(spot.status())) return;
  if (const Step* how = FindStep(step.kind()); how != nullptr && spot.ok()) {
    const std::string fault =
        how->VerifyUndone({log_, step, facts_, {}, cleanup_, settled_}, *spot);
    if (!fault.empty()) still(absl::StrCat(step.path(), " ", fault));
    return;
  }
  const auto seen = spot.ok() ? Look(spot->directory.get(), spot->leaf) : spot.status();
  if (!seen.ok()) return still(absl::StrCat(step.path(), " cannot be looked at"));
  if (step.kind() != v1::STEP_KIND_REPLACE_FILE || created_.count(step.path()) != 0) {
    if (seen->exists) still(absl::StrCat(step.path(), " is still there"));
  } else {
    const auto before = log_.Load(step.before_sha256());
    const auto hash = before.ok() ? HashIfSize(spot->directory.get(), spot->leaf,
                                               static_cast<int64_t>(before->size()))
                                  : before.status();
    if (!hash.ok() || *hash != step.before_sha256() || !SameMeta(seen->meta, step.before())) {
      still(absl::StrCat(step.path(), " is not as it was before"));
    }
  }
  if (step.beside().empty()) return;
  const auto beside = Look(spot->directory.get(), LeafOf(step.beside()));
  if (!beside.ok() || beside->exists) still(absl::StrCat(step.beside(), " is still there"));
}

}  // namespace drill::agent
