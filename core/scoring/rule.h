#ifndef DRILL_CORE_SCORING_RULE_H_
#define DRILL_CORE_SCORING_RULE_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "drill/v1/exercise.pb.h"
#include "drill/v1/scenario.pb.h"

// The rules of scoring: all of its arithmetic, and nothing else. Whoever changes how points are
// made changes this file and kScoringVersion; the walk over the exercise (line.h, judge.h) stays.
//
// Integers only. A *share* is the part of a weight that one host earns, in billionths:
//
//   share  = quality × (late_floor + (1 − late_floor) × timeliness)
//   points = weight × (sum of the best `needed` shares) / needed
//
// Timeliness, quality and points are rounded half up where they are made, once each, and are
// printed as rounded, so that a reader can follow with a pencil.
namespace drill::scoring {

// 1: DESIGN §7 as of the first release. 2: evaluators' blind marks and criteria count, and so does
// what the agent finds of a claim.
inline constexpr int kScoringVersion = 2;

inline constexpr int64_t kShareOne = 1'000'000'000;
inline constexpr int64_t kPointMp = 1000;         // millipoints in a point
inline constexpr int64_t kFullScoreMp = 100'000;  // 100.000

// What an expectation asks for, with the rubric's and the rule's defaults filled in.
struct Terms {
  int64_t weight_mp = kPointMp;
  int32_t late_floor_permille = 0;
  // Full timeliness up to here, exercise time. Without an authored target: the limit.
  int64_t target_us = 0;
  // None from here on; absent: lateness takes nothing, and time runs until EndEx.
  std::optional<int64_t> limit_us;
};
Terms TermsOf(const v1::Expectation& expectation, const v1::Rubric& rubric);

// What is left of a claim's credit when so many of the traces that can be told still stand.
// REQUIRES: 0 <= standing <= told, told > 0.
int32_t PartialCredit(int32_t credit_permille, int32_t told, int32_t standing);

// n / d, a half rounded up. REQUIRES: n >= 0, d > 0, 2n + d within int64.
int64_t DivideHalfUp(int64_t n, int64_t d);

// 1000 up to the target, 0 from the limit on, between them linear. A step where both are one.
int32_t TimelinessPermille(int64_t elapsed_us, const Terms& terms);

// Share of the weight that something done in this time with this quality earns.
int64_t Share(int32_t quality_permille, int32_t timeliness_permille, const Terms& terms);

// On how many of the `counting` hosts it must be done for full marks: any 1, each all of them, a
// share rounded up to whole hosts. REQUIRES: counting > 0.
int HostsNeeded(const v1::HostRule& rule, int counting);

// Points of the `needed` best hosts: doing it on more hosts than needed never costs.
// REQUIRES: best_shares.size() <= needed, needed > 0.
int64_t Points(const Terms& terms, absl::Span<const int64_t> best_shares, int needed);

// Right fields against the authored key × |right ∩ sent| / |right ∪ sent| recipients. Nothing
// authored of either: that part is 1. A field is right when it was sent and every value sent under
// its name is accepted (sending all possible values earns nothing). Names, values and recipients
// are compared after FoldCase (fold.h).
struct ReportQuality {
  int fields_right = 0, fields_asked = 0;
  int recipients_right = 0, recipients_in_all = 0;  // intersection, union
  int32_t credit_permille = 1000;                   // a judge's mark
  int32_t permille = 0;
};
ReportQuality QualityOfReport(const v1::Expectation& expectation, const v1::ObservationMade& report,
                              int32_t credit_permille);

// Of an answer: what the engine found of it (a choice's credit) × the evaluators' mark in force,
// which takes the place of the credit of an evaluator's link.
int32_t MarkedQuality(int32_t found_permille, int32_t mark_permille);

// Points of a criterion: weight × the mark in force.
int64_t CriterionMp(int64_t weight_mp, int32_t mark_permille);

// Taken for each claim that an evaluator rejected as wrong.
int64_t WrongClaimMp(const v1::Rubric& rubric);

// 0..100,000; never below 0; -1 when nothing counts.
int64_t ScoreMp(int64_t earned_mp, int64_t penalty_mp, int64_t possible_mp);

}  // namespace drill::scoring

#endif  // DRILL_CORE_SCORING_RULE_H_
