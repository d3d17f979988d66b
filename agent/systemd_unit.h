#ifndef DRILL_AGENT_SYSTEMD_UNIT_H_
#define DRILL_AGENT_SYSTEMD_UNIT_H_

#include <string>

#include "drill/v1/host.pb.h"

namespace drill::agent {

struct UnitPaths {
  std::string program;
  std::string directory;
};

// The systemd unit of an agent under a policy: it may write only where the policy lets orders
// write, and keeps only the capabilities that the policy's actions need. To be written again when
// the policy's places or actions change. exec.atomic needs what its commands need: with it the
// unit is hardly fenced, and says so in its first line.
std::string SystemdUnit(const UnitPaths& paths, const v1::Policy& policy);

}  // namespace drill::agent

#endif  // DRILL_AGENT_SYSTEMD_UNIT_H_
