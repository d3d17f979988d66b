#ifndef DRILL_AGENT_HEALTH_H_
#define DRILL_AGENT_HEALTH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace drill::agent {

// One look at the host: a probe of the owner's policy, its load, the room on one of its disks.
struct Reading {
  std::string check;  // "unit nginx.service", "load"
  bool good = false;
  std::string why;  // what was found; one sentence
};

// Whether the host is well enough to be drilled on. A check that fails kFailuresToHold times in a
// row holds the host; it lets go after kGoodToRelease good answers in a row. One failure alone
// changes nothing, and a check that has never answered well lets nothing start.
//
// Pure; owned by the engine.
class HostHealth {
 public:
  static constexpr int kFailuresToHold = 2;
  static constexpr int kGoodToRelease = 3;

  struct Check {
    std::string name;
    bool answered_well = false;  // at least once
    bool holds = false;
    int failures = 0;  // in a row
    int good = 0;      // in a row
    std::string why;   // of the last reading
  };

  // The checks that there are now; those that stay keep what is known of them.
  void SetChecks(const std::vector<std::string>& names);
  // A check that is not among them is ignored: the policy has changed meanwhile.
  void Take(const Reading& reading);

  // Everything on this host is to be undone, and nothing may start.
  bool held() const;
  bool may_start() const;
  // Why nothing may start, English, one sentence; empty: it may.
  std::string why() const;
  const std::vector<Check>& checks() const { return checks_; }

 private:
  std::vector<Check> checks_;
};

// "held", "failing", "not asked yet", "good".
absl::string_view StateOf(const HostHealth::Check& check);

}  // namespace drill::agent

#endif  // DRILL_AGENT_HEALTH_H_
