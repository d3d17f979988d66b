#include "tests/unit/core/scoring/drill_script.h"

#include <gtest/gtest.h>

#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/yaml/load.h"
#include "core/exercise/apply.h"
#include "core/scoring/score.h"
#include "tests/support/status.h"

namespace drill::testing {
namespace {

void AddHost(v1::SystemCast* cast, const char* id, const char* role) {
  v1::Host* host = cast->add_hosts();
  host->set_id(id);
  host->set_system(cast->system());
  host->set_role(role);
}

}  // namespace

DrillScript::DrillScript(absl::string_view scenario_yaml, const Options& options)
    : id_(options.exercise), start_us_(options.start_us), now_us_(options.start_us - 60 * kSecond) {
  v1::Record record;
  v1::ExerciseCreated* created = record.mutable_exercise_created();
  created->set_exercise(id_);
  const absl::Status loaded = yaml::Load(scenario_yaml, "scenario", created->mutable_scenario());
  EXPECT_OK(loaded);
  created->mutable_scenario()->set_type(options.type);
  v1::SystemCast* portal = created->add_systems();
  portal->set_part("portal");
  portal->set_system("portal");
  AddHost(portal, "web-1", "web");
  AddHost(portal, "web-2", "web");
  AddHost(portal, "web-3", "web");
  AddHost(portal, "db-1", "db");
  v1::SystemCast* mail = created->add_systems();
  mail->set_part("mail");
  mail->set_system("mail");
  AddHost(mail, "mail-1", "mail");
  for (const char* team : {"soc", "ops"}) {
    v1::TeamCast* cast = created->add_teams();
    cast->set_part(team);
    cast->set_team(team);
  }
  Append(record);
}

DrillScript& DrillScript::Append(v1::Record record) {
  record.set_seq(state_.seq + 1);
  record.set_stream(id_);
  record.set_stream_seq(state_.streams[id_].stream_seq + 1);
  record.set_time_us(now_us_);
  EXPECT_OK(Apply(record, &state_));
  return *this;
}

int64_t DrillScript::Wall(double ex_s) const {
  return start_us_ + shift_us_ + std::llround(ex_s * static_cast<double>(kSecond));
}

DrillScript& DrillScript::At(double ex_s) {
  EXPECT_GE(Wall(ex_s), now_us_) << "the script must go forward";
  now_us_ = Wall(ex_s);
  return *this;
}

DrillScript& DrillScript::Pause(double wall_s) {
  const int64_t at_ex_us = exercise().clock.At(now_us_);
  v1::Record paused;
  paused.mutable_exercise_paused()->set_at_ex_us(at_ex_us);
  Append(paused);
  const int64_t length_us = std::llround(wall_s * static_cast<double>(kSecond));
  now_us_ += length_us;
  shift_us_ += length_us;
  v1::Record resumed;
  resumed.mutable_exercise_resumed()->set_at_ex_us(at_ex_us);
  resumed.mutable_exercise_resumed()->set_resume_us(now_us_);
  return Append(resumed);
}

DrillScript& DrillScript::Jump(double to_ex_s) {
  const int64_t from_ex_us = exercise().clock.At(now_us_);
  const int64_t to_ex_us = std::llround(to_ex_s * static_cast<double>(kSecond));
  v1::Record record;
  record.mutable_clock_jumped()->set_from_ex_us(from_ex_us);
  record.mutable_clock_jumped()->set_to_ex_us(to_ex_us);
  shift_us_ -= to_ex_us - from_ex_us;
  return Append(record);
}

DrillScript& DrillScript::Approve(const v1::ExerciseApproved& approved) {
  v1::Record record;
  *record.mutable_exercise_approved() = approved;
  return Append(record);
}

DrillScript& DrillScript::Start() {
  v1::Record record;
  record.mutable_exercise_started()->set_start_us(start_us_);
  Append(record);
  now_us_ = start_us_;
  return *this;
}

DrillScript& DrillScript::Release(absl::string_view inject) {
  v1::Record record;
  record.mutable_inject_released()->set_inject(std::string(inject));
  record.mutable_inject_released()->set_planned_us(now_us_);
  return Append(record);
}

DrillScript& DrillScript::Revoke(absl::string_view inject) {
  v1::Record record;
  record.mutable_inject_revoked()->set_inject(std::string(inject));
  record.mutable_inject_revoked()->set_reason(v1::REVOKE_REASON_SKIPPED);
  return Append(record);
}

DrillScript& DrillScript::Order(absl::string_view inject, absl::string_view host,
                                v1::OrderEventKind kind) {
  v1::Record record;
  v1::OrderEvent* event = record.mutable_order_reported()->mutable_event();
  event->mutable_order()->set_exercise(id_);
  event->mutable_order()->set_inject(std::string(inject));
  event->mutable_order()->set_host(std::string(host));
  event->mutable_order()->set_attempt(1);
  event->set_kind(kind);
  event->set_at_us(now_us_);
  return Append(record);
}

DrillScript& DrillScript::Play(absl::string_view inject, std::initializer_list<const char*> hosts,
                               double error_s, bool noticeable) {
  for (const char* host : hosts) {
    v1::Record record;
    v1::OrderEvent* event = record.mutable_order_reported()->mutable_event();
    event->mutable_order()->set_exercise(id_);
    event->mutable_order()->set_inject(std::string(inject));
    event->mutable_order()->set_host(host);
    event->mutable_order()->set_attempt(1);
    event->set_at_us(now_us_);
    event->set_error_us(std::llround(error_s * static_cast<double>(kSecond)));
    event->set_kind(v1::ORDER_EVENT_KIND_STARTED);
    Append(record);
    event->set_kind(v1::ORDER_EVENT_KIND_APPLIED);
    v1::Trace* trace = event->add_traces();
    trace->mutable_artefact()->set_kind(v1::ARTEFACT_KIND_PATH);
    trace->mutable_artefact()->set_value(absl::StrCat("/srv/", inject));
    trace->set_noticeable(noticeable);
    trace->set_at_us(now_us_);
    Append(record);
  }
  return *this;
}

DrillScript& DrillScript::Undo(absl::string_view inject, std::initializer_list<const char*> hosts,
                               v1::UndoReason reason, v1::CleanupResult cleanup) {
  for (const char* host : hosts) {
    v1::Record record;
    v1::OrderEvent* event = record.mutable_order_reported()->mutable_event();
    event->mutable_order()->set_exercise(id_);
    event->mutable_order()->set_inject(std::string(inject));
    event->mutable_order()->set_host(host);
    event->mutable_order()->set_attempt(1);
    event->set_kind(v1::ORDER_EVENT_KIND_UNDONE);
    event->set_at_us(now_us_);
    event->set_undo_reason(reason);
    event->set_cleanup(cleanup);
    Append(record);
  }
  return *this;
}

DrillScript& DrillScript::PlayByHand(absl::string_view inject, absl::string_view host,
                                     absl::string_view witness) {
  v1::Record record;
  v1::ManualPlayed* played = record.mutable_manual_played();
  played->set_inject(std::string(inject));
  played->set_host(std::string(host));
  played->set_at_us(now_us_);
  played->set_played_by("binh");
  played->set_witnessed_by(std::string(witness));
  return Append(record);
}

std::string DrillScript::Say(absl::string_view team, v1::ObservationKind kind,
                             std::initializer_list<const char*> hosts) {
  v1::Record record;
  v1::ObservationMade* made = record.mutable_observation_made();
  const std::string id = absl::StrCat(team, "-", ++said_);
  made->set_observation(id);
  made->set_kind(kind);
  made->set_team(std::string(team));
  for (const char* host : hosts) made->add_hosts(host);
  Append(record);
  return id;
}

std::string DrillScript::Report(absl::string_view team,
                                std::initializer_list<const char*> recipients,
                                std::initializer_list<std::pair<const char*, const char*>> fields) {
  v1::Record record;
  v1::ObservationMade* made = record.mutable_observation_made();
  const std::string id = absl::StrCat(team, "-", ++said_);
  made->set_observation(id);
  made->set_kind(v1::OBSERVATION_KIND_REPORT);
  made->set_team(std::string(team));
  for (const char* recipient : recipients) made->add_recipients(recipient);
  for (const auto& [name, value] : fields) {
    v1::Field* field = made->add_fields();
    field->set_name(name);
    field->set_value(value);
  }
  Append(record);
  return id;
}

std::string DrillScript::Answer(absl::string_view team, absl::string_view question,
                                absl::string_view choice) {
  v1::Record record;
  v1::ObservationMade* made = record.mutable_observation_made();
  const std::string id = absl::StrCat(team, "-", ++said_);
  made->set_observation(id);
  made->set_kind(v1::OBSERVATION_KIND_ANSWER);
  made->set_team(std::string(team));
  made->set_question(std::string(question));
  made->set_choice(std::string(choice));
  Append(record);
  return id;
}

v1::Actor DrillScript::Evaluator() {
  v1::Actor actor;
  actor.set_person("giam-khao");
  return actor;
}

DrillScript& DrillScript::Match(absl::string_view observation, absl::string_view inject,
                                std::initializer_list<const char*> hosts, int credit_permille) {
  v1::Record record;
  record.mutable_actor()->set_engine(true);
  v1::ObservationMatched* matched = record.mutable_observation_matched();
  matched->set_observation(std::string(observation));
  matched->set_inject(std::string(inject));
  for (const char* host : hosts) matched->add_hosts(host);
  matched->set_credit_permille(credit_permille);
  return Append(record);
}

DrillScript& DrillScript::Link(absl::string_view observation, absl::string_view inject,
                               std::initializer_list<const char*> hosts, int credit_permille,
                               double counts_s) {
  v1::Record record;
  *record.mutable_actor() = Evaluator();
  v1::ObservationMatched* matched = record.mutable_observation_matched();
  matched->set_observation(std::string(observation));
  matched->set_inject(std::string(inject));
  for (const char* host : hosts) matched->add_hosts(host);
  matched->set_credit_permille(credit_permille);
  if (counts_s >= 0) matched->set_counts_from_us(Wall(counts_s));
  return Append(record);
}

DrillScript& DrillScript::Reject(absl::string_view observation, v1::Rejection rejection) {
  v1::Record record;
  *record.mutable_actor() = Evaluator();
  record.mutable_observation_rejected()->set_observation(std::string(observation));
  record.mutable_observation_rejected()->set_rejection(rejection);
  return Append(record);
}

DrillScript& DrillScript::Detect(absl::string_view team, absl::string_view inject,
                                 std::initializer_list<const char*> hosts, int credit_permille) {
  return Match(Say(team, v1::OBSERVATION_KIND_DETECTION, hosts), inject, hosts, credit_permille);
}

DrillScript& DrillScript::Contain(absl::string_view team, absl::string_view inject,
                                  std::initializer_list<const char*> hosts) {
  return Match(Say(team, v1::OBSERVATION_KIND_CONTAINMENT, hosts), inject, hosts);
}

DrillScript& DrillScript::Recover(absl::string_view team, absl::string_view inject,
                                  std::initializer_list<const char*> hosts) {
  return Match(Say(team, v1::OBSERVATION_KIND_RECOVERY, hosts), inject, hosts);
}

DrillScript& DrillScript::Effect(absl::string_view observation, absl::string_view inject,
                                 absl::string_view host, v1::EffectVerdict verdict, int told,
                                 int standing) {
  v1::Record record;
  v1::EffectChecked* checked = record.mutable_effect_checked();
  checked->set_verdict(verdict);
  v1::EffectReport* report = checked->mutable_report();
  report->set_check(std::string(observation));
  report->mutable_order()->set_exercise(id_);
  report->mutable_order()->set_inject(std::string(inject));
  report->mutable_order()->set_host(std::string(host));
  for (int i = 0; i < told; ++i) {
    report->add_traces()->set_fate(i < standing ? v1::TRACE_FATE_STANDING : v1::TRACE_FATE_GONE);
  }
  return Append(std::move(record));
}

DrillScript& DrillScript::End(bool aborted) {
  v1::Record record;
  record.mutable_exercise_ended()->set_aborted(aborted);
  record.mutable_exercise_ended()->set_at_ex_us(exercise().clock.At(now_us_));
  return Append(record);
}

DrillScript& DrillScript::Rate(absl::string_view system, v1::Element element) {
  v1::Record record;
  *record.mutable_actor() = Evaluator();
  record.mutable_element_rated()->set_system(std::string(system));
  record.mutable_element_rated()->set_element(element);
  record.mutable_element_rated()->set_rating(v1::RATING_S);
  return Append(record);
}

DrillScript& DrillScript::Finalise() {
  v1::Record record;
  record.mutable_score_finalised()->set_scoring_version(kScoringVersion);
  return Append(record);
}

DrillScript& DrillScript::Close() {
  v1::Record record;
  record.mutable_exercise_closed();
  return Append(record);
}

v1::Scorecard DrillScript::Score() const {
  return drill::Score(exercise(), state_.streams.at(id_), now_us_);
}

}  // namespace drill::testing
