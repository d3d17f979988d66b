#ifndef DRILL_AGENT_ACTIONS_NETWORK_PLAN_H_
#define DRILL_AGENT_ACTIONS_NETWORK_PLAN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/actions/action.h"

// What the kinds that talk to the network have in common: each plans one process of its own. Pure.
namespace drill::agent {

// A process named `name` that does `task`, ending itself a minute after the agent should have ended
// it. Traces: the process, and the addresses that it talks to.
Change NetworkProcess(const std::string& name, v1::NetworkTask task, const Limits& limits);

void CheckProcessName(const std::string& name, FaultList* faults);
void CheckRange(absl::string_view name, int64_t value, int64_t min, int64_t max, FaultList* faults);
// A path of HTTP that cannot end its line.
void CheckHttpPath(absl::string_view path, FaultList* faults);
// One line of at most 200 bytes.
void CheckLine(absl::string_view name, absl::string_view text, FaultList* faults);

// PermissionDenied: `value` was asked for and is above the owner's cap.
absl::Status CheckCap(absl::string_view kind, absl::string_view name, int64_t value, int64_t cap);
// What is not asked for keeps below the cap by itself.
int AtMost(int default_value, int cap);

}  // namespace drill::agent

#endif  // DRILL_AGENT_ACTIONS_NETWORK_PLAN_H_
