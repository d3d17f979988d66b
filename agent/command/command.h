#ifndef DRILL_AGENT_COMMAND_COMMAND_H_
#define DRILL_AGENT_COMMAND_COMMAND_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agent/cleanup.h"
#include "agent/undo_log.h"
#include "drill/v1/action.pb.h"
#include "drill/v1/host.pb.h"

namespace drill::agent {

// What exec.atomic runs, and where it looks for what that changed.
struct CommandPlan {
  v1::ExecAtomic atomic;
  std::vector<std::string> directories;  // absolute, links resolved
  int64_t time_limit_us = 0;
  int64_t bytes_max = 0;  // of the contents of `directories`
  // Asked now and then while it runs; true ends it as its time limit would. Any thread may make it
  // true.
  std::function<bool()> called_off;
};

// STEP_KIND_COMMAND. Nothing that a command says of itself is believed: the directories are looked
// at before, with their contents kept beside the log, and after; the difference is the effect.
//
// Beside the log: before, after (HostManifest), pre.N (contents), others (CommandCleanup), output.

// Runs prerequisite and command; what it changed becomes `traces`, times in BOOTTIME.
// FailedPrecondition: the host is not as the command needs it. PermissionDenied: a control of the
// host stopped it. ResourceExhausted: the directories hold too much. Cancelled: the order was
// called off before the command was run; called off while it runs, it ends well, with what it has
// done.
absl::Status ApplyCommand(const CommandPlan& plan, const v1::UndoStep& step, UndoLog& log,
                          const std::function<void(absl::string_view)>& reach,
                          std::vector<v1::Trace>* traces);

// Ends what still runs, lets the command's own clean-up run, then puts back whatever still differs,
// apart from what somebody else has changed since the command. Can be run again after dying
// anywhere; needs the log's directory alone.
void UndoCommand(const UndoLog& log, const UndoFacts& facts,
                 const std::function<void(absl::string_view)>& reach, Cleanup* cleanup);

}  // namespace drill::agent

#endif  // DRILL_AGENT_COMMAND_COMMAND_H_
