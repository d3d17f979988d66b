#include "core/scoring/metrics.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "core/scenario/unfold.h"
#include "core/scoring/judge.h"
#include "core/scoring/rule.h"

namespace drill::scoring {
namespace {

bool Expects(const InjectState& inject, v1::ExpectationKind kind) {
  const auto& expect = inject.inject.expect();
  return std::any_of(expect.begin(), expect.end(),
                     [&](const v1::Expectation& e) { return e.kind() == kind; });
}

bool OnHosts(const InjectState& inject) { return inject.is_action() || inject.is_manual(); }

v1::TimeMetric ByHost(const Exercise& exercise, const EvidenceIndex& evidence, v1::Metric metric,
                      v1::ObservationKind kind, v1::ExpectationKind expected) {
  std::vector<int64_t> times;
  int censored = 0;
  for (size_t i = 0; i < exercise.injects.size(); ++i) {
    const InjectState& inject = exercise.injects[i];
    if (!OnHosts(inject)) continue;
    // Nobody recovers what nobody was asked to; to detect is always the point.
    const bool asked = kind == v1::OBSERVATION_KIND_DETECTION || Expects(inject, expected);
    for (size_t p = 0; p < inject.hosts.size(); ++p) {
      const Chance chance = ChanceOn(exercise, inject, p);
      if (chance.kind != Chance::Kind::kPlayed) continue;
      const Evidence* first = evidence.FirstOfAny(static_cast<int>(i), inject.hosts[p], kind);
      if (first != nullptr) {
        times.push_back(exercise.clock.Elapsed(chance.from_us, first->counts_us));
      } else if (asked) {
        ++censored;
      }
    }
  }
  return Summarise(metric, std::move(times), censored);
}

v1::TimeMetric Reports(const Exercise& exercise, const EvidenceIndex& evidence) {
  std::vector<int64_t> times;
  int censored = 0;
  for (size_t i = 0; i < exercise.injects.size(); ++i) {
    const InjectState& inject = exercise.injects[i];
    if (!OnHosts(inject)) continue;
    const int index = static_cast<int>(i);
    // Discovery by team, of those that discovered it.
    absl::btree_map<std::string, int64_t> discovered;
    for (const Evidence& entry : evidence.OfInject(index)) {
      if (entry.kind != v1::OBSERVATION_KIND_DETECTION) continue;
      const ObservationState& observation = evidence.Of(entry);
      const int64_t known_us = std::min(entry.counts_us, observation.received_us);
      auto [it, made] = discovered.try_emplace(observation.made.team(), known_us);
      it->second = std::min(it->second, known_us);
    }
    if (discovered.empty()) continue;
    std::optional<std::pair<int64_t, int64_t>> first;  // report, discovery
    for (const auto& [team, known_us] : discovered) {
      const Evidence* report = evidence.FirstOnInject(index, v1::OBSERVATION_KIND_REPORT, team);
      if (report != nullptr && (!first || report->counts_us < first->first)) {
        first = {report->counts_us, known_us};
      }
    }
    if (first) {
      times.push_back(exercise.clock.Elapsed(first->second, first->first));
    } else if (Expects(inject, v1::EXPECTATION_KIND_REPORT)) {
      ++censored;
    }
  }
  return Summarise(v1::METRIC_TIME_TO_REPORT, std::move(times), censored);
}

void Earliest(int64_t candidate_us, int64_t* best_us) {
  if (candidate_us != 0 && (*best_us == 0 || candidate_us < *best_us)) *best_us = candidate_us;
}

int64_t FirstTime(const EvidenceIndex& evidence, int inject, v1::ObservationKind kind) {
  const Evidence* first = evidence.FirstOnInject(inject, kind);
  return first == nullptr ? 0 : first->counts_us;
}

int64_t FirstTrace(const Exercise& exercise, int inject) {
  int64_t first_us = 0;
  for (auto it = exercise.traces.lower_bound({inject, -1});
       it != exercise.traces.end() && it->first.first == inject; ++it) {
    for (const v1::Trace& trace : it->second) Earliest(trace.at_us(), &first_us);
  }
  return first_us;
}

// Counts of hosts and times that hosts make.
void AddHosts(const Exercise& exercise, const EvidenceIndex& evidence, int index,
              v1::InjectTimes* out) {
  const InjectState& inject = exercise.injects[static_cast<size_t>(index)];
  int played = 0, detected = 0, blocked = 0, not_played = 0;
  int64_t started_us = 0, noticeable_us = 0;
  for (size_t p = 0; p < inject.hosts.size(); ++p) {
    const Chance chance = ChanceOn(exercise, inject, p);
    if (inject.is_action()) Earliest(inject.orders[p].started_us, &started_us);
    switch (chance.kind) {
      case Chance::Kind::kPlayed:
        Earliest(chance.from_us, &noticeable_us);
        if (inject.is_manual()) Earliest(chance.from_us, &started_us);
        detected +=
            evidence.FirstOfAny(index, inject.hosts[p], v1::OBSERVATION_KIND_DETECTION) != nullptr;
        ++played;
        break;
      case Chance::Kind::kUnnoticeable:
        ++played;
        break;
      case Chance::Kind::kBlocked:
        ++blocked;
        break;
      case Chance::Kind::kNotPlayed:
        ++not_played;
        break;
      case Chance::Kind::kOpen:
        break;
    }
  }
  out->set_started_us(started_us);
  out->set_noticeable_us(noticeable_us);
  out->set_hosts(static_cast<int32_t>(inject.hosts.size()));
  out->set_played(played);
  out->set_detected_hosts(detected);
  out->set_blocked(blocked);
  out->set_not_played(not_played);
}

}  // namespace

v1::TimeMetric Summarise(v1::Metric metric, std::vector<int64_t> times_us, int censored) {
  v1::TimeMetric out;
  out.set_metric(metric);
  out.set_n(static_cast<int32_t>(times_us.size()));
  out.set_censored(censored);
  if (times_us.empty()) return out;
  std::sort(times_us.begin(), times_us.end());
  const int64_t n = static_cast<int64_t>(times_us.size());
  int64_t sum = 0;
  for (int64_t time : times_us) sum += time;
  out.set_mean_us(DivideHalfUp(sum, n));
  // Nearest rank: the smallest time that at least so many per cent do not pass.
  const auto quantile = [&](int64_t percent) {
    return times_us[static_cast<size_t>((percent * n + 99) / 100 - 1)];
  };
  out.set_median_us(quantile(50));
  out.set_p90_us(quantile(90));
  return out;
}

std::vector<v1::TimeMetric> Metrics(const Exercise& exercise, const EvidenceIndex& evidence) {
  return {ByHost(exercise, evidence, v1::METRIC_TIME_TO_DETECT, v1::OBSERVATION_KIND_DETECTION,
                 v1::EXPECTATION_KIND_DETECT),
          Reports(exercise, evidence),
          ByHost(exercise, evidence, v1::METRIC_TIME_TO_CONTAIN, v1::OBSERVATION_KIND_CONTAINMENT,
                 v1::EXPECTATION_KIND_CONTAIN),
          ByHost(exercise, evidence, v1::METRIC_TIME_TO_RECOVER, v1::OBSERVATION_KIND_RECOVERY,
                 v1::EXPECTATION_KIND_RECOVER)};
}

std::vector<v1::InjectTimes> Times(const Exercise& exercise, const EvidenceIndex& evidence) {
  absl::btree_set<int> unclean;
  for (const auto& [inject, host] : exercise.UncleanOrders()) unclean.insert(inject);
  std::vector<v1::InjectTimes> out;
  for (size_t i = 0; i < exercise.injects.size(); ++i) {
    const InjectState& inject = exercise.injects[i];
    const int index = static_cast<int>(i);
    v1::InjectTimes times;
    times.set_inject(inject.inject.id());
    *times.mutable_title() = inject.inject.title();
    times.set_kind(std::string(KindName(inject.inject)));
    *times.mutable_techniques() = inject.inject.techniques();
    times.set_planned_us(inject.planned_us);
    times.set_released_us(inject.released_us);
    times.set_first_trace_us(FirstTrace(exercise, index));
    times.set_detected_us(FirstTime(evidence, index, v1::OBSERVATION_KIND_DETECTION));
    times.set_reported_us(FirstTime(evidence, index, v1::OBSERVATION_KIND_REPORT));
    times.set_contained_us(FirstTime(evidence, index, v1::OBSERVATION_KIND_CONTAINMENT));
    times.set_recovered_us(FirstTime(evidence, index, v1::OBSERVATION_KIND_RECOVERY));
    times.set_alert_us(inject.alert_us);
    times.set_acknowledged_us(inject.acknowledged_us);
    times.set_late_us(inject.late_us);
    times.set_revoked(inject.status == InjectState::Status::kRevoked);
    times.set_unverified_cleanup(unclean.contains(index));
    times.set_hand_played(inject.is_manual() && !inject.manual.empty());
    times.set_by_red(inject.by_red);
    if (OnHosts(inject)) AddHosts(exercise, evidence, index, &times);
    out.push_back(std::move(times));
  }
  return out;
}

}  // namespace drill::scoring
