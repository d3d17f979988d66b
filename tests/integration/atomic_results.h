#ifndef DRILL_TESTS_INTEGRATION_ATOMIC_RESULTS_H_
#define DRILL_TESTS_INTEGRATION_ATOMIC_RESULTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "drill/v1/exercise.pb.h"

namespace drill::agent {

// What one test of Atomic Red Team did to the private root, seen from outside the agent.
struct AtomicRow {
  std::string id;
  std::string name;
  std::string not_played;            // why; empty: it was played
  std::vector<std::string> effects;  // paths that differ after its command
  bool printed = false;
  bool has_cleanup = false;
  std::vector<std::string> left_by_test;  // paths that differ after its own clean-up
  std::vector<std::string> left;          // ... after the agent's undo
  bool processes_left = false;
  v1::CleanupResult cleanup = v1::CLEANUP_RESULT_UNSPECIFIED;  // what the agent says of it
};

struct AtomicTotals {
  size_t played = 0;
  size_t effects = 0;  // rows with an effect on paths or an output
  size_t clean = 0;    // rows of which nothing is left
  size_t left_by_test = 0;
  size_t left_by_cleanup = 0;  // of these, such as have a clean-up of their own
  size_t verified = 0;
};
AtomicTotals TotalsOf(const std::vector<AtomicRow>& rows);

// One row of the table.
std::string TextOf(const AtomicRow& row);
// docs/atomic-results.md: totals, table, and every row that needs a word of explanation.
std::string PageOf(const std::vector<AtomicRow>& rows);

}  // namespace drill::agent

#endif  // DRILL_TESTS_INTEGRATION_ATOMIC_RESULTS_H_
