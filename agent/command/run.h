#ifndef DRILL_AGENT_COMMAND_RUN_H_
#define DRILL_AGENT_COMMAND_RUN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/process.h"

namespace drill::agent {

// Output that is kept; more is read and dropped.
inline constexpr size_t kCommandOutputMax = 64 << 10;

struct CommandSpec {
  std::string shell;  // "sh", "bash"
  std::string text;
  int64_t time_limit_us = 0;
  // Name of its cgroup, below the agent's own.
  std::string group;
  // Asked now and then; true ends it as its time limit would.
  std::function<bool()> cancelled;
};

struct CommandResult {
  bool exited = false;  // else ended by `signal`
  int exit_code = 0;
  int signal = 0;
  bool timed_out = false;  // or cancelled
  // Processes that it left behind, and that were ended.
  int left_behind = 0;
  std::string output;  // both streams
  bool output_cut = false;
  // "exit code 0", "ended by signal 9"; and what else there is to say.
  std::string Describe() const;
};

// Runs `/bin/SHELL -c TEXT` by execve under a minder, a process that adopts whatever the command
// leaves behind and ends it: when the command has ended, when its time is over (SIGTERM, after 2 s
// SIGKILL), and when the agent dies. Own session, own cgroup where cgroup v2 lets us make one,
// clean environment, no terminal, standard input /dev/null, directory /tmp.
//
// `on_spawned` is told the minder's id before anything of the command runs; an error of it calls
// the command off. PermissionDenied: the host does not let the shell run; any other: ours.
absl::StatusOr<CommandResult> RunShellCommand(
    const CommandSpec& spec, const std::function<absl::Status(const ProcessId&)>& on_spawned);

// A program of the host, without a shell.
struct ProgramSpec {
  std::string program;                 // absolute path
  std::vector<std::string> arguments;  // without its name
  int64_t time_limit_us = 0;
  std::function<bool()> cancelled = {};  // as CommandSpec's
};
// Runs it as RunShellCommand does, in no cgroup of its own. Errors as there.
absl::StatusOr<CommandResult> RunProgram(const ProgramSpec& spec);

// After a crash: ends what is left of a command's cgroup, and removes it. Nothing there is fine.
absl::Status EndCommandGroup(const std::string& group);

}  // namespace drill::agent

#endif  // DRILL_AGENT_COMMAND_RUN_H_
