#ifndef DRILL_CORE_SCORING_CLAIMS_H_
#define DRILL_CORE_SCORING_CLAIMS_H_

#include <vector>

#include "core/exercise/state.h"
#include "core/scoring/evidence.h"

namespace drill::scoring {

// What became of everything that teams said, in order of receipt.
//
// Matched: proves something that this team had not proved before. Neutral: a repeat, rejected as
// a duplicate, or merged into another. Wrong: rejected so, and costs the rubric's points. Waiting:
// for an evaluator.
std::vector<v1::Claim> Claims(const Exercise& exercise, const EvidenceIndex& evidence);

}  // namespace drill::scoring

#endif  // DRILL_CORE_SCORING_CLAIMS_H_
