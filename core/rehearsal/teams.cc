#include "core/rehearsal/teams.h"

#include <algorithm>

#include "common/base/check.h"
#include "core/exercise/match.h"
#include "core/rehearsal/cast.h"
#include "core/rehearsal/profile.h"

namespace drill::rehearsal {
namespace {

constexpr int32_t kPoorAnswerPermille = 300;  // a judge's mark for free text that misses the point

bool Expects(const v1::Inject& inject, v1::ExpectationKind kind) {
  return std::any_of(inject.expect().begin(), inject.expect().end(),
                     [&](const v1::Expectation& e) { return e.kind() == kind; });
}

}  // namespace

Teams::Teams(Controller* controller, const v1::Profile& profile, uint64_t seed)
    : controller_(*controller), profile_(profile), dice_(seed) {}

void Teams::Cast() {
  for (const v1::TeamCast& cast : controller_.e().created.teams()) {
    const v1::TeamProfile& team = TeamProfileOf(profile_, cast.part());
    for (int member = 0; member < cast.members_size(); ++member) {
      Teammate mate;
      mate.team = cast.part();
      mate.id = cast.members(member);
      mate.roles = RolesOf(team, member, cast.members_size());
      for (int role : mate.roles) {
        const v1::RoleProfile& plays = team.roles(role);
        mate.at_once = std::max(mate.at_once, plays.at_once());
        for (const v1::Skill& skill : plays.skills()) mate.skills.try_emplace(skill.does(), &skill);
      }
      people_.push_back(std::move(mate));
    }
  }
  queues_.resize(people_.size());
}

// ---- what comes to the teams -------------------------------------------------------------------

void Teams::OnRecord(const v1::Record& record) {
  if (people_.empty()) return;
  const Exercise& e = controller_.e();
  if (record.has_inject_released()) {
    Released(e.FindInject(record.inject_released().inject()));
  } else if (record.has_order_reported()) {
    const v1::OrderEvent& event = record.order_reported().event();
    if (event.kind() != v1::ORDER_EVENT_KIND_APPLIED) return;
    Noticeable(e.FindInject(event.order().inject()), e.FindHost(event.order().host()));
  } else if (record.has_manual_played()) {
    Noticeable(e.FindInject(record.manual_played().inject()),
               e.FindHost(record.manual_played().host()));
  } else if (record.has_observation_matched()) {
    const v1::ObservationMatched& matched = record.observation_matched();
    const int index = e.FindObservation(matched.observation());
    const v1::ObservationMade& made = e.observations[static_cast<size_t>(index)].made;
    const int inject = e.FindInject(matched.inject());
    if (made.kind() == v1::OBSERVATION_KIND_DETECTION) {
      detections_.try_emplace({made.team(), inject}, made.observation());
      for (const std::string& host : matched.hosts()) Known(inject, e.FindHost(host), made.team());
    } else if (made.kind() == v1::OBSERVATION_KIND_CONTAINMENT) {
      for (const std::string& host : matched.hosts()) Recover(inject, e.FindHost(host));
    }
  }
}

void Teams::Released(int inject) {
  const InjectState& state = At(inject);
  if (state.is_manual()) {
    controller_.time().In(dice_.Draw(profile_.hand_play()), [this, inject] { PlayByHand(inject); });
    return;
  }
  if (!state.is_message()) return;
  // Asked is asked, whether it is scored or not: others may wait for the answer.
  for (const std::string& team : state.inject.question().teams()) {
    Give(v1::EXPECTATION_KIND_ANSWER, team, inject, -1);
  }
  for (const v1::Expectation& expect : state.inject.expect()) {
    if (expect.kind() == v1::EXPECTATION_KIND_ANSWER) continue;
    Give(expect.kind(), expect.team(), inject, -1);
  }
}

void Teams::Noticeable(int inject, int host) {
  if (!Expects(At(inject).inject, v1::EXPECTATION_KIND_DETECT)) return Known(inject, host, "");
  for (const v1::Expectation& expect : At(inject).inject.expect()) {
    if (expect.kind() == v1::EXPECTATION_KIND_DETECT) {
      Give(expect.kind(), expect.team(), inject, host);
    }
  }
}

// A team knows of it, or ("") nobody was asked to look.
void Teams::Known(int inject, int host, const std::string& team) {
  bool contained = false;
  for (const v1::Expectation& expect : At(inject).inject.expect()) {
    if (expect.kind() == v1::EXPECTATION_KIND_CONTAIN) {
      contained = Give(expect.kind(), expect.team(), inject, host) || contained;
    } else if (expect.kind() == v1::EXPECTATION_KIND_REPORT &&
               (team.empty() || team == expect.team())) {
      Give(expect.kind(), expect.team(), inject, -1);
    }
  }
  if (!contained) Recover(inject, host);
}

void Teams::Recover(int inject, int host) {
  for (const v1::Expectation& expect : At(inject).inject.expect()) {
    if (expect.kind() == v1::EXPECTATION_KIND_RECOVER) {
      Give(expect.kind(), expect.team(), inject, host);
    }
  }
}

// ---- work --------------------------------------------------------------------------------------

bool Teams::Give(v1::ExpectationKind kind, const std::string& team, int inject, int host) {
  const auto [given, fresh] = given_.try_emplace({kind, team, inject, host}, false);
  if (!fresh) return given->second;
  size_t best = people_.size();
  for (size_t i = 0; i < people_.size(); ++i) {
    if (people_[i].team != team || !people_[i].skills.contains(kind)) continue;
    if (best == people_.size() || people_[i].tasks < people_[best].tasks) best = i;
  }
  if (best == people_.size()) {
    uncovered_.insert({team, kind});
    return false;
  }
  Teammate& person = people_[best];
  const v1::Skill& skill = *person.skills.at(kind);
  if (dice_.Chance(skill.miss_permille())) return false;
  given->second = true;
  ++person.tasks;
  Task task{best, team, inject, host, kind, person.open.size()};
  task.wrong = kind != v1::EXPECTATION_KIND_REPORT && dice_.Chance(skill.wrong_permille());
  person.open.push_back({inject, controller_.ExUs(), Span::kOpen});
  controller_.time().In(dice_.Draw(skill.reaction()), [this, task] { Turn(task); });
  return true;
}

void Teams::Turn(const Task& task) {
  queues_[task.person].push_back(task);
  Work(task.person);
}

void Teams::Work(size_t index) {
  Teammate& person = people_[index];
  while (person.busy < person.at_once && !queues_[index].empty()) {
    const Task task = queues_[index].front();
    queues_[index].pop_front();
    ++person.busy;
    const size_t span = person.work.size();
    person.work.push_back({task.inject, controller_.ExUs(), Span::kOpen});
    controller_.time().In(dice_.Draw(person.skills.at(task.kind)->work()),
                          [this, task, span] { Done(task, span); });
  }
}

void Teams::Done(Task task, size_t span) {
  if (controller_.e().Over()) return;
  Teammate& person = people_[task.person];
  --person.busy;
  person.work[span].to_us = controller_.ExUs();
  Act(task);
  if (task.kind == v1::EXPECTATION_KIND_DETECT && task.wrong) {
    task.wrong = false;  // looks again
    queues_[task.person].push_back(task);
  } else {
    --person.tasks;
    person.open[task.span].to_us = controller_.ExUs();
  }
  Work(task.person);
}

void Teams::Act(const Task& task) {
  v1::Command command;
  command.mutable_observe()->set_exercise(controller_.e().id());
  *command.mutable_observe()->mutable_observation() = Say(task);
  const v1::ObservationMade& said = command.observe().observation();
  // Nobody to tell, or no host to name: nothing can be said.
  if (said.kind() == v1::OBSERVATION_KIND_REPORT && said.recipients().empty()) return;
  if (said.kind() == v1::OBSERVATION_KIND_DETECTION && said.hosts().empty()) return;
  const absl::StatusOr<Decision> decision = controller_.Submit(people_[task.person].id, command);
  DRILL_CHECK(decision.ok());
  const std::string id = decision->response.id();
  to_judge_.emplace(id, task);
  controller_.time().In(dice_.Draw(profile_.judging()), [this, id, task] { Judge(id, task); });
}

v1::ObservationMade Teams::Say(const Task& task) {
  const Exercise& e = controller_.e();
  v1::ObservationMade o;
  o.set_kind(AskedFor(task.kind));
  if (task.kind == v1::EXPECTATION_KIND_ANSWER) {
    SayAnswer(task, &o);
    return o;
  }
  if (const auto base = detections_.find({task.team, task.inject}); base != detections_.end()) {
    if (task.kind != v1::EXPECTATION_KIND_DETECT) o.add_about(base->second);
  }
  if (task.kind == v1::EXPECTATION_KIND_REPORT) {
    SayReport(task, &o);
    return o;
  }
  const int host = task.host >= 0 || e.hosts.empty() ? task.host : 0;
  if (host >= 0) o.add_hosts(e.hosts[static_cast<size_t>(host)].host.id());
  if (task.wrong) {
    v1::Artefact* artefact = o.add_artefacts();
    artefact->set_kind(v1::ARTEFACT_KIND_PATH);
    artefact->set_value("/rehearsal/nothing");
    return o;
  }
  const auto traces = e.traces.find({task.inject, task.host});
  if (traces == e.traces.end()) return o;
  for (const v1::Trace& trace : traces->second) {
    if (trace.artefact().kind() == v1::ARTEFACT_KIND_RULE) continue;
    *o.add_artefacts() = trace.artefact();
    break;
  }
  return o;
}

void Teams::SayReport(const Task& task, v1::ObservationMade* o) {
  const v1::Skill& skill = *people_[task.person].skills.at(task.kind);
  const v1::Expectation* asked = nullptr;
  for (const v1::Expectation& expect : At(task.inject).inject.expect()) {
    if (expect.kind() == task.kind && expect.team() == task.team && asked == nullptr) {
      asked = &expect;
    }
  }
  DRILL_CHECK(asked != nullptr);
  for (const std::string& recipient : asked->recipients()) {
    if (!dice_.Chance(skill.recipient_missed_permille())) o->add_recipients(recipient);
  }
  if (asked->recipients().empty()) o->add_recipients("owner");
  for (const v1::FieldKey& key : asked->fields()) {
    v1::Field* field = o->add_fields();
    field->set_name(key.field());
    const bool wrong = key.accept().empty() || dice_.Chance(skill.wrong_permille());
    field->set_value(wrong ? "?" : key.accept(0));
  }
}

void Teams::SayAnswer(const Task& task, v1::ObservationMade* o) {
  const v1::Inject& inject = At(task.inject).inject;
  o->set_question(inject.id());
  const auto& choices = inject.question().choices();
  if (choices.empty()) {
    o->set_text(task.wrong ? "?" : "!");
    return;
  }
  const auto best = std::max_element(
      choices.begin(), choices.end(),
      [](const auto& a, const auto& b) { return a.credit_permille() < b.credit_permille(); });
  int choice = static_cast<int>(best - choices.begin());
  if (task.wrong && choices.size() > 1) {
    const auto other = static_cast<int>(dice_.Between(0, choices.size() - 2));
    choice = other >= choice ? other + 1 : other;
  }
  o->set_choice(choices.Get(choice).id());
}

// ---- the control side --------------------------------------------------------------------------

void Teams::PlayByHand(int inject) {
  if (controller_.e().Over()) return;
  for (int host : At(inject).hosts) {
    v1::Command command;
    command.mutable_attest_manual()->set_exercise(controller_.e().id());
    v1::ManualPlayed* played = command.mutable_attest_manual()->mutable_played();
    played->set_inject(At(inject).inject.id());
    played->set_host(controller_.e().hosts[static_cast<size_t>(host)].host.id());
    played->set_at_us(controller_.time().now_us());
    played->set_witnessed_by(kWitness);
    DRILL_CHECK(controller_.Submit(kController, command).ok());
  }
}

void Teams::Judge(const std::string& id, const Task& task) {
  if (to_judge_.erase(id) == 0) return;
  const Exercise& e = controller_.e();
  const ObservationState& said = e.observations[static_cast<size_t>(e.FindObservation(id))];
  if (!said.matches.empty()) return;
  v1::Command command;
  if (task.wrong && task.kind == v1::EXPECTATION_KIND_DETECT) {
    command.mutable_reject_observation()->set_exercise(e.id());
    v1::ObservationRejected* rejected = command.mutable_reject_observation()->mutable_rejection();
    rejected->set_observation(id);
    rejected->set_rejection(v1::REJECTION_WRONG);
  } else {
    command.mutable_link_observation()->set_exercise(e.id());
    v1::ObservationMatched* match = command.mutable_link_observation()->mutable_match();
    match->set_observation(id);
    match->set_inject(At(task.inject).inject.id());
    match->set_credit_permille(task.wrong ? kPoorAnswerPermille : 1000);
    if (task.host >= 0) match->add_hosts(e.hosts[static_cast<size_t>(task.host)].host.id());
  }
  DRILL_CHECK(controller_.Submit(kEvaluator, command).ok());
}

void Teams::Finish() {
  while (!to_judge_.empty()) {
    const auto [id, task] = *to_judge_.begin();
    Judge(id, task);
  }
}

}  // namespace drill::rehearsal
