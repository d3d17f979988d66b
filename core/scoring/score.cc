#include "core/scoring/score.h"

#include <algorithm>
#include <vector>

#include "core/scoring/because.h"
#include "core/scoring/claims.h"
#include "core/scoring/evidence.h"
#include "core/scoring/line.h"
#include "core/scoring/metrics.h"
#include "core/scoring/rollup.h"

namespace drill {
namespace {

using scoring::EvidenceIndex;
using scoring::HostResult;
using scoring::Line;

void WriteHost(const Exercise& exercise, const HostResult& result, v1::HostLine* out) {
  if (result.host >= 0) {
    out->set_host(exercise.hosts[static_cast<size_t>(result.host)].host.id());
  }
  out->set_state(result.state);
  out->set_from_us(result.from_us);
  out->set_done_us(result.done_us);
  out->set_error_us(result.error_us);
  out->set_uncertain(result.uncertain);
  out->set_timeliness_permille(result.timeliness_permille);
  out->set_quality_permille(result.quality_permille);
  if (result.observation >= 0) {
    out->set_observation(
        exercise.observations[static_cast<size_t>(result.observation)].made.observation());
  }
  out->set_effect(result.effect);
  out->mutable_records()->Add(result.records.begin(), result.records.end());
}

// Positions of the results that the card lists, in order.
std::vector<size_t> Listed(const Line& line) {
  std::vector<size_t> out;
  if (line.results.size() > kHostsListed) {
    std::vector<bool> taken(line.results.size(), false);
    for (size_t i : line.total.best) {
      if (out.size() == kHostsListed) break;
      out.push_back(i);
      taken[i] = true;
    }
    for (size_t i = 0; i < taken.size() && out.size() < kHostsListed; ++i) {
      if (!taken[i]) out.push_back(i);
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  for (size_t i = 0; i < line.results.size(); ++i) out.push_back(i);
  return out;
}

void WriteLine(const Exercise& exercise, const Line& line, v1::ScoreLine* out) {
  const v1::Inject& inject = exercise.injects[static_cast<size_t>(line.inject)].inject;
  const v1::Expectation& expectation = inject.expect(line.expectation);
  out->set_inject(inject.id());
  out->set_expectation(line.expectation);
  out->set_kind(expectation.kind());
  out->set_team(expectation.team());
  // Over several systems no single one is named; by_system has the parts.
  if (line.by_system.size() == 1) out->set_system(line.by_system[0].first);
  out->set_objective(inject.objective());
  *out->mutable_techniques() = inject.techniques();
  out->set_state(line.total.state);
  out->set_weight_mp(line.terms.weight_mp);
  out->set_earned_mp(line.total.earned_mp);
  for (size_t i : Listed(line)) WriteHost(exercise, line.results[i], out->add_hosts());
  for (std::string& why : scoring::Because(exercise, line)) out->add_because(std::move(why));
}

// Equipment none of whose sensors told of an inject that a team then detected.
void AddUnusedControls(const Exercise& exercise, v1::Scorecard* card) {
  absl::btree_set<std::string> told;
  for (const AlertState& alert : exercise.alerts) {
    for (const AlertMatch& match : alert.matches) {
      if (exercise.injects[static_cast<size_t>(match.inject)].detected_us == 0) continue;
      told.insert(alert.alert.sensor());
    }
  }
  for (const v1::Control& control : exercise.created.controls()) {
    const auto& sensors = control.sensors();
    if (std::none_of(sensors.begin(), sensors.end(),
                     [&](const std::string& sensor) { return told.contains(sensor); })) {
      card->add_unused_controls(control.id());
    }
  }
}

}  // namespace

v1::Scorecard Score(const Exercise& exercise, const StreamState& head, int64_t now_us) {
  v1::Scorecard card;
  card.set_scoring_version(kScoringVersion);
  card.set_exercise(exercise.id());
  *card.mutable_title() =
      exercise.created.has_title() ? exercise.created.title() : exercise.created.scenario().title();
  card.set_type(exercise.created.scenario().type());
  card.set_phase(exercise.phase);
  card.set_start_us(exercise.start_us);
  card.set_end_us(exercise.end_us);
  card.set_head_stream_seq(head.stream_seq);
  card.set_head_hash(head.hash);

  const EvidenceIndex evidence(exercise);
  scoring::RollUps roll_ups(exercise);
  scoring::ForEachLine(exercise, evidence, now_us, [&](const Line& line) {
    const v1::Inject& inject = exercise.injects[static_cast<size_t>(line.inject)].inject;
    roll_ups.Add(inject, inject.expect(line.expectation), line);
    WriteLine(exercise, line, card.add_lines());
  });
  for (v1::Claim& claim : scoring::Claims(exercise, evidence)) {
    roll_ups.AddPenalty(claim.team(), claim.penalty_mp());
    *card.add_claims() = std::move(claim);
  }
  roll_ups.Finish(&card);
  for (v1::TimeMetric& metric : scoring::Metrics(exercise, evidence)) {
    *card.add_metrics() = std::move(metric);
  }
  for (v1::InjectTimes& times : scoring::Times(exercise, evidence)) {
    *card.add_injects() = std::move(times);
  }
  for (const v1::ElementRated& rating : exercise.ratings) *card.add_ratings() = rating;
  AddUnusedControls(exercise, &card);
  return card;
}

absl::btree_set<std::pair<std::string, v1::ExpectationKind>> ScoredKinds(const Exercise& exercise,
                                                                         int64_t now_us) {
  absl::btree_set<std::pair<std::string, v1::ExpectationKind>> out;
  const EvidenceIndex evidence(exercise);
  scoring::ForEachLine(exercise, evidence, now_us, [&](const Line& line) {
    const v1::Inject& inject = exercise.injects[static_cast<size_t>(line.inject)].inject;
    for (const auto& [system, part] : line.by_system) {
      if (part.Counts()) out.insert({system, inject.expect(line.expectation).kind()});
    }
  });
  return out;
}

}  // namespace drill
