#include "server/view/queries.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "core/duty/duty.h"
#include "core/exercise/scope.h"
#include "core/scenario/unfold.h"
#include "core/scoring/score.h"
#include "server/view/visible.h"

namespace drill {
namespace {

using IStatus = InjectState::Status;
using Stage = OrderState::Stage;

absl::Status Denied() {
  return absl::PermissionDeniedError("your role does not allow to read this");
}

bool HasAny(const Query& q, std::initializer_list<v1::Role> roles) {
  return std::any_of(roles.begin(), roles.end(),
                     [&](v1::Role role) { return q.state.reg.HasRole(q.person, role); });
}

v1::ExerciseSummary Summary(const Query& q, const Exercise& e) {
  v1::ExerciseSummary summary;
  summary.set_exercise(e.id());
  *summary.mutable_title() = e.created.title();
  summary.set_type(e.created.scenario().type());
  summary.set_phase(e.phase);
  summary.set_start_us(e.start_us);
  summary.set_end_us(e.end_us);
  summary.set_clock_ex_us(e.Over() ? e.end_ex_us : e.clock.At(q.now_us));
  summary.set_real_incident(e.real_incident);
  return summary;
}

v1::InjectState StateOf(const InjectState& inject) {
  if (inject.held && inject.status != IStatus::kReleased && inject.status != IStatus::kRevoked) {
    return v1::INJECT_STATE_HELD;
  }
  switch (inject.status) {
    case IStatus::kWaiting:
      return v1::INJECT_STATE_WAITING;
    case IStatus::kScheduled:
      return v1::INJECT_STATE_SCHEDULED;
    case IStatus::kReleased:
      return v1::INJECT_STATE_RELEASED;
    case IStatus::kRevoked:
      return v1::INJECT_STATE_REVOKED;
  }
  return v1::INJECT_STATE_UNSPECIFIED;
}

v1::InjectRow RowOf(const InjectState& inject) {
  v1::InjectRow row;
  row.set_inject(inject.inject.id());
  *row.mutable_title() = inject.inject.title();
  row.set_kind(std::string(KindName(inject.inject)));
  row.set_state(StateOf(inject));
  row.set_planned_ex_us(inject.status == IStatus::kWaiting ? -1 : inject.planned_ex_us);
  row.set_released_us(inject.released_us);
  row.set_late_us(inject.late_us);
  row.set_hosts(static_cast<int32_t>(inject.hosts.size()));
  row.set_started(static_cast<int32_t>(inject.manual.size()));
  row.set_applied(static_cast<int32_t>(inject.manual.size()));
  for (const OrderState& order : inject.orders) {
    row.set_started(row.started() + (order.started_us != 0));
    row.set_applied(row.applied() + (order.stage == Stage::kApplied));
    row.set_not_played(row.not_played() + (order.Terminal() && order.stage != Stage::kBlocked));
    row.set_cleaned(row.cleaned() + (order.cleanup != v1::CLEANUP_RESULT_UNSPECIFIED));
    row.set_cleanup_waiting(row.cleanup_waiting() + order.NeedsCleanup());
  }
  return row;
}

v1::HostRow HostRowOf(const Query& q, const Exercise& e, int index, const AgentStatuses& agents) {
  const ExerciseHost& host = e.hosts[static_cast<size_t>(index)];
  v1::HostRow row;
  row.set_host(host.host.id());
  row.set_system(host.system);
  if (auto it = agents.find(host.host.id()); it != agents.end()) *row.mutable_agent() = it->second;
  row.mutable_agent()->set_enrolled(q.state.reg.agent_keys.contains(host.host.id()));
  row.set_checked(host.checked);
  *row.mutable_findings() = host.check.findings();
  return row;
}

v1::InboxItem ItemOf(const InjectState& inject) {
  v1::InboxItem item;
  item.set_id(inject.inject.id());
  *item.mutable_title() = inject.inject.title();
  item.set_released_us(inject.released_us);
  if (inject.inject.has_message()) {
    *item.mutable_from() = inject.inject.message().from();
    *item.mutable_body() = inject.inject.message().body();
    return item;
  }
  item.set_question(true);
  *item.mutable_body() = inject.inject.question().body();
  for (const v1::Choice& choice : inject.inject.question().choices()) {
    v1::Choice* shown = item.add_choices();
    *shown = choice;
    shown->clear_credit_permille();
  }
  return item;
}

bool ForTeamInbox(const InjectState& inject, const std::string& team) {
  if (!inject.is_message() || inject.status != IStatus::kReleased) return false;
  const auto& teams = inject.inject.has_message() ? inject.inject.message().teams()
                                                  : inject.inject.question().teams();
  return std::find(teams.begin(), teams.end(), team) != teams.end();
}

template <typename List, typename Keep>
void KeepOnly(List* list, const Keep& keep) {
  list->erase(
      std::remove_if(list->begin(), list->end(), [&](const auto& entry) { return !keep(entry); }),
      list->end());
}

// What was never released stays secret for another drill; it counts nothing in any sum.
void HideUnreleased(const Exercise& e, v1::Scorecard* card) {
  auto released = [&](const auto& entry) {
    const int index = e.FindInject(entry.inject());
    return index >= 0 && e.injects[static_cast<size_t>(index)].status == IStatus::kReleased;
  };
  KeepOnly(card->mutable_injects(), released);
  KeepOnly(card->mutable_lines(), released);
  absl::btree_set<std::string> keys;
  for (const v1::ScoreLine& line : card->lines()) {
    keys.insert(line.objective());
    keys.insert(line.techniques().begin(), line.techniques().end());
  }
  auto shown = [&](const v1::RollUp& roll_up) { return keys.contains(roll_up.key()); };
  KeepOnly(card->mutable_by_objective(), shown);
  KeepOnly(card->mutable_by_technique(), shown);
}

}  // namespace

absl::StatusOr<const Exercise*> VisibleTo(const Query& q, const std::string& id, Sight least) {
  const Exercise* e = q.state.FindExercise(id);
  const Sight sight = e == nullptr ? Sight::kNone : SightOf(q.state, *e, q.person);
  if (sight == Sight::kNone) {
    return absl::NotFoundError(absl::StrCat("no exercise '", id, "' for you here"));
  }
  if (sight < least) return Denied();
  return e;
}

absl::StatusOr<v1::Identity> WhoAmI(const Query& q, const std::string& version) {
  v1::Identity identity;
  auto it = q.state.reg.people.find(q.person);
  if (it == q.state.reg.people.end()) return absl::UnauthenticatedError("no such person");
  *identity.mutable_person() = it->second;
  identity.set_controller_version(version);
  return identity;
}

absl::StatusOr<v1::Register> ReadRegister(const Query& q) {
  if (!HasAny(q, {v1::ROLE_ADMIN, v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER, v1::ROLE_EVALUATOR,
                  v1::ROLE_MANAGER, v1::ROLE_OWNER})) {
    return Denied();
  }
  return q.state.reg.All();
}

absl::StatusOr<v1::AgentList> ReadAgents(const Query& q, const AgentStatuses& agents) {
  if (!HasAny(q, {v1::ROLE_ADMIN, v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER})) return Denied();
  // Active orders would show a team member, whatever its role elsewhere, where something plays.
  for (const auto& [id, exercise] : q.state.exercises) {
    if (exercise->InPlay() && !exercise->TeamOf(q.person).empty()) return Denied();
  }
  v1::AgentList list;
  for (const auto& [id, host] : q.state.reg.hosts) {
    if (host.agentless()) continue;
    v1::AgentStatus* status = list.add_agents();
    if (auto it = agents.find(id); it != agents.end()) *status = it->second;
    status->set_host(id);
    status->set_system(host.system());
    status->set_enrolled(q.state.reg.agent_keys.contains(id));
  }
  return list;
}

absl::StatusOr<v1::ScenarioList> ReadScenarios(const Query& q) {
  if (!HasAny(q, {v1::ROLE_ADMIN, v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER, v1::ROLE_EVALUATOR})) {
    return Denied();
  }
  v1::ScenarioList list;
  for (const auto& [id, scenario] : q.state.reg.scenarios) {
    if (!q.state.ScenarioHidden(q.person, id)) *list.add_scenarios() = scenario;
  }
  return list;
}

absl::StatusOr<v1::ExerciseList> ReadExercises(const Query& q) {
  v1::ExerciseList list;
  for (const auto& [id, exercise] : q.state.exercises) {
    if (SightOf(q.state, *exercise, q.person) == Sight::kNone) continue;
    *list.add_exercises() = Summary(q, *exercise);
  }
  return list;
}

absl::StatusOr<v1::ExerciseView> ReadExercise(const Query& q, const std::string& id,
                                              const AgentStatuses& agents,
                                              const std::vector<v1::Text>& missing) {
  ASSIGN_OR_RETURN(const Exercise* e, VisibleTo(q, id, Sight::kTeam));
  v1::ExerciseView view;
  *view.mutable_summary() = Summary(q, *e);
  // A team learns its state and clock; the rest of the plan is the control side's.
  if (SightOf(q.state, *e, q.person) == Sight::kTeam) return view;
  for (const InjectState& inject : e->injects) *view.add_injects() = RowOf(inject);
  for (size_t i = 0; i < e->hosts.size(); ++i) {
    *view.add_hosts() = HostRowOf(q, *e, static_cast<int>(i), agents);
  }
  for (const auto& [inject, host] : e->UncleanOrders()) {
    v1::HostRow* row = view.mutable_hosts(host);
    row->set_cleanup_waiting(row->cleanup_waiting() + 1);
  }
  for (const auto& [key, notes] : e->residue) {
    const std::string& inject = e->injects[static_cast<size_t>(key.first)].inject.id();
    for (const std::string& note : notes) {
      view.mutable_hosts(key.second)->add_residue(absl::StrCat(inject, ": ", note));
    }
  }
  *view.mutable_systems() = e->created.systems();
  *view.mutable_teams() = e->created.teams();
  *view.mutable_posts() = e->created.posts();
  const StreamState& head = q.state.streams.at(id);
  view.set_head_stream_seq(head.stream_seq);
  view.set_head_hash(head.hash);
  for (const v1::Text& text : missing) *view.add_missing() = text;
  return view;
}

absl::StatusOr<v1::ScopeOffer> ReadScope(const Query& q, const v1::GetScopeRequest& request) {
  ASSIGN_OR_RETURN(const Exercise* e, VisibleTo(q, request.exercise(), Sight::kControl));
  if (e->phase > v1::PHASE_READY) {
    return absl::FailedPreconditionError("the exercise has started; its scope is fixed");
  }
  if (request.not_after_us() <= request.not_before_us()) {
    return absl::InvalidArgumentError("the window ends before it begins");
  }
  ASSIGN_OR_RETURN(v1::Scope scope, BuildScope(*e, request.system(), request.not_before_us(),
                                               request.not_after_us(), request.decision()));
  v1::ScopeOffer offer;
  offer.set_scope(scope.SerializeAsString());
  offer.set_signatures_required(SignaturesRequired(q.state.reg.systems.at(request.system())));
  return offer;
}

namespace {

// What a claim says, for the team's own list.
std::string SaidText(const v1::ObservationMade& made) {
  if (!made.text().empty()) return made.text();
  if (!made.choice().empty()) return absl::StrCat(made.question(), " = ", made.choice());
  return made.artefacts().empty() ? "" : made.artefacts(0).value();
}

}  // namespace

absl::StatusOr<v1::Inbox> ReadInbox(const Query& q, const std::string& id) {
  ASSIGN_OR_RETURN(const Exercise* e, VisibleTo(q, id, Sight::kTeam));
  const std::string team = e->TeamOf(q.person);
  if (team.empty()) return Denied();
  v1::Inbox inbox;
  inbox.set_phase(e->phase);
  inbox.set_real_incident(e->real_incident);
  for (const InjectState& inject : e->injects) {
    if (ForTeamInbox(inject, team)) *inbox.add_items() = ItemOf(inject);
  }
  // What they matched, and what they are worth, is not for the team.
  for (const ObservationState& observation : e->observations) {
    if (observation.made.team() != team) continue;
    v1::Claim* claim = inbox.add_claims();
    claim->set_observation(observation.made.observation());
    claim->set_kind(observation.made.kind());
    claim->set_team(team);
    claim->set_person(observation.made.person());
    claim->set_received_us(observation.received_us);
    *claim->mutable_hosts() = observation.made.hosts();
    claim->set_text(SaidText(observation.made));
  }
  AddAppeals(*e, team, &inbox);
  return inbox;
}

namespace {

// What agents found of one claim.
std::vector<v1::EffectChecked> EffectsOf(const Exercise& e, int observation) {
  std::vector<v1::EffectChecked> effects;
  for (auto it = e.effects.lower_bound({observation, 0, 0});
       it != e.effects.end() && std::get<0>(it->first) == observation; ++it) {
    if (it->second.record == 0) continue;  // not answered yet
    v1::EffectChecked& effect = effects.emplace_back();
    *effect.mutable_report() = it->second.report;
    effect.set_verdict(it->second.verdict);
  }
  return effects;
}

// Nobody has placed it, or what the engine made of it is contradicted by an agent and no evaluator
// has spoken.
bool WaitsForJudge(const ObservationState& observation,
                   const std::vector<v1::EffectChecked>& effects) {
  if (observation.rejection != v1::REJECTION_UNSPECIFIED || observation.merged_into >= 0) {
    return false;
  }
  if (observation.matches.empty()) return true;
  const auto& matches = observation.matches;
  if (std::any_of(matches.begin(), matches.end(), [](const Match& m) { return m.by_evaluator; })) {
    return false;
  }
  return std::any_of(effects.begin(), effects.end(), [](const v1::EffectChecked& effect) {
    return effect.verdict() == v1::EFFECT_VERDICT_FALSE ||
           effect.verdict() == v1::EFFECT_VERDICT_PARTIAL;
  });
}

}  // namespace

absl::StatusOr<v1::Queue> ReadQueue(const Query& q, const std::string& id) {
  ASSIGN_OR_RETURN(const Exercise* e, VisibleTo(q, id, Sight::kControl));
  v1::Queue queue;
  for (size_t i = 0; i < e->observations.size(); ++i) {
    const ObservationState& observation = e->observations[i];
    const std::vector<v1::EffectChecked> effects = EffectsOf(*e, static_cast<int>(i));
    if (!WaitsForJudge(observation, effects)) continue;
    v1::QueueItem* item = queue.add_items();
    *item->mutable_observation() = observation.made;
    item->set_received_us(observation.received_us);
    *item->mutable_effects() = {effects.begin(), effects.end()};
    AddComments(*e, item);
    for (const std::string& host_id : observation.made.hosts()) {
      const int host = e->FindHost(host_id);
      for (const auto& [key, traces] : e->traces) {
        if (key.second != host) continue;
        v1::Candidate* candidate = item->add_candidates();
        const InjectState& inject = e->injects[static_cast<size_t>(key.first)];
        candidate->set_inject(inject.inject.id());
        *candidate->mutable_title() = inject.inject.title();
        candidate->set_host(host_id);
        for (const v1::Trace& trace : traces) *candidate->add_traces() = trace;
      }
    }
  }
  return queue;
}

absl::StatusOr<v1::Scorecard> ReadScore(const Query& q, const std::string& id) {
  ASSIGN_OR_RETURN(const Exercise* e, VisibleTo(q, id, Sight::kTeam));
  const bool team = SightOf(q.state, *e, q.person) == Sight::kTeam;
  // A running score would tell a team which of its claims were right; an aborted drill has none,
  // and may be held again.
  if (team && e->phase != v1::PHASE_FINAL && e->phase != v1::PHASE_CLOSED) {
    return absl::FailedPreconditionError("the score is published when it is final");
  }
  v1::Scorecard card;
  if (!e->final_score.scorecard().empty()) {
    if (!card.ParseFromString(e->final_score.scorecard())) {
      return absl::DataLossError("the frozen scorecard cannot be read");
    }
    // What is frozen is the judgement; the life of the exercise goes on.
    card.set_phase(e->phase);
    if (team) HideUnreleased(*e, &card);
    return card;
  }
  return Score(*e, q.state.streams.at(id), q.now_us);
}

absl::StatusOr<v1::DutyTable> ReadDuty(const Query& q, const v1::Obligations& obligations,
                                       int year) {
  if (!HasAny(q, {v1::ROLE_ADMIN, v1::ROLE_DIRECTOR, v1::ROLE_EVALUATOR, v1::ROLE_MANAGER,
                  v1::ROLE_OWNER})) {
    return Denied();
  }
  return Duties(q.state, obligations, year, q.now_us);
}

absl::StatusOr<const Exercise*> ForControl(const Query& q, const std::string& id) {
  return VisibleTo(q, id, Sight::kControl);
}

}  // namespace drill
