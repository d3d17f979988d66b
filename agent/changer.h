#ifndef DRILL_AGENT_CHANGER_H_
#define DRILL_AGENT_CHANGER_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "agent/actions/action.h"
#include "agent/guard.h"
#include "agent/kill_point.h"
#include "agent/steps/step.h"
#include "agent/undo_log.h"

namespace drill::agent {

// Makes the changes of one plan: the only code of the agent that changes the host in the forward
// direction. Used once, in the order Begin, Apply, Verify; one thread. Nothing is copied: all
// arguments must outlive it.
class Changer {
 public:
  Changer(const Guard& guard, const ActionPlan& plan, UndoLog& log,
          const std::string& decoy_program, const KillPoint& kill_point);

  // Makes contents that undo needs, the order, `starting` and every step durable, in one write.
  // On error nothing is on the host. FailedPrecondition: what was planned over has changed since.
  absl::Status Begin(const v1::Order& order, const std::string& boot_id);

  // Makes the changes in order, stops at the first that fails. PermissionDenied: a control of the
  // host stopped it (not allowed, or gone as soon as it was made); any other: our failure.
  absl::Status Apply();

  // Reads back everything that was made. PermissionDenied: a control removed or changed it.
  absl::Status Verify() const;

  // Steps that may have left something on the host.
  size_t steps_touched() const { return touched_; }
  // At most kTracesInline, the last one included; REQUIRES: Apply was OK.
  std::vector<v1::Trace> Traces() const;
  int traces_total() const;
  // Of the processes that run, by pid. REQUIRES: not called before.
  std::map<int, DecoyCounts> TakeCounts() { return std::move(counts_); }

  static constexpr size_t kTracesInline = 32;

 private:
  absl::Status CheckUnchanged(const Change& change) const;
  ApplyContext ContextOf(size_t index) const;
  absl::Status ApplyOne(size_t index);
  absl::Status MakeDirectory(const Change& change);
  absl::Status Create(const Change& change, size_t index);
  absl::Status Replace(const Change& change, size_t index);
  absl::Status Append(const Change& change);
  absl::Status Remove(const Change& change);
  absl::Status Run(const Change& change, size_t index);
  bool HasEndedByItself(size_t index) const;
  absl::Status VerifyOne(size_t index) const;
  void Reach(size_t index, absl::string_view what) const;

  const Guard& guard_;
  const ActionPlan& plan_;
  UndoLog& log_;
  const std::string& decoy_program_;
  const KillPoint& kill_point_;
  std::vector<v1::UndoStep> steps_;
  std::vector<int64_t> made_at_us_;
  std::vector<ProcessId> processes_;  // by index of change
  std::vector<v1::Trace> found_;      // what a command was seen to change
  std::map<int, DecoyCounts> counts_;
  size_t touched_ = 0;
};

// Is `bytes` in the file, from `from` on? Reads at most 64 MiB.
absl::StatusOr<bool> Holds(int fd, int64_t from, absl::string_view bytes, absl::string_view path);

}  // namespace drill::agent

#endif  // DRILL_AGENT_CHANGER_H_
