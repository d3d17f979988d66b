#ifndef DRILL_CORE_EXERCISE_DESIRED_H_
#define DRILL_CORE_EXERCISE_DESIRED_H_

#include <string>

#include "core/exercise/decide.h"
#include "core/exercise/state.h"
#include "drill/v1/agent.pb.h"

namespace drill {

// All that the agent on `host` should hold by this state: armed, running and to-be-undone orders
// of every exercise, with the scopes that cover them. Epoch and generation are the fleet's.
v1::DesiredSet Desired(const State& state, const std::string& host, const Unrecorded& unrecorded);

// Questions for a dry run: every order that the exercise has for the host.
v1::DryRun DryRunFor(const Exercise& exercise, const std::string& host);

// Armed orders a host is sent at once, nearest first; the rest follow.
inline constexpr int kArmedPerHostMax = 1000;

// Claims that a host is asked about at once.
inline constexpr int kChecksPerHostMax = 64;

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_DESIRED_H_
