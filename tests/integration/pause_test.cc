// A pause, and a real incident, in the middle of a drill.

#include "common/os/clock.h"
#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

using ::testing::HasSubstr;

bool IsPaused(const v1::Record& record) { return record.has_exercise_paused(); }
bool IsReleased(const v1::Record& record) { return record.has_inject_released(); }

class PauseTest : public DrillTest {
 protected:
  // Starts, and comes to the moment after the first inject; nothing else is due for some seconds.
  void PlayFirstInject() {
    ASSERT_OK(MakeReady());
    ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
    WatchUntil(OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "decoy", "app-1"));
  }
  // Longer than the scenario has left: whatever a pause does not hold back falls due meanwhile.
  void LetTimePass() {
    const int64_t since = os::MonotonicMicros();
    ASSERT_TRUE(Until([&] { return os::MonotonicMicros() > since + 10'000'000; }));
  }
};

TEST_F(PauseTest, NothingIsReleasedUntilItIsResumed) {
  PlayFirstInject();
  ASSERT_OK(Do("giam-doc", {"exercise", "pause", kExercise}));
  const int released = Count(Records(), IsReleased);
  ASSERT_EQ(released, 2);
  LetTimePass();
  EXPECT_EQ(Count(Records(), IsReleased), released);
  EXPECT_EQ(View().summary().phase(), v1::PHASE_PAUSED);

  ASSERT_OK(Do("giam-doc", {"exercise", "resume", kExercise}));
  const auto events = WatchUntil(ExerciseEnded);
  EXPECT_EQ(Count(events, IsReleased), 3);
  for (const v1::WatchEvent& event : events) {
    // Not late: the exercise clock stood still.
    if (!IsReleased(event.record())) continue;
    EXPECT_LT(event.record().inject_released().late_us(), 2'000'000);
  }
  ASSERT_TRUE(Clean());
}

TEST_F(PauseTest, RealIncidentOfATeamHoldsEverythingUntilTheDirectorClearsIt) {
  PlayFirstInject();
  ASSERT_OK(Do("an", {"exercise", "incident", "raise", kExercise, "--note", "Cháy phòng máy"}));
  const auto raised = Records();
  EXPECT_EQ(Count(raised,
                  [](const v1::Record& r) {
                    return r.has_real_incident_raised() && r.actor().person() == "an";
                  }),
            1);
  EXPECT_EQ(Count(raised,
                  [](const v1::Record& r) {
                    return IsPaused(r) &&
                           r.exercise_paused().reason() == v1::PAUSE_REASON_REAL_INCIDENT;
                  }),
            1);
  EXPECT_TRUE(View().summary().real_incident());
  EXPECT_THAT(As("giam-doc", {"exercise", "show", kExercise}).out, HasSubstr("REAL INCIDENT"));
  // Nobody starts it again over a real incident, and a team cannot declare it over.
  EXPECT_EQ(As("giam-doc", {"exercise", "resume", kExercise}).code, 1);
  EXPECT_EQ(As("an", {"exercise", "incident", "clear", kExercise}).code, 1);
  EXPECT_TRUE(View().summary().real_incident());

  ASSERT_OK(Do("giam-doc", {"exercise", "incident", "clear", kExercise}));
  EXPECT_FALSE(View().summary().real_incident());
  ASSERT_OK(Do("giam-doc", {"exercise", "resume", kExercise}));
  WatchUntil(ExerciseEnded);
  ASSERT_TRUE(Clean());
}

}  // namespace
}  // namespace drill::testing
