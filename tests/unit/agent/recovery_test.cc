// What the player does on a full disk, and with what it finds after a crash or a reboot: torn and
// damaged logs, power loss, pids of another boot.

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "agent/player.h"
#include "agent/process.h"
#include "common/base/digest.h"
#include "tests/support/status.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::agent {
namespace {

using ::drill::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using enum absl::StatusCode;

void Nothing(int64_t) {}

bool NothingOfOurs(const Sandbox& sandbox) {
  return !Sandbox::Exists(sandbox.AgentPath("undo")) ||
         std::filesystem::is_empty(sandbox.AgentPath("undo"));
}

// ---- full disk ---------------------------------------------------------------------------------

// Runs `body` in a child that cannot write files longer than `bytes`; true if it returns true.
bool WithFileSizeLimit(rlim_t bytes, const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
    _exit(body() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(PlayerFullDisk, WithoutRoomForTheLogNothingIsChanged) {
  for (int kind = 0; kind < 4; ++kind) {
    SCOPED_TRACE(kind);
    Sandbox sandbox;
    const v1::Order order = kind == 0   ? sandbox.Encrypt()
                            : kind == 1 ? sandbox.Deface()
                            : kind == 2 ? sandbox.RunDecoy()
                                        : sandbox.AppendLog();
    const auto before = sandbox.Manifest();
    EXPECT_TRUE(WithFileSizeLimit(20, [&] {
      bool started = false;
      const Outcome outcome = sandbox.Player()->Start(order, [&](int64_t) { started = true; });
      return outcome.kind == v1::ORDER_EVENT_KIND_FAILED && !started;
    }));
    EXPECT_EQ(sandbox.Manifest(), before);
    EXPECT_TRUE(NothingOfOurs(sandbox));
    EXPECT_THAT(sandbox.Decoys(), IsEmpty());
  }
}

TEST(PlayerFullDisk, InTheMiddleEverythingIsTakenBack) {
  Sandbox sandbox;
  const auto before = sandbox.Manifest();
  v1::Action action;
  action.mutable_files_encrypt()->set_dir("@docs");
  action.mutable_files_encrypt()->set_count(2);
  action.mutable_files_encrypt()->set_bytes_each(100'000);
  // Room for the log and the plain document, not for the locked one.
  EXPECT_TRUE(WithFileSizeLimit(100'010, [&] {
    const Outcome outcome = sandbox.Player()->Start(sandbox.OrderFor(action), Nothing);
    return outcome.kind == v1::ORDER_EVENT_KIND_FAILED &&
           outcome.cleanup == v1::CLEANUP_RESULT_VERIFIED;
  }));
  EXPECT_EQ(sandbox.Manifest(), before);
}

TEST(PlayerFullDisk, LinesCutShortAreTakenBackOrDeclared) {
  for (const bool remove : {true, false}) {
    SCOPED_TRACE(remove);
    Sandbox sandbox;
    sandbox.policy.set_remove_log_lines(remove);
    sandbox.Write(sandbox.log_file(), std::string(50'000, '\n'));
    const auto before = sandbox.Manifest();
    EXPECT_TRUE(WithFileSizeLimit(50'150, [&] {
      const Outcome outcome = sandbox.Player()->Start(sandbox.AppendLog(), Nothing);
      return outcome.kind == v1::ORDER_EVENT_KIND_FAILED &&
             outcome.cleanup ==
                 (remove ? v1::CLEANUP_RESULT_VERIFIED : v1::CLEANUP_RESULT_DECLARED);
    }));
    EXPECT_EQ(sandbox.Manifest() == before, remove);
  }
}

TEST(PlayerFullDisk, AFullFileSystemOfTheAgentRefusesBeforeItBegins) {
  Sandbox sandbox;
  ASSERT_EQ(mkdir(sandbox.AgentPath("").c_str(), 0700), 0);
  const auto before = sandbox.Manifest();
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) ||
        mount("tmpfs", sandbox.AgentPath("").c_str(), "tmpfs", 0, "size=64k,mode=700") != 0) {
      _exit(77);
    }
    auto player = sandbox.Player();
    const bool refused =
        absl::IsResourceExhausted(player->Prepare(sandbox.Deface())) &&
        player->UndoFreeBytes() == 0 &&
        player->Start(sandbox.Deface(), Nothing).kind == v1::ORDER_EVENT_KIND_FAILED;
    _exit(refused ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    GTEST_SKIP() << "no right to mount a small file system here";
  }
  EXPECT_EQ(status, 0);
  EXPECT_EQ(sandbox.Manifest(), before);
}

// ---- recovery ----------------------------------------------------------------------------------

// The undo log of an order, as written by hand.
class RecoveryTest : public ::testing::Test {
 protected:
  std::string directory() const { return sandbox_.AgentPath("undo/") + OpaqueId(order_.id()); }
  std::string log_path() const { return directory() + "/log"; }
  // Makes the log look as if it had been begun in an earlier boot.
  void Reboot() {
    auto log = UndoLog::Open(directory());
    ASSERT_OK(log);
    std::vector<v1::UndoEntry> entries(1);
    entries[0].mutable_opened()->set_boot_id("an earlier boot");
    *entries[0].mutable_opened()->mutable_order() = order_;
    ASSERT_OK(log->Append(entries));
  }

  Sandbox sandbox_{Sandbox::On::kMemory};
  v1::Order order_ = sandbox_.Encrypt(2);
  const std::map<std::string, std::string> before_ = sandbox_.Manifest();
};

TEST_F(RecoveryTest, TellsTheSameUntilForgotten) {
  sandbox_.Player()->Start(order_, Nothing);
  sandbox_.Player()->Recover();
  {
    auto player = sandbox_.Player();
    player->Recover();
    player->Undo(order_.id(), v1::UNDO_REASON_ENDED);
  }
  for (int restart = 0; restart < 2; ++restart) {
    const auto found = sandbox_.Player()->Recover();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_FALSE(found[0].active);
    EXPECT_EQ(found[0].outcome.kind, v1::ORDER_EVENT_KIND_UNDONE);
    EXPECT_EQ(found[0].outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
  }
  auto player = sandbox_.Player();
  player->Recover();
  player->Forget(order_.id());
  EXPECT_THAT(sandbox_.Player()->Recover(), IsEmpty());
  EXPECT_TRUE(NothingOfOurs(sandbox_));
}

TEST_F(RecoveryTest, AfterARebootDocumentsTornByPowerLossAreOurs) {
  sandbox_.Player()->Start(order_, Nothing);
  std::vector<std::filesystem::path> locked;
  for (const auto& entry : std::filesystem::directory_iterator(sandbox_.Path("docs/HoSo_LuuTru"))) {
    if (entry.path().extension() == ".locked") locked.push_back(entry.path());
  }
  ASSERT_EQ(locked.size(), 2u);
  sandbox_.Write(locked[0], "");
  sandbox_.Write(locked[1], std::string(300, '\0'));
  Reboot();
  auto player = sandbox_.Player();
  const auto found = player->Recover();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].active);
  EXPECT_EQ(found[0].outcome.at_boot_us, 0) << "a time of another boot";
  EXPECT_EQ(player->Undo(order_.id(), v1::UNDO_REASON_ENDED).cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.Manifest(), before_);
}

TEST_F(RecoveryTest, WithoutARebootAnEmptiedDocumentIsTheTeams) {
  auto player = sandbox_.Player();
  player->Start(order_, Nothing);
  const std::string note = sandbox_.Path("docs/HoSo_LuuTru/DOC_TOI_DE_KHOI_PHUC.txt");
  sandbox_.Write(note, "");
  EXPECT_EQ(player->Undo(order_.id(), v1::UNDO_REASON_ENDED).cleanup,
            v1::CLEANUP_RESULT_SUPERSEDED);
  EXPECT_TRUE(Sandbox::Exists(note));
}

TEST_F(RecoveryTest, AfterARebootAPidBelongsToSomebodyElse) {
  order_ = sandbox_.RunDecoy();
  sandbox_.Player()->Start(order_, Nothing);
  Reboot();
  auto player = sandbox_.Player();
  player->Recover();
  player->Freeze(true);
  const std::vector<int> innocent = sandbox_.RunningDecoys();
  ASSERT_EQ(innocent.size(), 1u);
  EXPECT_NE(LookAtProcess(innocent[0])->state, 'T');
  EXPECT_EQ(player->Undo(order_.id(), v1::UNDO_REASON_ENDED).cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox_.RunningDecoys(), innocent);
}

TEST_F(RecoveryTest, AReusedPidIsNotKilled) {
  const auto self = LookAtProcess(getpid());
  ASSERT_TRUE(self.has_value());
  EXPECT_TRUE(IsAlive({getpid(), self->start_ticks}));
  EXPECT_FALSE(IsAlive({getpid(), self->start_ticks - 1}));
  EXPECT_OK(KillSession({getpid(), self->start_ticks - 1}));
}

TEST_F(RecoveryTest, ADamagedLogIsUndoneAsFarAsItReadsAndSaidByName) {
  sandbox_.Player()->Start(order_, Nothing);
  std::string bytes = Sandbox::Read(log_path());
  const std::string note = "DOC_TOI_DE_KHOI_PHUC.txt";
  bytes[bytes.find(note)] ^= 1;
  sandbox_.Write(log_path(), bytes, 0600);
  for (int restart = 0; restart < 2; ++restart) {
    const auto found = sandbox_.Player()->Recover();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_FALSE(found[0].active);
    EXPECT_EQ(found[0].outcome.kind, v1::ORDER_EVENT_KIND_INTERRUPTED);
    EXPECT_EQ(found[0].outcome.cleanup, v1::CLEANUP_RESULT_RESIDUE);
    EXPECT_THAT(found[0].outcome.notes, Contains(HasSubstr(log_path())));
    EXPECT_EQ(found[0].order.id().inject(), "encrypt");
  }
  // All but the one whose step could not be read is gone.
  const std::string folder = sandbox_.Path("docs/HoSo_LuuTru");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  EXPECT_TRUE(Sandbox::Exists(folder + "/" + note));
}

TEST_F(RecoveryTest, ADamagedPreImageIsSaidAndThePageIsLeft) {
  order_ = sandbox_.Deface();
  auto player = sandbox_.Player();
  const std::string original = Sandbox::Read(sandbox_.page());
  player->Start(order_, Nothing);
  sandbox_.Write(directory() + "/store/" + Sha256Hex(original), "hỏng", 0600);
  const auto defaced = sandbox_.Manifest();
  const Outcome outcome = player->Undo(order_.id(), v1::UNDO_REASON_ENDED);
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_RESIDUE);
  EXPECT_THAT(outcome.notes, Contains(HasSubstr("is damaged")));
  EXPECT_EQ(sandbox_.Manifest(), defaced);
}

TEST_F(RecoveryTest, ALogTornAnywhereIsRecovered) {
  order_ = sandbox_.Deface();
  const std::string original = Sandbox::Read(sandbox_.page());
  sandbox_.Player()->Start(order_, Nothing);
  const std::string whole_log = Sandbox::Read(log_path());
  auto player = sandbox_.Player();
  player->Recover();
  ASSERT_EQ(player->Undo(order_.id(), v1::UNDO_REASON_ENDED).cleanup, v1::CLEANUP_RESULT_VERIFIED);
  // The log cut anywhere (in steps that hit every place of a frame), over a host on which the
  // change is not made: what a crash while the log is being written leaves.
  for (size_t size = 0; size < whole_log.size(); size += 5) {
    SCOPED_TRACE(size);
    std::filesystem::create_directories(directory() + "/store");
    sandbox_.Write(directory() + "/store/" + Sha256Hex(original), original, 0600);
    sandbox_.Write(log_path(), whole_log.substr(0, size), 0600);
    for (const Found& found : sandbox_.Player()->Recover()) {
      EXPECT_FALSE(found.active);
      EXPECT_EQ(found.outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
    }
    EXPECT_EQ(sandbox_.Manifest(), before_);
  }
}

}  // namespace
}  // namespace drill::agent
