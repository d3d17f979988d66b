// The player around the actions: what the owner's policy refuses, what is armed and dropped, what
// a control of the host or a full disk does, what is found after a crash or a reboot.

#include "agent/player.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
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

// ---- policy ------------------------------------------------------------------------------------

TEST(PlayerPolicy, Refusals) {
  const struct {
    const char* name;
    void (*edit)(Sandbox&);
    v1::Order (*order)(const Sandbox&);
    absl::StatusCode code;
    const char* says;
  } cases[] = {
      {"kind not listed", [](Sandbox& s) { s.policy.clear_actions(); },
       [](const Sandbox& s) { return s.Encrypt(); }, kPermissionDenied, "does not allow"},
      {"no place", [](Sandbox& s) { s.policy.clear_places(); },
       [](const Sandbox& s) { return s.Encrypt(); }, kPermissionDenied, "no place \"docs\""},
      {"never", [](Sandbox& s) { s.policy.add_never(s.Path("www")); },
       [](const Sandbox& s) { return s.Deface(); }, kPermissionDenied, "no order may touch"},
      {"policy missing",
       [](Sandbox& s) { s.policy_fault = absl::NotFoundError("policy.yaml: no such file"); },
       [](const Sandbox& s) { return s.RunDecoy(); }, kPermissionDenied, "policy.yaml"},
      {"policy faulty", [](Sandbox& s) { s.policy.add_actions("files.destroy"); },
       [](const Sandbox& s) { return s.RunDecoy(); }, kPermissionDenied, "files.destroy"},
      {"too many files", [](Sandbox& s) { s.policy.mutable_caps()->set_files_max(2); },
       [](const Sandbox& s) { return s.Encrypt(3); }, kPermissionDenied, "cap of 2"},
      {"too many bytes", [](Sandbox& s) { s.policy.mutable_caps()->set_bytes_max(3000); },
       [](const Sandbox& s) { return s.Encrypt(3); }, kPermissionDenied, "cap of 3000"},
      {"too much processor", [](Sandbox& s) { s.policy.mutable_caps()->set_cpu_permille_max(10); },
       [](const Sandbox& s) { return s.RunDecoy(11); }, kPermissionDenied, "cap of 10"},
      {"too many lines", [](Sandbox& s) { s.policy.mutable_caps()->set_log_lines_max(3); },
       [](const Sandbox& s) { return s.AppendLog(4); }, kPermissionDenied, "cap of 3"},
      {"no order at a time", [](Sandbox& s) { s.policy.mutable_caps()->set_active_orders_max(0); },
       [](const Sandbox& s) { return s.AppendLog(4); }, kResourceExhausted, "still in place"},
      {"undo store too small",
       [](Sandbox& s) { s.policy.mutable_caps()->set_undo_store_bytes_max(20); },
       [](const Sandbox& s) { return s.Deface(); }, kResourceExhausted, "cap of 20"},
      {"page missing", [](Sandbox& s) { unlink(s.page().c_str()); },
       [](const Sandbox& s) { return s.Deface(); }, kFailedPrecondition, "does not exist"},
      {"page with two names",
       [](Sandbox& s) { std::filesystem::create_hard_link(s.page(), s.Path("www/b.html")); },
       [](const Sandbox& s) { return s.Deface(); }, kFailedPrecondition, "2 hard links"},
      {"page too large", [](Sandbox& s) { s.Write(s.page(), std::string((4 << 20) + 1, 'x')); },
       [](const Sandbox& s) { return s.Deface(); }, kFailedPrecondition, "at most 4 MiB"},
      {"folder there", [](Sandbox& s) { s.Write(s.Path("docs/HoSo_LuuTru"), "x"); },
       [](const Sandbox& s) { return s.Encrypt(); }, kFailedPrecondition, "exists already"},
      {"log missing", [](Sandbox& s) { unlink(s.log_file().c_str()); },
       [](const Sandbox& s) { return s.AppendLog(); }, kFailedPrecondition, "does not exist"},
      {"unknown kind", [](Sandbox&) {}, [](const Sandbox& s) { return s.OrderFor(v1::Action()); },
       kInvalidArgument, "kind"},
      {"not an action", [](Sandbox&) {},
       [](const Sandbox& s) {
         v1::Order order = s.Deface();
         order.set_action("\xff\xff");
         return order;
       },
       kInvalidArgument, "does not parse"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Sandbox sandbox;
    c.edit(sandbox);
    const v1::Order order = c.order(sandbox);
    const auto before = sandbox.Manifest();
    auto player = sandbox.Player();
    EXPECT_THAT(player->DryRun(order), StatusIs(c.code, HasSubstr(c.says)));
    EXPECT_THAT(player->Prepare(order), StatusIs(c.code, HasSubstr(c.says)));
    bool started = false;
    const Outcome outcome = player->Start(order, [&](int64_t) { started = true; });
    EXPECT_FALSE(started);
    EXPECT_EQ(outcome.kind, c.code == kPermissionDenied || c.code == kInvalidArgument
                                ? v1::ORDER_EVENT_KIND_REFUSED
                                : v1::ORDER_EVENT_KIND_FAILED);
    EXPECT_THAT(outcome.notes, ElementsAre(HasSubstr(c.says)));
    EXPECT_EQ(sandbox.Manifest(), before);
    EXPECT_THAT(sandbox.RunningDecoys(), IsEmpty());
    EXPECT_TRUE(NothingOfOurs(sandbox));
  }
}

TEST(PlayerPolicy, AnEditByTheOwnerTakesEffectOnAnArmedOrder) {
  Sandbox sandbox;
  auto player = sandbox.Player();
  const v1::Order order = sandbox.Encrypt();
  ASSERT_OK(player->Prepare(order));
  sandbox.policy.clear_actions();
  EXPECT_EQ(player->Start(order, Nothing).kind, v1::ORDER_EVENT_KIND_REFUSED);
  EXPECT_FALSE(Sandbox::Exists(sandbox.Path("docs/HoSo_LuuTru")));
  EXPECT_TRUE(NothingOfOurs(sandbox));
}

TEST(PlayerPolicy, UndoNeedsNoPolicy) {
  Sandbox sandbox;
  const auto before = sandbox.Manifest();
  auto player = sandbox.Player();
  const v1::Order order = sandbox.Deface();
  player->Start(order, Nothing);
  sandbox.policy_fault = absl::InvalidArgumentError("policy.yaml:1:1: nonsense");
  EXPECT_EQ(player->Undo(order.id(), v1::UNDO_REASON_STOPPED).cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox.Manifest(), before);
}

TEST(PlayerPolicy, SaysWhatItAdmitsAndWhatThePolicyIs) {
  Sandbox sandbox;
  auto player = sandbox.Player();
  sandbox.policy.clear_actions();
  sandbox.policy.add_actions("log.append");
  EXPECT_THAT(player->Actions(), ElementsAre("log.append"));
  EXPECT_EQ(player->PolicySha256(), Sha256(sandbox.policy.SerializeAsString()));
  sandbox.policy_fault = absl::NotFoundError("none");
  EXPECT_THAT(player->Actions(), IsEmpty());
  EXPECT_THAT(player->PolicySha256(), IsEmpty());
}

TEST(PlayerPolicy, OnlyADefacedPageHarmsService) {
  Sandbox sandbox;
  auto player = sandbox.Player();
  EXPECT_TRUE(player->HarmsService(sandbox.Deface()));
  EXPECT_FALSE(player->HarmsService(sandbox.Encrypt()));
  EXPECT_FALSE(player->HarmsService(sandbox.RunDecoy()));
  EXPECT_FALSE(player->HarmsService(sandbox.AppendLog()));
  EXPECT_TRUE(player->HarmsService(sandbox.OrderFor(v1::Action()))) << "unknown: suppose the worse";
}

class PolicyFile : public ::testing::Test {
 protected:
  absl::StatusOr<LoadedPolicy> Load(const std::string& text, unsigned mode = 0644) {
    sandbox_.Write(path_, text, mode);
    return PolicyFromFile(path_)();
  }
  Sandbox sandbox_;
  const std::string path_ = sandbox_.Path("policy.yaml");
};

TEST_F(PolicyFile, IsReadAsYaml) {
  const std::string text =
      "places:\n  - {name: docs, path: /srv/docs}\nactions: [files.encrypt]\n"
      "never: [/srv/docs/mat]\ncaps: {files_max: 7, duration_max: 2h}\nremove_log_lines: true\n";
  const auto loaded = Load(text);
  ASSERT_OK(loaded);
  EXPECT_EQ(loaded->sha256, Sha256(text));
  EXPECT_EQ(loaded->policy.places(0).path(), "/srv/docs");
  EXPECT_TRUE(loaded->policy.remove_log_lines());
  const Limits limits = LimitsOf(loaded->policy);
  EXPECT_EQ(limits.files_max, 7);
  EXPECT_EQ(limits.duration_max_seconds, 7200);
}

TEST_F(PolicyFile, ThatOthersCouldHaveWrittenIsNotBelieved) {
  EXPECT_OK(Load("actions: []\n", 0600));
  EXPECT_THAT(Load("actions: []\n", 0664), StatusIs(kPermissionDenied, HasSubstr("chmod go-w")));
  EXPECT_THAT(Load("actions: []\n", 0646), StatusIs(kPermissionDenied, HasSubstr("chmod go-w")));
  if (geteuid() != 0) return;
  ASSERT_EQ(chmod(path_.c_str(), 0644), 0);
  ASSERT_EQ(chown(path_.c_str(), 1234, 0), 0);
  EXPECT_THAT(PolicyFromFile(path_)(), StatusIs(kPermissionDenied, HasSubstr("user 1234")));
}

TEST_F(PolicyFile, MissingOrFaultyIsSaidWithItsPlace) {
  EXPECT_THAT(PolicyFromFile(path_)(), StatusIs(kNotFound, HasSubstr(path_)));
  EXPECT_THAT(Load("acts: [files.encrypt]\n"),
              StatusIs(kInvalidArgument, HasSubstr(path_ + ":1:1")));
}

// ---- arming ------------------------------------------------------------------------------------

TEST(PlayerArming, ChangesNothingOnTheHostAndIsDroppedWithoutATrace) {
  Sandbox sandbox;
  const auto before = sandbox.Manifest();
  auto player = sandbox.Player();
  for (const v1::Order& order :
       {sandbox.Encrypt(), sandbox.Deface(), sandbox.RunDecoy(), sandbox.AppendLog()}) {
    ASSERT_OK(player->Prepare(order));
    ASSERT_OK(player->Prepare(order)) << "arming again is fine";
    EXPECT_EQ(sandbox.Manifest(), before);
    player->Discard(order.id());
  }
  EXPECT_TRUE(NothingOfOurs(sandbox));
}

TEST(PlayerArming, IsForgottenByARestart) {
  Sandbox sandbox;
  ASSERT_OK(sandbox.Player()->Prepare(sandbox.Deface()));
  ASSERT_FALSE(NothingOfOurs(sandbox));
  EXPECT_THAT(sandbox.Player()->Recover(), IsEmpty());
  EXPECT_TRUE(NothingOfOurs(sandbox));
}

TEST(PlayerArming, DiscardDoesNotTouchAStartedOrder) {
  Sandbox sandbox;
  const auto before = sandbox.Manifest();
  auto player = sandbox.Player();
  const v1::Order order = sandbox.Deface();
  player->Start(order, Nothing);
  player->Discard(order.id());
  player->Forget(order.id());  // still in place: not forgotten either
  EXPECT_EQ(player->Undo(order.id(), v1::UNDO_REASON_ENDED).cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox.Manifest(), before);
}

TEST(PlayerArming, StartingIsSaidAfterItIsDurableAndBeforeTheFirstChange) {
  Sandbox sandbox;
  const auto before = sandbox.Manifest();
  std::vector<std::string> order_of_events;
  auto player = sandbox.Player([&](absl::string_view point) {
    if (point == "starting.after" || point == "change.0.before") {
      order_of_events.emplace_back(point);
    }
  });
  player->Start(sandbox.Deface(), [&](int64_t) {
    EXPECT_EQ(sandbox.Manifest(), before);
    order_of_events.push_back("on_starting");
  });
  EXPECT_THAT(order_of_events, ElementsAre("starting.after", "on_starting", "change.0.before"));
}

TEST(PlayerArming, AnOrderStartsOnce) {
  Sandbox sandbox;
  auto player = sandbox.Player();
  const v1::Order order = sandbox.AppendLog();
  ASSERT_EQ(player->Start(order, Nothing).kind, v1::ORDER_EVENT_KIND_APPLIED);
  const auto once = sandbox.Manifest();
  EXPECT_EQ(player->Start(order, Nothing).kind, v1::ORDER_EVENT_KIND_FAILED);
  EXPECT_THAT(player->Prepare(order), StatusIs(kFailedPrecondition));
  EXPECT_EQ(sandbox.Manifest(), once);
}

TEST(PlayerArming, OnlySoManyOrdersAtATime) {
  Sandbox sandbox;
  sandbox.policy.mutable_caps()->set_active_orders_max(1);
  auto player = sandbox.Player();
  const v1::Order first = sandbox.Deface();
  ASSERT_EQ(player->Start(first, Nothing).kind, v1::ORDER_EVENT_KIND_APPLIED);
  EXPECT_THAT(player->DryRun(sandbox.Encrypt()), StatusIs(kResourceExhausted));
  player->Undo(first.id(), v1::UNDO_REASON_ENDED);
  EXPECT_OK(player->DryRun(sandbox.Encrypt()));
}

TEST(PlayerArming, ALinkSwappedInBeforeTheStartIsNotFollowed) {
  Sandbox sandbox;
  std::filesystem::create_directory(sandbox.Path("other"));
  sandbox.Write(sandbox.Path("other/index.html"), "không được đụng");
  auto player = sandbox.Player([&](absl::string_view point) {
    if (point != "change.0.before") return;
    std::filesystem::rename(sandbox.Path("www"), sandbox.Path("www.old"));
    std::filesystem::create_symlink(sandbox.Path("other"), sandbox.Path("www"));
  });
  const Outcome outcome = player->Start(sandbox.Deface(), Nothing);
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_FAILED);
  EXPECT_EQ(Sandbox::Read(sandbox.Path("other/index.html")), "không được đụng");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(sandbox.Path("other")), {}), 1);
}

TEST(PlayerUndo, OfWhatIsNotThereIsDone) {
  Sandbox sandbox;
  const Outcome outcome = sandbox.Player()->Undo(sandbox.Deface().id(), v1::UNDO_REASON_STOPPED);
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_UNDONE);
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
}

TEST(PlayerUndo, ResidueIsTriedAgain) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make a file that root cannot remove";
  Sandbox sandbox;
  const auto before = sandbox.Manifest();
  auto player = sandbox.Player();
  const v1::Order order = sandbox.Encrypt(1);
  ASSERT_EQ(player->Start(order, Nothing).kind, v1::ORDER_EVENT_KIND_APPLIED);
  const std::string note = sandbox.Path("docs/HoSo_LuuTru/DOC_TOI_DE_KHOI_PHUC.txt");
  if (system(absl::StrCat("chattr +i '", note, "' 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "the temporary directory has no immutable files";
  }
  const Outcome first = player->Undo(order.id(), v1::UNDO_REASON_ENDED);
  EXPECT_EQ(first.cleanup, v1::CLEANUP_RESULT_RESIDUE);
  EXPECT_THAT(first.notes, Contains(HasSubstr(note + " could not be undone")));
  ASSERT_EQ(system(absl::StrCat("chattr -i '", note, "'").c_str()), 0);
  player->Undo(order.id(), v1::UNDO_REASON_ENDED);
  EXPECT_EQ(sandbox.Manifest(), before);
}

// ---- controls of the host ----------------------------------------------------------------------

TEST(PlayerBlocked, AFileThatIsRemovedAtOnce) {
  Sandbox sandbox;
  const auto before = sandbox.Manifest();
  auto player = sandbox.Player([&](absl::string_view point) {
    if (point != "change.2.after") return;
    for (const auto& entry :
         std::filesystem::directory_iterator(sandbox.Path("docs/HoSo_LuuTru"))) {
      if (entry.path().extension() == ".locked") std::filesystem::remove(entry.path());
    }
  });
  const Outcome outcome = player->Start(sandbox.Encrypt(), Nothing);
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_BLOCKED);
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_THAT(outcome.notes, ElementsAre(HasSubstr("was gone as soon as it was made")));
  EXPECT_EQ(sandbox.Manifest(), before);
}

TEST(PlayerBlocked, APageThatIsPutBackAtOnce) {
  Sandbox sandbox;
  const std::string page = Sandbox::Read(sandbox.page());
  auto player = sandbox.Player([&](absl::string_view point) {
    if (point == "change.0.after") sandbox.Write(sandbox.page(), page, 0640);
  });
  const Outcome outcome = player->Start(sandbox.Deface(), Nothing);
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_BLOCKED);
  EXPECT_EQ(Sandbox::Read(sandbox.page()), page);
}

TEST(PlayerBlocked, AProcessThatIsKilledAtOnce) {
  Sandbox sandbox;
  auto player = sandbox.Player([&](absl::string_view point) {
    if (point != "change.0.after") return;
    for (int pid : sandbox.RunningDecoys()) kill(pid, SIGKILL);
    EXPECT_THAT(sandbox.Decoys(), IsEmpty());
  });
  const Outcome outcome = player->Start(sandbox.RunDecoy(), Nothing);
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_BLOCKED);
  EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
}

TEST(PlayerBlocked, IsStillBlockedWhenTheAgentDiesWhileUndoing) {
  Sandbox sandbox;
  const auto before = sandbox.Manifest();
  const v1::Order order = sandbox.Encrypt();
  ASSERT_TRUE(RunAndDieAt("undone.before", [&](const KillPoint& kill_point) {
    auto player = sandbox.Player([&](absl::string_view point) {
      if (point == "change.2.after") {
        std::filesystem::remove_all(sandbox.Path("docs/HoSo_LuuTru"));
      }
      kill_point(point);
    });
    player->Start(order, Nothing);
  }));
  for (int restart = 0; restart < 2; ++restart) {
    const auto found = sandbox.Player()->Recover();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].outcome.kind, v1::ORDER_EVENT_KIND_BLOCKED);
    EXPECT_EQ(found[0].outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
  }
  EXPECT_EQ(sandbox.Manifest(), before);
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
  std::filesystem::create_directory(sandbox.AgentPath(""));
  const auto before = sandbox.Manifest();
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) ||
        mount("tmpfs", sandbox.AgentPath("").c_str(), "tmpfs", 0, "size=64k") != 0) {
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
