// Commands that others wrote: run only when the owner has listed them, bounded, and undone by what
// is seen, not by what they say.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/command/run.h"
#include "core/atomic/command_digest.h"
#include "tests/support/status.h"
#include "tests/unit/agent/action_fixture.h"

namespace drill::agent {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ExecAtomicTest : public ActionTest {
 protected:
  ExecAtomicTest() { sandbox_.policy.add_protect(sandbox_.Path("docs")); }

  v1::ExecAtomic Atomic(const std::string& command, const std::string& cleanup = "") const {
    v1::ExecAtomic atomic;
    atomic.set_guid("T1000-1");
    atomic.set_command(absl::StrCat("cd ", sandbox_.Path("docs"), "\n", command));
    if (!cleanup.empty()) {
      atomic.set_cleanup(absl::StrCat("cd ", sandbox_.Path("docs"), "\n", cleanup));
    }
    return atomic;
  }
  v1::Order Allowed(const v1::ExecAtomic& atomic, absl::string_view inject = "x") {
    sandbox_.policy.add_commands()->set_sha256(CommandDigest(atomic));
    v1::Action action;
    *action.mutable_exec_atomic() = atomic;
    return sandbox_.OrderFor(action, inject);
  }
  v1::Order Allowed(const std::string& command, const std::string& cleanup = "") {
    return Allowed(Atomic(command, cleanup));
  }
  std::string Doc(absl::string_view name) const {
    return sandbox_.Path(absl::StrCat("docs/", name));
  }
};

std::vector<std::string> PathsOf(const Outcome& outcome) {
  std::vector<std::string> paths;
  for (const v1::Trace& trace : outcome.traces) {
    if (trace.artefact().kind() != v1::ARTEFACT_KIND_PATH) continue;
    paths.push_back(fs::path(trace.artefact().value()).filename().string());
  }
  return paths;
}

TEST_F(ExecAtomicTest, IsRefusedUnlessTheOwnerListsItsDigest) {
  const v1::Order order = Allowed("touch made");
  sandbox_.policy.clear_commands();
  EXPECT_THAT(player_->DryRun(order),
              testing::StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("policy allow")));
  EXPECT_EQ(player_->Start(order, [](int64_t) {}).kind, v1::ORDER_EVENT_KIND_REFUSED);
  // One byte more is another command.
  Allowed("touch madf");
  EXPECT_EQ(player_->Start(order, [](int64_t) {}).kind, v1::ORDER_EVENT_KIND_REFUSED);
  EXPECT_FALSE(fs::exists(Doc("made")));
}

TEST_F(ExecAtomicTest, WhatItChangedIsFoundAndPutBackThoughItsCleanUpDoesNothing) {
  sandbox_.Write(Doc("kept"), "of the owner\n");
  sandbox_.Write(Doc("gone"), "of the owner too\n", 0600);
  ASSERT_EQ(symlink("kept", Doc("link").c_str()), 0);
  const auto before = sandbox_.Manifest();
  const v1::Order order = Allowed(
      "echo more >> kept; chmod 600 kept; rm gone; mkdir -p a/b; echo x > a/b/c; ln -sf a link; "
      "mkfifo pipe");
  const Outcome outcome = Start(order);
  EXPECT_THAT(PathsOf(outcome), ElementsAre("a", "b", "c", "gone", "kept", "link", "pipe"));
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), before);
}

TEST_F(ExecAtomicTest, TheTestsOwnCleanUpRunsFirst) {
  const v1::Order order = Allowed("echo x > made", "rm made");
  Start(order);
  const Outcome undone = Undo(order);
  EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_THAT(undone.notes, IsEmpty());
  ExpectAsBefore();
}

TEST_F(ExecAtomicTest, ALineThatTheCleanUpTakesFromTheOwnerComesBack) {
  sandbox_.Write(Doc("profile"), "export A=1\necho hello\n");
  const auto before = sandbox_.Manifest();
  const v1::Order order = Allowed("echo 'echo hello' >> profile", "sed -i '/echo hello/d' profile");
  Start(order);
  const Outcome undone = Undo(order);
  EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_THAT(undone.notes, Contains(HasSubstr("profile")));
  EXPECT_EQ(sandbox_.Manifest(), before);
}

TEST_F(ExecAtomicTest, WhatTheTeamChangedSinceIsLeftAlone) {
  sandbox_.Write(Doc("kept"), "of the owner\n");
  const v1::Order order = Allowed("echo a > kept; echo b > made; echo c > other");
  Start(order);
  sandbox_.Write(Doc("kept"), "of the team\n");
  ASSERT_EQ(unlink(Doc("made").c_str()), 0);
  sandbox_.Write(Doc("teams"), "notes\n");
  const Outcome undone = Undo(order);
  EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(Sandbox::Read(Doc("kept")), "of the team\n");
  EXPECT_EQ(Sandbox::Read(Doc("teams")), "notes\n");
  EXPECT_FALSE(fs::exists(Doc("other")));
}

TEST_F(ExecAtomicTest, APrerequisiteThatFailsMeansThatTheHostIsNotReady) {
  v1::ExecAtomic atomic = Atomic("touch made");
  atomic.set_prerequisite(absl::StrCat("touch ", Doc("got"), "; echo no such tool; exit 1"));
  const Outcome outcome = player_->Start(Allowed(atomic), [](int64_t) {});
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_FAILED);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("no such tool")));
  ExpectAsBefore();
}

TEST_F(ExecAtomicTest, WhatCannotRunIsOurFailureOrAControls) {
  EXPECT_EQ(player_->Start(Allowed(Atomic("no-such-program"), "a"), [](int64_t) {}).kind,
            v1::ORDER_EVENT_KIND_FAILED);
  sandbox_.Write(Doc("not-executable"), "x", 0600);
  EXPECT_EQ(player_->Start(Allowed(Atomic("./not-executable"), "b"), [](int64_t) {}).kind,
            v1::ORDER_EVENT_KIND_BLOCKED);
  EXPECT_EQ(player_->Start(Allowed(Atomic("kill -9 $$"), "c"), [](int64_t) {}).kind,
            v1::ORDER_EVENT_KIND_BLOCKED);
}

TEST_F(ExecAtomicTest, TheEnvironmentIsCleanAndThereIsNoTerminal) {
  setenv("DRILL_SECRET", "leaked", 1);
  const v1::Order order = Allowed(
      "env > env; (echo x > /dev/tty) 2> /dev/null && touch terminal; cat > input; ls -l "
      "/proc/self/fd > fds");
  Start(order);
  unsetenv("DRILL_SECRET");
  EXPECT_THAT(Sandbox::Read(Doc("env")), Not(HasSubstr("DRILL_SECRET")));
  EXPECT_THAT(Sandbox::Read(Doc("env")), HasSubstr("PATH=/usr/local/sbin:"));
  EXPECT_FALSE(fs::exists(Doc("terminal")));
  EXPECT_EQ(Sandbox::Read(Doc("input")), "");
  EXPECT_THAT(Sandbox::Read(Doc("fds")), Not(HasSubstr("/undo/")));
  Undo(order);
  ExpectAsBefore();
}

TEST_F(ExecAtomicTest, DaemonsThatItLeavesAreEnded) {
  // Out of the session, its parent gone, its output held open, deaf to SIGTERM.
  const v1::Order order = Allowed(
      "setsid sh -c 'trap \"\" TERM HUP; echo $$ > pid; sleep 600' & "
      "while ! test -s pid; do sleep 0.01; done");
  Start(order);
  int pid = 0;
  ASSERT_TRUE(absl::SimpleAtoi(Sandbox::Read(Doc("pid")), &pid));
  EXPECT_FALSE(fs::exists(absl::StrCat("/proc/", pid)));
  Undo(order);
  ExpectAsBefore();
}

TEST_F(ExecAtomicTest, CalledOffInTheMidstItEndsWithWhatItHasDone) {
  v1::ExecAtomic atomic = Atomic("echo x > made; echo $$ > pid; exec sleep 600", "rm -f made pid");
  atomic.mutable_time_limit()->set_seconds(300);
  const v1::Order order = Allowed(atomic);
  std::atomic<bool> over = false;
  std::thread director([&] {
    while (!over && Sandbox::Read(Doc("pid")).empty()) std::this_thread::yield();
    player_->CallOff(order.id());
  });
  const Outcome outcome = player_->Start(order, [](int64_t) {});
  over = true;
  director.join();
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_APPLIED) << ::testing::PrintToString(outcome.notes);
  EXPECT_THAT(PathsOf(outcome), ElementsAre("made", "pid"));
  EXPECT_FALSE(
      fs::exists(absl::StrCat("/proc/", absl::StripAsciiWhitespace(Sandbox::Read(Doc("pid"))))));
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  ExpectAsBefore();
}

TEST_F(ExecAtomicTest, CalledOffBeforeItsCommandItRunsNone) {
  v1::ExecAtomic atomic = Atomic("touch made");
  atomic.set_prerequisite(absl::StrCat("touch ", Doc("got")));
  const v1::Order order = Allowed(atomic);
  player_->CallOff(order.id());
  const Outcome outcome = player_->Start(order, [](int64_t) {});
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_FAILED);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("called off before its command")));
  ExpectAsBefore();
}

TEST(RunShellCommand, EndsWhatTakesTooLong) {
  CommandSpec spec;
  spec.shell = "sh";
  spec.text = "trap 'echo asked' TERM; echo begun; while :; do sleep 600; done";
  spec.time_limit_us = 200'000;
  const auto result = RunShellCommand(spec, [](const ProcessId&) { return absl::OkStatus(); });
  ASSERT_OK(result.status());
  EXPECT_TRUE(result->timed_out);
  EXPECT_THAT(result->output, HasSubstr("begun"));
}

TEST(RunShellCommand, EndsWhenItIsCancelled) {
  CommandSpec spec;
  spec.shell = "sh";
  spec.text = "sleep 600";
  spec.time_limit_us = 600'000'000;
  spec.cancelled = [] { return true; };
  const auto result = RunShellCommand(spec, [](const ProcessId&) { return absl::OkStatus(); });
  ASSERT_OK(result.status());
  EXPECT_TRUE(result->timed_out);
}

TEST(RunShellCommand, KeepsABoundedOutput) {
  CommandSpec spec;
  spec.shell = "sh";
  spec.text = "head -c 1000000 /dev/zero; echo end >&2; exit 3";
  spec.time_limit_us = 60'000'000;
  const auto result = RunShellCommand(spec, [](const ProcessId&) { return absl::OkStatus(); });
  ASSERT_OK(result.status());
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_EQ(result->output.size(), kCommandOutputMax);
  EXPECT_TRUE(result->output_cut);
}

TEST(RunShellCommand, RunsNothingThatCouldNotBeLogged) {
  const std::string made = absl::StrCat(::testing::TempDir(), "/drill-not-made-", getpid());
  CommandSpec spec;
  spec.shell = "sh";
  spec.text = "touch " + made;
  spec.time_limit_us = 60'000'000;
  EXPECT_THAT(
      RunShellCommand(spec, [](const ProcessId&) { return absl::DataLossError("disk full"); })
          .status(),
      testing::StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_FALSE(fs::exists(made));
}

// kill -9 of the agent at every step of the command and of its undo.
TEST_F(ExecAtomicTest, DyingAnywhereIsUndone) {
  sandbox_.Write(Doc("kept"), "of the owner\n");
  const auto before = sandbox_.Manifest();
  const v1::Order order =
      Allowed("echo a >> kept; mkdir d; echo b > d/made; sleep 600 &", "rm -rf d");
  for (const char* point :
       {"starting.after", "change.0.before", "change.0.kept", "change.0.spawned", "change.0.logged",
        "change.0.ran", "change.0.seen", "applied.before", "applied.after", "undoing.after",
        "undo.0.others", "undo.0.cleaned", "undo.0.removed", "undone.before"}) {
    player_.reset();
    ASSERT_TRUE(RunAndDieAt(point, [&](const KillPoint& kill_point) {
      const auto player = sandbox_.Player(kill_point);
      player->Recover();
      player->Start(order, [](int64_t) {});
      player->Undo(order.id(), v1::UNDO_REASON_ENDED);
    })) << point;
    player_ = sandbox_.Player();
    player_->Recover();
    const Outcome undone = Undo(order);
    EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_VERIFIED)
        << point << ::testing::PrintToString(undone.notes);
    EXPECT_EQ(sandbox_.Manifest(), before) << point;
    player_->Forget(order.id());
  }
}

}  // namespace
}  // namespace drill::agent
