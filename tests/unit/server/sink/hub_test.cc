#include "server/sink/hub.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"

namespace drill {
namespace {

constexpr int64_t kSecond = 1'000'000;

class HubTest : public ::testing::Test {
 protected:
  void Receive(const std::string& mark, int64_t bytes, int64_t at_s, std::string whole = "") {
    hub_.Received({mark, v1::CHANNEL_HTTP, "10.0.0.7", bytes, std::move(whole)}, at_s * kSecond);
  }
  void Answer(const std::string& mark, absl::Status status, int64_t at_s) {
    hub_.Delivered(mark, v1::CHANNEL_HTTP, status, at_s * kSecond);
  }

  std::vector<SinkContact> told_;
  SinkHub hub_{[this](SinkContact contact) { told_.push_back(std::move(contact)); }};
};

TEST_F(HubTest, TellsTheFirstContactAtOnceThenWhatHasGrownEveryTenSecondsAndTheRestAtTheEnd) {
  Receive("aa", 10, 1);
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].contacts, 1);
  Answer("aa", absl::OkStatus(), 1);
  for (int s = 2; s <= 9; ++s) {
    Receive("aa", 10, s);
    hub_.Tick(s * kSecond);
  }
  EXPECT_EQ(told_.size(), 1u);
  hub_.Tick(11 * kSecond);
  ASSERT_EQ(told_.size(), 2u);
  EXPECT_EQ(told_[1].contacts, 8);
  EXPECT_EQ(told_[1].bytes, 80);
  EXPECT_EQ(told_[1].first_us, 2 * kSecond);
  EXPECT_EQ(told_[1].last_us, 9 * kSecond);
  Answer("aa", absl::OkStatus(), 11);
  hub_.Tick(30 * kSecond);
  EXPECT_EQ(told_.size(), 2u) << "nothing has grown";
  Receive("aa", 1, 31);
  Answer("aa", absl::OkStatus(), 31);
  Receive("aa", 2, 32);
  hub_.Flush();
  ASSERT_EQ(told_.size(), 4u);
  EXPECT_EQ(told_[3].bytes, 2);
}

TEST_F(HubTest, TellsAnArchiveWhenItIsWholeOnce) {
  Receive("aa", 10, 1);
  Answer("aa", absl::OkStatus(), 1);
  const std::string digest(32, 'x');
  Receive("aa", 10, 2, digest);
  ASSERT_EQ(told_.size(), 2u);
  EXPECT_EQ(told_[1].sha256, digest);
  Answer("aa", absl::OkStatus(), 2);
  Receive("aa", 10, 3, digest);
  EXPECT_EQ(told_.size(), 2u) << "again at most every ten seconds";
}

TEST_F(HubTest, KeepsWhatCouldNotBeRecorded) {
  Receive("aa", 10, 1);
  Receive("aa", 5, 1);
  Answer("aa", absl::UnavailableError("disk full"), 1);
  hub_.Tick(1 * kSecond);
  EXPECT_EQ(told_.size(), 1u);
  hub_.Tick(2 * kSecond);
  ASSERT_EQ(told_.size(), 2u);
  EXPECT_EQ(told_[1].contacts, 2);
  EXPECT_EQ(told_[1].bytes, 15);
  EXPECT_EQ(told_[1].first_us, 1 * kSecond);
}

TEST_F(HubTest, AsksAboutAnUnknownMarkOnceInTenSecondsAndCountsIt) {
  Receive("bad", 10, 1);
  Answer("bad", absl::NotFoundError("no order"), 1);
  for (int s = 2; s < 11; ++s) Receive("bad", 10, s);
  EXPECT_EQ(told_.size(), 1u);
  EXPECT_EQ(hub_.counts().unknown, 10);
  hub_.Tick(11 * kSecond);
  EXPECT_EQ(hub_.marks(), 0u);
}

TEST_F(HubTest, AsksSoonAgainWhenAnExerciseMayBegin) {
  Receive("aa", 1, 1);
  Answer("aa", absl::FailedPreconditionError("not running"), 1);
  Receive("aa", 1, 1);
  EXPECT_EQ(told_.size(), 1u);
  Receive("aa", 1, 2);
  ASSERT_EQ(told_.size(), 2u);
  EXPECT_EQ(told_[1].contacts, 1);
  EXPECT_EQ(hub_.counts().unknown, 2);
}

TEST_F(HubTest, BoundsWhatIsOnItsWayAndWhatIsRemembered) {
  for (size_t i = 0; i < SinkHub::kMarksMax + 10; ++i) Receive(absl::StrCat(absl::Hex(i)), 1, 1);
  EXPECT_EQ(told_.size(), SinkHub::kInFlightMax);
  EXPECT_EQ(hub_.marks(), SinkHub::kMarksMax);
  EXPECT_EQ(hub_.counts().dropped, 10);
  for (size_t i = 0; i < 100; ++i) Answer(told_[i].mark, absl::OkStatus(), 1);
  hub_.Tick(2 * kSecond);
  EXPECT_EQ(told_.size(), SinkHub::kInFlightMax + 100);
}

TEST_F(HubTest, ForgetsIdleMarks) {
  Receive("aa", 1, 1);
  Answer("aa", absl::OkStatus(), 1);
  hub_.Tick(600 * kSecond);
  EXPECT_EQ(hub_.marks(), 1u);
  hub_.Tick(601 * kSecond);
  EXPECT_EQ(hub_.marks(), 0u);
}

class PieceTest : public HubTest {
 protected:
  void Piece(int64_t number, absl::string_view payload) {
    hub_.ReceivedPiece({"aa", v1::CHANNEL_DNS, "10.0.0.7", 0, ""}, number, payload, kSecond);
  }
  SinkContact End(absl::string_view archive) {
    hub_.ReceivedEnd({"aa", v1::CHANNEL_DNS, "10.0.0.7", 0, ""}, Sha256(archive), kSecond);
    hub_.Delivered("aa", v1::CHANNEL_DNS, absl::UnavailableError(""), kSecond);
    hub_.Tick(3 * kSecond);  // all of it, added up
    return told_.back();
  }
};

TEST_F(PieceTest, AddUpToAnArchiveThoughResolversAskAgain) {
  Piece(0, "one");
  Piece(1, "two");
  Piece(1, "two");
  Piece(0, "one");
  Piece(2, "three");
  const SinkContact all = End("onetwothree");
  EXPECT_EQ(all.contacts, 6);
  EXPECT_EQ(all.bytes, 11);
  EXPECT_EQ(all.sha256, Sha256("onetwothree"));
}

TEST_F(PieceTest, MayCountFromOne) {
  Piece(1, "one");
  Piece(2, "two");
  EXPECT_EQ(End("onetwo").sha256, Sha256("onetwo"));
}

TEST_F(PieceTest, AreNoArchiveAfterAGapOrWithAnotherDigest) {
  Piece(0, "one");
  Piece(2, "two");
  EXPECT_EQ(End("onetwo").sha256, "");
  Piece(0, "one");
  EXPECT_EQ(End("another").sha256, "");
}

}  // namespace
}  // namespace drill
