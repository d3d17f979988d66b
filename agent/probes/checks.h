#ifndef DRILL_AGENT_PROBES_CHECKS_H_
#define DRILL_AGENT_PROBES_CHECKS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/health.h"
#include "drill/v1/host.pb.h"

namespace drill::agent {

// One thing that is looked at on this host, again and again.
struct HostCheck {
  std::string name;
  int64_t every_us = 0;
  // Blocking; `cancelled` ends it sooner. Any thread, one at a time.
  std::function<Reading(const std::function<bool()>& cancelled)> look;
};

// What a policy wants looked at: its probes; the load, where caps.load_permille_max is set; the
// room on the disks of its places and of the agent's directory, where caps.free_bytes_min is set:
// an order leaves that much, so half of it says that something else eats the rest.
// `load_file` is /proc/loadavg.
std::vector<HostCheck> ChecksOf(const v1::Policy& policy, const std::string& directory,
                                const std::string& load_file = "/proc/loadavg");

}  // namespace drill::agent

#endif  // DRILL_AGENT_PROBES_CHECKS_H_
