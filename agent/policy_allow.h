#ifndef DRILL_AGENT_POLICY_ALLOW_H_
#define DRILL_AGENT_POLICY_ALLOW_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "drill/v1/host.pb.h"

namespace drill::agent {

// The text of policy.yaml with these commands listed too, first of its `commands`; every other byte
// stays. FailedPrecondition: its `commands` are not written as a block list ("- sha256: ..."), so
// that nothing can be put in by lines. InvalidArgument: the policy has faults.
absl::StatusOr<std::string> WithCommands(absl::string_view policy,
                                         const std::vector<v1::AllowedCommand>& commands);

}  // namespace drill::agent

#endif  // DRILL_AGENT_POLICY_ALLOW_H_
