// What config.change, log.clear and persistence.ssh_key do to files that the owner and others
// write too, checked by reading the bytes; and that nobody else's bytes are lost by undo.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "agent/steps/line_edit.h"
#include "common/base/digest.h"
#include "tests/support/status.h"
#include "tests/unit/agent/action_fixture.h"
#include "tests/unit/agent/catalogue_orders.h"

namespace drill::agent {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

ino_t InodeOf(const std::string& path) {
  struct stat st {};
  EXPECT_EQ(stat(path.c_str(), &st), 0) << path;
  return st.st_ino;
}

// ---- taking one edit out of a text -------------------------------------------------------------

TEST(WithoutEdit, TakesOutJustTheEdit) {
  const struct {
    const char* name;
    const char* before;
    const char* made;
    const char* now;
    const char* expected;  // null: nothing to take out
  } cases[] = {
      {"untouched", "a\nb\n", "a\nX\nb\n", "a\nX\nb\n", "a\nb\n"},
      {"added, others before and after", "a\n", "a\nX\n", "0\na\nX\nz\n", "0\na\nz\n"},
      {"added to a file without a last line end", "a", "a\nX\n", "a\nX\nz\n", "a\nz\n"},
      {"added to nothing", "", "X\n", "X\nz\n", "z\n"},
      {"added, moved", "a\nb\n", "a\nb\nX\n", "X\na\nb\n", "a\nb\n"},
      {"added, copied", "a\n", "a\nX\n", "X\na\nX\n", "a\n"},
      {"added, gone", "a\n", "a\nX\n", "a\n", nullptr},
      {"added, changed", "a\n", "a\nX\n", "a\n#X\n", nullptr},
      {"changed, others edited elsewhere", "a=1\nb=1\n", "a=1\nb=2\n", "a=9\nb=2\nc=3\n",
       "a=9\nb=1\nc=3\n"},
      {"changed, changed again", "a=1\n", "a=2\n", "a=3\n", nullptr},
      {"changed, put back", "a=1\n", "a=2\n", "a=1\n", nullptr},
      {"changed, the same line stands elsewhere", "[x]\na=2\n[y]\na=1\n", "[x]\na=2\n[y]\na=2\n",
       "# new\n[x]\na=2\n[y]\na=2\n", "# new\n[x]\na=2\n[y]\na=1\n"},
      {"changed, not to be told from another's", "[x]\na=2\n[y]\na=1\n", "[x]\na=2\n[y]\na=2\n",
       "[x]\na=7\n[y]\na=2\n", nullptr},
  };
  for (const auto& tested : cases) {
    SCOPED_TRACE(tested.name);
    const auto without = WithoutEdit(tested.before, tested.made, tested.now);
    ASSERT_EQ(without.has_value(), tested.expected != nullptr);
    if (without) {
      EXPECT_EQ(*without, tested.expected);
    }
  }
}

// ---- config.change -----------------------------------------------------------------------------

class EditTest : public ::testing::Test {
 protected:
  EditTest() {
    AllowCatalogue(&sandbox_);
    sandbox_.Write(ConfigPath(sandbox_), kConfig, 0640);
    before_ = sandbox_.Manifest();
    player_ = sandbox_.Player();
  }
  Outcome Start(const v1::Order& order) {
    return player_->Start(order, [](int64_t) {});
  }
  void Apply(const v1::Order& order) {
    const Outcome outcome = Start(order);
    ASSERT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_APPLIED)
        << ::testing::PrintToString(outcome.notes);
  }
  void ExpectUndone(const v1::Order& order, v1::CleanupResult result) {
    const Outcome outcome = player_->Undo(order.id(), v1::UNDO_REASON_ENDED);
    EXPECT_EQ(outcome.cleanup, result) << ::testing::PrintToString(outcome.notes);
    for (const char* directory : {"www", "log", "docs"}) {
      for (const std::string& name : NamesIn(sandbox_.Path(directory))) {
        EXPECT_THAT(name, ::testing::Not(StartsWith(".~")));
      }
    }
  }

  Sandbox sandbox_;
  std::map<std::string, std::string> before_;
  std::unique_ptr<HostPlayer> player_;
};

TEST_F(EditTest, ConfigChangeChangesOneValueAndNothingElse) {
  const v1::Order order = ChangeConfig(sandbox_);
  Apply(order);
  EXPECT_EQ(Sandbox::Read(ConfigPath(sandbox_)), "# cổng\nListen = 80\n  TLS = off\nuser=www\n");
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(EditTest, ConfigChangeKnowsItsSeparatorsCommentsAndLineEnds) {
  const struct {
    const char* separator;
    const char* text;
    const char* expected;
  } cases[] = {
      {"=", "#TLS=x\nTLSv=1\nTLS=on\nTLS=on\n", "#TLS=x\nTLSv=1\nTLS=off\nTLS=on\n"},
      {":", "TLS=1\n\tTLS :\ton\r\nend\r\n", "TLS=1\n\tTLS :\toff\r\nend\r\n"},
      {" ", "TLSx on\nTLS  on", "TLSx on\nTLS  off"},
      {"=", "TLS=\n", "TLS=off\n"},
  };
  for (const auto& tested : cases) {
    SCOPED_TRACE(tested.text);
    sandbox_.Write(ConfigPath(sandbox_), tested.text, 0640);
    v1::Action action;
    action.ParseFromString(ChangeConfig(sandbox_).action());
    action.mutable_config_change()->set_separator(tested.separator);
    const v1::Order order = sandbox_.OrderFor(action, Sha256Hex(tested.text));
    Apply(order);
    EXPECT_EQ(Sandbox::Read(ConfigPath(sandbox_)), tested.expected);
    ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
    EXPECT_EQ(Sandbox::Read(ConfigPath(sandbox_)), tested.text);
  }
}

TEST_F(EditTest, ConfigChangeLeavesOthersEditsWhereTheyAre) {
  const v1::Order order = ChangeConfig(sandbox_);
  Apply(order);
  sandbox_.Write(ConfigPath(sandbox_), "# của đội\nListen = 443\n  TLS = off\nuser=www\nx=1\n");
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(Sandbox::Read(ConfigPath(sandbox_)),
            "# của đội\nListen = 443\n  TLS = on\nuser=www\nx=1\n");
}

TEST_F(EditTest, ConfigChangeThatTheTeamMendedIsSuperseded) {
  const v1::Order order = ChangeConfig(sandbox_);
  Apply(order);
  const std::string mended = "Listen = 80\n  TLS = strict\nuser=www\n";
  sandbox_.Write(ConfigPath(sandbox_), mended);
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(Sandbox::Read(ConfigPath(sandbox_)), mended);
  // The last copy of what the owner had outlives the order's log.
  player_->Forget(order.id());
  EXPECT_EQ(Sandbox::Read(sandbox_.AgentPath(absl::StrCat("kept/", Sha256Hex(kConfig)))), kConfig);
}

TEST_F(EditTest, ConfigChangeIsRefusedWhereThereIsNothingToChange) {
  sandbox_.Write(ConfigPath(sandbox_), "#TLS = on\n");
  EXPECT_THAT(
      player_->Prepare(ChangeConfig(sandbox_)),
      drill::testing::StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("no line")));
  sandbox_.Write(ConfigPath(sandbox_), "TLS=off\n");
  EXPECT_THAT(
      player_->Prepare(ChangeConfig(sandbox_)),
      drill::testing::StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("already")));
}

TEST_F(EditTest, ConfigChangePutBackAtOnceIsBlocked) {
  const std::string path = ConfigPath(sandbox_);
  player_ = sandbox_.Player([&](absl::string_view point) {
    if (point == "change.0.after") sandbox_.Write(path, kConfig, 0640);
  });
  const Outcome outcome = Start(ChangeConfig(sandbox_));
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_BLOCKED) << ::testing::PrintToString(outcome.notes);
  EXPECT_EQ(Sandbox::Read(path), kConfig);
}

// ---- log.clear ---------------------------------------------------------------------------------

TEST_F(EditTest, LogClearEmptiesInPlaceAndPutsBack) {
  const v1::Order order = ClearLog(sandbox_);
  const ino_t inode = InodeOf(sandbox_.log_file());
  Apply(order);
  EXPECT_EQ(Sandbox::Read(sandbox_.log_file()), "");
  EXPECT_EQ(InodeOf(sandbox_.log_file()), inode) << "its daemon would write to another file";
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

class Daemon {
 public:
  explicit Daemon(const std::string& path)
      : fd_(open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)) {}
  ~Daemon() { close(fd_); }
  void Write(absl::string_view line) const {
    ASSERT_EQ(write(fd_, line.data(), line.size()), static_cast<ssize_t>(line.size()));
  }

 private:
  const int fd_;
};

TEST_F(EditTest, LogClearPutsTheContentBeforeWhatWasWrittenSince) {
  const std::string old = Sandbox::Read(sandbox_.log_file());
  const Daemon daemon(sandbox_.log_file());
  const v1::Order order = ClearLog(sandbox_);
  Apply(order);
  daemon.Write("sau khi xóa 1\n");
  daemon.Write("sau khi xóa 2\n");
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  daemon.Write("sau khi hoàn tác\n");
  EXPECT_EQ(Sandbox::Read(sandbox_.log_file()),
            old + "sau khi xóa 1\nsau khi xóa 2\nsau khi hoàn tác\n");
}

TEST_F(EditTest, LogClearLosesNoLineThatADaemonWritesAtAnyMoment) {
  const std::string old = Sandbox::Read(sandbox_.log_file());
  const Daemon daemon(sandbox_.log_file());
  std::string lines;
  const auto write_at = [&](absl::string_view point) {
    // While it is being set aside, one line is enough: it would never be done.
    if (point == "change.0.set_aside" && lines.find("set_aside") != std::string::npos) return;
    const std::string line = absl::StrCat("lúc ", point, "\n");
    daemon.Write(line);
    absl::StrAppend(&lines, line);
  };
  player_ = sandbox_.Player(write_at);
  const v1::Order order = ClearLog(sandbox_);
  Apply(order);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_THAT(lines, HasSubstr(".appended\n"));
  EXPECT_THAT(lines, HasSubstr(".journal\n"));
  EXPECT_THAT(lines, HasSubstr(".written\n"));
  EXPECT_EQ(Sandbox::Read(sandbox_.log_file()), old + lines);
}

TEST_F(EditTest, LogClearSurvivesDeathAtEveryPointOfUndo) {
  const auto prepare = [](Sandbox& sandbox) {
    AllowCatalogue(&sandbox);
    auto player = sandbox.Player();
    EXPECT_EQ(player->Start(ClearLog(sandbox), [](int64_t) {}).kind, v1::ORDER_EVENT_KIND_APPLIED);
    Daemon(sandbox.log_file()).Write("mới 1\nmới 2\n");
  };
  const auto undo = [](const Sandbox& sandbox, const KillPoint& kill_point) {
    auto player = sandbox.Player(kill_point);
    player->Recover();
    player->Undo(ClearLog(sandbox).id(), v1::UNDO_REASON_ENDED);
  };
  std::vector<std::string> points;
  Sandbox dry(Sandbox::On::kMemory);
  const std::string old = Sandbox::Read(dry.log_file());
  prepare(dry);
  undo(dry, [&](absl::string_view point) { points.emplace_back(point); });
  ASSERT_GE(points.size(), 9u);
  for (const std::string& point : points) {
    SCOPED_TRACE(point);
    Sandbox sandbox(Sandbox::On::kMemory);
    prepare(sandbox);
    ASSERT_TRUE(RunAndDieAt(point, [&](const KillPoint& k) { undo(sandbox, k); }));
    Daemon(sandbox.log_file()).Write("sau khi chết\n");
    undo(sandbox, [](absl::string_view) {});
    EXPECT_EQ(Sandbox::Read(sandbox.log_file()), old + "mới 1\nmới 2\nsau khi chết\n");
    EXPECT_THAT(NamesIn(sandbox.Path("log")), ElementsAre("auth.log"));
  }
}

TEST_F(EditTest, LogThatWasRotatedIsSupersededAndItsContentKept) {
  const std::string old = Sandbox::Read(sandbox_.log_file());
  const v1::Order order = ClearLog(sandbox_);
  Apply(order);
  ASSERT_EQ(rename(sandbox_.log_file().c_str(), sandbox_.Path("log/auth.log.1").c_str()), 0);
  sandbox_.Write(sandbox_.log_file(), "tệp mới\n", 0640);
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(Sandbox::Read(sandbox_.log_file()), "tệp mới\n");
  player_->Forget(order.id());
  EXPECT_EQ(Sandbox::Read(sandbox_.AgentPath(absl::StrCat("kept/", Sha256Hex(old)))), old);
}

TEST_F(EditTest, LogPutBackAtOnceIsBlocked) {
  const std::string old = Sandbox::Read(sandbox_.log_file());
  player_ = sandbox_.Player([&](absl::string_view point) {
    if (point == "change.0.after") sandbox_.Write(sandbox_.log_file(), old, 0640);
  });
  EXPECT_EQ(Start(ClearLog(sandbox_)).kind, v1::ORDER_EVENT_KIND_BLOCKED);
  EXPECT_EQ(Sandbox::Read(sandbox_.log_file()), old);
}

TEST_F(EditTest, LogClearIsRefusedWhereTheStoreWouldOverflow) {
  sandbox_.policy.mutable_caps()->set_undo_store_bytes_max(10);
  EXPECT_THAT(
      player_->Prepare(ClearLog(sandbox_)),
      drill::testing::StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("cap of 10")));
  sandbox_.Write(sandbox_.log_file(), "", 0640);
  EXPECT_THAT(
      player_->Prepare(ClearLog(sandbox_)),
      drill::testing::StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("is empty")));
}

// ---- persistence.ssh_key -----------------------------------------------------------------------

TEST_F(EditTest, SshKeyIsAWholeLineOfAKeyThatNobodyHolds) {
  const v1::Order order = AddKey(sandbox_);
  Apply(order);
  const std::string text = Sandbox::Read(KeysPath(sandbox_));
  EXPECT_THAT(text, StartsWith("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"));
  EXPECT_THAT(text, EndsWith(" admin@backup\n"));
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(EditTest, SshKeyGoesAndOthersKeysStay) {
  sandbox_.Write(KeysPath(sandbox_), "ssh-ed25519 AAAA của-chủ", 0600);
  const v1::Order order = AddKey(sandbox_);
  Apply(order);
  const std::string ours =
      Sandbox::Read(KeysPath(sandbox_)).substr(strlen("ssh-ed25519 AAAA của-chủ\n"));
  EXPECT_THAT(ours, StartsWith("ssh-ed25519 "));
  // Others put theirs around it, and the file was written anew by an editor.
  sandbox_.Write(KeysPath(sandbox_),
                 absl::StrCat("ssh-rsa BBBB mới\n", ours, "ssh-ed25519 AAAA của-chủ\n"), 0600);
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(Sandbox::Read(KeysPath(sandbox_)), "ssh-rsa BBBB mới\nssh-ed25519 AAAA của-chủ\n");
}

TEST_F(EditTest, SshKeyInANewFileToWhichOthersAddedLeavesTheirs) {
  const v1::Order order = AddKey(sandbox_);
  Apply(order);
  Daemon(KeysPath(sandbox_)).Write("ssh-rsa BBBB mới\n");
  ExpectUndone(order, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(Sandbox::Read(KeysPath(sandbox_)), "ssh-rsa BBBB mới\n");
}

TEST_F(EditTest, SshKeyThatTheTeamTookOutIsSuperseded) {
  sandbox_.Write(KeysPath(sandbox_), "ssh-ed25519 AAAA chủ\n", 0600);
  const v1::Order order = AddKey(sandbox_);
  Apply(order);
  sandbox_.Write(KeysPath(sandbox_), "ssh-ed25519 AAAA chủ\n", 0600);
  ExpectUndone(order, v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_EQ(Sandbox::Read(KeysPath(sandbox_)), "ssh-ed25519 AAAA chủ\n");
}

TEST_F(EditTest, SshKeyRemovedAtOnceIsBlocked) {
  player_ = sandbox_.Player([&](absl::string_view point) {
    if (point == "change.0.after") unlink(KeysPath(sandbox_).c_str());
  });
  EXPECT_EQ(Start(AddKey(sandbox_)).kind, v1::ORDER_EVENT_KIND_BLOCKED);
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(EditTest, SshKeyGoesIntoNoOtherFile) {
  v1::Action action;
  action.mutable_persistence_ssh_key()->set_file("@www/app.conf");
  EXPECT_THAT(
      player_->Prepare(sandbox_.OrderFor(action)),
      drill::testing::StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("authorized_keys")));
  action.mutable_persistence_ssh_key()->set_file("@docs/authorized_keys");
  ASSERT_EQ(symlink("/etc/hosts", KeysPath(sandbox_).c_str()), 0);
  EXPECT_THAT(player_->Prepare(sandbox_.OrderFor(action)),
              drill::testing::StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("link")));
}

TEST_F(EditTest, TwoOrdersDoNotEditOneFileAtOnce) {
  Apply(ChangeConfig(sandbox_));
  v1::Action action;
  action.ParseFromString(ChangeConfig(sandbox_).action());
  action.mutable_config_change()->set_value("other");
  EXPECT_THAT(
      player_->Prepare(sandbox_.OrderFor(action, "second")),
      drill::testing::StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("another order")));
}

}  // namespace
}  // namespace drill::agent
