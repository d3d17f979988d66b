#include "common/base/mailbox.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

namespace drill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Clock = std::chrono::steady_clock;
constexpr Clock::time_point kAtOnce = Clock::time_point::min();

TEST(MailboxTest, LowerLanesComeFirstAndEachKeepsItsOrder) {
  Mailbox<int, 2> mailbox({10, 10});
  EXPECT_TRUE(mailbox.Post(1, 10));
  EXPECT_TRUE(mailbox.Post(0, 1));
  EXPECT_TRUE(mailbox.Post(1, 11));
  EXPECT_TRUE(mailbox.Post(0, 2));
  EXPECT_THAT(mailbox.Take(3, kAtOnce), ElementsAre(1, 2, 10));
  EXPECT_THAT(mailbox.Take(3, kAtOnce), ElementsAre(11));
  EXPECT_THAT(mailbox.Take(3, kAtOnce), IsEmpty());
}

TEST(MailboxTest, AFullLaneRefusesAndTheOthersDoNot) {
  Mailbox<int, 2> mailbox({1, 1});
  EXPECT_TRUE(mailbox.Post(0, 1));
  EXPECT_FALSE(mailbox.Post(0, 2));
  EXPECT_TRUE(mailbox.Post(1, 3));
}

TEST(MailboxTest, WhatMustNotBeLostIsTakenBeyondTheLimitAndInOrder) {
  Mailbox<int, 1> mailbox({1});
  EXPECT_TRUE(mailbox.Post(0, 1));
  EXPECT_TRUE(mailbox.PostBeyondLimit(0, 2));
  EXPECT_FALSE(mailbox.Post(0, 3));
  EXPECT_THAT(mailbox.Take(9, kAtOnce), ElementsAre(1, 2));
}

TEST(MailboxTest, ClosedTakesNothingInAndGivesOutWhatIsThere) {
  Mailbox<int, 1> mailbox({9});
  EXPECT_TRUE(mailbox.Post(0, 1));
  mailbox.Close();
  EXPECT_FALSE(mailbox.Post(0, 2));
  EXPECT_FALSE(mailbox.PostBeyondLimit(0, 2));
  EXPECT_FALSE(mailbox.closed());
  EXPECT_THAT(mailbox.Take(9, Clock::time_point::max()), ElementsAre(1));
  EXPECT_TRUE(mailbox.closed());
  EXPECT_THAT(mailbox.Take(9, Clock::time_point::max()), IsEmpty());
}

// For the sanitizers, and for the one who waits.
TEST(MailboxTest, ManyPostOneTakesAndNothingIsLost) {
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  Mailbox<std::unique_ptr<int>, 2> mailbox({100, 100});
  std::atomic<int> posted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const size_t lane = static_cast<size_t>((t + i) % 2);
        posted += i % 7 == 0 ? mailbox.PostBeyondLimit(lane, std::make_unique<int>(i))
                             : mailbox.Post(lane, std::make_unique<int>(i));
      }
    });
  }
  int taken = 0;
  std::thread taker([&] {
    while (!mailbox.closed()) {
      for (const std::unique_ptr<int>& item : mailbox.Take(64, Clock::time_point::max())) {
        taken += item != nullptr;
      }
    }
  });
  for (std::thread& thread : threads) thread.join();
  mailbox.Close();
  taker.join();
  EXPECT_GE(posted, kThreads * kEach / 7);
  EXPECT_EQ(taken, posted);
}

}  // namespace
}  // namespace drill
