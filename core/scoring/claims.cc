#include "core/scoring/claims.h"

#include <climits>
#include <tuple>

#include "absl/container/btree_set.h"
#include "core/scoring/rule.h"

namespace drill::scoring {
namespace {

// None of what it proves is new: the same team had said it earlier.
bool IsRepeat(const EvidenceIndex& evidence, const ObservationState& observation, int index) {
  const v1::ObservationMade& made = observation.made;
  const bool of_inject =
      made.kind() == v1::OBSERVATION_KIND_REPORT || made.kind() == v1::OBSERVATION_KIND_ANSWER;
  bool known = false;
  for (const Match& match : observation.matches) {
    const Evidence* first =
        of_inject || match.host < 0
            ? evidence.FirstOnInject(match.inject, made.kind(), made.team())
            : evidence.First(match.inject, match.host, made.kind(), made.team());
    // Null: it came after EndEx and proves nothing, but repeats nothing either.
    if (first == nullptr || first->observation == index) return false;
    known = true;
  }
  return known;
}

v1::ClaimState StateOf(const EvidenceIndex& evidence, const ObservationState& observation,
                       int index) {
  if (observation.merged_into >= 0) return v1::CLAIM_STATE_NEUTRAL;
  if (!observation.matches.empty()) {
    return IsRepeat(evidence, observation, index) ? v1::CLAIM_STATE_NEUTRAL
                                                  : v1::CLAIM_STATE_MATCHED;
  }
  switch (observation.rejection) {
    case v1::REJECTION_WRONG:
      return v1::CLAIM_STATE_WRONG;
    case v1::REJECTION_DUPLICATE:
      return v1::CLAIM_STATE_NEUTRAL;
    case v1::REJECTION_TRUE_NOT_OURS:
      return v1::CLAIM_STATE_TRUE_NOT_OURS;
    default:
      return v1::CLAIM_STATE_WAITING;
  }
}

// Over all hosts that the claim was checked on: what holds of each, else partial.
v1::EffectVerdict EffectOf(const Exercise& exercise, int index) {
  v1::EffectVerdict all = v1::EFFECT_VERDICT_UNSPECIFIED;
  for (auto it = exercise.effects.lower_bound({index, INT_MIN, INT_MIN});
       it != exercise.effects.end() && std::get<0>(it->first) == index; ++it) {
    const v1::EffectVerdict one = it->second.verdict;
    if (it->second.record == 0) continue;  // not answered
    if (one == v1::EFFECT_VERDICT_UNKNOWN) {
      if (all == v1::EFFECT_VERDICT_UNSPECIFIED) all = one;
    } else if (all == v1::EFFECT_VERDICT_UNSPECIFIED || all == v1::EFFECT_VERDICT_UNKNOWN) {
      all = one;
    } else if (all != one) {
      all = v1::EFFECT_VERDICT_PARTIAL;
    }
  }
  return all;
}

}  // namespace

std::vector<v1::Claim> Claims(const Exercise& exercise, const EvidenceIndex& evidence) {
  const int64_t wrong_mp = WrongClaimMp(exercise.created.scenario().rubric());
  std::vector<v1::Claim> out;
  for (size_t i = 0; i < exercise.observations.size(); ++i) {
    const ObservationState& observation = exercise.observations[i];
    const v1::ObservationMade& made = observation.made;
    v1::Claim claim;
    claim.set_observation(made.observation());
    claim.set_kind(made.kind());
    claim.set_team(made.team());
    claim.set_person(made.person());
    claim.set_received_us(observation.received_us);
    *claim.mutable_hosts() = made.hosts();
    claim.set_state(StateOf(evidence, observation, static_cast<int>(i)));
    absl::btree_set<int> injects;
    for (const Match& match : observation.matches) injects.insert(match.inject);
    for (int inject : injects) {
      claim.add_injects(exercise.injects[static_cast<size_t>(inject)].inject.id());
    }
    if (claim.state() == v1::CLAIM_STATE_WRONG) claim.set_penalty_mp(wrong_mp);
    claim.set_text(made.text());
    claim.set_record(observation.record);
    claim.set_effect(EffectOf(exercise, static_cast<int>(i)));
    out.push_back(std::move(claim));
  }
  return out;
}

}  // namespace drill::scoring
