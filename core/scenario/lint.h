#ifndef DRILL_CORE_SCENARIO_LINT_H_
#define DRILL_CORE_SCENARIO_LINT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "drill/v1/scenario.pb.h"

namespace drill {

// Limits of a scenario.
inline constexpr size_t kScenarioBytesMax = 1 << 20;
inline constexpr int kInjectsMax = 10'000;   // repeats unfolded
inline constexpr int kExpectationsMax = 64;  // of one inject

enum class Severity {
  kError,    // it can't be played, or not as meant: refuse the scenario
  kWarning,  // playable, but most likely not what the author wants
};

// One mistake in a scenario.
struct Fault {
  // Field path in the message, "injects[3].expect[0].team"; the caller turns it into a place in
  // the file. May name a field that is missing: the nearest enclosing one that exists is meant.
  std::string path;
  // One English sentence or two: what is wrong, what was found, what to do.
  std::string text;
  Severity severity = Severity::kError;

  friend bool operator==(const Fault&, const Fault&) = default;
};

// Every mistake that can be seen in a scenario without a register of real systems, in the order of
// the message. Empty: it can be cast and played. A scenario over the limits of size is not looked
// into further. Pure; safe on any thread; linear in the scenario's size but for the suggestions.
std::vector<Fault> Lint(const v1::Scenario& scenario);

// At least one of them is an error.
bool HasErrors(const std::vector<Fault>& faults);

}  // namespace drill

#endif  // DRILL_CORE_SCENARIO_LINT_H_
