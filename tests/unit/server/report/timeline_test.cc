#include "server/report/timeline.h"

#include "absl/strings/str_cat.h"

namespace drill::report {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kStart = 1'792'632'600 * kSecond;

class TimelineTest : public ::testing::Test {
 protected:
  void Span(int64_t minutes, int64_t ex_minutes, int32_t speed_permille) {
    v1::ClockSpan* span = data_.add_clock();
    span->set_from_us(kStart + minutes * kMinute);
    span->set_ex_us(ex_minutes * kMinute);
    span->set_speed_permille(speed_permille);
  }
  void Run(int64_t minutes) {
    data_.mutable_scorecard()->set_start_us(kStart);
    data_.mutable_scorecard()->set_end_us(kStart + minutes * kMinute);
  }
  Timeline LayOut() { return LayOutAxis(Facts(data_, words_)); }

  AarData data_;
  const Words words_{Language::kVi};
};

TEST_F(TimelineTest, RunsFromStartToEndWithinTheDrawing) {
  Run(180);
  const Timeline timeline = LayOut();
  EXPECT_GT(timeline.X(kStart), 0);
  EXPECT_LT(timeline.X(kStart + 180 * kMinute), kDrawingWidth);
  EXPECT_EQ(timeline.end_x, timeline.X(kStart + 180 * kMinute));
  EXPECT_EQ(timeline.X(kStart + 90 * kMinute), kDrawingWidth / 2);
  EXPECT_EQ(timeline.X(0), timeline.X(kStart)) << "what is outside stands at the edge";
}

TEST_F(TimelineTest, PauseIsABandAndTicksAreRoundReadingsOfTheExerciseClock) {
  Run(195);
  Span(0, 0, 1000);
  Span(85, 85, 0);
  Span(100, 85, 1000);
  Span(195, 180, 0);  // EndEx: no pause
  const Timeline timeline = LayOut();
  ASSERT_EQ(timeline.pauses.size(), 1u);
  EXPECT_EQ(timeline.pauses[0].x, timeline.X(kStart + 85 * kMinute));
  EXPECT_EQ(timeline.pauses[0].x + timeline.pauses[0].width, timeline.X(kStart + 100 * kMinute));
  ASSERT_EQ(timeline.ticks.size(), 7u);
  for (const Tick& tick : timeline.ticks) EXPECT_EQ(tick.ex_us % (30 * kMinute), 0);
  EXPECT_EQ(timeline.ticks[3].ex_us, 90 * kMinute);
  EXPECT_EQ(timeline.ticks[3].engine_us, kStart + 105 * kMinute) << "15 minutes stood still";
}

TEST_F(TimelineTest, JumpOfTheClockIsMarkedAndReadingsPassedOverHaveNoTick) {
  Run(60);
  Span(0, 0, 1000);
  Span(30, 120, 1000);
  const Timeline timeline = LayOut();
  ASSERT_EQ(timeline.jumps.size(), 1u);
  EXPECT_EQ(timeline.jumps[0], timeline.X(kStart + 30 * kMinute));
  for (const Tick& tick : timeline.ticks) {
    EXPECT_TRUE(tick.ex_us <= 30 * kMinute || tick.ex_us >= 120 * kMinute) << tick.ex_us;
  }
}

TEST_F(TimelineTest, LabelsNeverRunIntoEachOther) {
  for (const int64_t minutes : {1, 7, 59, 240, 3000, 100'000}) {
    Run(minutes);
    const Timeline timeline = LayOut();
    EXPECT_GE(timeline.ticks.size(), 2u) << minutes;
    EXPECT_LE(timeline.ticks.size(), 12u) << minutes;
    for (size_t i = 1; i < timeline.ticks.size(); ++i) {
      EXPECT_GE(timeline.ticks[i].x - timeline.ticks[i - 1].x, 56) << minutes;
    }
  }
}

TEST_F(TimelineTest, RunningExerciseIsDrawnUpToTheLastMomentKnown) {
  data_.mutable_scorecard()->set_start_us(kStart);
  data_.set_as_of_us(kStart + 40 * kMinute);
  const Timeline timeline = LayOut();
  EXPECT_EQ(timeline.to_us, kStart + 40 * kMinute);
  EXPECT_EQ(timeline.end_x, -1);
}

TEST_F(TimelineTest, DayIsShownWhereTheDrillPassesMidnight) {
  Run(180);
  EXPECT_FALSE(LayOut().ticks_with_day);
  Run(20 * 60);
  EXPECT_TRUE(LayOut().ticks_with_day);
}

}  // namespace
}  // namespace drill::report
