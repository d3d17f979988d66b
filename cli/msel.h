#ifndef DRILL_CLI_MSEL_H_
#define DRILL_CLI_MSEL_H_

#include <string>

#include "cli/text.h"
#include "drill/v1/scenario.pb.h"

namespace drill::cli {

// The scenario as planners' master scenario events list, a CSV with HSEEP's columns: a row an
// inject as it is played (repeats unfolded), in the order of the timeline, each followed by a row
// for every action expected of a team ("3", then "3.1"). A time that is not certain stands as the
// earliest ("≥ T+00:05:00"), one that rests on a controller's hand is empty. What an inject waits
// for, what stops it, and its techniques stand in Notes. Titles of columns are English, as
// planners' tools know them; texts are in `language`. Pure; equal scenarios give equal bytes.
//
// REQUIRES: lint found no error.
std::string MselCsv(Language language, const v1::Scenario& scenario, bool bom);

}  // namespace drill::cli

#endif  // DRILL_CLI_MSEL_H_
