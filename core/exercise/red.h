#ifndef DRILL_CORE_EXERCISE_RED_H_
#define DRILL_CORE_EXERCISE_RED_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/exercise/state.h"

namespace drill {

// The team part attacks (free play).
bool IsRedPart(const Exercise& exercise, absl::string_view part);

// Red team parts that have not given their report, deleted target data and attested it. Without
// that the exercise is not closed.
std::vector<std::string> RedPartsOpen(const Exercise& exercise);

// Ids of recorded actions that the control team has neither accepted nor refused.
std::vector<std::string> RedActionsWaiting(const Exercise& exercise);

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_RED_H_
