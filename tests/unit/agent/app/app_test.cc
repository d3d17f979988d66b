// The whole agent in this process, against a controller over real TLS, playing on a real host
// directory.

#include "agent/app.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "agent/enrol.h"
#include "common/os/clock.h"
#include "common/os/file.h"
#include "common/yaml/dump.h"
#include "tests/support/fake_controller.h"
#include "tests/support/status.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::agent {
namespace {

using ::drill::testing::FakeController;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Seen = FakeController::Seen;

constexpr char kHost[] = "web-01";
constexpr int64_t kSoonUs = 500'000;
constexpr int64_t kSecondUs = 1'000'000;

// A running agent; stopped at the end.
class Running {
 public:
  explicit Running(const std::string& directory) {
    auto opened = App::Open(directory);
    EXPECT_OK(opened);
    if (!opened.ok()) return;
    app_ = *std::move(opened);
    thread_ = std::thread([this] { result_ = app_->Run(); });
  }
  ~Running() { EXPECT_OK(Stop()); }
  // What Run returned.
  absl::Status Stop() {
    if (app_ != nullptr) app_->RequestStop();
    return Join();
  }
  absl::Status Join() {
    if (thread_.joinable()) thread_.join();
    app_.reset();
    return result_;
  }

 private:
  std::unique_ptr<App> app_;
  std::thread thread_;
  absl::Status result_;
};

class AppTest : public ::testing::Test {
 protected:
  AppTest() {
    EXPECT_OK(os::MakeDirectories(directory_.path()));
    WritePolicy();
    EnrolOptions options;
    options.token = controller_.TokenFor(kHost);
    options.directory = directory_.path();
    EXPECT_OK(Enrol(options));
    before_ = sandbox_.Manifest();
  }
  void WritePolicy() {
    EXPECT_OK(os::WriteFileDurably(directory_.Policy(), yaml::Dump(sandbox_.policy)));
  }
  // At once, and still after a machine that was held up.
  v1::Order Deface() { return controller_.Direct(kHost, "deface", sandbox_.Deface().action()); }
  v1::Order Encrypt() { return controller_.Direct(kHost, "encrypt", sandbox_.Encrypt().action()); }
  v1::Order PlannedDeface(int64_t in_us) {
    return controller_.Plan(kHost, "deface", sandbox_.Deface().action(), in_us);
  }
  static v1::Order Undone(v1::Order order) {
    order.set_wanted(v1::WANTED_UNDO);
    order.set_undo_reason(v1::UNDO_REASON_ENDED);
    return order;
  }
  bool AwaitKind(v1::OrderEventKind kind) {
    return controller_.Await([&](const Seen& seen) {
      return !seen.events.empty() && seen.events.back().kind() == kind;
    });
  }
  bool AwaitConnected() {
    return controller_.Await([](const Seen& seen) { return seen.heartbeat.number() > 1; });
  }

  Sandbox sandbox_{Sandbox::On::kMemory};
  FakeController controller_{sandbox_.AgentPath("controller")};
  const AgentDirectory directory_{sandbox_.AgentPath("private")};
  std::map<std::string, std::string> before_;
};

TEST_F(AppTest, SaysHelloWithWhatThePolicyAdmitsAndSendsHeartbeats) {
  Running agent(directory_.path());
  ASSERT_TRUE(AwaitConnected());
  const Seen seen = controller_.seen();
  EXPECT_EQ(seen.hello.actions_size(), sandbox_.policy.actions_size());
  EXPECT_EQ(seen.hello.policy_sha256().size(), 32u);
  EXPECT_FALSE(seen.hello.outbox_id().empty());
  EXPECT_GT(seen.hello.undo_free_bytes(), 0u);
  // Same machine: the exchange is short, and so is the error.
  EXPECT_LT(seen.heartbeat.clock_error_us(), kSecondUs);
}

TEST_F(AppTest, PlaysAPlannedOrderAtItsTimeAndUndoesItWhenTold) {
  Running agent(directory_.path());
  const v1::Order order = PlannedDeface(kSoonUs);
  controller_.Want({order});
  ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_APPLIED));
  EXPECT_NE(sandbox_.Manifest(), before_);
  ASSERT_THAT(controller_.KindsOf("deface"),
              ElementsAre(v1::ORDER_EVENT_KIND_STARTED, v1::ORDER_EVENT_KIND_APPLIED));
  const Seen seen = controller_.seen();
  EXPECT_GE(seen.events[0].at_us() + seen.events[0].error_us(), order.planned_us());
  EXPECT_GT(seen.events[1].traces_size(), 0);
  // Each time bears the estimate of its moment: by their errors, and no more, they may cross.
  EXPECT_GE(seen.events[1].traces(0).at_us() + seen.events[1].error_us(),
            seen.events[0].at_us() - seen.events[0].error_us());

  controller_.Want({Undone(order)});
  ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_UNDONE));
  EXPECT_EQ(controller_.seen().events.back().cleanup(), v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), before_);
  // Told, so forgotten.
  controller_.Want({});
  EXPECT_TRUE(controller_.Await([](const Seen& s) { return s.heartbeat.generation() == 3; }));
  EXPECT_OK(agent.Stop());
  EXPECT_THAT(*DescribeAgent(directory_), HasSubstr("orders:      none"));
}

TEST_F(AppTest, ConfirmsEverySetByItsGeneration) {
  Running agent(directory_.path());
  controller_.Want({PlannedDeface(3600 * kSecondUs)});
  ASSERT_TRUE(controller_.Await([](const Seen& s) { return s.heartbeat.generation() == 1; }));
  controller_.Want({});
  ASSERT_TRUE(controller_.Await([](const Seen& s) { return s.heartbeat.generation() == 2; }));
  EXPECT_OK(agent.Stop());
  // Revoked before its time: nothing ever happened, nothing is said.
  EXPECT_THAT(controller_.seen().events, IsEmpty());
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(AppTest, RefusesWhatThePolicyDoesNotAdmit) {
  sandbox_.policy.clear_actions();
  sandbox_.policy.add_actions("files.encrypt");
  WritePolicy();
  Running agent(directory_.path());
  controller_.Want({Deface()});
  ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_REFUSED));
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(AppTest, AnswersADryRunAndTouchesNothing) {
  sandbox_.policy.clear_actions();
  sandbox_.policy.add_actions("files.encrypt");
  WritePolicy();
  Running agent(directory_.path());
  ASSERT_TRUE(AwaitConnected());
  controller_.AskDryRun({Encrypt(), Deface()});
  ASSERT_TRUE(controller_.Await([](const Seen& s) { return !s.dry_runs.empty(); }));
  const v1::DryRunReport report = controller_.seen().dry_runs[0];
  ASSERT_EQ(report.findings_size(), 1);
  EXPECT_EQ(report.findings(0).inject(), "deface");
  EXPECT_THAT(report.findings(0).why(), HasSubstr("web.deface"));
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(AppTest, ComesBackToARestartedControllerAndTellsEachEventOnce) {
  Running agent(directory_.path());
  const v1::Order order = Deface();
  controller_.HoldOutboxAcks(true);
  controller_.Want({order});
  ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_APPLIED));
  controller_.LinkDown();
  controller_.HoldOutboxAcks(false);
  controller_.LinkUp();
  ASSERT_TRUE(controller_.Await([](const Seen& s) { return s.sessions == 2 && s.repeated == 2; }));
  controller_.Want({Undone(order)});
  ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_UNDONE));
  const Seen seen = controller_.seen();
  EXPECT_EQ(seen.gaps, 0);
  EXPECT_THAT(controller_.KindsOf("deface"),
              ElementsAre(v1::ORDER_EVENT_KIND_STARTED, v1::ORDER_EVENT_KIND_APPLIED,
                          v1::ORDER_EVENT_KIND_UNDONE));
}

TEST_F(AppTest, PlaysWhatIsArmedWhileTheControllerIsAwayAndTellsItLater) {
  Running agent(directory_.path());
  controller_.Want({PlannedDeface(2 * kSecondUs)});
  ASSERT_TRUE(controller_.Await([](const Seen& s) { return s.heartbeat.generation() == 1; }));
  controller_.LinkDown();
  // Without the controller, within the lease.
  const int64_t patience = os::BootMicros() + 30 * kSecondUs;
  while (sandbox_.Manifest() == before_ && os::BootMicros() < patience) std::this_thread::yield();
  controller_.LinkUp();
  ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_APPLIED));
}

TEST_F(AppTest, StopUndoesEverythingAndTellsIt) {
  Running agent(directory_.path());
  controller_.Want({Deface(), Encrypt()});
  ASSERT_TRUE(controller_.Await([](const Seen& s) { return s.events.size() == 4; }));
  EXPECT_NE(sandbox_.Manifest(), before_);
  EXPECT_OK(agent.Stop());
  EXPECT_EQ(sandbox_.Manifest(), before_);
  const Seen seen = controller_.seen();
  ASSERT_EQ(seen.events.size(), 6u);
  for (size_t i = 4; i < 6; ++i) {
    EXPECT_EQ(seen.events[i].kind(), v1::ORDER_EVENT_KIND_UNDONE);
    EXPECT_EQ(seen.events[i].undo_reason(), v1::UNDO_REASON_STOPPED);
  }
}

TEST_F(AppTest, AFileStopsTheAgentAndKeepsItStopped) {
  {
    Running agent(directory_.path());
    controller_.Want({Deface()});
    ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_APPLIED));
    sandbox_.Write(directory_.Stop(), "");
    EXPECT_OK(agent.Join());
    EXPECT_EQ(sandbox_.Manifest(), before_);
  }
  Running again(directory_.path());
  EXPECT_OK(again.Join());
}

TEST_F(AppTest, WhatCouldNotBeToldIsToldByTheNextRun) {
  {
    Running agent(directory_.path());
    controller_.Want({Deface()});
    ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_APPLIED));
    controller_.LinkDown();
    EXPECT_OK(agent.Stop());
    EXPECT_EQ(sandbox_.Manifest(), before_);
  }
  EXPECT_THAT(*DescribeAgent(directory_), HasSubstr("dt-2026/deface#1: undone, clean-up verified"));
  controller_.LinkUp();
  Running agent(directory_.path());
  ASSERT_TRUE(AwaitKind(v1::ORDER_EVENT_KIND_UNDONE));
  EXPECT_EQ(controller_.seen().gaps, 0);
}

TEST_F(AppTest, OnlyOneAgentRunsFromADirectory) {
  Running agent(directory_.path());
  ASSERT_TRUE(AwaitConnected());
  EXPECT_THAT(App::Open(directory_.path()),
              testing::StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(*DescribeAgent(directory_), HasSubstr("connection:  connected (since"));
}

TEST_F(AppTest, ARefusedAgentKeepsQuietAndStopsAtOnce) {
  Running agent(directory_.path());
  ASSERT_TRUE(AwaitConnected());
  controller_.Refuse(absl::PermissionDeniedError("certificate replaced"));
  ASSERT_TRUE(controller_.Await([](const Seen& s) { return !s.connected; }));
  EXPECT_OK(agent.Stop());
  EXPECT_EQ(controller_.seen().sessions, 1);
}

}  // namespace
}  // namespace drill::agent
