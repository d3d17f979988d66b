#ifndef DRILL_TESTS_UNIT_CORE_EXERCISE_PHASES_H_
#define DRILL_TESTS_UNIT_CORE_EXERCISE_PHASES_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/core/exercise/drill_room.h"

namespace drill::testing {

extern const char kTabletopScenario[];
// Around a table: a question in free words, a criterion to be marked by two, a hot wash.
extern const char kJudgedScenario[];

// The standard drill brought to this phase by the commands that lead there. From `running` on:
// second 25, msg, ask, hand and act are released, act stands on w1 and w2, soc-1 waits for an
// evaluator (rejected from judging on). From `ended` on w2 is clean and w1 keeps residue, which its
// owner has accepted in `closed`. `aborted` was stopped while running.
std::unique_ptr<DrillRoom> At(v1::Phase phase, const DrillRoom::Options& options);
inline std::unique_ptr<DrillRoom> At(v1::Phase phase) { return At(phase, {}); }

// All of the enum but UNSPECIFIED, in order; "running".
std::vector<v1::Phase> AllPhases();
std::string PhaseWord(v1::Phase phase);
// "precondition", "invalid", "missing", "denied", "exists"...
std::string CodeWord(absl::StatusCode code);

// A table as written in a test: the first line that begins with '#' names the columns; each other
// line is a name and a word for each column.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::pair<std::string, std::vector<std::string>>> rows;
};
Table ParseTable(absl::string_view text);

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_CORE_EXERCISE_PHASES_H_
