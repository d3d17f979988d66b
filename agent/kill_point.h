#ifndef DRILL_AGENT_KILL_POINT_H_
#define DRILL_AGENT_KILL_POINT_H_

#include <functional>

#include "absl/strings/string_view.h"

namespace drill::agent {

// Called with a name between any two effects of playing and undoing an order, so that a test can
// end the process at each of them. Does nothing in service.
using KillPoint = std::function<void(absl::string_view point)>;

// What main() hands to the app. The program is linked with one of two definitions: drill-agent with
// kill_point.cc, which does nothing; a test's program with one that dies where it is told.
KillPoint KillPointOfThisProgram();

}  // namespace drill::agent

#endif  // DRILL_AGENT_KILL_POINT_H_
