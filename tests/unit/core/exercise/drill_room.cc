#include "tests/unit/core/exercise/drill_room.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/keys/keys.h"
#include "common/yaml/load.h"
#include "core/exercise/apply.h"
#include "core/exercise/scope.h"
#include "core/scoring/score.h"
#include "tests/support/status.h"

namespace drill::testing {

const char kStandardScenario[] = R"(
id: standard
title: {vi: Diễn tập, en: Drill}
type: live
duration: 600s
cast:
  systems: [{id: portal, title: {vi: Cổng, en: Portal}, roles: [web, db]}]
  teams: [{id: soc, title: {vi: Giám sát, en: SOC}}, {id: ops, title: {vi: Vận hành, en: Ops}}]
objectives: [{id: see, title: {vi: Phát hiện, en: Detect}}]
injects:
  - id: msg
    title: {vi: Thư, en: Letter}
    message: {teams: [soc, ops], from: {vi: Ai, en: Who}, body: {vi: Gì, en: What}}
    at: 5s
  - id: ask
    title: {vi: Hỏi, en: Ask}
    objective: see
    question:
      teams: [soc]
      body: {vi: Gì, en: What}
      choices:
        - {id: a, text: {vi: A, en: A}, credit_permille: 1000}
        - {id: b, text: {vi: B, en: B}}
    at: 6s
    expect: [{kind: answer, team: soc, limit: 60s}]
  - id: hand
    title: {vi: Tay, en: Hand}
    objective: see
    manual:
      instructions: {vi: Làm, en: Do}
      artefacts: [{kind: path, value: /hand}]
    at: 7s
    targets: [{system: portal, role: web}]
    expect: [{kind: detect, team: soc, limit: 60s}]
  - id: act
    title: {vi: Thay, en: Deface}
    objective: see
    action: {web_deface: {page: /srv/index.html}}
    at: 20s
    targets: [{system: portal, role: web}]
    expect:
      - {kind: detect, team: soc, target: 10s, limit: 60s}
      - {kind: contain, team: ops, target: 10s, limit: 60s}
  - id: rep
    title: {vi: Lặp, en: Repeat}
    objective: see
    action: {log_append: {file: /var/log/auth.log, lines: 5}}
    at: 40s
    repeat: {times: 3, every: 10s}
    targets: [{system: portal, role: db}]
    expect: [{kind: detect, team: soc, limit: 60s}]
  - id: chase
    title: {vi: Đuổi, en: Chase}
    objective: see
    action: {process_run_decoy: {name: kworker.x}}
    after: {inject: act, anchor: detected, delay: 2s}
    targets: [{system: portal, role: db}]
    expect: [{kind: detect, team: soc, limit: 60s}]
  - id: alarm
    title: {vi: Báo động, en: Alarm}
    cue: {body: {vi: Kêu, en: Ring}}
    at: 100s
    unless: {inject: act, anchor: contained}
  - id: nag
    title: {vi: Nhắc, en: Nag}
    message: {teams: [soc], from: {vi: Ai, en: Who}, body: {vi: Nhanh, en: Hurry}}
    after: {inject: act, anchor: overdue}
  - id: later
    title: {vi: Sau, en: Later}
    objective: see
    action: {process_run_decoy: {name: kworker.y}}
    at: 300s
    targets: [{system: portal, role: web}]
    expect: [{kind: detect, team: soc, limit: 60s}]
  - id: spare
    title: {vi: Dự phòng, en: Spare}
    objective: see
    action: {process_run_decoy: {name: kworker.z}}
    contingency: true
    targets: [{system: portal, role: db}]
    expect: [{kind: detect, team: soc, limit: 60s}]
rubric: {}
)";

std::string BeaconScenario() {
  return absl::StrReplaceAll(kStandardScenario,
                             {{"{web_deface: {page: /srv/index.html}}", "{network_beacon: {}}"}});
}

std::string RedScenario() {
  return absl::StrCat(
      absl::StrReplaceAll(kStandardScenario,
                          {{"{id: ops, title:", "{id: ops, red: true, title:"},
                           {"{kind: contain, team: ops,", "{kind: contain, team: soc,"}}),
      "free_play:\n  expect: [{kind: detect, team: soc, target: 60s, limit: 300s, weight: 2}]\n");
}

template <typename Message>
Message Text(absl::string_view text) {
  Message message;
  if (!google::protobuf::TextFormat::ParseFromString(std::string(text), &message)) {
    ADD_FAILURE() << "not the text of a message: " << text;
    DRILL_CHECK(false && "text form");
  }
  return message;
}
template v1::Record Text(absl::string_view);
template v1::OrderEvent Text(absl::string_view);
template v1::ObservationMade Text(absl::string_view);
template v1::Scope Text(absl::string_view);
template v1::Order Text(absl::string_view);
template v1::Register Text(absl::string_view);
template v1::DesiredSet Text(absl::string_view);

v1::Command Cmd(absl::string_view text) { return Text<v1::Command>(text); }

DrillRoom::DrillRoom(const Options& options)
    : now_us(options.now_us), engine(std::make_unique<Engine>(&Score)), options_(options) {
  EXPECT_OK(Handle(ControllerStart{"test", 0}));
  EXPECT_OK(Handle(Bootstrap{std::string(32, 'x')}));
  static const std::vector<std::string>& kKeys =
      *new std::vector<std::string>{GenerateKey(), GenerateKey()};
  keys = kKeys;
  for (const std::string& key : keys) public_keys.push_back(*PublicPem(key));
  FillRegister();
  FillScenario();
  News();
}

std::unique_ptr<DrillRoom> DrillRoom::Copy() const {
  auto copy = std::unique_ptr<DrillRoom>(new DrillRoom(options_, Blank()));
  copy->now_us = now_us;
  copy->journal = journal;
  copy->sent = sent;
  copy->keys = keys;
  copy->public_keys = public_keys;
  copy->requests_ = requests_;
  copy->told_ = told_;
  copy->outbox_ = outbox_;
  copy->engine = std::make_unique<Engine>(&Score);
  for (const Stamped& stamped : journal) {
    EXPECT_OK(copy->engine->Replay(stamped.record, stamped.hash));
  }
  copy->engine->fleet() = engine->fleet();
  return copy;
}

void DrillRoom::FillRegister() {
  v1::Command command = Cmd(R"pb(
    apply_register {
      organisations { id: "org" }
      systems { id: "sys" owner: "org" }
      systems { id: "far" owner: "org" level: 3 }
      hosts { id: "w1" system: "sys" role: "web" }
      hosts { id: "w2" system: "sys" role: "web" }
      hosts { id: "d1" system: "sys" role: "db" }
      hosts { id: "f1" system: "far" role: "web" }
      people { id: "director" roles: ROLE_DIRECTOR }
      people { id: "director2" roles: ROLE_DIRECTOR }
      people { id: "controller" roles: ROLE_CONTROLLER }
      people { id: "evaluator" roles: ROLE_EVALUATOR }
      people { id: "evaluator2" roles: ROLE_EVALUATOR }
      people { id: "evaluator3" roles: ROLE_EVALUATOR }
      people { id: "chair" roles: ROLE_CHAIR }
      people { id: "owner" roles: ROLE_OWNER }
      people { id: "observer" roles: ROLE_OBSERVER }
      people { id: "manager" roles: ROLE_MANAGER }
      people { id: "blue" roles: ROLE_RESPONDER }
      people { id: "blue2" roles: ROLE_RESPONDER }
      people { id: "green" roles: ROLE_RESPONDER }
      teams { id: "soc" kind: TEAM_KIND_RESPONSE members: "blue" members: "blue2" }
      teams { id: "ops" kind: TEAM_KIND_RESPONSE members: "green" }
    }
  )pb");
  command.mutable_apply_register()->mutable_systems(0)->set_level(options_.level);
  for (v1::System& system : *command.mutable_apply_register()->mutable_systems()) {
    for (const std::string& key : public_keys) system.add_owner_keys(key);
  }
  Must("admin", command);
}

void DrillRoom::FillScenario() {
  v1::Command command;
  v1::Scenario* scenario = command.mutable_add_scenario()->mutable_scenario();
  EXPECT_OK(yaml::Load(options_.scenario, "scenario", scenario));
  const v1::Scenario authored = *scenario;
  Must("director", command);
  command = Cmd(R"pb(create_exercise {
                       exercise: "drill"
                       posts { person: "director" role: ROLE_DIRECTOR }
                       posts { person: "controller" role: ROLE_CONTROLLER }
                       posts { person: "evaluator" role: ROLE_EVALUATOR }
                       posts { person: "evaluator3" role: ROLE_EVALUATOR }
                       posts { person: "chair" role: ROLE_CHAIR }
                       posts { person: "owner" role: ROLE_OWNER }
                       posts { person: "observer" role: ROLE_OBSERVER }
                     })pb");
  v1::CreateExercise* create = command.mutable_create_exercise();
  create->set_scenario(authored.id());
  for (const v1::SystemPart& part : authored.cast().systems()) {
    v1::CastChoice* choice = create->add_systems();
    choice->set_part(part.id());
    choice->set_id(part.id() == "far" ? "far" : "sys");
  }
  for (const char* team : {"soc", "ops"}) {
    v1::CastChoice* choice = create->add_teams();
    choice->set_part(team);
    choice->set_id(team);
  }
  Must("director", command);
}

void DrillRoom::Drain() {
  for (Stamped& stamped : engine->TakeBatch()) journal.push_back(std::move(stamped));
  for (auto& [host, set] : engine->DesiredSets(now_us)) sent[host] = std::move(set);
}

absl::StatusOr<Decision> DrillRoom::Handle(const Input& input) {
  absl::StatusOr<Decision> decision = engine->Handle(now_us, input);
  Drain();
  return decision;
}

absl::StatusOr<Decision> DrillRoom::Submit(absl::string_view person, const v1::Command& command) {
  return Handle(PersonCommand{std::string(person), absl::StrCat("r", ++requests_), command});
}
absl::StatusOr<Decision> DrillRoom::Submit(absl::string_view person, absl::string_view command) {
  return Submit(person, Cmd(command));
}
Decision DrillRoom::Must(absl::string_view person, const v1::Command& command) {
  absl::StatusOr<Decision> decision = Submit(person, command);
  EXPECT_OK(decision) << person << ": " << command.ShortDebugString();
  return decision.ok() ? *std::move(decision) : Decision();
}
Decision DrillRoom::Must(absl::string_view person, absl::string_view command) {
  return Must(person, Cmd(command));
}

void DrillRoom::Advance(double seconds) {
  const int64_t until = now_us + static_cast<int64_t>(seconds * 1e6);
  for (int64_t due = engine->NextDeadline(now_us); due <= until;
       due = engine->NextDeadline(now_us)) {
    const bool stuck = due == now_us;
    now_us = due;
    engine->Tick(now_us);
    Drain();
    if (stuck && engine->NextDeadline(now_us) == now_us) {
      ADD_FAILURE() << "due again and again at " << now_us;
      break;
    }
  }
  now_us = until;
  engine->Tick(now_us);
  Drain();
}

void DrillRoom::ToEx(double ex_s) {
  const int64_t us = static_cast<int64_t>(ex_s * 1e6);
  Advance(static_cast<double>(e().clock.EngineAt(us) - now_us) / 1e6);
}

void DrillRoom::Connect(const std::string& host) {
  v1::Hello hello;
  hello.set_version("test");
  (void)engine->fleet().Connect(host, static_cast<uint64_t>(now_us), hello, engine->state().epoch,
                                now_us);
  engine->Touch(host);
  EXPECT_OK(Handle(AgentPresence{host, true}));
}

void DrillRoom::Disconnect(const std::string& host) {
  engine->fleet().Disconnect(host, engine->fleet().Session(host), now_us);
  engine->Touch(host);
  EXPECT_OK(Handle(AgentPresence{host, false}));
}

void DrillRoom::AgentSays(const std::string& host, const std::string& inject,
                          v1::OrderEventKind kind, absl::string_view more) {
  AgentEvents events{host, "box-" + host, {}};
  v1::OutboxEntry& entry = events.entries.emplace_back();
  entry.set_seq(++outbox_[host]);
  v1::OrderEvent* event = entry.mutable_event();
  event->set_at_us(now_us);
  event->mutable_order()->set_exercise(kId);
  event->mutable_order()->set_inject(inject);
  event->mutable_order()->set_host(host);
  event->mutable_order()->set_attempt(1);
  event->set_kind(kind);
  event->MergeFrom(Text<v1::OrderEvent>(more));
  EXPECT_OK(Handle(events));
}

void DrillRoom::AgentLooks(const std::string& host, const std::string& inject,
                           const std::string& claim, absl::string_view more) {
  AgentEvents events{host, "box-" + host, {}};
  v1::OutboxEntry& entry = events.entries.emplace_back();
  entry.set_seq(++outbox_[host]);
  v1::EffectReport* report = entry.mutable_effect();
  report->set_check(claim);
  report->mutable_order()->set_exercise(kId);
  report->mutable_order()->set_inject(inject);
  report->mutable_order()->set_host(host);
  report->mutable_order()->set_attempt(1);
  report->set_at_us(now_us);
  report->MergeFrom(Text<v1::EffectReport>(more));
  EXPECT_OK(Handle(events));
}

void DrillRoom::Play(const std::string& host, const std::string& inject) {
  AgentSays(host, inject, v1::ORDER_EVENT_KIND_STARTED);
  AgentSays(host, inject, v1::ORDER_EVENT_KIND_APPLIED,
            absl::StrCat("traces { artefact { kind: ARTEFACT_KIND_PATH value: '/srv/", inject,
                         "' } noticeable: true at_us: ", now_us, " } traces_total: 1"));
}

void DrillRoom::Undo(const std::string& host, const std::string& inject, v1::CleanupResult cleanup,
                     int attempt) {
  AgentSays(
      host, inject, v1::ORDER_EVENT_KIND_UNDONE,
      absl::StrCat("order { attempt: ", attempt,
                   " } undo_reason: UNDO_REASON_ENDED cleanup: ", v1::CleanupResult_Name(cleanup),
                   cleanup == v1::CLEANUP_RESULT_RESIDUE ? " notes: 'left: /srv'" : ""));
}

void DrillRoom::Restart(double down_s, bool agents_return) {
  const int64_t alive = now_us;
  const std::vector<std::string> hosts = {"w1", "w2", "d1"};
  std::vector<std::string> connected;
  for (const std::string& host : hosts) {
    if (engine->fleet().Connected(host)) connected.push_back(host);
  }
  engine = std::make_unique<Engine>(&Score);
  for (const Stamped& stamped : journal) {
    EXPECT_OK(engine->Replay(stamped.record, stamped.hash));
  }
  now_us += static_cast<int64_t>(down_s * 1e6);
  EXPECT_OK(Handle(ControllerStart{"test", alive}));
  for (const std::string& host : connected) {
    if (agents_return) Connect(host);
  }
}

v1::Signature DrillRoom::Sign(const std::string& key, const std::string& public_key,
                              const std::string& bytes) const {
  v1::Signature signature;
  std::string id;
  EXPECT_OK(PublicKeyId(public_key, &id));
  signature.set_key_sha256(id);
  signature.set_der(*SignBytes(key, bytes));
  return signature;
}

v1::Command DrillRoom::ApproveCommand(int signatures, int64_t not_before_us, int64_t not_after_us) {
  v1::Command command = Cmd(R"pb(approve_exercise {
                                   exercise: "drill"
                                   approval {
                                     roe {
                                       objectives { vi: "a" }
                                       participants { vi: "b" }
                                       tools { vi: "c" }
                                       depth { vi: "d" }
                                       duration { vi: "e" }
                                     }
                                     decision { number: "1/QĐ" }
                                     notices {
                                       recipient { vi: "SOC" en: "SOC" }
                                       contact: "24/7"
                                       acknowledged: true
                                     }
                                   }
                                 })pb");
  v1::ExerciseApproved* approval = command.mutable_approve_exercise()->mutable_approval();
  for (const v1::SystemCast& cast : e().created.systems()) {
    absl::StatusOr<v1::Scope> scope =
        BuildScope(e(), cast.system(), not_before_us, not_after_us, {});
    EXPECT_OK(scope);
    if (scope->entries().empty() && scope->aimed_here().empty()) continue;
    v1::SignedScope* signed_scope = approval->add_scopes();
    signed_scope->set_scope(scope->SerializeAsString());
    for (size_t i = 0; i < static_cast<size_t>(signatures); ++i) {
      *signed_scope->add_signatures() = Sign(keys[i], public_keys[i], signed_scope->scope());
    }
  }
  return command;
}

v1::Command DrillRoom::AcceptCommand(const std::string& inject, const std::string& host) {
  v1::Command command;
  command.mutable_accept_residue()->set_exercise(kId);
  v1::ResidueAccepted* in = command.mutable_accept_residue()->mutable_acceptance();
  in->set_inject(inject);
  in->set_host(host);
  v1::ResidueAcceptance text;
  text.set_exercise(kId);
  text.set_inject(inject);
  text.set_host(host);
  in->set_acceptance(text.SerializeAsString());
  for (size_t i = 0; i < (options_.level >= 4 ? 2u : 1u); ++i) {
    *in->add_signatures() = Sign(keys[i], public_keys[i], in->acceptance());
  }
  return command;
}

void DrillRoom::Approve() { Must("director", ApproveCommand()); }

void DrillRoom::Ready() {
  Approve();
  for (const char* host : {"w1", "w2", "d1"}) Connect(host);
  const Decision check = Must("director", "check_exercise { exercise: 'drill' }");
  for (const std::string& host : check.dry_run_hosts) {
    v1::DryRunReport report;
    report.set_exercise(kId);
    EXPECT_OK(Handle(DryRunAnswer{host, report}));
  }
  EXPECT_EQ(e().phase, v1::PHASE_READY);
}

void DrillRoom::Start() {
  Ready();
  Must("director", "start_exercise { exercise: 'drill' }");
  now_us = e().start_us;
  engine->Tick(now_us);
  Drain();
}

std::string DrillRoom::Observe(absl::string_view person, absl::string_view observation) {
  return Must(person, absl::StrCat("observe { exercise: 'drill' observation {", observation, "} }"))
      .response.id();
}

std::string DrillRoom::Detect(absl::string_view host, absl::string_view path) {
  return Observe("blue",
                 absl::StrCat("kind: OBSERVATION_KIND_DETECTION hosts: '", host,
                              "' artefacts { kind: ARTEFACT_KIND_PATH value: '", path, "' }"));
}

const InjectState& DrillRoom::Inject(absl::string_view id) const {
  const int index = e().FindInject(id);
  DRILL_CHECK(index >= 0);
  return e().injects[static_cast<size_t>(index)];
}

const OrderState& DrillRoom::Order(absl::string_view inject, absl::string_view host) const {
  const InjectState& state = Inject(inject);
  const int position = state.PositionOf(e().FindHost(host));
  DRILL_CHECK(position >= 0);
  return state.orders[static_cast<size_t>(position)];
}

v1::DesiredSet DrillRoom::Desired(const std::string& host) const {
  return drill::Desired(engine->state(), host, engine->unrecorded());
}

const v1::Order* DrillRoom::Wanted(const std::string& host, const std::string& inject,
                                   v1::DesiredSet* keep) const {
  *keep = Desired(host);
  for (const v1::Order& order : keep->orders()) {
    if (order.id().inject() == inject) return &order;
  }
  return nullptr;
}

std::string KindOf(const v1::Record& record) {
  const auto* field = record.GetReflection()->GetOneofFieldDescriptor(
      record, v1::Record::descriptor()->FindOneofByName("body"));
  return field == nullptr ? "" : field->name();
}

std::string DrillRoom::News() {
  std::string kinds;
  for (; told_ < journal.size(); ++told_) {
    absl::StrAppend(&kinds, kinds.empty() ? "" : " ", KindOf(journal[told_].record));
  }
  return kinds;
}

std::vector<v1::Record> DrillRoom::Since(size_t from) const {
  std::vector<v1::Record> records;
  for (size_t i = from; i < journal.size(); ++i) records.push_back(journal[i].record);
  return records;
}

void DrillRoom::ExpectReplays() const {
  Engine other(&Score);
  for (const Stamped& stamped : journal) {
    v1::Record stored;
    ASSERT_TRUE(stored.ParseFromString(stamped.payload));
    ASSERT_OK(other.Replay(stored, stamped.hash));
  }
  EXPECT_EQ(Describe(other.state()), Describe(engine->state()));
}

}  // namespace drill::testing
