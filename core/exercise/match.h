#ifndef DRILL_CORE_EXERCISE_MATCH_H_
#define DRILL_CORE_EXERCISE_MATCH_H_

#include <vector>

#include "core/exercise/state.h"

namespace drill {

// What a team says when it does what is expected; none for prevent, which is a control's work.
v1::ObservationKind AskedFor(v1::ExpectationKind kind);

// Links that evidence alone allows for one observation of `e` (DESIGN §7): host and one exact
// artefact that was already there when the observation was received; a report, containment or
// recovery also through the matched observations it rests on; an answer by its question and choice.
// Empty: an evaluator must judge. Pure.
std::vector<v1::ObservationMatched> AutoMatch(const Exercise& e, const v1::ObservationMade& made,
                                              int64_t received_us);

// The part of AutoMatch that is new for this observation: (inject, host) pairs not linked yet, or
// linked with less credit because a trace's report came later than the claim. Nothing once an
// evaluator has linked, rejected or merged it: then it is the evaluators'.
std::vector<v1::ObservationMatched> NewLinks(const Exercise& e,
                                             const ObservationState& observation);

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_MATCH_H_
