#ifndef DRILL_CORE_SCORING_METRICS_H_
#define DRILL_CORE_SCORING_METRICS_H_

#include <cstdint>
#include <vector>

#include "core/exercise/state.h"
#include "core/scoring/evidence.h"

namespace drill::scoring {

// n, mean, median and p90 (nearest rank) of the four times, always all four. Exercise time.
//
// Detect, contain, recover: one sample a host where an inject was played and noticeable, from
// then to the first team's matched claim; what nobody did is censored (contain, recover: only
// where it was expected). Report: one sample an inject, from the discovery by the team that
// reported first; discovered and never reported, though expected, is censored.
std::vector<v1::TimeMetric> Metrics(const Exercise& exercise, const EvidenceIndex& evidence);

// Of times in any order. REQUIRES: none is negative.
v1::TimeMetric Summarise(v1::Metric metric, std::vector<int64_t> times_us, int censored);

// The anchors of every inject, in order.
std::vector<v1::InjectTimes> Times(const Exercise& exercise, const EvidenceIndex& evidence);

}  // namespace drill::scoring

#endif  // DRILL_CORE_SCORING_METRICS_H_
