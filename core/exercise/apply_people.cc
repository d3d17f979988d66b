// What teams say and what it is linked to.

#include <utility>
#include <vector>

#include "core/exercise/fold.h"

namespace drill::fold {

absl::Status ExerciseFold::Observed() {
  ObservationState observation;
  observation.made = r_.observation_made();
  observation.received_us =
      observation.made.has_on_behalf() ? observation.made.on_behalf().received_us() : r_.time_us();
  observation.record = Position();
  ++e_.said[observation.made.team()];
  SetAnswered(observation);
  e_.observation_index[observation.made.observation()] = static_cast<int>(e_.observations.size());
  e_.observations.push_back(std::move(observation));
  return absl::OkStatus();
}

absl::Status ExerciseFold::Matched() {
  const v1::ObservationMatched& matched = r_.observation_matched();
  const int index = e_.FindObservation(matched.observation());
  if (index < 0) return Unknown("observation", matched.observation());
  const int inject_index = e_.FindInject(matched.inject());
  if (inject_index < 0) return Unknown("inject", matched.inject());
  ObservationState& observation = e_.observations[static_cast<size_t>(index)];
  observation.rejection = v1::REJECTION_UNSPECIFIED;
  observation.merged_into = -1;
  Match match;
  match.inject = inject_index;
  match.credit_permille = matched.credit_permille();
  match.counts_us =
      matched.counts_from_us() != 0 ? matched.counts_from_us() : observation.received_us;
  match.by_evaluator = r_.actor().who_case() == v1::Actor::kPerson;
  match.record = Position();
  if (matched.hosts().empty()) Link(match, &observation);
  for (const std::string& id : matched.hosts()) {
    match.host = e_.FindHost(id);
    if (match.host < 0) return Unknown("host", id);
    Link(match, &observation);
    const bool of_work = observation.made.kind() == v1::OBSERVATION_KIND_CONTAINMENT ||
                         observation.made.kind() == v1::OBSERVATION_KIND_RECOVERY;
    if (of_work && e_.injects[static_cast<size_t>(inject_index)].is_action()) {
      // Until its agent has answered; a host that is off the network by now was isolated.
      EffectState waiting;
      if (!e_.hosts[static_cast<size_t>(match.host)].connected) {
        waiting.verdict = v1::EFFECT_VERDICT_UNKNOWN;
      }
      e_.effects.try_emplace({index, inject_index, match.host}, std::move(waiting));
    }
  }
  SetAnchor(observation, match, &e_.injects[static_cast<size_t>(inject_index)]);
  return absl::OkStatus();
}

// The first answer is one, right or wrong; its worth comes with a match.
void ExerciseFold::SetAnswered(const ObservationState& observation) {
  const v1::ObservationMade& made = observation.made;
  if (made.kind() != v1::OBSERVATION_KIND_ANSWER || made.in_pause() ||
      made.during_real_incident()) {
    return;
  }
  const int inject = e_.FindInject(made.question());
  if (inject < 0) return;
  First(&e_.injects[static_cast<size_t>(inject)].answered_us, observation.received_us);
}

// The engine's later word on the same place knows more: traces that were told late.
void ExerciseFold::Link(const Match& match, ObservationState* observation) {
  for (Match& other : observation->matches) {
    if (other.inject == match.inject && other.host == match.host && !other.by_evaluator &&
        !match.by_evaluator) {
      other = match;
      return;
    }
  }
  observation->matches.push_back(match);
}

void ExerciseFold::SetAnchor(const ObservationState& observation, const Match& match,
                             InjectState* inject) {
  switch (observation.made.kind()) {
    case v1::OBSERVATION_KIND_DETECTION:
      return First(&inject->detected_us, match.counts_us);
    case v1::OBSERVATION_KIND_REPORT:
      return First(&inject->reported_us, match.counts_us);
    case v1::OBSERVATION_KIND_CONTAINMENT:
      return First(&inject->contained_us, match.counts_us);
    case v1::OBSERVATION_KIND_RECOVERY:
      return First(&inject->recovered_us, match.counts_us);
    case v1::OBSERVATION_KIND_ANSWER:
      return First(&inject->answered_us, match.counts_us);
    default:
      return;
  }
}

absl::Status ExerciseFold::Rejected() {
  const v1::ObservationRejected& rejected = r_.observation_rejected();
  const int index = e_.FindObservation(rejected.observation());
  if (index < 0) return Unknown("observation", rejected.observation());
  ObservationState& observation = e_.observations[static_cast<size_t>(index)];
  observation.rejection = rejected.rejection();
  observation.rejection_record = Position();
  observation.merged_into = -1;
  DropMatches(&observation);
  return absl::OkStatus();
}

void ExerciseFold::DropMatches(ObservationState* observation) {
  const std::vector<Match> undone = std::move(observation->matches);
  observation->matches.clear();
  for (const Match& match : undone) {
    InjectState& inject = e_.injects[static_cast<size_t>(match.inject)];
    inject.detected_us = inject.reported_us = inject.contained_us = 0;
    inject.recovered_us = inject.answered_us = 0;
    for (const ObservationState& other : e_.observations) {
      SetAnswered(other);
      for (const Match& m : other.matches) {
        if (m.inject == match.inject) SetAnchor(other, m, &inject);
      }
    }
  }
}

absl::Status ExerciseFold::Read() {
  const int inject = e_.FindInject(r_.message_read().inject());
  if (inject < 0) return Unknown("inject", r_.message_read().inject());
  e_.reads.try_emplace({inject, r_.message_read().team()}, r_.time_us());
  return absl::OkStatus();
}

}  // namespace drill::fold
