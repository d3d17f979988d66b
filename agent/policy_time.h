#ifndef DRILL_AGENT_POLICY_TIME_H_
#define DRILL_AGENT_POLICY_TIME_H_

#include <cstdint>

#include "absl/status/status.h"
#include "agent/policy.h"

// When the owner lets orders start: `hours` and `blackouts` of the policy, in +07:00. Pure.
namespace drill::agent {

// Adds what is wrong with the two lists.
void CheckPolicyTimes(const v1::Policy& policy, FaultList* faults);

// PermissionDenied: nothing may start at this wall time; says which day or hours forbid it.
// REQUIRES: CheckPolicyTimes finds no fault.
absl::Status AllowTime(const v1::Policy& policy, int64_t wall_us);

}  // namespace drill::agent

#endif  // DRILL_AGENT_POLICY_TIME_H_
