#ifndef DRILL_CLI_APP_H_
#define DRILL_CLI_APP_H_

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/session.h"

namespace drill::cli {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
// deconflict: asked and answered, the drill did not make it. Not kExitFailed: a controller out of
// reach must not look like an answer.
inline constexpr int kExitNotOurs = 3;

// Fills the program's whole tree of commands. `options` receives the common options when words
// are parsed, and must outlive the tree.
void AddAll(Command& root, CommonOptions* options);

// drillctl, but for the process: runs the words after its name. Returns the exit code.
int Run(const std::vector<std::string>& words, const Environment& environment);

// "what, where, why; what to do" of a failure, in the person's language; may have several lines.
std::string FailureText(const absl::Status& status, const Session& session, absl::string_view path);

}  // namespace drill::cli

#endif  // DRILL_CLI_APP_H_
