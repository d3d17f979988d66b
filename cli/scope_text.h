#ifndef DRILL_CLI_SCOPE_TEXT_H_
#define DRILL_CLI_SCOPE_TEXT_H_

#include "cli/session.h"
#include "drill/v1/exercise.pb.h"
#include "drill/v1/scenario.pb.h"

namespace drill::cli {

// Shows an owner what a signature on this scope allows: hosts, window, caps, and each inject with
// the digest of its action. With the scenario, each digest is recomputed from the action and the
// action shown; else only the digest can be, and the text says so.
//
// InvalidArgument: a digest is not that of the scenario's action, or the scenario lacks the
// inject: everything is shown, and nobody should sign.
absl::Status PrintScope(Session& session, const v1::SignedScope& file, const v1::Scope& scope,
                        const v1::Scenario* scenario);

}  // namespace drill::cli

#endif  // DRILL_CLI_SCOPE_TEXT_H_
