#ifndef DRILL_CORE_EXERCISE_DESIRED_H_
#define DRILL_CORE_EXERCISE_DESIRED_H_

#include <string>

#include "absl/container/btree_set.h"
#include "core/exercise/state.h"
#include "drill/v1/agent.pb.h"

namespace drill {

// All that the agent on `host` should hold by this state: armed, running and to-be-undone orders
// of every exercise, with the scopes that cover them. Epoch and generation are the fleet's.
// `stopped`: exercises to treat as ended although no durable record says so yet (a stop that the
// journal could not take: sending it is the one exception to commit-then-send).
v1::DesiredSet Desired(const State& state, const std::string& host,
                       const absl::btree_set<std::string>& stopped);

// Questions for a dry run: every order that the exercise has for the host.
v1::DryRun DryRunFor(const Exercise& exercise, const std::string& host);

// Armed orders a host is sent at once, nearest first; the rest follow.
inline constexpr int kArmedPerHostMax = 1000;

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_DESIRED_H_
