// What the owner's signature admits, before arming, before every start, and in a dry run.

#include <gtest/gtest.h>

#include "tests/support/status.h"
#include "tests/unit/agent/engine/engine_bench.h"

namespace drill::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class EngineScopeTest : public ::testing::Test {
 protected:
  void Connect() {
    b.ConnectAndMeasure();
    b.Did();
  }
  void ExpectRefused(absl::string_view why) {
    EXPECT_THAT(b.Did(), ElementsAre("tell a refused"));
    ASSERT_FALSE(b.events.empty());
    EXPECT_THAT(b.events.back().notes(0), HasSubstr(std::string(why)));
    EXPECT_EQ(b.events.back().cleanup(), v1::CLEANUP_RESULT_VERIFIED);
    b.Pass(kHour);
    EXPECT_TRUE(b.Did().empty());
  }
  EngineBench b;
};

TEST_F(EngineScopeTest, NoScope) {
  Connect();
  v1::DesiredSet set = b.SetOf({b.Planned("a", kMinute)});
  set.clear_scopes();
  b.Receive(set);
  ExpectRefused("no owner-signed scope");
}

TEST_F(EngineScopeTest, ScopeOfAnotherExercise) {
  Connect();
  b.scope.set_exercise("other");
  b.Want({b.Planned("a", kMinute)});
  ExpectRefused("no owner-signed scope");
}

TEST_F(EngineScopeTest, SignedBySomebodyElse) {
  Connect();
  b.signers = {GenerateKey()};
  b.Want({b.Planned("a", kMinute)});
  ExpectRefused("0 valid signature(s)");
}

TEST_F(EngineScopeTest, ChangedAfterItWasSigned) {
  Connect();
  v1::DesiredSet set = b.SetOf({b.Planned("a", kMinute)});
  v1::Scope more = b.scope;
  more.set_orders_per_host_max(1000);
  set.mutable_scopes(0)->set_scope(more.SerializeAsString());
  b.Receive(set);
  ExpectRefused("0 valid signature(s)");
}

TEST_F(EngineScopeTest, OneSignatureWhereTwoAreNeeded) {
  b.config.signatures_required = 2;
  b.config.owner_keys_pem.push_back(EngineBench::PublicOf(GenerateKey()));
  Connect();
  b.Want({b.Planned("a", kMinute)});
  ExpectRefused("1 valid signature(s) by the owner's keys, 2 needed");
}

TEST_F(EngineScopeTest, TheSameKeyTwiceIsOneSignature) {
  b.config.signatures_required = 2;
  Connect();
  b.signers = {b.owner_key, b.owner_key};
  b.Want({b.Planned("a", kMinute)});
  ExpectRefused("1 valid signature(s)");
}

TEST_F(EngineScopeTest, TwoDifferentKeysAreTwo) {
  const std::string second = GenerateKey();
  b.config.signatures_required = 2;
  b.config.owner_keys_pem.push_back(EngineBench::PublicOf(second));
  Connect();
  b.signers = {b.owner_key, second};
  b.Want({b.Planned("a", 0)});
  EXPECT_THAT(b.Did(), Contains("start a"));
}

TEST_F(EngineScopeTest, AnotherHost) {
  Connect();
  b.scope.add_hosts("other");
  b.Want({b.Planned("a", kMinute)});
  ExpectRefused("does not name host 'h'");
}

TEST_F(EngineScopeTest, AnotherAction) {
  Connect();
  v1::Order order = b.Planned("a", kMinute);
  order.set_action("something else");
  b.Want({order});
  ExpectRefused("is not the one that was signed");
}

TEST_F(EngineScopeTest, AnotherInject) {
  Connect();
  v1::Order order = b.Planned("a", kMinute);
  order.set_scope_inject("b");
  b.Want({order});
  ExpectRefused("does not name inject 'b'");
}

TEST_F(EngineScopeTest, PlannedOutsideTheWindow) {
  Connect();
  b.scope.set_not_after_us(b.EngineNow() + kMinute);
  b.Want({b.Planned("a", 2 * kMinute)});
  ExpectRefused("window");
}

TEST_F(EngineScopeTest, IsAskedAgainAtTheStart) {
  Connect();
  const v1::Order order = b.Planned("a", kMinute);
  b.Want({order});
  b.Did();
  // The set that is newest then carries a scope that no longer admits it.
  v1::DesiredSet set = b.SetOf({order});
  set.clear_scopes();
  b.Receive(set);
  b.Pass(kMinute + kSecond);
  EXPECT_THAT(b.Did(), ElementsAre("discard a", "tell a refused"));
}

TEST_F(EngineScopeTest, TheNumberOfOrdersIsBounded) {
  Connect();
  b.scope.set_orders_per_host_max(2);
  b.Want({b.Planned("x", 0), b.Planned("y", 0), b.Planned("z", 0)});
  EXPECT_THAT(b.Did(), Contains("tell z refused"));
  EXPECT_THAT(b.events.back().notes(0), HasSubstr("number of orders"));
}

TEST_F(EngineScopeTest, OneGoodScopeOfSeveralIsEnough) {
  Connect();
  v1::DesiredSet set = b.SetOf({b.Planned("a", 0)});
  v1::SignedScope bad = set.scopes(0);
  bad.mutable_signatures(0)->set_der("x");
  const v1::SignedScope good = set.scopes(0);
  set.clear_scopes();
  *set.add_scopes() = bad;
  *set.add_scopes() = good;
  b.Receive(set);
  EXPECT_THAT(b.Did(), Contains("start a"));
}

TEST_F(EngineScopeTest, ADryRunAsksThePlayerOnlyWhatTheScopeAdmits) {
  Connect();
  v1::ControllerFrame frame;
  frame.mutable_dry_run()->set_exercise("e");
  *frame.mutable_dry_run()->add_orders() = b.Planned("a", 0);
  v1::Order other = b.Planned("b", 0);
  other.set_action("something else");
  *frame.mutable_dry_run()->add_orders() = other;
  // A drill of tomorrow.
  b.scope.set_not_before_us(b.EngineNow() + 20 * kHour);
  *frame.mutable_dry_run()->add_scopes() = b.Signed();
  b.Receive(frame);
  ASSERT_EQ(b.asked.size(), 1u);
  ASSERT_EQ(b.asked[0].dry_run.orders_size(), 1);
  EXPECT_EQ(b.asked[0].dry_run.orders(0).id().inject(), "a");
  ASSERT_EQ(b.asked[0].findings.size(), 1u);
  EXPECT_EQ(b.asked[0].findings[0].inject(), "b");
  // Nothing is armed by it.
  b.Pass(24 * kHour);
  EXPECT_TRUE(b.Did().empty());

  v1::DryRunReport report;
  report.set_exercise("e");
  b.engine().OnDryRun(report);
  b.Carry();
  EXPECT_TRUE(b.frames.back().has_dry_run());
}

TEST_F(EngineScopeTest, ADryRunLeavesTheScopesOfWhatIsArmed) {
  Connect();
  b.Want({b.Planned("a", kMinute)});
  v1::ControllerFrame frame;
  frame.mutable_dry_run()->set_exercise("e");
  b.Receive(frame);
  b.Did();
  b.Pass(kMinute + kSecond);
  EXPECT_THAT(b.Did(), Contains("start a"));
}

}  // namespace
}  // namespace drill::agent
