#include "core/rehearsal/dice.h"

#include <gtest/gtest.h>

#include "core/rehearsal/virtual_time.h"

namespace drill::rehearsal {
namespace {

TEST(Dice, IsTheSameEverywhere) {
  // The published first values of SplitMix64 from 0.
  Dice dice(0);
  EXPECT_EQ(dice.Next(), 0xE220A8397B1DCDAFu);
  EXPECT_EQ(dice.Next(), 0x6E789E6AA1B965F4u);
}

TEST(Dice, DrawsHalfBelowTheMedianAndNothingOutside) {
  v1::Delay delay;
  delay.mutable_least()->set_seconds(10);
  delay.mutable_median()->set_seconds(20);
  delay.mutable_most()->set_seconds(100);
  Dice dice(7);
  int below = 0;
  for (int i = 0; i < 10'000; ++i) {
    const int64_t us = dice.Draw(delay);
    ASSERT_GE(us, 10'000'000);
    ASSERT_LE(us, 100'000'000);
    below += us < 20'000'000 ? 1 : 0;
  }
  EXPECT_NEAR(below, 5000, 200);
  EXPECT_EQ(dice.Draw({}), 0);
}

TEST(Dice, ChanceKeepsItsBounds) {
  Dice dice(3);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(dice.Chance(0));
    EXPECT_TRUE(dice.Chance(1000));
  }
}

TEST(VirtualTime, RunsInOrderOfTimeThenOfPlanning) {
  VirtualTime time(100);
  std::string told;
  time.At(300, [&] { told += "c"; });
  time.At(200, [&] { told += "a"; });
  time.At(200, [&] {
    told += "b";
    time.At(50, [&] { told += "now"; });  // the past is now
  });
  while (time.next_us() != VirtualTime::kNever) time.RunNext();
  EXPECT_EQ(told, "abnowc");
  EXPECT_EQ(time.now_us(), 300);
}

}  // namespace
}  // namespace drill::rehearsal
