// kill -9 of the controller in the middle of a drill.

#include <signal.h>

#include <set>

#include "common/os/clock.h"
#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

class ControllerKilledTest : public DrillTest {
 protected:
  void EveryOrderWasPlayedOnceAndUndone(const std::vector<v1::WatchEvent>& events) {
    for (const char* inject : {"crypt", "decoy", "lines"}) {
      for (const char* host : {"app-1", "app-2"}) {
        SCOPED_TRACE(std::string(inject) + " on " + host);
        EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_STARTED, inject, host)), 1);
        EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_APPLIED, inject, host)), 1);
        EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_UNDONE, inject, host)), 1);
      }
    }
  }
};

TEST_F(ControllerKilledTest, GoesOnByItselfAfterSecondsAndPlaysNothingTwice) {
  ASSERT_OK(MakeReady());
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  const auto before = WatchUntil(OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "crypt", "app-1"));
  EndController(SIGKILL);
  ASSERT_OK(StartController());

  WatchUntil(ExerciseEnded);
  ASSERT_TRUE(Clean());
  const auto after = Records();
  ASSERT_GE(after.size(), before.size());
  for (size_t i = 0; i < before.size(); ++i) {
    ASSERT_EQ(after[i].record().SerializeAsString(), before[i].record().SerializeAsString());
  }
  EveryOrderWasPlayedOnceAndUndone(after);
  EXPECT_EQ(Count(after, [](const v1::Record& r) { return r.has_exercise_paused(); }), 0);
  EXPECT_THAT(Get<v1::VerifyReport>("giam-khao", {"journal", "verify"}).faults(),
              ::testing::IsEmpty());
}

// The clock of the exercise runs on while nobody is there: what fell due is played, marked late.
TEST_F(ControllerKilledTest, WhatFellDueMeanwhileIsReleasedLateAndOnce) {
  ASSERT_OK(MakeReady());
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  const auto before = WatchUntil([](const v1::Record& r) { return r.has_exercise_started(); });
  const int64_t start_us = before.back().record().exercise_started().start_us();
  EndController(SIGKILL);
  // Host time is engine time here: the hosts are this machine.
  ASSERT_TRUE(Until([&] { return os::WallMicros() > start_us + 5'000'000; }));
  ASSERT_OK(StartController());

  const auto events = WatchUntil(ExerciseEnded);
  std::set<std::string> late;
  for (const v1::WatchEvent& event : events) {
    const v1::InjectReleased& released = event.record().inject_released();
    if (event.record().has_inject_released() && released.late_us() > 0)
      late.insert(released.inject());
  }
  EXPECT_TRUE(late.count("crypt") == 1 && late.count("decoy") == 1) << late.size();
  ASSERT_TRUE(Clean());
  EveryOrderWasPlayedOnceAndUndone(Records());
}

}  // namespace
}  // namespace drill::testing
