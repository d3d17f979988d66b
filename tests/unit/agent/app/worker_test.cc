// The two lanes before the player.

#include "agent/worker.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "agent/app_events.h"
#include "tests/support/status.h"
#include "tests/unit/agent/app/fake_player.h"

namespace drill::agent {
namespace {

using ::testing::ElementsAre;

v1::OrderId Id(const std::string& inject) {
  v1::OrderId id;
  id.set_exercise("e");
  id.set_inject(inject);
  id.set_host("h");
  id.set_attempt(1);
  return id;
}

v1::Order OrderOf(const std::string& inject) {
  v1::Order order;
  *order.mutable_id() = Id(inject);
  return order;
}

class WorkerTest : public ::testing::Test {
 protected:
  // The next event, waited for.
  AppEvent Next() {
    while (taken_.empty()) {
      pollfd wait{events_.fd(), POLLIN, 0};
      poll(&wait, 1, -1);
      for (AppEvent& event : events_.TakeAll()) taken_.push_back(std::move(event));
    }
    AppEvent event = std::move(taken_.front());
    taken_.erase(taken_.begin());
    return event;
  }
  template <typename T>
  T NextAs() {
    AppEvent event = Next();
    EXPECT_TRUE(std::holds_alternative<T>(event)) << event.index();
    return std::holds_alternative<T>(event) ? std::get<T>(std::move(event)) : T();
  }

  FakePlayer player_;
  AppEvents events_;
  std::vector<AppEvent> taken_;
  Worker worker_{&player_, &events_};
};

TEST_F(WorkerTest, TellsEachStepOfAnOrder) {
  worker_.Prepare(OrderOf("a"));
  EXPECT_OK(NextAs<Prepared>().status);
  worker_.Start(OrderOf("a"));
  EXPECT_GT(NextAs<Starting>().at_boot_us, 0);
  EXPECT_EQ(NextAs<Played>().outcome.kind, v1::ORDER_EVENT_KIND_APPLIED);
  worker_.Undo(Id("a"), v1::UNDO_REASON_ENDED);
  const Undone undone = NextAs<Undone>();
  EXPECT_EQ(undone.id.inject(), "a");
  EXPECT_EQ(undone.reason, v1::UNDO_REASON_ENDED);
  EXPECT_EQ(undone.outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
}

TEST_F(WorkerTest, StartsAndUndosOvertakeWhatWaitsToBePrepared) {
  player_.HoldAt("prepare a");
  worker_.Prepare(OrderOf("a"));
  player_.AwaitHeld();
  worker_.Prepare(OrderOf("b"));
  worker_.Forget(Id("z"));
  worker_.Start(OrderOf("x"));
  worker_.Undo(Id("y"), v1::UNDO_REASON_STOPPED);
  player_.Release();
  ASSERT_TRUE(player_.AwaitCall("forget z"));
  EXPECT_THAT(player_.calls(),
              ElementsAre("prepare a", "start x", "undo y", "prepare b", "forget z"));
}

TEST_F(WorkerTest, AnOrderIsCalledOffInTheMidstOfItsStart) {
  player_.HoldAt("start a");
  worker_.Start(OrderOf("a"));
  player_.AwaitHeld();
  worker_.CallOff(Id("a"));
  EXPECT_GT(NextAs<Starting>().at_boot_us, 0);
  EXPECT_EQ(NextAs<Played>().outcome.kind, v1::ORDER_EVENT_KIND_APPLIED);
  EXPECT_THAT(player_.calls(), ElementsAre("start a", "call off a"));
}

TEST_F(WorkerTest, WhatWasDroppedWhileItWasPreparedIsNotTold) {
  player_.HoldAt("prepare a");
  worker_.Prepare(OrderOf("a"));
  player_.AwaitHeld();
  worker_.Discard(Id("a"));
  player_.Release();
  worker_.Prepare(OrderOf("b"));
  EXPECT_EQ(NextAs<Prepared>().id.inject(), "b");
  EXPECT_THAT(player_.calls(), ElementsAre("prepare a", "discard a", "prepare b"));
}

TEST_F(WorkerTest, WhatWasDroppedBeforeItsTurnIsNotPrepared) {
  player_.HoldAt("prepare x");
  worker_.Prepare(OrderOf("x"));
  player_.AwaitHeld();
  worker_.Prepare(OrderOf("a"));
  worker_.Discard(Id("a"));
  player_.Release();
  ASSERT_TRUE(player_.AwaitCall("discard a"));
  EXPECT_THAT(player_.calls(), ElementsAre("prepare x", "discard a"));
}

TEST_F(WorkerTest, AnOrderDroppedAndWantedAgainIsToldOnceForItsSecondPreparing) {
  player_.HoldAt("prepare a");
  worker_.Prepare(OrderOf("a"));
  player_.AwaitHeld();
  worker_.Discard(Id("a"));
  worker_.Prepare(OrderOf("a"));
  player_.Release();
  NextAs<Prepared>();
  // Told only now: a start asked for at this moment cannot be overtaken by the old Discard.
  EXPECT_THAT(player_.calls(), ElementsAre("prepare a", "discard a", "prepare a"));
  EXPECT_TRUE(taken_.empty());
}

TEST_F(WorkerTest, ALongDryRunLetsAStartThrough) {
  player_.dry_run_result = absl::PermissionDeniedError("not allowed");
  v1::DryRun dry_run;
  dry_run.set_exercise("e");
  *dry_run.add_orders() = OrderOf("a");
  *dry_run.add_orders() = OrderOf("b");
  player_.HoldAt("dry run a");
  v1::CheckFinding before;
  before.set_inject("c");
  worker_.DryRun(dry_run, {before});
  player_.AwaitHeld();
  worker_.Start(OrderOf("x"));
  player_.Release();
  NextAs<Starting>();
  NextAs<Played>();
  const v1::DryRunReport report = NextAs<DryRunDone>().report;
  EXPECT_THAT(player_.calls(), ElementsAre("dry run a", "start x", "dry run b"));
  ASSERT_EQ(report.findings_size(), 3);
  EXPECT_EQ(report.findings(0).inject(), "c");
  EXPECT_EQ(report.findings(2).inject(), "b");
  EXPECT_EQ(report.findings(2).why(), "not allowed");
  EXPECT_EQ(report.undo_free_bytes(), 4096u);
}

TEST_F(WorkerTest, LooksAtWhatThePolicySaysNow) {
  worker_.LookAtFacts();
  const HostFacts facts = NextAs<FactsSeen>().facts;
  EXPECT_THAT(facts.actions, ElementsAre("web.deface"));
  EXPECT_EQ(facts.policy_sha256, "p");
}

TEST_F(WorkerTest, IsIdleOnlyWhenAllHasBeenTold) {
  player_.HoldAt("undo a");
  worker_.Undo(Id("a"), v1::UNDO_REASON_ENDED);
  player_.AwaitHeld();
  EXPECT_FALSE(worker_.idle());
  player_.Release();
  NextAs<Undone>();
}

}  // namespace
}  // namespace drill::agent
