// The owner's signed scope: what it admits, to the microsecond and to the byte (DESIGN §6).

#include "core/exercise/scope.h"

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using testing::DrillRoom;
using ::testing::HasSubstr;
using testing::kSecond;
using testing::StatusIs;

constexpr int64_t kFrom = 1000;
constexpr int64_t kTo = 2000;

v1::Scope Scope() {
  v1::Scope scope = testing::Text<v1::Scope>(
      "exercise: 'drill' hosts: 'w1' hosts: 'w2' entries { inject: 'a' } entries { inject: 'b' }");
  scope.mutable_entries(0)->set_action_sha256(Sha256("action a"));
  scope.mutable_entries(1)->set_action_sha256(Sha256("action b"));
  scope.set_not_before_us(kFrom);
  scope.set_not_after_us(kTo);
  return scope;
}

v1::Order Order() {
  return testing::Text<v1::Order>(
      "id { exercise: 'drill' inject: 'a#2' host: 'w1' attempt: 1 } action: 'action a' "
      "scope_inject: 'a'");
}

absl::Status Check(const v1::Order& order, absl::string_view host = "w1", int64_t at = kFrom) {
  return CheckOrderInScope(Scope(), order, host, at);
}

TEST(OrderInScope, TheWindowIsHalfOpen) {
  EXPECT_OK(Check(Order(), "w1", kFrom));
  EXPECT_OK(Check(Order(), "w1", kTo - 1));
  EXPECT_THAT(Check(Order(), "w1", kFrom - 1), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Check(Order(), "w1", kTo), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST(OrderInScope, NamesExerciseHostInjectAndDigest) {
  const auto refused = [](auto change, const char* why, const char* host = "w1") {
    v1::Order order = Order();
    change(order);
    EXPECT_THAT(Check(order, host), StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr(why)));
  };
  refused([](v1::Order& o) { o.mutable_id()->set_exercise("x"); }, "another exercise");
  refused([](v1::Order& o) { o.mutable_id()->set_host("w3"); }, "host 'w3'", "w3");
  // Named by the scope, but not the host on which it would be played.
  refused([](v1::Order& o) { o.mutable_id()->set_host("w2"); }, "host 'w1'");
  refused([](v1::Order& o) { o.set_scope_inject("c"); }, "inject 'c'");
  refused([](v1::Order& o) { o.set_action("action b"); }, "not the one that was signed");
  refused([](v1::Order& o) { o.set_action("action a "); }, "not the one that was signed");
  refused([](v1::Order& o) { o.set_scope_inject("b"); }, "not the one that was signed");
}

TEST(BuildScope, NamesHostsActionsAndCapsOfOneSystem) {
  DrillRoom room;
  const v1::Scope scope = *BuildScope(room.e(), "sys", kFrom, kTo, {});
  EXPECT_EQ(std::vector<std::string>(scope.hosts().begin(), scope.hosts().end()),
            (std::vector<std::string>{"d1", "w1", "w2"}));
  std::vector<std::string> injects;
  for (const v1::ScopeEntry& entry : scope.entries()) {
    injects.push_back(entry.inject());
    EXPECT_EQ(entry.action_sha256(),
              Sha256(room.Inject(entry.inject()).inject.action().SerializeAsString()));
  }
  // Repeats stand once, manual actions and messages not at all.
  EXPECT_EQ(injects, (std::vector<std::string>{"act", "rep", "chase", "later", "spare"}));
  EXPECT_EQ(scope.orders_per_host_max(), 7 + kSpareOrdersPerHost) << "rep counts three times";
  EXPECT_THAT(BuildScope(room.e(), "far", kFrom, kTo, {}), StatusIs(absl::StatusCode::kNotFound));
}

TEST(Approval, TakesOnlyWhatWasSignedOverThisExercise) {
  DrillRoom room;
  const int64_t from = room.now_us - kSecond;
  const int64_t to = room.now_us + 100 * kSecond;
  const auto approve = [&](auto change) {
    v1::Command command = room.ApproveCommand(1, from, to);
    change(*command.mutable_approve_exercise()->mutable_approval());
    return room.Submit("owner", command).status();
  };
  const auto refused = [&](auto change, const char* why) {
    EXPECT_THAT(approve(change), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refused([](v1::ExerciseApproved& a) { a.clear_scopes(); }, "without its owner's signed scope");
  refused([](v1::ExerciseApproved& a) { a.mutable_scopes(0)->clear_signatures(); },
          "0 valid signature(s)");
  refused([](v1::ExerciseApproved& a) { a.mutable_scopes(0)->mutable_scope()->append("\x40\x01"); },
          "0 valid signature(s)");
  refused(
      [](v1::ExerciseApproved& a) {
        a.mutable_scopes(0)->mutable_signatures(0)->mutable_der()->back() ^= 1;
      },
      "0 valid signature(s)");
  for (auto field :
       {&v1::RulesOfEngagement::clear_objectives, &v1::RulesOfEngagement::clear_participants,
        &v1::RulesOfEngagement::clear_tools, &v1::RulesOfEngagement::clear_depth,
        &v1::RulesOfEngagement::clear_duration}) {
    refused([&](v1::ExerciseApproved& a) { (a.mutable_roe()->*field)(); }, "CT 60");
  }
  EXPECT_OK(approve([](v1::ExerciseApproved&) {}));
}

TEST(Approval, TheWindowIsOneAndIsNotOver) {
  DrillRoom room;
  const int64_t now = room.now_us;
  EXPECT_THAT(room.Submit("owner", room.ApproveCommand(1, now - kSecond, now)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("window is over")));
  EXPECT_THAT(room.Submit("owner", room.ApproveCommand(1, now + kSecond, now + kSecond)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("before it begins")));
  EXPECT_OK(room.Submit("owner", room.ApproveCommand(1, now, now + 1)));
}

TEST(Approval, LevelFourNeedsTwoDifferentSignatures) {
  DrillRoom room({.level = 4});
  const int64_t from = room.now_us;
  const int64_t to = from + 100 * kSecond;
  EXPECT_THAT(room.Submit("owner", room.ApproveCommand(1, from, to)),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1 valid signature(s)")));
  // The same hand twice is one signature.
  v1::Command twice = room.ApproveCommand(1, from, to);
  v1::SignedScope* scope = twice.mutable_approve_exercise()->mutable_approval()->mutable_scopes(0);
  *scope->add_signatures() = scope->signatures(0);
  EXPECT_THAT(room.Submit("owner", twice),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1 valid signature(s)")));
  EXPECT_OK(room.Submit("owner", room.ApproveCommand(2, from, to)));
}

TEST(Approval, SignaturesByLevel) {
  for (int level = 1; level <= 5; ++level) {
    v1::System system;
    system.set_proposed_level(level);
    EXPECT_EQ(SignaturesRequired(system), level >= 4 ? 2 : 1);
  }
  v1::System approved;
  approved.set_level(3);
  approved.set_proposed_level(4);
  EXPECT_EQ(SignaturesRequired(approved), 1) << "the approved level binds";
}

// ---- aimed at other hosts ------------------------------------------------------------------

// A scan from the portal's hosts against those of another owner's system.
constexpr char kAimed[] = R"(
id: aimed
title: {vi: Quét, en: Scan}
type: live
duration: 600s
cast:
  systems:
    - {id: portal, title: {vi: Cổng, en: Portal}, roles: [web, db]}
    - {id: far, title: {vi: Xa, en: Far}, roles: [web]}
  teams: [{id: soc, title: {vi: Giám sát, en: SOC}}, {id: ops, title: {vi: Vận hành, en: Ops}}]
objectives: [{id: see, title: {vi: Phát hiện, en: Detect}}]
injects:
  - id: scan
    title: {vi: Quét, en: Scan}
    objective: see
    action: {network_scan: {ports: [80]}}
    at: 20s
    repeat: {times: 2, every: 60s}
    targets: [{system: portal, role: web}]
    against: [{system: far}, {system: portal, role: db}]
    expect: [{kind: detect, team: soc, limit: 60s}]
  - id: msg
    title: {vi: Thư, en: Letter}
    message: {teams: [ops], from: {vi: Ai, en: Who}, body: {vi: Gì, en: What}}
    at: 5s
rubric: {}
)";

std::vector<std::string> Against(const v1::ScopeEntry& entry) {
  return {entry.against().begin(), entry.against().end()};
}

TEST(Against, BothOwnersSignForTheirOwnSide) {
  DrillRoom room({.scenario = kAimed});
  const v1::Scope near = *BuildScope(room.e(), "sys", kFrom, kTo, {});
  ASSERT_EQ(near.entries_size(), 1);
  EXPECT_EQ(Against(near.entries(0)), (std::vector<std::string>{"d1", "f1"}));
  ASSERT_EQ(near.aimed_here_size(), 1);
  EXPECT_EQ(Against(near.aimed_here(0)), (std::vector<std::string>{"d1"}));
  EXPECT_EQ(near.hosts_size(), 2) << "nothing is played on what it is aimed at";
  EXPECT_EQ(near.orders_per_host_max(), 2 + kSpareOrdersPerHost);

  const v1::Scope far = *BuildScope(room.e(), "far", kFrom, kTo, {});
  EXPECT_EQ(far.entries_size(), 0);
  EXPECT_EQ(far.hosts_size(), 0);
  ASSERT_EQ(far.aimed_here_size(), 1);
  EXPECT_EQ(far.aimed_here(0).inject(), "scan");
  EXPECT_EQ(far.aimed_here(0).action_sha256(), near.entries(0).action_sha256());
  EXPECT_EQ(Against(far.aimed_here(0)), (std::vector<std::string>{"f1"}));
}

TEST(Against, NotApprovedWithoutTheOtherOwner) {
  DrillRoom room({.scenario = kAimed});
  v1::Command command = room.ApproveCommand();
  v1::ExerciseApproved* approval = command.mutable_approve_exercise()->mutable_approval();
  ASSERT_EQ(approval->scopes_size(), 2);
  v1::Command alone = command;
  alone.mutable_approve_exercise()->mutable_approval()->mutable_scopes()->DeleteSubrange(1, 1);
  EXPECT_THAT(room.Submit("owner", alone),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("system 'far' is acted on without its owner's signed scope")));
  EXPECT_OK(room.Submit("owner", command));
}

TEST(Against, AnOrderGoesAgainstNothingThatWasNotSigned) {
  v1::Scope scope = Scope();
  scope.mutable_entries(0)->add_against("d1");
  scope.mutable_entries(0)->add_against("f1");
  v1::Order order = Order();
  EXPECT_OK(CheckOrderInScope(scope, order, "w1", kFrom));
  order.add_against("f1");
  EXPECT_OK(CheckOrderInScope(scope, order, "w1", kFrom));
  order.add_against("f2");
  EXPECT_THAT(CheckOrderInScope(scope, order, "w1", kFrom),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("go against 'f2'")));
  // That others aim here lets nothing be played from here.
  v1::Scope aimed = Scope();
  *aimed.add_aimed_here() = scope.entries(0);
  aimed.mutable_entries()->DeleteSubrange(0, 1);
  EXPECT_THAT(CheckOrderInScope(aimed, Order(), "w1", kFrom),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("inject 'a'")));
}

TEST(Against, TravelsWithTheOrder) {
  DrillRoom room({.scenario = kAimed});
  room.Approve();
  for (const char* host : {"w1", "w2"}) {
    room.Connect(host);
    DryRunAnswer answer{host, {}};
    answer.report.set_exercise(DrillRoom::kId);
    ASSERT_OK(room.Handle(answer));
  }
  room.Must("director", "start_exercise { exercise: 'drill' }");
  v1::DesiredSet set;
  const v1::Order* order = room.Wanted("w1", "scan#2", &set);
  ASSERT_NE(order, nullptr);
  EXPECT_EQ(std::vector<std::string>(order->against().begin(), order->against().end()),
            (std::vector<std::string>{"d1", "f1"}));
  v1::Scope scope;
  ASSERT_EQ(set.scopes_size(), 1);
  ASSERT_TRUE(scope.ParseFromString(set.scopes(0).scope()));
  EXPECT_OK(CheckOrderInScope(scope, *order, "w1", order->planned_us()));
  EXPECT_EQ(room.Desired("f1").orders_size(), 0);
}

// What the hosts said was about the scope before.
TEST(Approval, ANewOneAsksTheHostsAgain) {
  DrillRoom room;
  room.Ready();
  room.Must("owner", room.ApproveCommand());
  EXPECT_EQ(room.e().phase, v1::PHASE_APPROVED);
  for (const ExerciseHost& host : room.e().hosts) EXPECT_FALSE(host.checked);
}

TEST(Ready, NeedsEveryHostAndTheUpstream) {
  DrillRoom room;
  v1::Command approve = room.ApproveCommand();
  approve.mutable_approve_exercise()->mutable_approval()->mutable_notices(0)->set_acknowledged(
      false);
  room.Must("owner", approve);
  for (const char* host : {"w1", "w2", "d1"}) room.Connect(host);
  const auto answer = [&](const char* host, const char* why) {
    DryRunAnswer report{host, {}};
    report.report.set_exercise(DrillRoom::kId);
    if (*why != 0) report.report.add_findings()->set_why(why);
    EXPECT_OK(room.Handle(report));
  };
  answer("w1", "");
  answer("w2", "");
  answer("d1", "policy refuses it");
  EXPECT_EQ(room.e().phase, v1::PHASE_APPROVED);
  EXPECT_EQ(MissingForNextStep(room.e(), room.engine->fleet()).size(), 2u)
      << "the host's finding, the notice";
  answer("d1", "");
  EXPECT_EQ(MissingForNextStep(room.e(), room.engine->fleet()).size(), 1u);
  room.Must("owner", room.ApproveCommand());  // acknowledged
  for (const char* host : {"w1", "w2"}) answer(host, "");
  EXPECT_EQ(room.e().phase, v1::PHASE_APPROVED);
  answer("d1", "");
  EXPECT_EQ(room.e().phase, v1::PHASE_READY);
}

}  // namespace
}  // namespace drill
