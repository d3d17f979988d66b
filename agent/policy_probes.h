#ifndef DRILL_AGENT_POLICY_PROBES_H_
#define DRILL_AGENT_POLICY_PROBES_H_

#include "agent/policy.h"

namespace drill::agent {

// Adds what is wrong with probes and the limit of the load.
void CheckProbes(const v1::Policy& policy, FaultList* faults);

}  // namespace drill::agent

#endif  // DRILL_AGENT_POLICY_PROBES_H_
