#ifndef DRILL_CORE_SCORING_CRITERIA_H_
#define DRILL_CORE_SCORING_CRITERIA_H_

#include <vector>

#include "core/exercise/state.h"
#include "drill/v1/scorecard.pb.h"

namespace drill::scoring {

// The criteria sheet as evaluators have marked it, in the scenario's order.
//
// Open while blind marking goes on or the chair has to settle; not played where too few evaluators
// have a post to mark it at all: it counts for nothing then, and is shown so.
std::vector<v1::CriterionLine> CriterionLines(const Exercise& exercise);

}  // namespace drill::scoring

#endif  // DRILL_CORE_SCORING_CRITERIA_H_
