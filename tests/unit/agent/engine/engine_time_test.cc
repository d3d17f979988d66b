// Clocks, leases, silence, windows; and what is found after a crash.

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

constexpr int64_t kAhead = EngineBench::kAhead;

// ---- clock

TEST(EngineClockTest, WithoutASampleThereIsNoEngineTime) {
  EngineBench b;
  b.Connect();
  EXPECT_EQ(b.engine().EngineTime(b.now), std::nullopt);
  EXPECT_EQ(b.heartbeat.clock_error_us(), 0);
  // And nothing starts.
  b.Want({b.Planned("a", -kSecond)});
  b.PassAlone(kMinute);
  EXPECT_THAT(b.events, IsEmpty());
}

TEST(EngineClockTest, TheErrorIsHalfTheRoundTrip) {
  EngineBench b;
  b.Connect();
  b.Beat(400, 200);
  // Asymmetry is inside the error.
  EXPECT_EQ(b.engine().EngineTime(b.now), b.EngineNow() + 100);
  EXPECT_EQ(b.engine().ClockErrorUs(b.now), 301);
}

TEST(EngineClockTest, TheBestOfRecentSamplesCounts) {
  EngineBench b;
  b.Connect();
  b.Beat(50, 50);
  b.Pass(kSecond, false);
  b.Beat(20 * kMs, 200);
  EXPECT_LT(b.engine().ClockErrorUs(b.now), 51 + 200);
  EXPECT_NEAR(static_cast<double>(*b.engine().EngineTime(b.now)),
              static_cast<double>(b.EngineNow()), 60);
}

TEST(EngineClockTest, TheErrorGrowsWithAge) {
  EngineBench b;
  b.Connect();
  b.Beat(50, 50);
  b.Disconnect();
  EXPECT_EQ(b.engine().ClockErrorUs(b.now), 51);
  // 100 ppm: 100 us a second.
  EXPECT_EQ(b.engine().ClockErrorUs(b.now + kMinute), 51 + 6'000);
}

TEST(EngineClockTest, AStepOfEngineTimeIsBelievedAtOnce) {
  EngineBench b;
  b.Connect();
  b.Beat(20, 20);
  b.Pass(kSecond, false);
  b.Beat(500, 500, kAhead + 2 * kSecond);
  EXPECT_EQ(*b.engine().EngineTime(b.now), b.now + kAhead + 2 * kSecond);
  EXPECT_EQ(b.engine().ClockErrorUs(b.now), 501);
}

TEST(EngineClockTest, AnAnswerToNothingIsIgnored) {
  EngineBench b;
  b.Connect();
  v1::ControllerFrame frame;
  frame.mutable_heartbeat_ack()->set_t1_us(b.now + kSecond);
  frame.mutable_heartbeat_ack()->set_t2_us(1);
  frame.mutable_heartbeat_ack()->set_t3_us(1);
  b.Receive(frame);
  EXPECT_EQ(b.engine().EngineTime(b.now), std::nullopt);
}

TEST(EngineClockTest, HeartbeatsKeepTheirPace) {
  EngineBench b;
  b.ConnectAndMeasure();
  const uint64_t first = b.heartbeat.number();
  b.Pass(10 * kSecond);
  EXPECT_EQ(b.heartbeat.number(), first + 10);
  b.Disconnect();
  b.PassAlone(10 * kSecond);
  EXPECT_EQ(b.heartbeat.number(), first + 10);
}

// ---- leases

TEST(EngineLeaseTest, AnArmedOrderStartsWithinTheLeaseOfALostController) {
  EngineBench b;
  b.ConnectAndMeasure();
  b.Want({b.Planned("a", 2 * kSecond)});
  b.Disconnect();
  b.Did();
  b.PassAlone(3 * kSecond);
  EXPECT_THAT(b.Did(), ElementsAre("start a", "tell a started", "tell a applied"));
}

TEST(EngineLeaseTest, WithoutALeaseItIsMissedAfterItsSlack) {
  EngineBench b;
  b.ConnectAndMeasure();
  b.Want({b.Planned("a", 4 * kSecond)});
  b.Disconnect();
  b.Did();
  b.PassAlone(4 * kSecond + kSlackUs - kMs);
  EXPECT_THAT(b.Did(), IsEmpty());
  b.PassAlone(2 * kMs);
  EXPECT_THAT(b.Did(), ElementsAre("discard a", "tell a missed"));
  EXPECT_THAT(b.events.back().notes(0), HasSubstr("without a valid lease"));
}

TEST(EngineLeaseTest, ANewLeaseWithinTheSlackStartsItLate) {
  EngineBench b;
  b.ConnectAndMeasure();
  const v1::Order order = b.Planned("a", 4 * kSecond);
  b.Want({order});
  b.Disconnect();
  b.PassAlone(5 * kSecond);
  b.Connect();
  b.Did();
  b.Want({order});
  EXPECT_THAT(b.Did(), IsEmpty());
  b.Beat();
  EXPECT_THAT(b.Did(), Contains("start a"));
  EXPECT_NEAR(static_cast<double>(b.events[0].late_us()), 1e6, 1e4);
}

TEST(EngineLeaseTest, TheLeaseCountsFromTheSendingNotFromTheAnswer) {
  EngineBench b;
  b.ConnectAndMeasure();
  b.Pass(kSecond, false);
  // Answered two seconds later: one is left.
  b.Beat(kSecond, kSecond);
  b.Want({b.Planned("a", 1'500 * kMs)});
  b.Did();
  b.PassAlone(2 * kSecond);
  EXPECT_THAT(b.Did(), Not(Contains("start a")));
}

// ---- silence, windows, durations

class EngineSilenceTest : public ::testing::Test {
 protected:
  void Start() {
    b.ConnectAndMeasure();
    b.Want({b.Planned("inert", 0), b.Planned("harmful", 0, "harm")});
    b.Did();
  }
  EngineBench b;
};

TEST_F(EngineSilenceTest, UndoesWhatHarmsServiceAndNothingElse) {
  Start();
  b.Disconnect();
  b.PassAlone(3 * kMinute - kMs);
  EXPECT_THAT(b.Did(), IsEmpty());
  b.PassAlone(2 * kMs);
  EXPECT_THAT(b.Did(), ElementsAre("undo harmful silence", "tell harmful undone"));
  b.PassAlone(kHour);
  EXPECT_THAT(b.Did(), IsEmpty());
}

TEST_F(EngineSilenceTest, AConnectedControllerThatSaysNothingIsSilentToo) {
  Start();
  b.PassAlone(3 * kMinute);
  EXPECT_THAT(b.Did(), Contains("undo harmful silence"));
}

TEST_F(EngineSilenceTest, AConnectionAloneIsNoSignOfLife) {
  Start();
  for (int i = 0; i < 4; ++i) {
    b.Disconnect();
    b.PassAlone(kMinute);
    b.engine().OnConnected({}, b.seq, b.now);  // refused again before any frame
    b.Carry();
  }
  EXPECT_THAT(b.Did(), Contains("undo harmful silence"));
}

TEST_F(EngineSilenceTest, EveryFrameBeginsItAnew) {
  Start();
  b.Pass(kHour);
  EXPECT_THAT(b.Did(), IsEmpty());
}

TEST_F(EngineSilenceTest, TheOwnersTimeReplacesTheControllers) {
  b.config.silence_us = 30 * kSecond;
  Start();
  b.Disconnect();
  b.PassAlone(31 * kSecond);
  EXPECT_THAT(b.Did(), Contains("undo harmful silence"));
}

TEST_F(EngineSilenceTest, AfterACrashItCountsFromTheStartOfTheAgent) {
  b.config.silence_us = 30 * kSecond;
  Found found;
  found.order = b.Planned("harmful", 0, "harm");
  found.outcome.kind = v1::ORDER_EVENT_KIND_APPLIED;
  found.active = true;
  b.found = {found};
  b.engine();
  b.PassAlone(31 * kSecond);
  EXPECT_THAT(b.Did(), Contains("undo harmful silence"));
}

TEST(EngineWindowTest, TheEndOfTheScopesWindowUndoes) {
  EngineBench b;
  b.ConnectAndMeasure();
  b.scope.set_not_after_us(b.EngineNow() + kHour);
  b.Want({b.Planned("a", 0)});
  b.Did();
  b.Pass(kHour - kSecond);
  EXPECT_THAT(b.Did(), IsEmpty());
  b.Pass(2 * kSecond);
  EXPECT_THAT(b.Did(), ElementsAre("undo a window", "tell a undone"));
}

TEST(EngineWindowTest, TheOwnersDurationCountsFromTheStart) {
  EngineBench b;
  b.config.duration_max_us = 2 * kHour;
  b.ConnectAndMeasure();
  // Armed for longer than it may last.
  b.Want({b.Planned("a", 3 * kHour)});
  b.Pass(3 * kHour + kMinute);
  EXPECT_THAT(b.Did(), Contains("start a"));
  b.Pass(kHour);
  EXPECT_THAT(b.Did(), IsEmpty());
  b.Pass(kHour);
  EXPECT_THAT(b.Did(), ElementsAre("undo a window", "tell a undone"));
}

// ---- after a crash

class EngineFoundTest : public ::testing::Test {
 protected:
  void FindAt(const std::string& inject, v1::OrderEventKind kind, int64_t at_boot_us) {
    Found found;
    found.order = b.Planned(inject, -kMinute);
    found.outcome.kind = kind;
    found.outcome.at_boot_us = at_boot_us;
    found.outcome.cleanup = v1::CLEANUP_RESULT_VERIFIED;
    found.active = kind == v1::ORDER_EVENT_KIND_APPLIED;
    if (found.active) {
      found.outcome.cleanup = v1::CLEANUP_RESULT_UNSPECIFIED;
      found.outcome.traces.resize(1);
      found.outcome.traces[0].set_at_us(at_boot_us == 0 ? 0 : at_boot_us - 5 * kMs);
      found.outcome.traces_total = 1;
    }
    b.found.push_back(found);
  }
  EngineBench b;
};

TEST_F(EngineFoundTest, IsToldWithItsTrueTimesOnceTheClockIsKnown) {
  const int64_t applied = b.now - kMinute;
  FindAt("a", v1::ORDER_EVENT_KIND_APPLIED, applied);
  b.Connect();
  EXPECT_THAT(b.events, IsEmpty());
  b.Beat();
  ASSERT_EQ(b.events.size(), 2u);
  EXPECT_EQ(b.events[0].kind(), v1::ORDER_EVENT_KIND_STARTED);
  EXPECT_EQ(b.events[0].at_us(), applied - 5 * kMs + kAhead);
  EXPECT_EQ(b.events[1].kind(), v1::ORDER_EVENT_KIND_APPLIED);
  EXPECT_EQ(b.events[1].at_us(), applied + kAhead);
  EXPECT_EQ(b.events[1].traces(0).at_us(), applied - 5 * kMs + kAhead);
  EXPECT_EQ(b.engine().active_orders(), 1);
  b.Pass(kMinute);
  EXPECT_EQ(b.events.size(), 2u);
}

TEST_F(EngineFoundTest, AfterARebootItsTimesAreNotKnown) {
  FindAt("a", v1::ORDER_EVENT_KIND_APPLIED, 0);
  b.ConnectAndMeasure();
  ASSERT_EQ(b.events.size(), 2u);
  EXPECT_EQ(b.events[1].at_us(), 0);
  EXPECT_EQ(b.events[1].error_us(), INT32_MAX);
  EXPECT_EQ(b.events[1].traces(0).at_us(), 0);
}

TEST_F(EngineFoundTest, AnInterruptedOrderIsToldAsUndoneAndForgottenWhenAcknowledged) {
  FindAt("a", v1::ORDER_EVENT_KIND_INTERRUPTED, b.now);
  b.ConnectAndMeasure();
  EXPECT_THAT(b.Did(), ElementsAre("resend", "tell a interrupted"));
  EXPECT_EQ(b.events[0].cleanup(), v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(b.events[0].undo_reason(), v1::UNDO_REASON_FAILED);
  EXPECT_EQ(b.engine().active_orders(), 0);
  b.Acknowledge(1);
  EXPECT_THAT(b.Did(), ElementsAre("trim 1", "forget a"));
}

TEST_F(EngineFoundTest, WhatIsStillWantedStays) {
  FindAt("a", v1::ORDER_EVENT_KIND_APPLIED, b.now);
  b.ConnectAndMeasure();
  b.Did();
  b.Want({b.found[0].order});
  b.Pass(kHour);
  EXPECT_THAT(b.Did(), IsEmpty());
}

TEST_F(EngineFoundTest, WhatIsNoLongerWantedIsUndone) {
  FindAt("a", v1::ORDER_EVENT_KIND_APPLIED, b.now);
  b.ConnectAndMeasure();
  b.Did();
  b.Want({});
  EXPECT_THAT(b.Did(), ElementsAre("undo a stopped", "tell a undone"));
}

TEST_F(EngineFoundTest, ThatItWasPlayedIsToldBeforeThatItIsUndone) {
  FindAt("a", v1::ORDER_EVENT_KIND_APPLIED, b.now);
  b.Connect();
  b.Did();
  b.Want({});  // before any clock sample
  EXPECT_THAT(b.Did(),
              ElementsAre("undo a stopped", "tell a started", "tell a applied", "tell a undone"));
}

TEST_F(EngineFoundTest, TheWindowHoldsForItToo) {
  FindAt("a", v1::ORDER_EVENT_KIND_APPLIED, b.now);
  b.scope.set_not_after_us(b.EngineNow() + kMinute);
  b.ConnectAndMeasure();
  b.Want({b.found[0].order});
  b.Did();
  b.Pass(2 * kMinute);
  EXPECT_THAT(b.Did(), ElementsAre("undo a window", "tell a undone"));
}

TEST_F(EngineFoundTest, AWindowThatEndedMeanwhileUndoesAtOnce) {
  FindAt("a", v1::ORDER_EVENT_KIND_APPLIED, b.now);
  b.scope.set_not_after_us(b.EngineNow() - kSecond);
  b.ConnectAndMeasure();
  b.Did();
  b.Want({b.found[0].order});
  EXPECT_THAT(b.Did(), ElementsAre("undo a window", "tell a undone"));
}

TEST_F(EngineFoundTest, ARestartDoesNotProlongTheOwnersDuration) {
  b.config.duration_max_us = kHour;
  FindAt("a", v1::ORDER_EVENT_KIND_APPLIED, b.now - kHour + kMinute);
  b.engine();
  b.PassAlone(kMinute + kSecond);
  EXPECT_THAT(b.Did(), Contains("undo a window"));
}

TEST_F(EngineFoundTest, ItCountsAgainstTheScopesNumberOfOrders) {
  FindAt("a", v1::ORDER_EVENT_KIND_INTERRUPTED, b.now);
  b.scope.set_orders_per_host_max(1);
  b.ConnectAndMeasure();
  b.Did();
  b.Want({b.Planned("b", 0)});
  EXPECT_THAT(b.Did(), ElementsAre("tell b refused"));
}

TEST_F(EngineFoundTest, WhatTheOutboxClosedIsNotPlayedAgainBeforeTheControllerKnows) {
  const v1::Order order = b.Planned("a", kSecond);
  v1::OutboxEntry entry;
  entry.set_seq(7);
  *entry.mutable_event()->mutable_order() = order.id();
  entry.mutable_event()->set_kind(v1::ORDER_EVENT_KIND_MISSED);
  b.seq = 7;
  b.engine().Remember(entry);
  b.ConnectAndMeasure();
  b.Did();
  b.Want({order});
  b.Pass(kMinute);
  EXPECT_THAT(b.Did(), IsEmpty());
}

TEST_F(EngineFoundTest, StopHereUndoesItWithoutAController) {
  FindAt("a", v1::ORDER_EVENT_KIND_APPLIED, b.now);
  b.engine().StopHere(b.now);
  b.Carry();
  EXPECT_THAT(b.Did(),
              ElementsAre("tell a started", "tell a applied", "undo a stopped", "tell a undone"));
}

}  // namespace
}  // namespace drill::agent
