// Leases and generations: until when something revoked may still start (DESIGN §5).

#include "core/fleet/fleet.h"

#include "absl/strings/str_cat.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/drill_room.h"

namespace drill {
namespace {

using testing::kSecond;

v1::DesiredSet Set(std::initializer_list<const char*> injects, int64_t planned_us = 100) {
  v1::DesiredSet set;
  for (const char* inject : injects) {
    v1::Order* order = set.add_orders();
    order->mutable_id()->set_exercise("e");
    order->mutable_id()->set_inject(inject);
    order->mutable_id()->set_attempt(1);
    order->set_wanted(v1::WANTED_PLAY);
    order->set_planned_us(planned_us);
  }
  return set;
}

class FleetTest : public ::testing::Test {
 protected:
  void SetUp() override { fleet_.Connect("h", 1, {}, 7, now_); }
  void Beat(uint64_t generation) {
    v1::Heartbeat heartbeat;
    heartbeat.set_generation(generation);
    fleet_.OnHeartbeat("h", heartbeat, now_);
  }
  std::optional<v1::DesiredSet> Offer(const v1::DesiredSet& set) {
    return fleet_.Offer("h", set, 7, now_);
  }
  int64_t MayStart() const { return fleet_.MayStartUntil("h", now_); }

  Fleet fleet_;
  int64_t now_ = 1000 * kSecond;
};

TEST_F(FleetTest, TimesFollowTheNumberOfAgents) {
  EXPECT_EQ(fleet_.HeartbeatUs(), kSecond);
  EXPECT_EQ(fleet_.LeaseUs(), 3 * kSecond);
  EXPECT_EQ(fleet_.LeadUs(), 10 * kSecond);
  EXPECT_EQ(fleet_.SilenceUs(), 180 * kSecond);
  for (int i = 0; i < 9'999; ++i) fleet_.Connect(absl::StrCat("x", i), 1, {}, 7, now_);
  EXPECT_EQ(fleet_.HeartbeatUs(), 5 * kSecond);
  EXPECT_EQ(fleet_.LeaseUs(), 15 * kSecond);
  EXPECT_EQ(fleet_.LeadUs(), 15 * kSecond);
  for (int i = 0; i < 9'999; ++i) fleet_.Disconnect(absl::StrCat("x", i), 1, now_);
  EXPECT_EQ(fleet_.connected_count(), 1);
  EXPECT_EQ(fleet_.LeaseUs(), 3 * kSecond);
}

TEST_F(FleetTest, ASetIsSentOnceUntilItChanges) {
  const auto first = Offer(Set({"a"}));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->epoch(), 7u);
  EXPECT_FALSE(Offer(Set({"a"})).has_value());
  const auto second = Offer(Set({"a", "b"}));
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->generation(), first->generation() + 1);
}

// Nothing is known of what a returning agent holds: it is told even that it should hold nothing.
TEST_F(FleetTest, ANewSessionIsToldItsWholeSet) {
  const uint64_t before = Offer(Set({"a"}))->generation();
  fleet_.Connect("h", 2, {}, 7, now_);
  const auto again = Offer(Set({"a"}));
  ASSERT_TRUE(again.has_value());
  EXPECT_GT(again->generation(), before) << "a generation is never used twice";
  fleet_.Connect("h", 3, {}, 7, now_);
  EXPECT_TRUE(Offer(Set({})).has_value());
}

TEST_F(FleetTest, ARevocationIsCertainOnceConfirmed) {
  Offer(Set({"a", "b"}));
  Beat(1);
  EXPECT_EQ(MayStart(), 0);
  Offer(Set({"b"}));
  EXPECT_EQ(MayStart(), now_ + 3 * kSecond);
  Beat(1);
  EXPECT_NE(MayStart(), 0) << "it confirmed the older one";
  Beat(2);
  EXPECT_EQ(MayStart(), 0);
}

TEST_F(FleetTest, OrOnceTheLeaseIsOver) {
  Offer(Set({"a"}));
  Beat(1);
  Offer(Set({}));
  const int64_t until = MayStart();
  EXPECT_EQ(until, now_ + 3 * kSecond);
  now_ = until - 1;
  EXPECT_EQ(MayStart(), until);
  now_ = until;
  EXPECT_EQ(MayStart(), 0);
}

// It cannot be told; what it holds may start until its lease is over.
TEST_F(FleetTest, ACutHostIsUncertainToo) {
  Offer(Set({"a"}));
  Beat(1);
  fleet_.Disconnect("h", 1, now_);
  EXPECT_EQ(MayStart(), 0) << "nothing was revoked yet";
  EXPECT_FALSE(Offer(Set({})).has_value());
  EXPECT_EQ(MayStart(), now_ + 3 * kSecond);
}

TEST_F(FleetTest, WhatRevokes) {
  const auto revokes = [&](const v1::DesiredSet& from, const v1::DesiredSet& to) {
    Fleet fleet;
    fleet.Connect("h", 1, {}, 7, now_);
    v1::Heartbeat heartbeat;
    heartbeat.set_generation(fleet.Offer("h", from, 7, now_)->generation());
    fleet.OnHeartbeat("h", heartbeat, now_);
    fleet.Offer("h", to, 7, now_);
    return fleet.MayStartUntil("h", now_) != 0;
  };
  EXPECT_FALSE(revokes(Set({"a"}), Set({"a", "b"})));
  EXPECT_TRUE(revokes(Set({"a"}), Set({"b"})));
  EXPECT_TRUE(revokes(Set({"a"}), Set({"a"}, 200))) << "moved";
  v1::DesiredSet undo = Set({"a"});
  undo.mutable_orders(0)->set_wanted(v1::WANTED_UNDO);
  EXPECT_TRUE(revokes(Set({"a"}), undo));
  EXPECT_FALSE(revokes(undo, Set({}))) << "an undo arms nothing";
  v1::DesiredSet next = Set({"a"});
  next.mutable_orders(0)->mutable_id()->set_attempt(2);
  EXPECT_TRUE(revokes(Set({"a"}), next)) << "another attempt";
  v1::DesiredSet frozen = Set({"a"});
  frozen.set_frozen(true);
  EXPECT_TRUE(revokes(Set({"a"}), frozen));
}

TEST_F(FleetTest, AGenerationThatWasNeverSentConfirmsNothing) {
  Offer(Set({"a"}));
  Offer(Set({}));
  Beat(99);
  EXPECT_NE(MayStart(), 0);
}

TEST_F(FleetTest, AnOlderSessionsEndEndsNothing) {
  fleet_.Connect("h", 2, {}, 7, now_);
  fleet_.Disconnect("h", 1, now_);
  EXPECT_TRUE(fleet_.Connected("h"));
  EXPECT_EQ(fleet_.connected_count(), 1);
  fleet_.Disconnect("h", 2, now_);
  EXPECT_EQ(fleet_.connected_count(), 0);
  fleet_.Disconnect("h", 2, now_);
  EXPECT_EQ(fleet_.connected_count(), 0);
}

// The lease that the agent was told holds, though the fleet has shrunk since.
TEST(Fleet, ALeaseIsAsItWasTold) {
  Fleet fleet;
  int64_t now = 1000 * kSecond;
  for (int i = 0; i < 10'000; ++i) fleet.Connect(absl::StrCat("x", i), 1, {}, 7, now);
  fleet.Connect("h", 1, {}, 7, now);
  for (int i = 0; i < 10'000; ++i) fleet.Disconnect(absl::StrCat("x", i), 1, now);
  fleet.Offer("h", Set({"a"}), 7, now);
  v1::Heartbeat heartbeat;
  heartbeat.set_generation(1);
  fleet.OnHeartbeat("h", heartbeat, now);
  fleet.Offer("h", Set({}), 7, now);
  EXPECT_GE(fleet.MayStartUntil("h", now), now + 15 * kSecond);
}

// The lead covers the slowest confirmation of late, and comes down again.
TEST_F(FleetTest, TheLeadKnowsTheFanOut) {
  Offer(Set({"a"}));
  now_ += 20 * kSecond;
  Beat(1);
  EXPECT_EQ(fleet_.LeadUs(), 23 * kSecond);
  for (uint64_t generation = 2; generation < 400; ++generation) {
    Offer(generation % 2 == 0 ? Set({}) : Set({"a"}));
    Beat(generation);
  }
  EXPECT_EQ(fleet_.LeadUs(), 10 * kSecond);
  Offer(Set({"b"}));
  now_ += 3600 * kSecond;
  Beat(400);
  EXPECT_EQ(fleet_.LeadUs(), 63 * kSecond) << "one slow agent puts StartEx off by a minute at most";
}

}  // namespace
}  // namespace drill
