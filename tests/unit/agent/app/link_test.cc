// The link alone: what it tells, how it comes back, what it does with a peer that does not read.

#include "agent/link.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "agent/app_config.h"
#include "agent/enrol.h"
#include "tests/support/fake_controller.h"
#include "tests/support/status.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::agent {
namespace {

using ::drill::testing::FakeController;
using ::drill::testing::StatusIs;
using Seen = FakeController::Seen;

constexpr int64_t kNeverUs = 3'600'000'000;

class Told : public LinkEvents {
 public:
  void OnLinkUp() override {
    Note([&] { ++ups; });
  }
  void OnLinkPeer(std::string address) override {
    Note([&] { peers.push_back(std::move(address)); });
  }
  void OnLinkFrame(v1::ControllerFrame frame, int64_t received_us) override {
    Note([&] {
      frames.push_back(std::move(frame));
      received.push_back(received_us);
    });
  }
  void OnLinkDown(absl::Status why) override {
    Note([&] { downs.push_back(std::move(why)); });
  }
  void OnLinkFailed(absl::Status why) override {
    Note([&] { failures.push_back(std::move(why)); });
  }

  template <typename Condition>
  bool Await(Condition condition) {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), condition);
  }

  int ups = 0;
  std::vector<std::string> peers;
  std::vector<v1::ControllerFrame> frames;
  std::vector<int64_t> received;
  std::vector<absl::Status> downs;
  std::vector<absl::Status> failures;

 private:
  template <typename Change>
  void Note(Change change) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      change();
    }
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
};

class LinkTest : public ::testing::Test {
 protected:
  LinkTest() {
    const AgentDirectory directory(sandbox_.AgentPath("private"));
    EnrolOptions enrol;
    enrol.token = controller_.TokenFor("web-01");
    enrol.directory = directory.path();
    EXPECT_OK(Enrol(enrol));
    const auto identity = LoadIdentity(directory);
    EXPECT_OK(identity);
    options_.address = controller_.agent_address();
    options_.ca_pem = identity->ca_pem;
    options_.key_pem = identity->key_pem;
    options_.certificate_pem = identity->certificate_pem;
  }
  static v1::AgentFrame Hello() {
    v1::AgentFrame frame;
    frame.mutable_hello()->set_outbox_id("o");
    return frame;
  }

  Sandbox sandbox_{Sandbox::On::kMemory};
  FakeController controller_{sandbox_.AgentPath("controller")};
  Told told_;
  Link::Options options_;
};

TEST(AddressOfPeer, IsTheAddressAlone) {
  EXPECT_EQ(AddressOfPeer("ipv4:192.0.2.1:443"), "192.0.2.1");
  EXPECT_EQ(AddressOfPeer("ipv6:%5B2001:db8::1%5D:443"), "2001:db8::1");
  EXPECT_EQ(AddressOfPeer("ipv6:[::1]:443"), "::1");
  EXPECT_EQ(AddressOfPeer("ipv6:%5B::ffff:192.0.2.1%5D:443"), "192.0.2.1");
  EXPECT_EQ(AddressOfPeer("unix:/run/x"), "");
  EXPECT_EQ(AddressOfPeer(""), "");
}

TEST_F(LinkTest, CarriesFramesBothWays) {
  Link link(options_, &told_);
  ASSERT_TRUE(told_.Await([&] { return told_.ups == 1; }));
  ASSERT_TRUE(link.Send(Hello()));
  ASSERT_TRUE(told_.Await([&] { return told_.frames.size() == 1; }));
  EXPECT_TRUE(told_.frames[0].has_welcome());
  EXPECT_THAT(told_.peers, ::testing::ElementsAre("127.0.0.1"));
  EXPECT_GT(told_.received[0], 0);
  EXPECT_EQ(controller_.seen().hello.outbox_id(), "o");
}

TEST_F(LinkTest, SendsNothingBeforeItIsConnected) {
  options_.address = "127.0.0.1:1";
  Link link(options_, &told_);
  EXPECT_FALSE(link.Send(Hello()));
}

TEST_F(LinkTest, TellsWhyItDoesNotConnect) {
  options_.wait_first_us = options_.wait_most_us = 1'000;
  options_.address = "127.0.0.1:1";
  Link link(options_, &told_);
  ASSERT_TRUE(told_.Await([&] { return !told_.failures.empty(); }));
  EXPECT_THAT(told_.failures[0], StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(told_.ups, 0);
  EXPECT_THAT(told_.downs, ::testing::IsEmpty());
}

TEST_F(LinkTest, ComesBackAfterALossAndDropsWhatWasQueuedForTheOldSession) {
  options_.wait_first_us = options_.wait_most_us = 1'000;
  Link link(options_, &told_);
  ASSERT_TRUE(told_.Await([&] { return told_.ups == 1; }));
  ASSERT_TRUE(link.Send(Hello()));
  ASSERT_TRUE(controller_.Await([](const Seen& s) { return s.sessions == 1; }));
  controller_.LinkDown();
  ASSERT_TRUE(told_.Await([&] { return told_.downs.size() == 1; }));
  EXPECT_THAT(told_.downs[0], StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(link.Send(Hello()));
  controller_.LinkUp();
  EXPECT_TRUE(told_.Await([&] { return told_.ups == 2; }));
}

TEST_F(LinkTest, WaitsByItsOwnPaceAfterARefusal) {
  // Only the pace for refusals brings it back in this life.
  options_.wait_first_us = options_.wait_most_us = kNeverUs;
  options_.refused_first_us = options_.refused_most_us = 1'000;
  controller_.Refuse(absl::PermissionDeniedError("certificate replaced"));
  Link link(options_, &told_);
  EXPECT_TRUE(controller_.Await([](const Seen& s) { return s.refusals >= 3; }));
  EXPECT_THAT(told_.downs[0],
              StatusIs(absl::StatusCode::kPermissionDenied, "certificate replaced"));
}

TEST_F(LinkTest, DoesNotComeBackAtThePaceOfALossAfterARefusal) {
  options_.refused_first_us = options_.refused_most_us = kNeverUs;
  options_.wait_first_us = options_.wait_most_us = 1'000;
  controller_.Refuse(absl::UnauthenticatedError("unknown host"));
  {
    Link link(options_, &told_);
    ASSERT_TRUE(told_.Await([&] { return told_.downs.size() == 1; }));
  }
  EXPECT_EQ(controller_.seen().refusals, 1);
}

TEST_F(LinkTest, CutsAPeerThatTakesNothing) {
  Link link(options_, &told_);
  ASSERT_TRUE(told_.Await([&] { return told_.ups == 1; }));
  ASSERT_TRUE(link.Send(Hello()));
  ASSERT_TRUE(controller_.Await([](const Seen& s) { return s.connected; }));
  v1::AgentFrame large;
  large.mutable_outbox()->add_entries()->mutable_event()->add_notes(std::string(900'000, 'x'));
  controller_.StopReading();
  bool sent = true;
  // Flow control of the transport takes some, the queue the rest.
  for (int i = 0; i < 200 && sent; ++i) sent = link.Send(large);
  EXPECT_FALSE(sent);
  controller_.GoOnReading();
  EXPECT_TRUE(told_.Await([&] { return told_.downs.size() == 1; }));
}

TEST_F(LinkTest, EndsAtOnceWhileNobodyAnswers) {
  // TEST-NET-1: nothing is there, and nothing says so.
  options_.address = "192.0.2.1:7444";
  const auto begin = std::chrono::steady_clock::now();
  { Link link(options_, &told_); }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace drill::agent
