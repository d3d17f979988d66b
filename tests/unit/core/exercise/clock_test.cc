#include "core/exercise/clock.h"

#include <gtest/gtest.h>

#include <random>

namespace drill {
namespace {

constexpr int64_t kSecond = 1'000'000;

TEST(ExerciseClock, CountsUpToStartExThroughTheLead) {
  ExerciseClock clock;
  EXPECT_FALSE(clock.started());
  EXPECT_EQ(clock.At(5), 0);
  clock.Start(100 * kSecond);
  EXPECT_TRUE(clock.running());
  EXPECT_EQ(clock.At(90 * kSecond), -10 * kSecond);
  EXPECT_EQ(clock.At(100 * kSecond), 0);
  EXPECT_EQ(clock.EngineAt(7 * kSecond), 107 * kSecond);
}

TEST(ExerciseClock, APauseGivesNothing) {
  ExerciseClock clock;
  clock.Start(0);
  clock.Stop(10 * kSecond, 10 * kSecond);
  EXPECT_FALSE(clock.running());
  EXPECT_EQ(clock.At(25 * kSecond), 10 * kSecond);
  EXPECT_TRUE(clock.StoodAt(10 * kSecond));
  EXPECT_TRUE(clock.StoodAt(29 * kSecond));
  clock.Resume(30 * kSecond, 10 * kSecond);  // with a lead: decided at 20
  EXPECT_EQ(clock.At(31 * kSecond), 11 * kSecond);
  EXPECT_FALSE(clock.StoodAt(30 * kSecond));
  EXPECT_EQ(clock.Elapsed(5 * kSecond, 35 * kSecond), 10 * kSecond);
}

// A stop that comes inside the lead: StartEx has not come.
TEST(ExerciseClock, AStopInTheLeadStandsAtWhatItShowed) {
  ExerciseClock clock;
  clock.Start(100 * kSecond);
  clock.Stop(96 * kSecond, clock.At(96 * kSecond));
  EXPECT_EQ(clock.At(200 * kSecond), -4 * kSecond);
  clock.Resume(210 * kSecond, -4 * kSecond);
  EXPECT_EQ(clock.At(214 * kSecond), 0);
}

TEST(ExerciseClock, AJumpIsNoTimeThatPassed) {
  ExerciseClock clock;
  clock.Start(0);
  clock.Jump(10 * kSecond, 100 * kSecond);
  EXPECT_EQ(clock.At(9 * kSecond), 9 * kSecond);
  EXPECT_EQ(clock.At(10 * kSecond), 100 * kSecond);
  EXPECT_EQ(clock.At(11 * kSecond), 101 * kSecond);
  EXPECT_EQ(clock.Elapsed(0, 20 * kSecond), 20 * kSecond);
}

TEST(ExerciseClock, AJumpInAPauseStillStands) {
  ExerciseClock clock;
  clock.Start(0);
  clock.Stop(10 * kSecond, 10 * kSecond);
  clock.Jump(12 * kSecond, 50 * kSecond);
  EXPECT_FALSE(clock.running());
  EXPECT_EQ(clock.At(20 * kSecond), 50 * kSecond);
}

TEST(ExerciseClock, ASpeedSetInAPauseComesWithTheResume) {
  ExerciseClock clock;
  clock.Start(0);
  clock.Stop(10 * kSecond, 10 * kSecond);
  clock.SetSpeed(12 * kSecond, 3000);
  EXPECT_EQ(clock.At(20 * kSecond), 10 * kSecond);
  clock.Resume(20 * kSecond, 10 * kSecond);
  EXPECT_EQ(clock.At(21 * kSecond), 13 * kSecond);
}

// The slow and obvious clock: it walks every microsecond-step of a coarse grid and adds up.
struct SlowClock {
  bool running = true;
  int64_t ex = 0;
  int64_t speed = 1000;
  void Step(int64_t us) {
    if (running) ex += us * speed / 1000;
  }
};

// Random pauses, resumes, jumps and speeds; steps are whole milliseconds, so that no rounding hides
// a difference.
TEST(ExerciseClock, AgreesWithTheSlowClock) {
  constexpr int64_t kStep = 1000;
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    ExerciseClock clock;
    SlowClock slow;
    int64_t now = 5'000 * kSecond;
    clock.Start(now);
    int64_t elapsed = 0;  // shown by running, not by jumps
    const int64_t start = now;
    for (int i = 0; i < 400; ++i) {
      switch (random() % 40) {
        case 0:
          if (slow.running) {
            clock.Stop(now, clock.At(now));
            slow.running = false;
          }
          break;
        case 1:
        case 2:
          if (!slow.running) {
            clock.Resume(now, clock.At(now));
            slow.running = true;
          }
          break;
        case 3: {
          const int64_t to = slow.ex + 1 + static_cast<int64_t>(random() % 1000) * kStep;
          clock.Jump(now, to);
          slow.ex = to;
          break;
        }
        case 4: {
          const int speed = static_cast<int>(1 + random() % 10) * 500;
          clock.SetSpeed(now, speed);
          slow.speed = speed;
          break;
        }
        default:
          break;
      }
      ASSERT_EQ(clock.At(now), slow.ex) << "seed " << seed << " step " << i;
      ASSERT_EQ(clock.running(), slow.running);
      ASSERT_EQ(clock.StoodAt(now), !slow.running);
      ASSERT_EQ(clock.Elapsed(start, now), elapsed) << "seed " << seed << " step " << i;
      const int64_t length = static_cast<int64_t>(1 + random() % 50) * kStep;
      for (int64_t t = 0; t < length; t += kStep) slow.Step(kStep);
      if (slow.running) elapsed += length * slow.speed / 1000;
      now += length;
    }
  }
}

// The first microsecond that shows `ex`: never earlier, never one too late.
TEST(ExerciseClock, EngineAtIsTheFirstMicrosecond) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    ExerciseClock clock;
    clock.Start(1'000 * kSecond);
    clock.SetSpeed(1'003 * kSecond, static_cast<int>(1 + random() % 60'000));
    for (int i = 0; i < 50; ++i) {
      const int64_t ex = 3 * kSecond + static_cast<int64_t>(random() % 100'000'000);
      const int64_t at = clock.EngineAt(ex);
      ASSERT_GE(clock.At(at), ex) << "speed " << clock.speed_permille();
      if (at > 1'003 * kSecond) {
        ASSERT_LT(clock.At(at - 1), ex) << "speed " << clock.speed_permille();
      }
    }
  }
}

}  // namespace
}  // namespace drill
