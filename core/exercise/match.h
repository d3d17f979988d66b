#ifndef DRILL_CORE_EXERCISE_MATCH_H_
#define DRILL_CORE_EXERCISE_MATCH_H_

#include <vector>

#include "core/exercise/state.h"

namespace drill {

// Links that evidence alone allows for one observation of `e` (DESIGN §7): host and one exact
// artefact that was already there when the observation was received; a report, containment or
// recovery also through the matched observations it rests on; an answer by its question and choice.
// Empty: an evaluator must judge. Pure.
std::vector<v1::ObservationMatched> AutoMatch(const Exercise& e, const v1::ObservationMade& made,
                                              int64_t received_us);

// The part of AutoMatch that is new for this observation: (inject, host) pairs not linked yet, or
// linked with less credit because a trace's report came later than the claim. Nothing once an
// evaluator has linked or rejected it: then it is the evaluators'.
std::vector<v1::ObservationMatched> NewLinks(const Exercise& e,
                                             const ObservationState& observation);

// Links that evidence allows for a sensor's alert and that it does not have yet: by host and exact
// artefact, as for a team's detection. Pure.
std::vector<v1::AlertMatched> NewAlertLinks(const Exercise& e, const AlertState& alert);

// Hosts of the alert that this team watches; empty: the alert is not for it. A team watches the
// cast systems that its organisation owns or operates; one that has none of them (a SOC, a
// provider) watches all.
std::vector<std::string> WatchedHosts(const RegisterState& reg, const Exercise& e,
                                      const std::string& team_part, const v1::AlertReceived& alert);

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_MATCH_H_
