#ifndef DRILL_AGENT_UNDOER_H_
#define DRILL_AGENT_UNDOER_H_

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/cleanup.h"
#include "agent/guard.h"
#include "agent/kill_point.h"
#include "agent/steps/step.h"
#include "agent/undo_log.h"

namespace drill::agent {

// Undoes the steps of one undo log, last first, knowing nothing of actions. Compares what is there
// with what we made: ours goes, what is as before stays, anything else is the team's and is left
// alone. Not restored: access and change times, and the times of directories, which tell truly
// that something happened in them.
//
// Needs nothing but the log: works after a crash, a reboot, a change of policy. Can be run again
// after dying anywhere. One thread; arguments must outlive it.
class Undoer {
 public:
  using Facts = UndoFacts;
  Undoer(const UndoLog& log, Facts facts, const KillPoint& kill_point);

  // Looks for what should be there and is not. To be made durable before Run, because after a
  // crash in Run nobody can tell what the team had removed from what Run removed.
  Cleanup Survey() const;
  // How each thing that the order made stands now; of more than 32 a sample. Reads only.
  void Inspect(v1::EffectReport* report) const;
  // Undoes and verifies by reading back. `cleanup` comes from Survey, or from the mark of an
  // earlier Run.
  Cleanup Run(Cleanup cleanup);

 private:
  std::optional<v1::TraceState> InspectOne(size_t index) const;
  Standing StandingOfFile(size_t index) const;
  Standing StandingOfProcess(const v1::UndoStep& step) const;
  // A process with a time of its own (`made_size`, in seconds) that is over.
  bool EndedByItself(const v1::UndoStep& step) const;
  bool Touched(size_t index) const;
  bool IsLastOfItsPath(size_t index) const;
  void UndoOne(size_t index);
  void UndoWith(const Step& how, const v1::UndoStep& step, const Spot& spot, size_t index);
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
  // Paths that the order created; what it made of them later goes with them.
  std::set<std::string> created_;
  // Paths about which all has been said.
  std::set<std::string> settled_;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_UNDOER_H_
