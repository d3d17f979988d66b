#ifndef DRILL_AGENT_COMMANDS_H_
#define DRILL_AGENT_COMMANDS_H_

#include <map>
#include <string>

#include "absl/status/status.h"

// The commands of drill-agent, as the owner of a host gives them. Each is one function of the flags
// that its row in commands.cc lists; what a person should read goes to standard output.
namespace drill::agent {

using Flags = std::map<std::string, std::string>;

// Exit code: 0 done, 1 refused or failed, 2 wrong usage.
int RunCommand(int argc, char** argv);

// cmd_policy.cc. `policy check [--scenario FILE]`: faults of the policy, how its probes answer,
// what of the scenario this host would refuse, without a controller. FailedPrecondition: at least
// one probe fails or action would be refused; all are printed.
absl::Status CheckPolicyCommand(Flags& flags);

// cmd_policy_allow.cc. `policy allow --from SCENARIO`: shows the owner each command of it that this
// host does not allow yet, asks, and adds those allowed to policy.yaml.
absl::Status AllowPolicyCommand(Flags& flags);

// cmd_stop.cc. `stop`: tells a running agent to undo everything and waits until it has ended; where
// none runs, undoes by itself. DeadlineExceeded, Internal: something is left, and is named.
absl::Status StopCommand(Flags& flags);
// `recover`: finishes what a crash or reboot cut off, before anything else starts.
absl::Status RecoverCommand(Flags& flags);

// cmd_install.cc. `install`: copies the program, writes the systemd unit and the directory.
// `uninstall`: undoes everything, then takes all of that away again.
absl::Status InstallCommand(Flags& flags);
absl::Status UninstallCommand(Flags& flags);

}  // namespace drill::agent

#endif  // DRILL_AGENT_COMMANDS_H_
