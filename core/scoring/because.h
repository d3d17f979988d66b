#ifndef DRILL_CORE_SCORING_BECAUSE_H_
#define DRILL_CORE_SCORING_BECAUSE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/exercise/judge_marks.h"
#include "core/exercise/state.h"
#include "core/scoring/rule.h"

// The arithmetic in words, English: every figure of a line so that a reader can make it again with
// a pencil. Only durations and record numbers, no wall time: a drill moved to another day reads
// the same.
namespace drill::scoring {

struct Line;

// Hosts of a line told one by one; the rest is told by numbers.
inline constexpr size_t kHostsInWords = 20;

std::vector<std::string> Because(const Exercise& exercise, const Line& line);

// With the evaluators' marks, where `mark` is in force.
std::string InWords(const ReportQuality& quality, const MarkWord& mark);
std::string InWords(int32_t found_permille, const MarkWord& mark);
// "evaluators' marks (0.800 + 0.900) / 2 = 0.850", "the chair's mark 0.700".
std::string InWords(const MarkWord& mark);

std::string Seconds(int64_t us);            // "95 s", "95.25 s"
std::string Thousandths(int64_t permille);  // "0.854"; millipoints likewise
std::string Billionths(int64_t share);      // "0.854", as many digits as it needs, at least 3

}  // namespace drill::scoring

#endif  // DRILL_CORE_SCORING_BECAUSE_H_
