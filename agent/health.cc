#include "agent/health.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace drill::agent {

void HostHealth::SetChecks(const std::vector<std::string>& names) {
  std::vector<Check> checks;
  for (const std::string& name : names) {
    const auto known = std::find_if(checks_.begin(), checks_.end(),
                                    [&](const Check& check) { return check.name == name; });
    if (known != checks_.end()) {
      checks.push_back(*known);
    } else {
      checks.emplace_back().name = name;
    }
  }
  checks_ = std::move(checks);
}

void HostHealth::Take(const Reading& reading) {
  const auto check = std::find_if(checks_.begin(), checks_.end(),
                                  [&](const Check& c) { return c.name == reading.check; });
  if (check == checks_.end()) return;
  check->why = reading.why;
  if (reading.good) {
    check->answered_well = true;
    check->failures = 0;
    check->good = std::min(check->good + 1, kGoodToRelease);
    if (check->good == kGoodToRelease) check->holds = false;
  } else {
    check->good = 0;
    check->failures = std::min(check->failures + 1, kFailuresToHold);
    if (check->failures == kFailuresToHold) check->holds = true;
  }
}

bool HostHealth::held() const {
  return std::any_of(checks_.begin(), checks_.end(), [](const Check& c) { return c.holds; });
}

bool HostHealth::may_start() const {
  return std::all_of(checks_.begin(), checks_.end(),
                     [](const Check& c) { return c.answered_well && !c.holds; });
}

std::string HostHealth::why() const {
  std::vector<std::string> reasons;
  for (const Check& check : checks_) {
    if (check.holds) {
      reasons.push_back(check.good > 0
                            ? absl::StrCat(check.name, " is good again, for the time being")
                            : absl::StrCat(check.name, ": ", check.why));
    } else if (!check.answered_well) {
      reasons.push_back(check.failures > 0 ? absl::StrCat(check.name, ": ", check.why)
                                           : absl::StrCat(check.name, " has not been asked yet"));
    }
  }
  return absl::StrJoin(reasons, "; ");
}

absl::string_view StateOf(const HostHealth::Check& check) {
  if (check.holds) return "held";
  if (check.failures > 0) return "failing";
  return check.answered_well ? "good" : "not asked yet";
}

}  // namespace drill::agent
