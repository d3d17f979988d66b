#ifndef DRILL_CORE_SCORING_LINE_H_
#define DRILL_CORE_SCORING_LINE_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "core/exercise/state.h"
#include "core/scoring/evidence.h"
#include "core/scoring/judge.h"
#include "core/scoring/rule.h"

namespace drill::scoring {

// The hosts of a line (or those of one system in it) put together by the expectation's HostRule.
struct Combined {
  v1::LineState state = v1::LINE_STATE_NOT_PLAYED;
  int64_t earned_mp = 0;
  int counting = 0;          // hosts met or unmet
  int needed = 0;            // of them, for full marks; 0 when none counts
  std::vector<size_t> best;  // positions in `results`, at most `needed`
  std::array<int, v1::LineState_ARRAYSIZE> by_state{};

  bool Counts() const { return state == v1::LINE_STATE_MET || state == v1::LINE_STATE_UNMET; }
};
// The best hosts first; among equals the one done earlier, then the one listed earlier.
//
// State: met when something is earned; else open while a host still is; else unmet when a host
// counts; else why none does: censored before prevented before not played.
//
// `among`: positions in `results`.
Combined Combine(const v1::HostRule& rule, const Terms& terms,
                 const std::vector<HostResult>& results, absl::Span<const size_t> among);

// One expectation of one inject, judged.
struct Line {
  int inject = 0;
  int expectation = 0;
  Terms terms;
  std::vector<HostResult> results;
  Combined total;
  // What each system's own hosts make of it, by system id: a line over two systems counts in both,
  // by its part there. Empty for messages and questions.
  std::vector<std::pair<std::string, Combined>> by_system;
};

// Judges every expectation, in the order of the injects. One line at a time: a drill of a million
// orders never holds all of its results.
void ForEachLine(const Exercise& exercise, const EvidenceIndex& evidence, int64_t now_us,
                 absl::FunctionRef<void(const Line&)> visit);

}  // namespace drill::scoring

#endif  // DRILL_CORE_SCORING_LINE_H_
