#ifndef DRILL_AGENT_STEPS_STEP_H_
#define DRILL_AGENT_STEPS_STEP_H_

#include <functional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/actions/action.h"
#include "agent/cleanup.h"
#include "agent/guard.h"
#include "agent/undo_log.h"
#include "drill/v1/exercise.pb.h"
#include "drill/v1/host.pb.h"

namespace drill::agent {

// The content of a log that can be set aside, at most.
inline constexpr size_t kClearBytesMax = 32 << 20;
// What tells a large file of ours apart stands in its first bytes.
inline constexpr size_t kFillHeadBytes = 4096;

// Each of the files that hold accounts, at most.
inline constexpr size_t kAccountFileBytesMax = 8 << 20;

// What a step needs to be made. Nothing is copied.
struct ApplyContext {
  const Guard& guard;
  const Change& change;
  const v1::UndoStep& step;  // as it stands in the log
  UndoLog& log;
  std::function<void(absl::string_view what)> reach;  // kill points
};

// What a step needs to be looked for and undone: the log, never the plan. Nothing is copied.
struct UndoContext {
  const UndoLog& log;
  const v1::UndoStep& step;
  const UndoFacts& facts;
  std::function<void(absl::string_view what)> reach;
  Cleanup& cleanup;
  // Paths about which all has been said; VerifyUndone is not asked about them.
  std::set<std::string>& settled;

  // The team's own change stands there. `why` follows the path.
  void LeaveAlone(absl::string_view why) const;
  void Fail(const absl::Status& status) const;
  // "; what was there before is kept as ..."
  std::string Kept() const;
};

// How what we made is found before it is undone.
struct Standing {
  v1::TraceFate fate = v1::TRACE_FATE_UNKNOWN;
  std::string why;
};

// One kind of step that the changer and the undoer do not do themselves: how it is made, found,
// undone and checked. Without state; any thread.
//
// Undo compares what is there with what the log says we left: ours goes, what is as before stays,
// anything else is the team's and is left alone. It may be called again after dying anywhere.
class Step {
 public:
  virtual ~Step() = default;
  // False: it is no name of the host's files; spots are empty then.
  virtual bool has_path() const { return true; }
  // PermissionDenied: a control of the host stopped it; any other: our failure.
  virtual absl::Status Apply(const ApplyContext& context) const = 0;
  // PermissionDenied: a control removed or changed it.
  virtual absl::Status Verify(const ApplyContext& context, const Spot& spot) const = 0;
  // Something stands under the name; is it ours still? Says in `cleanup` what is not.
  virtual void Survey(const UndoContext& context, const Spot& spot) const = 0;
  virtual void Undo(const UndoContext& context, const Spot& spot) const = 0;
  // Something stands under the name: how does it stand with what we made? Only reads. `why`, when
  // set, is English, and follows the path.
  virtual Standing Inspect(const UndoContext& context, const Spot& spot) const;
  // Empty, or what is still not as it should be.
  virtual std::string VerifyUndone(const UndoContext& context, const Spot& spot) const = 0;
};

// Null: the changer and the undoer do it themselves, or it is not known.
const Step* FindStep(v1::StepKind kind);

// Does this kind change what the owner had, so that its pre-image may be the last copy?
bool HoldsOwnersContent(v1::StepKind kind);

// The one function of each kind's file.
const Step& EditLinesStep();
const Step& ClearFileStep();
const Step& FillFileStep();
const Step& AccountStep();
const Step& StoppedUnitStep();

}  // namespace drill::agent

#endif  // DRILL_AGENT_STEPS_STEP_H_
