// Desired sets: what is armed, started, revoked, undone, and what is told of it.

#include <gtest/gtest.h>

#include "tests/support/status.h"
#include "tests/unit/agent/engine/engine_bench.h"

namespace drill::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class EngineOrdersTest : public ::testing::Test {
 protected:
  EngineOrdersTest() {
    b.ConnectAndMeasure();
    b.Did();
  }
  EngineBench b;
};

TEST_F(EngineOrdersTest, AnOrderIsPreparedAtOnceAndStartedAtItsTime) {
  b.Want({b.Planned("a", 10 * kSecond)});
  EXPECT_THAT(b.Did(), ElementsAre("prepare a"));
  b.Pass(10 * kSecond - kMs);
  EXPECT_THAT(b.Did(), IsEmpty());
  b.Pass(2 * kMs);
  EXPECT_THAT(b.Did(), ElementsAre("start a", "tell a started", "tell a applied"));
  EXPECT_EQ(b.engine().active_orders(), 1);
}

TEST_F(EngineOrdersTest, TheDeadlineIsThePlannedTimeExactly) {
  const v1::Order order = b.Planned("a", 500 * kMs);
  b.Want({order});
  EXPECT_EQ(b.engine().NextDeadline(), order.planned_us() - EngineBench::kAhead);
}

TEST_F(EngineOrdersTest, StartedTellsHowLateItWasAgainstThePlan) {
  b.hold_start = true;
  b.Want({b.Planned("a", 10 * kMs)});
  b.Pass(10 * kMs);
  b.now += 7 * kMs;
  b.Starting("a");
  EXPECT_EQ(b.events.back().kind(), v1::ORDER_EVENT_KIND_STARTED);
  EXPECT_EQ(b.events.back().late_us(), 7 * kMs);
  EXPECT_EQ(b.events.back().at_us(), b.EngineNow());
}

TEST_F(EngineOrdersTest, ASetIsConfirmedAtOnceByItsGeneration) {
  b.Want({});
  EXPECT_EQ(b.heartbeat.generation(), 1u);
  b.Want({});
  EXPECT_EQ(b.heartbeat.generation(), 2u);
}

TEST_F(EngineOrdersTest, AnOlderGenerationChangesNothing) {
  const v1::DesiredSet older = b.SetOf({});
  b.Want({b.Planned("a", kMinute)});
  b.Did();
  b.Receive(older);
  EXPECT_THAT(b.Did(), IsEmpty());
  EXPECT_EQ(b.heartbeat.generation(), 2u);
}

TEST_F(EngineOrdersTest, ALaterEpochBeginsItsGenerationsAnew) {
  b.generation = 7;
  b.Want({});
  b.epoch = 2;
  b.generation = 0;
  b.Want({b.Planned("a", kMinute)});
  EXPECT_THAT(b.Did(), ElementsAre("prepare a"));
  b.epoch = 1;
  b.generation = 8;
  b.Want({});
  EXPECT_THAT(b.Did(), IsEmpty());
}

TEST_F(EngineOrdersTest, AnOrderForAnotherHostIsIgnored) {
  v1::Order order = b.Planned("a", 0);
  order.mutable_id()->set_host("other");
  b.scope.add_hosts("h");
  b.scope.add_hosts("other");
  b.Want({order});
  b.Pass(kMinute);
  EXPECT_THAT(b.Did(), IsEmpty());
  EXPECT_THAT(b.events, IsEmpty());
}

TEST_F(EngineOrdersTest, AnArmedOrderThatIsAbsentIsRevokedWithoutAWord) {
  b.Want({b.Planned("a", 10 * kSecond)});
  b.Want({});
  EXPECT_THAT(b.Did(), ElementsAre("prepare a", "discard a"));
  b.Pass(kMinute);
  EXPECT_THAT(b.events, IsEmpty());
}

TEST_F(EngineOrdersTest, ARevokedOrderCanBeArmedAgain) {
  const v1::Order order = b.Planned("a", 10 * kSecond);
  b.Want({order});
  b.Want({});
  b.Want({order});
  b.Did();
  b.Pass(11 * kSecond);
  EXPECT_THAT(b.Did(), Contains("start a"));
}

TEST_F(EngineOrdersTest, AMovedOrderStartsAtItsNewTime) {
  v1::Order order = b.Planned("a", 10 * kSecond);
  b.Want({order});
  order.set_planned_us(order.planned_us() + 5 * kSecond);
  b.Want({order});
  b.Did();
  b.Pass(12 * kSecond);
  EXPECT_THAT(b.Did(), IsEmpty());
  b.Pass(4 * kSecond);
  EXPECT_THAT(b.Did(), Contains("start a"));
}

TEST_F(EngineOrdersTest, AStartedOrderThatIsAbsentIsUndone) {
  b.Want({b.Planned("a", 0)});
  b.Did();
  b.Want({});
  EXPECT_THAT(b.Did(), ElementsAre("undo a stopped", "tell a undone"));
  EXPECT_EQ(b.events.back().undo_reason(), v1::UNDO_REASON_STOPPED);
  EXPECT_EQ(b.events.back().cleanup(), v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(b.engine().active_orders(), 0);
}

TEST_F(EngineOrdersTest, AStartedOrderIsNotStartedAgainByLaterSets) {
  const v1::Order order = b.Planned("a", 0);
  b.Want({order});
  b.Did();
  b.Want({order});
  b.Want({order});
  EXPECT_THAT(b.Did(), IsEmpty());
}

TEST_F(EngineOrdersTest, AnUndoWhileItStartsFollowsTheStart) {
  b.hold_start = true;
  const v1::Order order = b.Planned("a", 0);
  b.Want({order});
  b.Did();
  b.Want({b.ToUndo(order)});
  // Said once, however often it is wanted.
  b.Want({b.ToUndo(order)});
  EXPECT_THAT(b.Did(), ElementsAre("call off a"));
  b.Starting("a");
  b.Played("a", v1::ORDER_EVENT_KIND_APPLIED);
  EXPECT_THAT(b.Did(),
              ElementsAre("tell a started", "tell a applied", "undo a ended", "tell a undone"));
}

TEST_F(EngineOrdersTest, UndoOfWhatNeverStartedIsToldAsMissed) {
  b.Want({b.ToUndo(b.Planned("a", 0))});
  EXPECT_THAT(b.Did(), ElementsAre("tell a missed"));
  b.Want({b.Planned("b", kMinute)});
  b.Did();
  b.Want({b.ToUndo(b.Planned("b", kMinute))});
  EXPECT_THAT(b.Did(), ElementsAre("discard b", "tell b missed"));
}

TEST_F(EngineOrdersTest, UndoIsNotRepeatedWhileItIsUnderWayOrDone) {
  b.hold_undo = true;
  const v1::Order order = b.Planned("a", 0);
  b.Want({order});
  b.Want({b.ToUndo(order)});
  b.Did();
  b.Want({b.ToUndo(order)});
  EXPECT_THAT(b.Did(), IsEmpty());
  b.Undone("a", v1::UNDO_REASON_ENDED);
  b.Want({b.ToUndo(order)});
  EXPECT_THAT(b.Did(), ElementsAre("tell a undone"));
}

TEST_F(EngineOrdersTest, WhatThePlayerCannotPrepareIsRefusedOrFailed) {
  b.hold_prepare = true;
  b.Want({b.Planned("a", kMinute), b.Planned("b", kMinute)});
  b.Did();
  b.Prepared("a", absl::PermissionDeniedError("not in the policy"));
  b.Prepared("b", absl::FailedPreconditionError("no such page"));
  EXPECT_THAT(b.Did(), ElementsAre("tell a refused", "tell b failed"));
  EXPECT_THAT(b.events[0].notes(0), HasSubstr("not in the policy"));
  EXPECT_EQ(b.events[1].cleanup(), v1::CLEANUP_RESULT_VERIFIED);
  b.Pass(2 * kMinute);
  EXPECT_THAT(b.Did(), IsEmpty());
}

TEST_F(EngineOrdersTest, WhatIsPreparedAfterItWasRevokedIsNotArmed) {
  b.hold_prepare = true;
  b.Want({b.Planned("a", kSecond)});
  b.Want({});
  b.Did();
  b.Prepared("a");
  b.Pass(kMinute);
  EXPECT_THAT(b.Did(), IsEmpty());
}

TEST_F(EngineOrdersTest, ABlockedOrFailedStartIsOverAndTold) {
  b.hold_start = true;
  b.Want({b.Planned("a", 0)});
  b.Did();
  b.Starting("a");
  b.Played("a", v1::ORDER_EVENT_KIND_BLOCKED);
  EXPECT_THAT(b.Did(), ElementsAre("tell a started", "tell a blocked"));
  EXPECT_EQ(b.events.back().cleanup(), v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(b.engine().active_orders(), 0);
}

TEST_F(EngineOrdersTest, TracesAreInEngineTimeAndAtMost32) {
  b.hold_start = true;
  b.Want({b.Planned("a", 0)});
  Outcome outcome;
  outcome.kind = v1::ORDER_EVENT_KIND_APPLIED;
  outcome.at_boot_us = b.now;
  outcome.traces.resize(40);
  for (v1::Trace& trace : outcome.traces) trace.set_at_us(b.now);
  outcome.traces_total = 40;
  b.engine().OnPlayed(EngineBench::IdOf("a"), outcome, b.now);
  b.Carry();
  EXPECT_EQ(b.events.back().traces_size(), 32);
  EXPECT_EQ(b.events.back().traces_total(), 40);
  EXPECT_EQ(b.events.back().traces(0).at_us(), b.EngineNow());
}

TEST_F(EngineOrdersTest, AcknowledgedMeansForgotten) {
  const v1::Order order = b.Planned("a", 0);
  b.Want({order});
  b.Want({b.ToUndo(order)});
  b.Did();
  b.Acknowledge(2);
  EXPECT_THAT(b.Did(), ElementsAre("trim 2"));
  b.Acknowledge(3);
  EXPECT_THAT(b.Did(), ElementsAre("trim 3", "forget a"));
  b.Acknowledge(3);
  EXPECT_THAT(b.Did(), Not(Contains("forget a")));
}

TEST_F(EngineOrdersTest, AClosedOrderStaysClosedWhileItIsNamed) {
  b.hold_prepare = true;
  const v1::Order order = b.Planned("a", kMinute);
  b.Want({order});
  b.Prepared("a", absl::PermissionDeniedError("no"));
  b.Acknowledge(1);
  b.Did();
  b.Want({order});
  EXPECT_THAT(b.Did(), IsEmpty());
}

TEST_F(EngineOrdersTest, AnAcknowledgementOfWhatWasNeverToldIsIgnored) {
  const v1::Order order = b.Planned("a", 0);
  b.Want({order});
  b.Want({b.ToUndo(order)});
  b.Did();
  b.Acknowledge(99);
  EXPECT_THAT(b.Did(), IsEmpty());
}

TEST_F(EngineOrdersTest, ADirectOrderStartsOnReceipt) {
  b.Want({b.Direct("a")});
  EXPECT_THAT(b.Did(), ElementsAre("prepare a", "start a", "tell a started", "tell a applied"));
}

TEST_F(EngineOrdersTest, ADirectOrderStartsLateIfTheControllerWasAway) {
  b.Want({b.Direct("a", -90 * kSecond)});
  EXPECT_THAT(b.Did(), Contains("start a"));
  EXPECT_EQ(b.events[0].late_us(), 90 * kSecond);
  b.Want({b.Direct("b", -121 * kSecond)});
  EXPECT_THAT(b.Did(), Contains("tell b missed"));
}

TEST_F(EngineOrdersTest, FrozenNothingStartsAndActionsStandStill) {
  b.Want({b.Planned("a", 0)});
  v1::DesiredSet set = b.SetOf({b.Planned("a", 0), b.Planned("b", 100 * kMs)});
  set.set_frozen(true);
  b.Did();
  b.Receive(set);
  b.Pass(kSecond);
  EXPECT_THAT(b.Did(), ElementsAre("freeze", "prepare b"));
  b.Pass(2 * kSecond);
  EXPECT_THAT(b.Did(), ElementsAre("discard b", "tell b missed"));
  EXPECT_THAT(b.events.back().notes(0), HasSubstr("stood still"));
  b.Want({b.Planned("a", 0)});
  EXPECT_THAT(b.Did(), Contains("unfreeze"));
}

TEST_F(EngineOrdersTest, NothingStartsWhileTheOutboxCannotBeWritten) {
  b.Want({b.Planned("a", kSecond), b.Planned("b", 5 * kSecond)});
  b.engine().OnOutboxWorks(false, b.now);
  b.Did();
  b.Pass(2 * kSecond);
  EXPECT_THAT(b.Did(), IsEmpty());
  b.engine().OnOutboxWorks(true, b.now);
  b.Carry();
  EXPECT_THAT(b.Did(), Contains("start a"));
  b.engine().OnOutboxWorks(false, b.now);
  b.Pass(10 * kSecond);
  EXPECT_THAT(b.Did(), ElementsAre("discard b", "tell b missed"));
  EXPECT_THAT(b.events.back().notes(0), HasSubstr("outbox"));
}

TEST_F(EngineOrdersTest, StopHereUndoesAllAndLetsNothingStart) {
  b.hold_start = true;
  b.Want({b.Planned("a", 0)});
  b.Starting("a");
  b.Played("a", v1::ORDER_EVENT_KIND_APPLIED);
  b.Want({b.Planned("a", 0), b.Planned("b", 0), b.Planned("c", kMinute)});
  b.Did();
  b.engine().StopHere(b.now);
  b.Carry();
  EXPECT_THAT(b.Did(), ElementsAre("undo a stopped", "tell a undone", "call off b", "discard c",
                                   "tell c missed"));
  // b was on its way.
  b.Starting("b");
  b.Played("b", v1::ORDER_EVENT_KIND_APPLIED);
  EXPECT_THAT(b.Did(),
              ElementsAre("tell b started", "tell b applied", "undo b stopped", "tell b undone"));
  b.Want({b.Direct("d")});
  b.Pass(kMinute);
  EXPECT_THAT(b.Did(), IsEmpty());
  EXPECT_EQ(b.engine().active_orders(), 0);
}

TEST_F(EngineOrdersTest, HeartbeatsTellTheOutboxAndWhatIsActive) {
  b.Want({b.Planned("a", 0)});
  b.Pass(kSecond);
  EXPECT_EQ(b.heartbeat.outbox_seq(), 2u);
  EXPECT_EQ(b.heartbeat.active_orders(), 1);
}

// ---- claims ----

v1::DesiredSet WithCheck(v1::DesiredSet set, const v1::Order& order, const std::string& claim) {
  v1::EffectCheck* check = set.add_checks();
  check->set_check(claim);
  *check->mutable_order() = order.id();
  return set;
}

TEST_F(EngineOrdersTest, AClaimIsLookedAtOnceHoweverOftenItIsAskedAbout) {
  const v1::Order order = b.Direct("a");
  b.Want({order});
  b.Did();
  b.Receive(WithCheck(b.SetOf({order}), order, "soc-1"));
  EXPECT_THAT(b.Did(), ElementsAre("look a for soc-1", "tell soc-1 of a"));
  b.Receive(WithCheck(b.SetOf({order}), order, "soc-1"));
  EXPECT_THAT(b.Did(), IsEmpty());
  b.Receive(WithCheck(WithCheck(b.SetOf({order}), order, "soc-1"), order, "soc-2"));
  EXPECT_THAT(b.Did(), ElementsAre("look a for soc-2", "tell soc-2 of a"));
  EXPECT_EQ(b.looks.at(0).effect().at_us(), b.EngineNow());
}

TEST_F(EngineOrdersTest, WhatIsToBeUndoneIsLookedAtFirst) {
  const v1::Order order = b.Direct("a");
  b.Want({order});
  b.Did();
  b.Receive(WithCheck(b.SetOf({EngineBench::ToUndo(order)}), order, "soc-1"));
  EXPECT_THAT(b.Did(), ElementsAre("look a for soc-1 first", "undo a ended", "tell soc-1 of a",
                                   "tell a undone"));
}

TEST_F(EngineOrdersTest, AnAnswerThatTheOutboxHoldsIsNotGivenAgain) {
  const v1::Order order = b.Direct("a");
  v1::OutboxEntry answered;
  answered.set_seq(1);
  answered.mutable_effect()->set_check("soc-1");
  *answered.mutable_effect()->mutable_order() = order.id();
  b.engine().Remember(answered);
  b.Receive(WithCheck(b.SetOf({}), order, "soc-1"));
  EXPECT_THAT(b.Did(), IsEmpty());
}

TEST_F(EngineOrdersTest, AClaimAboutAnotherHostIsIgnored) {
  v1::Order order = b.Direct("a");
  order.mutable_id()->set_host("other");
  b.Receive(WithCheck(b.SetOf({}), order, "soc-1"));
  EXPECT_THAT(b.Did(), IsEmpty());
}

}  // namespace
}  // namespace drill::agent
