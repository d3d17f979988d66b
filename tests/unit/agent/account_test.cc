// account.create on accounts of a host's own: seen by the system's tools, not by asking the agent;
// nobody can log in; whatever others do to the account files meanwhile stays.
#include <errno.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/support/status.h"
#include "tests/unit/agent/action_fixture.h"
#include "tests/unit/agent/catalogue_orders.h"

namespace drill::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kLine[] = "hotro_ktv:x:60578:60578:Ho tro ky thuat:/nonexistent:/usr/sbin/nologin";

// A tool of the system's own, on the accounts that this process sees; its exit code and output.
std::pair<int, std::string> Tool(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string output;
  char buffer[4096];
  for (size_t got = 0; (got = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    output.append(buffer, got);
  }
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

// Would another program get the lock of the account files now?
bool LockIsFree() {
  const pid_t child = fork();
  if (child == 0) {
    const int fd = open("/etc/.pwd.lock", O_WRONLY | O_CLOEXEC);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    _exit(fcntl(fd, F_SETLK, &lock) == 0 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status == 0;
}

class AccountTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string why = sandbox_.MakePrivateEtc();
    if (!why.empty()) GTEST_SKIP() << "no right to a mount namespace of its own: " << why;
    AllowCatalogue(&sandbox_);
    before_ = sandbox_.Manifest();
    order_ = MakeAccount(sandbox_);
  }
  std::string Etc(absl::string_view name) const {
    return sandbox_.Path(absl::StrCat("etc/", name));
  }
  std::string Text(absl::string_view name) const { return Sandbox::Read(Etc(name)); }
  Outcome Start(KillPoint at = [](absl::string_view) {}) {
    at_ = std::move(at);
    player_ = sandbox_.Player([this](absl::string_view point) { at_(point); });
    return player_->Start(order_, [](int64_t) {});
  }
  void Apply() {
    const Outcome outcome = Start();
    ASSERT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_APPLIED)
        << ::testing::PrintToString(outcome.notes);
  }
  Outcome Undo() { return player_->Undo(order_.id(), v1::UNDO_REASON_ENDED); }
  void ExpectNotStarted(v1::OrderEventKind kind, const std::string& why) {
    const Outcome outcome = Start();
    EXPECT_EQ(outcome.kind, kind);
    EXPECT_THAT(outcome.notes, Contains(HasSubstr(why)));
    EXPECT_EQ(sandbox_.Manifest(), before_);
  }

  Sandbox sandbox_{Sandbox::On::kMemory};
  std::map<std::string, std::string> before_;
  v1::Order order_;
  KillPoint at_;
  std::unique_ptr<HostPlayer> player_;
};

TEST_F(AccountTest, IsSeenByTheSystemAndLetsNobodyIn) {
  const Outcome outcome = Start();
  ASSERT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_APPLIED) << ::testing::PrintToString(outcome.notes);
  ASSERT_EQ(outcome.traces.size(), 1u);
  EXPECT_EQ(outcome.traces[0].artefact().kind(), v1::ARTEFACT_KIND_ACCOUNT);
  EXPECT_EQ(outcome.traces[0].artefact().value(), kAccount);
  EXPECT_TRUE(outcome.traces[0].noticeable());

  EXPECT_EQ(Tool("getent passwd hotro_ktv").second, absl::StrCat(kLine, "\n"));
  EXPECT_EQ(Tool("getent shadow hotro_ktv").second, "hotro_ktv:!*::::::1:\n");
  EXPECT_EQ(Tool("getent group hotro_ktv").second, "hotro_ktv:x:60578:\n");
  EXPECT_THAT(Text("gshadow"), HasSubstr("\nhotro_ktv:!::\n"));
  if (access("/usr/sbin/grpck", X_OK) == 0) {
    EXPECT_EQ(Tool("/usr/sbin/grpck -r").first, 0) << Tool("/usr/sbin/grpck -r").second;
    EXPECT_THAT(Tool("/usr/sbin/pwck -q -r").second, Not(HasSubstr("hotro_ktv")));
  }
  EXPECT_EQ(Undo().cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(Tool("getent passwd hotro_ktv").first, 2);
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(AccountTest, OnlyWhatThePolicyListsIsMadeAndNothingTwice) {
  sandbox_.policy.clear_users();
  ExpectNotStarted(v1::ORDER_EVENT_KIND_REFUSED, "`users`");
  sandbox_.policy.add_users(kAccount);
  sandbox_.policy.add_never("/etc");
  ExpectNotStarted(v1::ORDER_EVENT_KIND_REFUSED, "/etc");
  sandbox_.policy.clear_never();
  // A name that is left over anywhere is somebody's.
  sandbox_.Write(Etc("gshadow"), "hotro_ktv:!::\n", 0640);
  before_ = sandbox_.Manifest();
  ExpectNotStarted(v1::ORDER_EVENT_KIND_FAILED, "exists already in /etc/gshadow");
}

TEST_F(AccountTest, HostsThatKeepAccountsOtherwiseAreLeftAlone) {
  ASSERT_EQ(rename(Etc("shadow").c_str(), Etc("shadow.real").c_str()), 0);
  before_ = sandbox_.Manifest();
  ExpectNotStarted(v1::ORDER_EVENT_KIND_FAILED, "/etc/shadow does not exist");
  ASSERT_EQ(symlink("shadow.real", Etc("shadow").c_str()), 0);
  before_ = sandbox_.Manifest();
  ExpectNotStarted(v1::ORDER_EVENT_KIND_FAILED, "/etc/shadow is a link");
  ASSERT_EQ(unlink(Etc(".pwd.lock").c_str()), 0);
  before_ = sandbox_.Manifest();
  ExpectNotStarted(v1::ORDER_EVENT_KIND_FAILED, ".pwd.lock");
}

TEST_F(AccountTest, ASystemWithoutGshadowAndATextWithoutItsLastLineEnd) {
  ASSERT_EQ(unlink(Etc("gshadow").c_str()), 0);
  sandbox_.Write(Etc("passwd"), "root:x:0:0:root:/root:/bin/bash\na:x:60578:1:::", 0644);
  before_ = sandbox_.Manifest();
  Apply();
  EXPECT_THAT(Text("passwd"), HasSubstr("\nhotro_ktv:x:60579:60579:"));
  EXPECT_EQ(Undo().cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(AccountTest, WritesOnlyUnderTheLockOfTheSystemsOwnTools) {
  int writes = 0;
  const auto at = [&](absl::string_view point) {
    if (!absl::EndsWith(point, ".written")) return;
    ++writes;
    EXPECT_FALSE(LockIsFree()) << point;
  };
  EXPECT_EQ(Start(at).kind, v1::ORDER_EVENT_KIND_APPLIED);
  EXPECT_TRUE(LockIsFree());
  EXPECT_EQ(Undo().cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(writes, 8);
  EXPECT_TRUE(LockIsFree());
}

TEST_F(AccountTest, AccountsThatOthersMakeMeanwhileStay) {
  if (access("/usr/sbin/useradd", X_OK) != 0) GTEST_SKIP() << "no useradd here";
  Apply();
  const auto [code, output] = Tool("/usr/sbin/useradd -M -U -s /bin/bash doi_ung_cuu");
  ASSERT_EQ(code, 0) << output;
  // As it would have been numbered without us.
  EXPECT_THAT(Tool("getent passwd doi_ung_cuu").second, HasSubstr("doi_ung_cuu:x:1001:1001:"));
  const Outcome undone = Undo();
  EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_VERIFIED) << ::testing::PrintToString(undone.notes);
  for (const char* name : {"passwd", "shadow", "group", "gshadow"}) {
    EXPECT_THAT(Text(name), HasSubstr("\ndoi_ung_cuu:")) << name;
    EXPECT_THAT(Text(name), Not(HasSubstr("hotro_ktv"))) << name;
  }
}

TEST_F(AccountTest, AnAccountThatTheTeamHasLockedStaysAsItIs) {
  if (access("/usr/sbin/usermod", X_OK) != 0) GTEST_SKIP() << "no usermod here";
  Apply();
  ASSERT_EQ(Tool("/usr/sbin/usermod -c 'Da bi chan' hotro_ktv").first, 0);
  const auto left = sandbox_.Manifest();
  const Outcome undone = Undo();
  EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_THAT(undone.notes, ElementsAre("account hotro_ktv was changed by somebody else in "
                                        "/etc/passwd; it was left as it is"));
  EXPECT_EQ(sandbox_.Manifest(), left);
}

TEST_F(AccountTest, AnAccountThatTheTeamHasDeletedIsNotMadeAgain) {
  if (access("/usr/sbin/userdel", X_OK) != 0) GTEST_SKIP() << "no userdel here";
  Apply();
  const auto [code, output] = Tool("/usr/sbin/userdel hotro_ktv");
  ASSERT_EQ(code, 0) << output;
  const Outcome undone = Undo();
  EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(undone.notes.size(), 1u) << ::testing::PrintToString(undone.notes);
  EXPECT_EQ(Tool("getent passwd hotro_ktv").first, 2);
  EXPECT_THAT(Text("passwd"), HasSubstr("canbo:x:1000"));
}

TEST_F(AccountTest, WhatTheTeamHasHalfDeletedIsTakenOutWhole) {
  Apply();
  sandbox_.Write(Etc("passwd"),
                 absl::StrReplaceAll(Text("passwd"), {{absl::StrCat(kLine, "\n"), ""}}));
  const Outcome undone = Undo();
  EXPECT_EQ(undone.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_THAT(undone.notes, ElementsAre("account hotro_ktv had been taken out of /etc/passwd by "
                                        "somebody else before undo"));
  for (const char* name : {"passwd", "shadow", "group", "gshadow"}) {
    EXPECT_THAT(Text(name), Not(HasSubstr("hotro_ktv"))) << name;
  }
}

TEST_F(AccountTest, WhoWritesWithoutTheLockInTheMidstIsNotOverwritten) {
  const std::string others = "nguoi_khac:*:19700::::::\n";
  const Outcome outcome = Start([&](absl::string_view point) {
    if (point != "change.2.written") return;
    sandbox_.Write(Etc("shadow"), Text("shadow") + others, 0640);
  });
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_FAILED);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("/etc/shadow is being changed by somebody else")));
  EXPECT_THAT(Text("shadow"), HasSubstr(others));
  for (const char* name : {"passwd", "shadow", "group", "gshadow"}) {
    EXPECT_THAT(Text(name), Not(HasSubstr("hotro_ktv"))) << name;
  }
}

TEST_F(AccountTest, ALinkThatIsSwappedInIsNotFollowed) {
  const std::string elsewhere = sandbox_.Path("docs/passwd");
  sandbox_.Write(elsewhere, Text("passwd"), 0644);
  const std::string text = Text("passwd");
  const Outcome outcome = Start([&](absl::string_view point) {
    if (point != "change.3.before") return;
    ASSERT_EQ(unlink(Etc("passwd").c_str()), 0);
    ASSERT_EQ(symlink(elsewhere.c_str(), Etc("passwd").c_str()), 0);
  });
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_FAILED) << ::testing::PrintToString(outcome.notes);
  EXPECT_EQ(Sandbox::Read(elsewhere), text);
}

TEST_F(AccountTest, APolicyThatIsEditedWhileItIsArmedHolds) {
  player_ = sandbox_.Player();
  ASSERT_OK(player_->Prepare(order_));
  sandbox_.policy.clear_users();
  EXPECT_EQ(player_->Start(order_, [](int64_t) {}).kind, v1::ORDER_EVENT_KIND_REFUSED);
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(AccountTest, OnASmallOrReadOnlyFileSystemNothingIsBegun) {
  const std::string text = Text("passwd");
  ASSERT_EQ(mount("tmpfs", "/etc", "tmpfs", 0, "size=64k"), 0);
  for (const char* name : {"passwd", "shadow", "group", "gshadow", ".pwd.lock"}) {
    sandbox_.Write(absl::StrCat("/etc/", name), Text(name), 0640);
  }
  Outcome outcome = Start();
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_FAILED);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("less than 64 MiB free")));
  ASSERT_EQ(mount(nullptr, "/etc", nullptr, MS_REMOUNT | MS_RDONLY, "size=64k"), 0);
  outcome = Start();
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_FAILED);
  EXPECT_EQ(Sandbox::Read("/etc/passwd"), text);
  EXPECT_EQ(umount2("/etc", MNT_DETACH), 0);
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

}  // namespace
}  // namespace drill::agent
