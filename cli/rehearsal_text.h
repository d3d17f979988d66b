#ifndef DRILL_CLI_REHEARSAL_TEXT_H_
#define DRILL_CLI_REHEARSAL_TEXT_H_

#include "cli/session.h"
#include "drill/v1/rehearsal.pb.h"

namespace drill::cli {

// Timeline, load on each person, branches, scores.
void PrintRehearsal(Session& session, const v1::Rehearsal& rehearsal);

}  // namespace drill::cli

#endif  // DRILL_CLI_REHEARSAL_TEXT_H_
