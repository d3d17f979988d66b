#include "agent/kill_point.h"

namespace drill::agent {

KillPoint KillPointOfThisProgram() {
  return [](absl::string_view) {};
}

}  // namespace drill::agent
