// The engine thread between a player and a controller that are both in this process.

#include "agent/app_loop.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>

#include "common/base/digest.h"
#include "common/keys/keys.h"
#include "common/os/clock.h"
#include "tests/support/status.h"
#include "tests/unit/agent/app/fake_player.h"

namespace drill::agent {
namespace {

using ::testing::ElementsAre;

constexpr int64_t kSecondUs = 1'000'000;
constexpr int64_t kAheadUs = 1'700'000'000'000'000;  // engine time minus BOOTTIME

struct Sent {
  std::vector<v1::AgentFrame> frames;
  std::vector<uint64_t> seqs;
  std::vector<v1::OrderEventKind> kinds;
  size_t outbox_bytes = 0;
  size_t largest = 0;
};

// Keeps what was sent; answers heartbeats as a controller would.
class FakeSender : public FrameSender {
 public:
  explicit FakeSender(AppEvents* events) : events_(events) {}

  bool Send(v1::AgentFrame frame) override {
    std::lock_guard<std::mutex> lock(mutex_);
    if (frame.has_heartbeat()) {
      v1::ControllerFrame answer;
      v1::HeartbeatAck* ack = answer.mutable_heartbeat_ack();
      ack->set_number(frame.heartbeat().number());
      ack->set_t1_us(frame.heartbeat().t1_us());
      ack->set_t2_us(frame.heartbeat().t1_us() + kAheadUs);
      ack->set_t3_us(frame.heartbeat().t1_us() + kAheadUs);
      events_->OnLinkFrame(std::move(answer), os::BootMicros());
    }
    for (const v1::OutboxEntry& entry : frame.outbox().entries()) {
      sent_.seqs.push_back(entry.seq());
      sent_.kinds.push_back(entry.event().kind());
    }
    if (frame.has_outbox()) sent_.outbox_bytes += frame.ByteSizeLong();
    sent_.largest = std::max(sent_.largest, frame.ByteSizeLong());
    sent_.frames.push_back(std::move(frame));
    changed_.notify_all();
    return true;
  }
  bool Await(const std::function<bool(const Sent&)>& condition) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [&] { return condition(sent_); });
  }
  bool AwaitEntries(size_t count) {
    return Await([count](const Sent& sent) { return sent.seqs.size() >= count; });
  }
  Sent sent() {
    std::lock_guard<std::mutex> lock(mutex_);
    return sent_;
  }

 private:
  AppEvents* const events_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Sent sent_;
};

class AppLoopTest : public ::testing::Test {
 protected:
  AppLoopTest() {
    std::string pattern = ::testing::TempDir() + "app-loop-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    auto outbox = Outbox::Open(directory_ + "/outbox");
    EXPECT_OK(outbox);
    outbox_.emplace(*std::move(outbox));
    EngineConfig config;
    config.host = "h";
    config.outbox_id = outbox_->id();
    config.owner_keys_pem = {*PublicPem(owner_key_)};
    config.harms_service = [](const v1::Order&) { return true; };
    engine_.emplace(std::move(config));
    engine_->Begin({}, os::BootMicros());
    parts_.engine = &*engine_;
    parts_.outbox = &*outbox_;
    parts_.worker = &worker_;
    parts_.sender = &sender_;
    parts_.events = &events_;
    parts_.stop_file = directory_ + "/STOP";
    parts_.show = [](const std::string&) {};
    parts_.deliver_max_us = 10'000;
    parts_.append = [this](absl::Span<const v1::OutboxEntry> entries) -> absl::StatusOr<uint64_t> {
      if (!disk_full_) return outbox_->Append(entries);
      ++failures_;
      return absl::ResourceExhaustedError("no space left on device");
    };
  }
  ~AppLoopTest() override {
    player_.Release();
    if (thread_.joinable()) {
      events_.RequestStop();
      thread_.join();
    }
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  void Begin() {
    thread_ = std::thread([this] { result_ = AppLoop(parts_).Run(); });
  }
  absl::Status End() {
    events_.RequestStop();
    thread_.join();
    return result_;
  }
  void Connect() {
    events_.OnLinkUp();
    events_.OnLinkPeer("192.0.2.9");
    v1::ControllerFrame frame;
    frame.mutable_welcome()->set_epoch(1);
    frame.mutable_welcome()->set_heartbeat_us(100'000);
    frame.mutable_welcome()->set_lease_us(60 * kSecondUs);
    frame.mutable_welcome()->mutable_sink()->set_http(8080);
    Receive(frame);
  }
  void Receive(v1::ControllerFrame frame) {
    events_.OnLinkFrame(std::move(frame), os::BootMicros());
  }
  void Acknowledge(uint64_t seq) {
    v1::ControllerFrame frame;
    frame.mutable_outbox_ack()->set_seq(seq);
    Receive(frame);
  }
  static int64_t Engine(int64_t in_us = 0) { return os::BootMicros() + kAheadUs + in_us; }

  // Orders of these injects, all planned `in_us` from now.
  void Want(const std::vector<std::string>& injects, int64_t in_us = 0) {
    v1::Scope scope;
    scope.set_exercise("e");
    scope.add_hosts("h");
    scope.set_not_before_us(Engine(-3600 * kSecondUs));
    scope.set_not_after_us(Engine(3600 * kSecondUs));
    scope.set_orders_per_host_max(100);
    v1::ControllerFrame frame;
    v1::DesiredSet* set = frame.mutable_desired();
    set->set_epoch(1);
    set->set_generation(++generation_);
    for (const std::string& inject : injects) {
      v1::ScopeEntry* entry = scope.add_entries();
      entry->set_inject(inject);
      entry->set_action_sha256(Sha256("action"));
      v1::Order* order = set->add_orders();
      order->mutable_id()->set_exercise("e");
      order->mutable_id()->set_inject(inject);
      order->mutable_id()->set_host("h");
      order->mutable_id()->set_attempt(1);
      order->set_wanted(v1::WANTED_PLAY);
      order->set_action("action");
      order->set_scope_inject(inject);
      order->set_planned_us(Engine(in_us));
    }
    v1::SignedScope* signed_scope = set->add_scopes();
    signed_scope->set_scope(scope.SerializeAsString());
    v1::Signature* signature = signed_scope->add_signatures();
    EXPECT_OK(PublicKeyId(*PublicPem(owner_key_), signature->mutable_key_sha256()));
    signature->set_der(*SignBytes(owner_key_, signed_scope->scope()));
    Receive(std::move(frame));
  }
  void WantUndone(const std::string& inject) {
    v1::ControllerFrame frame;
    frame.mutable_desired()->set_epoch(1);
    frame.mutable_desired()->set_generation(++generation_);
    v1::Order* order = frame.mutable_desired()->add_orders();
    order->mutable_id()->set_exercise("e");
    order->mutable_id()->set_inject(inject);
    order->mutable_id()->set_host("h");
    order->mutable_id()->set_attempt(1);
    order->set_wanted(v1::WANTED_UNDO);
    Receive(std::move(frame));
  }
  static v1::OutboxEntry EntryOf(size_t bytes) {
    v1::OutboxEntry entry;
    entry.mutable_event()->set_kind(v1::ORDER_EVENT_KIND_MISSED);
    entry.mutable_event()->add_notes(std::string(bytes, 'x'));
    return entry;
  }

  const std::string owner_key_ = GenerateKey();
  std::string directory_;
  FakePlayer player_;
  AppEvents events_;
  std::optional<Outbox> outbox_;
  std::optional<AgentEngine> engine_;
  Worker worker_{&player_, &events_};
  FakeSender sender_{&events_};
  AppLoop::Parts parts_;
  std::atomic<bool> disk_full_ = false;
  std::atomic<int> failures_ = 0;
  uint64_t generation_ = 0;
  absl::Status result_;
  std::thread thread_;
};

TEST_F(AppLoopTest, ThePlayerLearnsThatTheSinkIsWhereTheControllerIs) {
  Begin();
  Connect();
  EXPECT_TRUE(player_.AwaitSink("192.0.2.9", 8080));
}

TEST_F(AppLoopTest, SaysHelloFirst) {
  Begin();
  Connect();
  ASSERT_TRUE(sender_.Await([](const Sent& sent) { return sent.frames.size() >= 2; }));
  const Sent sent = sender_.sent();
  EXPECT_TRUE(sent.frames[0].has_hello());
  EXPECT_EQ(sent.frames[0].hello().outbox_id(), outbox_->id());
  EXPECT_TRUE(sent.frames[1].has_heartbeat());
}

TEST_F(AppLoopTest, StartsNotBeforeItsTime) {
  Begin();
  Connect();
  const int64_t planned = os::BootMicros() + 200'000;
  Want({"a"}, 200'000);
  ASSERT_TRUE(player_.AwaitCall("start a"));
  EXPECT_GE(os::BootMicros(), planned - 1'000);
}

TEST_F(AppLoopTest, TellsStartedBeforeAppliedAndNumbersThemWithoutGaps) {
  Begin();
  Connect();
  Want({"a", "b"});
  ASSERT_TRUE(sender_.AwaitEntries(4));
  EXPECT_THAT(sender_.sent().seqs, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(sender_.sent().kinds,
              ElementsAre(v1::ORDER_EVENT_KIND_STARTED, v1::ORDER_EVENT_KIND_APPLIED,
                          v1::ORDER_EVENT_KIND_STARTED, v1::ORDER_EVENT_KIND_APPLIED));
}

TEST_F(AppLoopTest, ForgetsAnUndoneOrderOnlyWhenTheControllerHasIt) {
  Begin();
  Connect();
  Want({"a"});
  ASSERT_TRUE(sender_.AwaitEntries(2));
  Want({});
  ASSERT_TRUE(sender_.AwaitEntries(3));
  EXPECT_EQ(sender_.sent().kinds.back(), v1::ORDER_EVENT_KIND_UNDONE);
  Acknowledge(2);
  Acknowledge(3);
  ASSERT_TRUE(player_.AwaitCall("forget a"));
  EXPECT_OK(End());
  EXPECT_TRUE(outbox_->empty());
}

TEST_F(AppLoopTest, EverySessionBeginsWithWhatIsNotAcknowledged) {
  ASSERT_OK(outbox_->Append({EntryOf(10), EntryOf(10), EntryOf(10)}));
  ASSERT_OK(outbox_->Ack(1));
  Begin();
  Connect();
  ASSERT_TRUE(sender_.AwaitEntries(2));
  events_.OnLinkDown(absl::UnavailableError("cut"));
  Connect();
  ASSERT_TRUE(sender_.AwaitEntries(4));
  EXPECT_THAT(sender_.sent().seqs, ElementsAre(2, 3, 2, 3));
}

TEST_F(AppLoopTest, ALongOutboxGoesInBatchesAndNoFurtherAheadThanTheLimit) {
  const std::vector<v1::OutboxEntry> events(400, EntryOf(10'000));
  ASSERT_OK(outbox_->Append(events));
  Begin();
  Connect();
  size_t acknowledged_bytes = 0;
  while (sender_.sent().seqs.size() < events.size()) {
    const size_t ahead = acknowledged_bytes + AppLoop::kUnackedBytesMax;
    ASSERT_TRUE(sender_.Await([&](const Sent& sent) {
      return sent.outbox_bytes >= ahead || sent.seqs.size() == events.size();
    }));
    const Sent sent = sender_.sent();
    EXPECT_LE(sent.outbox_bytes, ahead + AppLoop::kBatchBytes);
    acknowledged_bytes = sent.outbox_bytes;
    Acknowledge(sent.seqs.back());
  }
  const Sent sent = sender_.sent();
  for (size_t i = 0; i < sent.seqs.size(); ++i) ASSERT_EQ(sent.seqs[i], i + 1);
  EXPECT_LE(sent.largest, AppLoop::kBatchBytes + 4096);
}

TEST_F(AppLoopTest, AFullDiskHoldsStartsUntilItCanBeWritten) {
  disk_full_ = true;
  Begin();
  Connect();
  WantUndone("never played");  // to be told, and cannot be recorded
  while (failures_ == 0) std::this_thread::yield();
  Want({"a"});
  ASSERT_TRUE(player_.AwaitCall("prepare a"));
  EXPECT_THAT(player_.calls(), ElementsAre("prepare a"));
  disk_full_ = false;
  // Tried again by itself; then it starts, still within its slack.
  ASSERT_TRUE(player_.AwaitCall("start a"));
  ASSERT_TRUE(sender_.AwaitEntries(3));
  EXPECT_THAT(sender_.sent().kinds,
              ElementsAre(v1::ORDER_EVENT_KIND_MISSED, v1::ORDER_EVENT_KIND_STARTED,
                          v1::ORDER_EVENT_KIND_APPLIED));
}

TEST_F(AppLoopTest, NothingStartsWhileTheDiskIsFull) {
  disk_full_ = true;
  engine_->OnOutboxWorks(false, os::BootMicros());
  Begin();
  Connect();
  Want({"a"}, -1'500'000);
  ASSERT_TRUE(player_.AwaitCall("prepare a"));
  // Its slack of two seconds runs out: given up.
  ASSERT_TRUE(player_.AwaitCall("discard a"));
  EXPECT_THAT(player_.calls(), ElementsAre("prepare a", "discard a"));
}

TEST_F(AppLoopTest, StopUndoesWhatIsInPlaceAndWaitsForIt) {
  parts_.deliver_max_us = AppLoop::kUndoMaxUs;
  Begin();
  Connect();
  Want({"a"});
  ASSERT_TRUE(sender_.AwaitEntries(2));
  player_.HoldAt("undo a");
  events_.RequestStop();
  player_.AwaitHeld();
  player_.Release();
  ASSERT_TRUE(sender_.AwaitEntries(3));
  Acknowledge(3);
  thread_.join();
  EXPECT_OK(result_);
  EXPECT_TRUE(outbox_->empty());
}

TEST_F(AppLoopTest, StopGivesUpOnAPlayerThatHangs) {
  parts_.undo_max_us = 20'000;
  Begin();
  Connect();
  Want({"a"});
  ASSERT_TRUE(sender_.AwaitEntries(2));
  player_.HoldAt("undo a");
  EXPECT_THAT(End(), testing::StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(AppLoopTest, StopDoesNotWaitForAControllerThatIsAway) {
  ASSERT_OK(outbox_->Append({EntryOf(10)}));
  Begin();
  EXPECT_OK(End());
  EXPECT_FALSE(outbox_->empty());
}

TEST_F(AppLoopTest, StopWhileAnOrderStartsUndoesItToo) {
  Begin();
  Connect();
  player_.HoldAt("start a");
  Want({"a"});
  player_.AwaitHeld();
  events_.RequestStop();
  player_.Release();
  ASSERT_TRUE(player_.AwaitCall("undo a"));
}

TEST_F(AppLoopTest, FreezesAndGoesOn) {
  Begin();
  Connect();
  v1::ControllerFrame frame;
  frame.mutable_desired()->set_epoch(1);
  frame.mutable_desired()->set_generation(++generation_);
  frame.mutable_desired()->set_frozen(true);
  Receive(frame);
  ASSERT_TRUE(player_.AwaitCall("freeze"));
  Want({});
  ASSERT_TRUE(player_.AwaitCall("unfreeze"));
}

}  // namespace
}  // namespace drill::agent
