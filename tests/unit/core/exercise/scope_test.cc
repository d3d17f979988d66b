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
