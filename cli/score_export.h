#ifndef DRILL_CLI_SCORE_EXPORT_H_
#define DRILL_CLI_SCORE_EXPORT_H_

#include <string>

#include "cli/text.h"
#include "drill/v1/scorecard.pb.h"

// A scorecard in formats of others. Pure; equal scorecards give equal bytes.
namespace drill::cli {

// One line an expectation and host (one without a host where it is of the inject as a whole), with
// a line of titles; in the scorecard's order.
std::string ScoreCsv(const v1::Scorecard& card, bool bom);

// A layer for the ATT&CK Navigator, layer format 4.5 (MITRE, layers/spec/v4.5), domain
// enterprise-attack: the techniques that the drill played, coloured by what became of them, each
// told in words as well. The score is the share of hosts that were detected in time, 0..100; a
// technique whose detection nobody was asked for, or that was blocked or not played, has none.
// Labels and comments are in `language`.
std::string NavigatorLayer(Language language, const v1::Scorecard& card);

}  // namespace drill::cli

#endif  // DRILL_CLI_SCORE_EXPORT_H_
