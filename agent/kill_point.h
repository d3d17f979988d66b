#ifndef DRILL_AGENT_KILL_POINT_H_
#define DRILL_AGENT_KILL_POINT_H_

#include <functional>

#include "absl/strings/string_view.h"

namespace drill::agent {

// Called with a name between any two effects of playing and undoing an order, so that a test can
// end the process at each of them. Does nothing in service.
using KillPoint = std::function<void(absl::string_view point)>;

// Kills the process (SIGKILL) at the point that DRILL_AGENT_DIE_AT names; without that variable,
// does nothing.
KillPoint KillPointFromEnvironment();

}  // namespace drill::agent

#endif  // DRILL_AGENT_KILL_POINT_H_
