#ifndef DRILL_CLI_SCORE_TEXT_H_
#define DRILL_CLI_SCORE_TEXT_H_

#include "cli/session.h"
#include "drill/v1/scorecard.pb.h"

namespace drill::cli {

// The scorecard: total, roll-ups, times, claims that cost, ratings. `explain`: every line with its
// arithmetic and the records it rests on.
void PrintScore(Session& session, const v1::Scorecard& card, bool explain);

}  // namespace drill::cli

#endif  // DRILL_CLI_SCORE_TEXT_H_
