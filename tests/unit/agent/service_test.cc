// service.stop against a systemd of the test's own, and against the host's where there is one: the
// unit comes back at undo, after its time, without the agent, after a reboot; what the team did to
// it stays.
#include <gmock/gmock.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/undo_log.h"
#include "common/os/clock.h"
#include "common/os/random.h"
#include "tests/support/status.h"
#include "tests/unit/agent/action_fixture.h"
#include "tests/unit/agent/catalogue_orders.h"

namespace drill::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    AllowCatalogue(&sandbox_);
    sandbox_.RunUnit(kService);
    before_ = sandbox_.Manifest();
    order_ = StopService(sandbox_);
    player_ = sandbox_.Player();
  }

  const ::drill::testing::FakeSystemd& systemd() const { return sandbox_.systemd(); }
  std::string State() const { return systemd().Get(kService, "ActiveState"); }
  Outcome Start() {
    return player_->Start(order_, [](int64_t) {});
  }
  void Apply() {
    const Outcome outcome = Start();
    ASSERT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_APPLIED)
        << ::testing::PrintToString(outcome.notes);
    ASSERT_EQ(State(), "inactive");
  }
  Outcome Undo() { return player_->Undo(order_.id(), v1::UNDO_REASON_ENDED); }
  void ExpectEnd(v1::OrderEventKind kind, const std::string& why) {
    const auto as_it_was = sandbox_.Manifest();
    const Outcome outcome = Start();
    EXPECT_EQ(outcome.kind, kind) << ::testing::PrintToString(outcome.notes);
    EXPECT_THAT(outcome.notes, Contains(HasSubstr(why)));
    EXPECT_EQ(sandbox_.Manifest(), as_it_was);
    player_ = sandbox_.Player();
  }
  // As if the host had been started anew: systemd has lost its timers.
  void Reboot() {
    for (const std::string& timer : systemd().Timers()) systemd().Remove(timer);
    player_.reset();
    auto log = UndoLog::Open(absl::StrCat(sandbox_.AgentPath("undo/"), OpaqueId(order_.id())));
    ASSERT_OK(log);
    std::vector<v1::UndoEntry> entries(1);
    entries[0].mutable_opened()->set_boot_id("an earlier boot");
    *entries[0].mutable_opened()->mutable_order() = order_;
    ASSERT_OK(log->Append(entries));
    player_ = sandbox_.Player();
  }

  Sandbox sandbox_{Sandbox::On::kMemory};
  std::map<std::string, std::string> before_;
  v1::Order order_;
  std::unique_ptr<HostPlayer> player_;
};

TEST_F(ServiceTest, IsStoppedAndStartedAgain) {
  setenv("DRILL_SECRET", "leaked", 1);
  Apply();
  unsetenv("DRILL_SECRET");
  EXPECT_THAT(systemd().Environment(), Not(Contains("DRILL_SECRET")));
  // The net: in systemd's hands, of the default length.
  ASSERT_THAT(systemd().Timers(), SizeIs(1));
  EXPECT_EQ(systemd().Get(systemd().Timers()[0], "OnActive"), "600000000us");
  EXPECT_THAT(systemd().Timers()[0], ::testing::MatchesRegex("run-r[0-9a-f]{32}\\.timer"));
  EXPECT_EQ(Undo().cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(State(), "active");
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(ServiceTest, OnlyListedUnitsThatComeBackAreStopped) {
  sandbox_.policy.clear_units();
  ExpectEnd(v1::ORDER_EVENT_KIND_REFUSED, "`units`");
  sandbox_.policy.add_units("systemd-journald.service");
  order_ = StopService(sandbox_, "systemd-journald.service");
  ExpectEnd(v1::ORDER_EVENT_KIND_REFUSED, "no policy lets it be stopped");
  sandbox_.policy.add_units(kService);
  order_ = StopService(sandbox_);
  const auto with = [&](const char* key, const char* value, const std::string& why) {
    systemd().Set(kService, key, value);
    ExpectEnd(v1::ORDER_EVENT_KIND_FAILED, why);
    systemd().Add(kService);
  };
  with("LoadState", "masked", "is masked");
  with("ActiveState", "failed", "does not run");
  with("RefuseManualStop", "yes", "cannot be stopped by hand");
  with("RefuseManualStart", "yes", "could not be started again");
  with("Transient", "yes", "has no file");
  with("NeedDaemonReload", "yes", "daemon-reload");
  systemd().Add("cong-dvc.service");
  with("RequiredBy", "cong-dvc.service", "is needed by cong-dvc.service");
  with("TriggeredBy", "cong-dvc.service", "is started on demand by cong-dvc.service");
  systemd().Set("cong-dvc.service", "ActiveState", "inactive");
  systemd().Set(kService, "RequiredBy", "cong-dvc.service");
  Apply();
}

TEST_F(ServiceTest, WithoutSystemdThereIsNothingToStop) {
  Sandbox bare;
  AllowCatalogue(&bare);
  auto player = bare.Player();
  const Outcome outcome = player->Start(StopService(bare), [](int64_t) {});
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_FAILED);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("no systemctl")));
}

TEST_F(ServiceTest, WithoutTheTimerNothingIsStopped) {
  const std::string began = systemd().Get(kService, "ActiveEnterTimestampMonotonic");
  systemd().DenyTimers();
  ExpectEnd(v1::ORDER_EVENT_KIND_BLOCKED, "Access denied");
  EXPECT_EQ(systemd().Get(kService, "ActiveEnterTimestampMonotonic"), began);
}

TEST_F(ServiceTest, AControlThatForbidsItOrBringsItBackIsTold) {
  systemd().Set(kService, "DenyStop", "yes");
  ExpectEnd(v1::ORDER_EVENT_KIND_BLOCKED, "Access denied");
  systemd().Add(kService);
  systemd().Set(kService, "Respawn", "yes");
  order_.mutable_id()->set_attempt(2);
  ExpectEnd(v1::ORDER_EVENT_KIND_BLOCKED, "as soon as it was stopped");
}

// kill -9 of the agent, and nobody starts it again.
TEST_F(ServiceTest, ComesBackAfterItsTimeThoughNoAgentRuns) {
  Apply();
  player_.reset();
  systemd().Elapse();
  EXPECT_EQ(State(), "active");
  // Its time is over by now, as the log counts it.
  systemd().Set(kService, "ActiveEnterTimestampMonotonic",
                absl::StrCat(os::MonotonicMicros() + 600'000'000));
  player_ = sandbox_.Player();
  ASSERT_THAT(player_->Recover(), SizeIs(1));
  const Outcome undone = Undo();
  EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_THAT(undone.notes, IsEmpty());
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(ServiceTest, AfterARebootItIsStartedWithoutBeingTold) {
  Apply();
  Reboot();
  const auto found = player_->Recover();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_FALSE(found[0].active);
  EXPECT_EQ(found[0].outcome.kind, v1::ORDER_EVENT_KIND_UNDONE);
  EXPECT_EQ(found[0].outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(State(), "active");
}

TEST_F(ServiceTest, AfterARebootThatStartedItNothingIsSaidOfATeam) {
  Apply();
  systemd().Add(kService);
  Reboot();
  const auto found = player_->Recover();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_THAT(found[0].outcome.notes, IsEmpty());
}

TEST_F(ServiceTest, WhatTheTeamHasStartedItselfIsSuperseded) {
  Apply();
  systemd().Add(kService);
  const std::string began = systemd().Get(kService, "ActiveEnterTimestampMonotonic");
  const Outcome undone = Undo();
  EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_THAT(undone.notes, ElementsAre(HasSubstr("started again by somebody else")));
  EXPECT_EQ(systemd().Get(kService, "ActiveEnterTimestampMonotonic"), began);
  EXPECT_THAT(systemd().Timers(), IsEmpty());
}

TEST_F(ServiceTest, WhatTheTeamHasMaskedIsNotStarted) {
  Apply();
  systemd().Set(kService, "LoadState", "masked");
  const Outcome undone = Undo();
  EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(State(), "inactive");
  EXPECT_THAT(systemd().Timers(), IsEmpty());
}

TEST_F(ServiceTest, WhatCannotBeStartedIsResidueAndTriedAgain) {
  Apply();
  systemd().Set(kService, "FailStart", "yes");
  const Outcome undone = Undo();
  EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_RESIDUE);
  EXPECT_THAT(undone.notes, ElementsAre(HasSubstr("could not be started again")));
  EXPECT_THAT(systemd().Timers(), SizeIs(1)) << "the net must stay";
  systemd().Set(kService, "FailStart", "no");
  EXPECT_EQ(Undo().cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(ServiceTest, APolicyThatIsEditedWhileItIsArmedHoldsButUndoNeedsNone) {
  ASSERT_OK(player_->Prepare(order_));
  sandbox_.policy.clear_units();
  EXPECT_EQ(player_->Start(order_, [](int64_t) {}).kind, v1::ORDER_EVENT_KIND_REFUSED);
  EXPECT_EQ(sandbox_.Manifest(), before_);
  sandbox_.policy.add_units(kService);
  Apply();
  sandbox_.policy_fault = absl::InvalidArgumentError("torn");
  EXPECT_EQ(Undo().cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

// A unit that is the test's own, in the host's systemd.
class RealUnit {
 public:
  RealUnit() : name_(absl::StrCat("drill-test-", os::RandomId(), ".service")) {
    std::ofstream(Path()) << "[Service]\nExecStart=/bin/sleep 600\n";
    Do("systemctl daemon-reload");
    Do("systemctl start " + name_);
  }
  ~RealUnit() {
    Do("systemctl stop " + name_);
    unlink(Path().c_str());
    Do("systemctl daemon-reload");
  }
  const std::string& name() const { return name_; }
  bool Runs() const { return Do("systemctl is-active --quiet " + name_) == 0; }

 private:
  static int Do(const std::string& command) { return system(command.c_str()); }
  std::string Path() const { return "/run/systemd/system/" + name_; }

  const std::string name_;
};

TEST(RealServiceTest, StopsAndStartsAUnitOfTheHostsOwnSystemd) {
  if (access("/run/systemd/system", W_OK) != 0) {
    GTEST_SKIP() << "this machine has no running systemd, or is not ours to use";
  }
  const RealUnit unit;
  ASSERT_TRUE(unit.Runs());
  Sandbox sandbox(Sandbox::On::kMemory);
  AllowCatalogue(&sandbox);
  sandbox.policy.add_units(unit.name());
  HostPlayer::Options options;
  options.directory = sandbox.AgentPath("real");
  options.policy = [&]() -> absl::StatusOr<LoadedPolicy> {
    return LoadedPolicy{sandbox.policy, ""};
  };
  const auto player = HostPlayer::Open(std::move(options));
  ASSERT_OK(player);
  const v1::Order order = StopService(sandbox, unit.name());
  const Outcome outcome = (*player)->Start(order, [](int64_t) {});
  ASSERT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_APPLIED) << ::testing::PrintToString(outcome.notes);
  EXPECT_FALSE(unit.Runs());
  EXPECT_EQ((*player)->Undo(order.id(), v1::UNDO_REASON_ENDED).cleanup,
            v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_TRUE(unit.Runs());
}

}  // namespace
}  // namespace drill::agent
