// A controller that was away for more than a minute asks before it goes on. It measures its absence
// from its last record, whatever else it finds, so that the test really has to be away so long.

#include <signal.h>

#include "common/os/clock.h"
#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

constexpr int64_t kAwayUs = 62'000'000;

bool IsReleased(const v1::Record& record) { return record.has_inject_released(); }

class LongAbsenceTest : public DrillTest {};

TEST_F(LongAbsenceTest, ComesBackPausedWithWhatIsOverdueHeld) {
  ASSERT_OK(MakeReady());
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  WatchUntil([](const v1::Record& r) { return r.has_exercise_started(); });
  EndController(SIGKILL);
  const int64_t gone_us = os::MonotonicMicros();
  ASSERT_TRUE(Until([&] { return os::MonotonicMicros() > gone_us + kAwayUs; }, 2 * kAwayUs));
  ASSERT_OK(StartController());

  const auto events = Records();
  EXPECT_EQ(Count(events,
                  [](const v1::Record& r) {
                    return r.has_exercise_paused() &&
                           r.exercise_paused().reason() == v1::PAUSE_REASON_CONTROLLER_DOWN;
                  }),
            1);
  EXPECT_EQ(View().summary().phase(), v1::PHASE_PAUSED);
  EXPECT_EQ(Count(events, IsReleased), 0);

  // What fell due meanwhile waits for a person.
  EXPECT_GT(
      Count(events,
            [](const v1::Record& r) { return r.has_inject_held() && r.inject_held().held(); }),
      0);
  ASSERT_OK(Do("giam-doc", {"exercise", "stop", kExercise}));
  ASSERT_TRUE(Clean());
}

}  // namespace
}  // namespace drill::testing
