#ifndef DRILL_CORE_SCENARIO_UNFOLD_H_
#define DRILL_CORE_SCENARIO_UNFOLD_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "drill/v1/register.pb.h"
#include "drill/v1/scenario.pb.h"

namespace drill {

// An inject with its repeats unfolded: "x" is first, then "x#2", "x#3"... The n-th copy with `at`
// comes (n - 1) × every later; one with `after` has its delay grown by as much.
struct Unfolded {
  v1::Inject inject;
  std::string authored_id;  // "x"
};

std::vector<Unfolded> Unfold(const v1::Scenario& scenario);
// The same for one inject.
std::vector<Unfolded> UnfoldInject(const v1::Inject& inject);

// The selector chooses this host, which stands in the cast part `part`.
bool Selects(const v1::Selector& selector, absl::string_view part, const v1::Host& host);

// Microseconds of an authored duration.
int64_t Micros(const google::protobuf::Duration& duration);

// "action", "manual", "message", "question", "cue"; "" when no kind is set.
absl::string_view KindName(const v1::Inject& inject);

}  // namespace drill

#endif  // DRILL_CORE_SCENARIO_UNFOLD_H_
