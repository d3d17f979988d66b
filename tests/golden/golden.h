#ifndef DRILL_TESTS_GOLDEN_GOLDEN_H_
#define DRILL_TESTS_GOLDEN_GOLDEN_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/core/exercise/drill_room.h"

// Golden journals: what the records of released kinds mean, held for ever (DESIGN §3).
//
// NAME.journal is the stored bytes of each record, in order, each after its length as four bytes,
// most significant first. NAME.expected is what they must fold to.
namespace drill::testing {

struct GoldenDrill {
  const char* name;
  std::unique_ptr<DrillRoom> (*play)();
};
// Plays each anew: new keys, so other bytes every time.
const std::vector<GoldenDrill>& GoldenDrills();

// The payloads of a journal file; a fault fails the test.
std::vector<std::string> ReadJournal(const std::string& path);
bool WriteJournal(const std::string& path, const std::vector<Stamped>& journal);

// Folds them as a start-up does and says what came of it: heads, scorecard, state.
std::string Expectation(const std::vector<std::string>& payloads);

std::string ReadText(const std::string& path);

}  // namespace drill::testing

#endif  // DRILL_TESTS_GOLDEN_GOLDEN_H_
