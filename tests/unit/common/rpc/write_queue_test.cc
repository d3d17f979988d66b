#include "common/rpc/write_queue.h"

#include <atomic>
#include <optional>
#include <thread>

#include "tests/support/status.h"

namespace drill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Status& Slow() {
  static const absl::Status status = absl::AbortedError("slow");
  return status;
}

// Stands for gRPC: notes what was begun, and fails the test on a second write in flight, on a
// write after the finish, and on a second finish.
struct FakeStream {
  std::vector<int> begun;
  std::optional<absl::Status> finished;
  int rooms = 0;
  bool in_flight = false;

  WriteQueue<int>::Stream Functors() {
    return {.start =
                [this](const int* m) {
                  EXPECT_FALSE(in_flight);
                  EXPECT_FALSE(finished.has_value());
                  in_flight = true;
                  begun.push_back(*m);
                },
            .finish =
                [this](const absl::Status& status) {
                  EXPECT_FALSE(finished.has_value());
                  finished = status;
                },
            .room = [this] { ++rooms; }};
  }
};

class WriteQueueTest : public ::testing::Test {
 protected:
  bool Push(int m, size_t bytes = 1, int key = 0) {
    return queue_.Push(std::make_shared<const int>(m), bytes, Slow(), key);
  }
  void Written(bool ok = true) {
    stream_.in_flight = false;
    queue_.OnWriteDone(ok);
  }
  // As the network would, until nothing is in flight.
  void Drain() {
    while (stream_.in_flight) Written();
  }

  FakeStream stream_;
  WriteQueue<int> queue_{{.messages = 4, .bytes = 100}, stream_.Functors()};
};

TEST_F(WriteQueueTest, WritesInOrderOneAtATime) {
  EXPECT_TRUE(Push(1));
  EXPECT_TRUE(Push(2));
  EXPECT_TRUE(Push(3));
  EXPECT_THAT(stream_.begun, ElementsAre(1));
  Written();
  EXPECT_THAT(stream_.begun, ElementsAre(1, 2));
  Drain();
  EXPECT_THAT(stream_.begun, ElementsAre(1, 2, 3));
  EXPECT_TRUE(Push(4));
  EXPECT_THAT(stream_.begun, ElementsAre(1, 2, 3, 4));
}

TEST_F(WriteQueueTest, ClosesWithTheOverflowStatusWhenMessagesRunOver) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Push(i)) << i;  // one in flight, four wait
  EXPECT_FALSE(stream_.finished.has_value());
  EXPECT_FALSE(Push(5));
  EXPECT_EQ(stream_.finished, Slow());
  EXPECT_FALSE(Push(6));
  EXPECT_EQ(queue_.waiting_bytes(), 0u);
  Written();
  EXPECT_THAT(stream_.begun, ElementsAre(0));
}

TEST_F(WriteQueueTest, ClosesWhenBytesRunOver) {
  EXPECT_TRUE(Push(1, 90));  // in flight: not counted
  EXPECT_TRUE(Push(2, 60));
  EXPECT_TRUE(Push(3, 40));
  EXPECT_EQ(queue_.waiting_bytes(), 100u);
  EXPECT_FALSE(Push(4, 1));
  EXPECT_EQ(stream_.finished, Slow());
}

TEST_F(WriteQueueTest, AMessageAboveTheLimitIsTakenAlone) {
  EXPECT_TRUE(Push(1));
  EXPECT_TRUE(Push(2, 1000));
  EXPECT_FALSE(Push(3));
  EXPECT_EQ(stream_.finished, Slow());
}

TEST_F(WriteQueueTest, TheLatestOfAKeyTakesThePlaceOfAnUnsentOne) {
  Push(1);
  Push(10, 20, /*key=*/7);
  Push(2);
  EXPECT_TRUE(Push(11, 30, /*key=*/7));
  EXPECT_TRUE(Push(12, 5, /*key=*/7));
  EXPECT_EQ(queue_.waiting_bytes(), 6u);
  Drain();
  EXPECT_THAT(stream_.begun, ElementsAre(1, 12, 2));
}

TEST_F(WriteQueueTest, OneInFlightIsNotReplaced) {
  Push(10, 1, 7);
  Push(11, 1, 7);
  Drain();
  EXPECT_THAT(stream_.begun, ElementsAre(10, 11));
}

TEST_F(WriteQueueTest, KeysDoNotReplaceEachOther) {
  Push(1);
  Push(10, 1, 7);
  Push(20, 1, 8);
  Push(11, 1, 7);
  Drain();
  EXPECT_THAT(stream_.begun, ElementsAre(1, 11, 20));
}

TEST_F(WriteQueueTest, AReplacementThatDoesNotFitOverflows) {
  Push(1);
  Push(10, 10, 7);
  Push(2, 80);
  EXPECT_FALSE(Push(11, 30, 7));
  EXPECT_EQ(stream_.finished, Slow());
}

TEST_F(WriteQueueTest, CloseDropsWhatWaits) {
  Push(1);
  Push(2);
  queue_.Close(absl::UnavailableError("stopping"));
  EXPECT_EQ(stream_.finished, absl::UnavailableError("stopping"));
  Written();
  EXPECT_THAT(stream_.begun, ElementsAre(1));
  EXPECT_FALSE(Push(3));
}

TEST_F(WriteQueueTest, CloseAfterSendingDropsNothing) {
  Push(1);
  Push(2);
  queue_.CloseAfterSending(absl::OkStatus());
  EXPECT_FALSE(Push(3));
  Written();
  EXPECT_FALSE(stream_.finished.has_value());
  Written();
  EXPECT_EQ(stream_.finished, absl::OkStatus());
  EXPECT_THAT(stream_.begun, ElementsAre(1, 2));
}

TEST_F(WriteQueueTest, CloseAfterSendingEndsAnIdleStreamAtOnce) {
  queue_.CloseAfterSending(absl::OkStatus());
  EXPECT_EQ(stream_.finished, absl::OkStatus());
  EXPECT_THAT(stream_.begun, IsEmpty());
}

TEST_F(WriteQueueTest, CloseCutsShortTheLastSending) {
  Push(1);
  Push(2);
  queue_.CloseAfterSending(absl::OkStatus());
  queue_.Close(absl::UnavailableError("stopping"));
  EXPECT_EQ(stream_.finished, absl::UnavailableError("stopping"));
  Written();
  EXPECT_THAT(stream_.begun, ElementsAre(1));
}

TEST_F(WriteQueueTest, ABrokenWriteFinishesOnce) {
  Push(1);
  Push(2);
  Written(/*ok=*/false);
  ASSERT_TRUE(stream_.finished.has_value());
  EXPECT_EQ(stream_.finished->code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(stream_.begun, ElementsAre(1));
  queue_.Close(Slow());  // the fake fails on a second finish
}

TEST_F(WriteQueueTest, TellsOnceWhenThereIsRoomAgain) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(queue_.HasRoom(1)) << i;
    Push(i);
  }
  EXPECT_FALSE(queue_.HasRoom(1));
  EXPECT_FALSE(queue_.HasRoom(1));
  Written();  // three wait
  EXPECT_EQ(stream_.rooms, 0);
  Written();  // two: half
  EXPECT_EQ(stream_.rooms, 1);
  Drain();
  EXPECT_EQ(stream_.rooms, 1);
  EXPECT_TRUE(queue_.HasRoom(1));
}

TEST_F(WriteQueueTest, RoomIsNotToldUnasked) {
  for (int i = 0; i < 5; ++i) Push(i);
  Drain();
  EXPECT_EQ(stream_.rooms, 0);
}

TEST_F(WriteQueueTest, AClosedQueueHasRoomSoThatTheProducerLearns) {
  for (int i = 0; i < 5; ++i) Push(i);
  queue_.Close(Slow());
  EXPECT_TRUE(queue_.HasRoom(1));
  EXPECT_FALSE(Push(9));
}

TEST_F(WriteQueueTest, OneMessageMayBeOnManyStreams) {
  FakeStream other;
  WriteQueue<int> second({.messages = 4, .bytes = 100}, other.Functors());
  auto shared = std::make_shared<const int>(5);
  EXPECT_TRUE(queue_.Push(shared, 1, Slow()));
  EXPECT_TRUE(second.Push(shared, 1, Slow()));
  EXPECT_EQ(shared.use_count(), 3);
  Written();
  EXPECT_EQ(shared.use_count(), 2);
}

// Many producers against one network thread: nothing is lost, doubled or begun twice at once. Also
// the suite's test under ThreadSanitizer.
TEST(WriteQueueThreads, ProducersAndTheNetworkMeet) {
  constexpr int kProducers = 4;
  constexpr int kEach = 2000;
  std::atomic<int> in_flight{0};
  std::atomic<int64_t> sum{0};
  std::atomic<int> begun{0};
  WriteQueue<int> queue({.messages = kProducers * kEach, .bytes = kProducers * kEach},
                        {.start =
                             [&](const int* m) {
                               EXPECT_EQ(in_flight.fetch_add(1), 0);
                               sum += *m;
                               ++begun;
                             },
                         .finish = [](const absl::Status&) {},
                         .room = nullptr});
  std::vector<std::thread> threads;
  for (int p = 0; p < kProducers; ++p) {
    threads.emplace_back([&queue] {
      for (int i = 1; i <= kEach; ++i) {
        EXPECT_TRUE(queue.Push(std::make_shared<const int>(i), 1, Slow()));
      }
    });
  }
  threads.emplace_back([&] {
    for (int done = 0; done < kProducers * kEach;) {
      if (in_flight.load() == 0) {
        std::this_thread::yield();
        continue;
      }
      in_flight = 0;
      queue.OnWriteDone(true);
      ++done;
    }
  });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(begun, kProducers * kEach);
  EXPECT_EQ(sum, int64_t{kProducers} * kEach * (kEach + 1) / 2);
}

}  // namespace
}  // namespace drill
