#ifndef DRILL_CORE_SCENARIO_WORDS_H_
#define DRILL_CORE_SCENARIO_WORDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "drill/v1/action.pb.h"
#include "drill/v1/scenario.pb.h"

// The written forms of a scenario's words, as a YAML file has them. Pure functions.
namespace drill {

// "detected"; "" for an anchor that is not set or not known.
std::string AnchorName(v1::Anchor anchor);
// "detect"; "" likewise.
std::string ExpectationName(v1::ExpectationKind kind);
// "files.encrypt", as the host's policy names it; "" when no kind is set.
std::string ActionName(const v1::Action& action);

// "1m30s", "250ms", "0s"; microseconds below a millisecond as "15us".
std::string DurationText(int64_t us);

// Authored text in single quotes, made safe for one line of a message and cut after 80 bytes.
std::string Quoted(absl::string_view text);

// T1486, T1491.002.
bool IsTechnique(absl::string_view id);

}  // namespace drill

#endif  // DRILL_CORE_SCENARIO_WORDS_H_
