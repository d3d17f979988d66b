#ifndef DRILL_CORE_SCORING_SCORE_H_
#define DRILL_CORE_SCORING_SCORE_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/btree_set.h"
#include "core/exercise/state.h"
#include "core/scoring/rule.h"
#include "drill/v1/scorecard.pb.h"

// The score of an exercise: a pure function of its journal, as folded. How points are made is in
// rule.h; what counts as done, and when, in judge.h; this puts them on the card.
namespace drill {

inline constexpr int kScoringVersion = scoring::kScoringVersion;

// Hosts that a ScoreLine lists one by one: those that decide the line first, then in the order of
// their ids. `because` speaks of all of them.
inline constexpr size_t kHostsListed = 500;

// The same journal gives the same bytes. While the exercise is in play the state of open lines
// depends on `now_us`; from EndEx on nothing does. `head` is that of the exercise's stream.
v1::Scorecard Score(const Exercise& exercise, const StreamState& head, int64_t now_us);

// (system id, kind) for which a line counts on that system's own hosts: was met or unmet.
absl::btree_set<std::pair<std::string, v1::ExpectationKind>> ScoredKinds(const Exercise& exercise,
                                                                         int64_t now_us);

}  // namespace drill

#endif  // DRILL_CORE_SCORING_SCORE_H_
