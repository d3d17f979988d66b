// The host itself holds everything back: its probes, its load, its disk.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/agent/engine/engine_bench.h"

namespace drill::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class HealthTest : public ::testing::Test, protected EngineBench {
 protected:
  void Checks(const std::vector<std::string>& names) {
    engine().OnChecks(names, now);
    Carry();
  }
  void Read(const std::string& check, bool good, const std::string& why = "") {
    engine().OnReading({check, good, why}, now);
    Carry();
  }
  void Good(const std::string& check, int times) {
    for (int i = 0; i < times; ++i) Read(check, true);
  }
  void Bad(const std::string& check, int times) {
    for (int i = 0; i < times; ++i) Read(check, false, "exit code 1");
  }
  // Connected, `web` good, an order applied.
  void Apply() {
    Checks({"web"});
    Good("web", 1);
    ConnectAndMeasure();
    order_ = Direct("a");
    Want({order_});
    ASSERT_THAT(Did(), Contains("tell a applied"));
  }

  v1::Order order_;
};

TEST_F(HealthTest, OneFailureChangesNothingTheSecondUndoesEverythingAndSaysWhy) {
  Apply();
  Bad("web", 1);
  EXPECT_THAT(Did(), IsEmpty());
  Bad("web", 1);
  EXPECT_THAT(Did(), ElementsAre("undo a host", "tell a undone"));
  EXPECT_EQ(events.back().undo_reason(), v1::UNDO_REASON_HOST);
  EXPECT_THAT(events.back().notes(), ElementsAre("undone by the host itself: web: exit code 1"));
  // Told at once.
  EXPECT_EQ(heartbeat.held_why(), "web: exit code 1");
}

TEST_F(HealthTest, FailuresMustFollowOneAnother) {
  Apply();
  for (int i = 0; i < 5; ++i) {
    Bad("web", 1);
    Good("web", 1);
  }
  EXPECT_THAT(Did(), IsEmpty());
}

TEST_F(HealthTest, NothingStartsUntilThreeGoodAnswersInARow) {
  Apply();
  Bad("web", 2);
  Did();
  const v1::Order next = Direct("b");
  Want({order_, next});
  EXPECT_THAT(Did(), ElementsAre("prepare b"));
  Good("web", 2);
  Bad("web", 1);
  Good("web", 2);
  EXPECT_THAT(Did(), IsEmpty());
  EXPECT_THAT(heartbeat.held_why(), HasSubstr("web is good again, for the time being"));
  Good("web", 1);
  Beat();
  EXPECT_THAT(Did(), ElementsAre("start b", "tell b started", "tell b applied"));
  EXPECT_EQ(heartbeat.held_why(), "");
}

TEST_F(HealthTest, WhatFallsDueMeanwhileIsMissedWithTheReason) {
  Apply();
  Bad("web", 2);
  Want({order_, Planned("b", 5 * kSecond)});
  Did();
  Pass(8 * kSecond);
  EXPECT_THAT(Did(), ElementsAre("discard b", "tell b missed"));
  EXPECT_THAT(events.back().notes(0),
              HasSubstr("while the host itself held everything back: web: exit code 1"));
}

TEST_F(HealthTest, NothingStartsBeforeEachCheckHasAnsweredOnce) {
  Checks({"web", "load"});
  Good("web", 1);
  ConnectAndMeasure();
  Want({Direct("a")});
  EXPECT_THAT(Did(), Not(Contains("start a")));
  EXPECT_EQ(heartbeat.held_why(), "load has not been asked yet");
  Good("load", 1);
  Beat();
  EXPECT_THAT(Did(), Contains("start a"));
}

TEST_F(HealthTest, WhatIsJustStartingIsUndoneWhenItHasStarted) {
  Checks({"web"});
  Good("web", 1);
  ConnectAndMeasure();
  hold_start = true;
  Want({Direct("a")});
  Bad("web", 2);
  Good("web", 3);
  Did();
  Starting("a");
  Played("a", v1::ORDER_EVENT_KIND_APPLIED);
  EXPECT_THAT(Did(),
              ElementsAre("tell a started", "tell a applied", "undo a host", "tell a undone"));
  EXPECT_THAT(events.back().notes(0), HasSubstr("web: exit code 1"));
}

TEST_F(HealthTest, AnotherPolicyKeepsWhatIsKnownAndForgetsWhatItNoLongerAsks) {
  Apply();
  Checks({"web", "db"});
  Bad("web", 1);
  Good("db", 1);
  Checks({"db"});
  Bad("web", 1);
  EXPECT_THAT(Did(), IsEmpty());
  EXPECT_TRUE(engine().health().may_start());
  Bad("db", 2);
  EXPECT_THAT(Did(), ElementsAre("undo a host", "tell a undone"));
  // The owner no longer asks: nothing holds any more.
  Checks({});
  EXPECT_TRUE(engine().health().may_start());
  EXPECT_EQ(heartbeat.held_why(), "");
}

TEST_F(HealthTest, ADryRunSaysThatTheHostHoldsEverythingBack) {
  Apply();
  Bad("web", 2);
  v1::ControllerFrame frame;
  *frame.mutable_dry_run()->add_orders() = Direct("b");
  *frame.mutable_dry_run()->add_scopes() = Signed();
  Receive(frame);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].dry_run.orders_size(), 0);
  ASSERT_EQ(asked[0].findings.size(), 1u);
  EXPECT_THAT(asked[0].findings[0].why(),
              HasSubstr("the host itself holds everything back now: web: exit code 1"));
}

}  // namespace
}  // namespace drill::agent
