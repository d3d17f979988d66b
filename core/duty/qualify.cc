#include "core/duty/qualify.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "core/scoring/score.h"

namespace drill::duty {
namespace {

using Stage = OrderState::Stage;

bool Blank(const v1::Text& text) {
  return absl::StripAsciiWhitespace(text.vi()).empty() &&
         absl::StripAsciiWhitespace(text.en()).empty();
}

// Attested: two people stand for it.
bool Attested(const v1::ManualPlayed& played) {
  return !played.played_by().empty() && !played.witnessed_by().empty() &&
         played.played_by() != played.witnessed_by();
}

std::vector<RoePart> LackingParts(const v1::RulesOfEngagement& roe) {
  std::vector<RoePart> parts;
  if (Blank(roe.objectives())) parts.push_back(RoePart::kObjectives);
  if (Blank(roe.participants())) parts.push_back(RoePart::kParticipants);
  if (Blank(roe.tools())) parts.push_back(RoePart::kTools);
  if (Blank(roe.depth())) parts.push_back(RoePart::kDepth);
  if (Blank(roe.duration())) parts.push_back(RoePart::kDuration);
  return parts;
}

// Different keys that signed this system's scope. Whether each signature is good was decided
// before the approval was recorded.
int SignaturesOf(const Exercise& exercise, absl::string_view system) {
  int most = 0;
  for (const v1::SignedScope& signed_scope : exercise.approved.scopes()) {
    v1::Scope scope;
    if (!scope.ParseFromString(signed_scope.scope()) || scope.system() != system ||
        scope.exercise() != exercise.id()) {
      continue;
    }
    absl::btree_set<std::string> keys;
    for (const v1::Signature& signature : signed_scope.signatures()) {
      keys.insert(signature.key_sha256());
    }
    most = std::max(most, static_cast<int>(keys.size()));
  }
  return most;
}

}  // namespace

DrillFacts::DrillFacts(const Exercise& exercise, int64_t now_us)
    : exercise_(&exercise), scored_(ScoredKinds(exercise, now_us)) {
  for (const InjectState& inject : exercise.injects) AddInject(inject);
  for (const auto& [inject, host] : exercise.UncleanOrders()) {
    const ExerciseHost& entry = exercise.hosts[static_cast<size_t>(host)];
    unclean_[entry.system].insert(entry.host.id());
  }
}

void DrillFacts::AddInject(const InjectState& inject) {
  // An inject counts once for a system, on however many of its hosts it was played.
  absl::btree_set<std::string> played, by_hand, blocked;
  const auto system_of = [&](int host) -> const std::string& {
    return exercise_->hosts[static_cast<size_t>(host)].system;
  };
  for (size_t p = 0; p < inject.orders.size(); ++p) {
    const std::string& system = system_of(inject.hosts[p]);
    if (inject.orders[p].stage == Stage::kApplied) {
      played.insert(system);
      played_[system].hosts.insert(inject.hosts[p]);
    } else if (inject.orders[p].stage == Stage::kBlocked) {
      blocked.insert(system);
    }
  }
  for (const auto& [host, manual] : inject.manual) {
    if (!Attested(manual.played)) continue;
    by_hand.insert(system_of(host));
    played_[system_of(host)].hand_hosts.insert(host);
  }
  for (const std::string& system : played) ++played_[system].actions;
  for (const std::string& system : by_hand) ++played_[system].hand_actions;
  for (const std::string& system : blocked) ++played_[system].blocked;
}

Depth DrillFacts::DepthOn(absl::string_view system) const {
  auto it = played_.find(system);
  if (it == played_.end()) return {};
  const Played& played = it->second;
  return {played.actions, static_cast<int>(played.hosts.size()), played.hand_actions,
          static_cast<int>(played.hand_hosts.size()), played.blocked};
}

std::vector<std::string> DrillFacts::UncleanOn(absl::string_view system) const {
  auto it = unclean_.find(system);
  if (it == unclean_.end()) return {};
  return {it->second.begin(), it->second.end()};
}

bool DrillFacts::Scored(absl::string_view system, v1::ExpectationKind kind) const {
  return scored_.contains(std::pair(std::string(system), kind));
}

Verdict JudgeLiveDrill(const DrillFacts& facts, absl::string_view system, int signatures_needed) {
  const Exercise& exercise = facts.exercise();
  Verdict verdict;
  const auto lacks = [&](v1::Text text, bool curable) {
    verdict.missing.push_back(std::move(text));
    verdict.curable = verdict.curable && curable;
  };
  const bool closed = exercise.phase == v1::PHASE_CLOSED;
  const bool judging_open = exercise.phase < v1::PHASE_FINAL;

  if (!exercise.live()) lacks(NotLive(), false);
  if (!closed) lacks(NotClosed(exercise.phase), true);
  // What had to be there before the start cannot be added after it.
  const std::vector<RoePart> parts = LackingParts(exercise.approved.roe());
  if (!parts.empty()) lacks(RoeLacks(parts), false);
  const int signatures = SignaturesOf(exercise, system);
  if (signatures < signatures_needed) lacks(NotSigned(signatures, signatures_needed), false);
  if (!exercise.approved.teams_unaware_attested()) lacks(NotAttestedUnaware(), false);

  const Depth depth = facts.DepthOn(system);
  if (depth.actions + depth.hand_actions == 0) lacks(NotPlayed(), !exercise.Over());
  if (!facts.Scored(system, v1::EXPECTATION_KIND_PREVENT) &&
      !facts.Scored(system, v1::EXPECTATION_KIND_DETECT)) {
    lacks(NotScored(ScoredPart::kPreventOrDetect), judging_open);
  }
  if (!facts.Scored(system, v1::EXPECTATION_KIND_REPORT)) {
    lacks(NotScored(ScoredPart::kReport), judging_open);
  }
  if (!facts.Scored(system, v1::EXPECTATION_KIND_CONTAIN)) {
    lacks(NotScored(ScoredPart::kContain), judging_open);
  }
  const std::vector<std::string> unclean = facts.UncleanOn(system);
  if (!unclean.empty()) lacks(NotClean(unclean), !closed);
  for (v1::Element element : {v1::ELEMENT_PROCESS, v1::ELEMENT_TECHNOLOGY, v1::ELEMENT_PEOPLE}) {
    const bool judged = std::any_of(
        exercise.ratings.begin(), exercise.ratings.end(), [&](const v1::ElementRated& rated) {
          return rated.system() == system && rated.element() == element &&
                 rated.rating() != v1::RATING_UNSPECIFIED;
        });
    if (!judged) lacks(NotJudged(element), judging_open);
  }
  return verdict;
}

}  // namespace drill::duty
