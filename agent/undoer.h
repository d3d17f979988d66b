#ifndef DRILL_AGENT_UNDOER_H_
#define DRILL_AGENT_UNDOER_H_

#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/guard.h"
#include "agent/kill_point.h"
#include "agent/undo_log.h"

namespace drill::agent {

// The result of a clean-up: the worst of its parts, and what is to be said about it, at most 32
// notes of 512 bytes.
class Cleanup {
 public:
  Cleanup() = default;
  explicit Cleanup(const v1::UndoMark& mark);

  // Residue is worse than superseded, than declared, than verified.
  void Worsen(v1::CleanupResult result, absl::string_view note);
  v1::CleanupResult result() const { return result_; }
  std::vector<std::string> notes() const;

 private:
  v1::CleanupResult result_ = v1::CLEANUP_RESULT_VERIFIED;
  std::vector<std::string> notes_;
  size_t more_ = 0;
};

// Undoes the steps of one undo log, last first, knowing nothing of actions. Compares what is there
// with what we made: ours goes, what is as before stays, anything else is the team's and is left
// alone. Not restored: access and change times, and the times of directories, which tell truly
// that something happened in them.
//
// Needs nothing but the log: works after a crash, a reboot, a change of policy. Can be run again
// after dying anywhere. One thread; arguments must outlive it.
class Undoer {
 public:
  struct Facts {
    bool was_applied = false;       // every change had been made and verified
    bool same_boot = true;          // as when the log was begun
    bool remove_log_lines = false;  // the owner's policy
    // Only the first so many planned steps can have left anything.
    size_t steps_touched = std::numeric_limits<size_t>::max();
    // Where contents go that are kept because they could not be put back.
    std::string kept;
  };
  Undoer(const UndoLog& log, Facts facts, const KillPoint& kill_point);

  // Looks for what should be there and is not. To be made durable before Run, because after a
  // crash in Run nobody can tell what the team had removed from what Run removed.
  Cleanup Survey() const;
  // Undoes and verifies by reading back. `cleanup` comes from Survey, or from the mark of an
  // earlier Run.
  Cleanup Run(Cleanup cleanup);

 private:
  bool Touched(size_t index) const;
  void UndoOne(size_t index);
  void UndoCreate(const v1::UndoStep& step, const Spot& spot);
  void UndoDirectory(const v1::UndoStep& step, const Spot& spot);
  void UndoReplace(const v1::UndoStep& step, const Spot& spot, size_t index);
  absl::Status Restore(const v1::UndoStep& step, const Spot& spot, size_t index);
  void UndoAppend(const v1::UndoStep& step, const Spot& spot);
  void UndoProcess(const v1::UndoStep& step);
  void VerifyOne(const v1::UndoStep& step);
  void SyncParents();
  void LeaveAlone(const v1::UndoStep& step, absl::string_view why);
  void Fail(const v1::UndoStep& step, const absl::Status& status);
  absl::StatusOr<bool> IsOurs(const v1::UndoStep& step, const Spot& spot) const;

  const UndoLog& log_;
  const Facts facts_;
  const KillPoint& kill_point_;
  Cleanup cleanup_;
  // Paths that a later step of the order removed itself.
  std::set<std::string> removed_;
  // Paths about which all has been said.
  std::set<std::string> settled_;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_UNDOER_H_
