// The player around the actions: what the owner's policy refuses, what is armed and dropped, what
// a control of the host does.

#include "agent/player.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
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
using ::testing::SizeIs;
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

TEST(PlayerPolicy, HoursAreAskedAtTheStartNotWhenItIsArmed) {
  Sandbox sandbox;
  const auto before = sandbox.Manifest();
  v1::DateSpan* ever = sandbox.policy.add_blackouts();
  ever->mutable_from()->set_year(2000);
  ever->mutable_from()->set_month(1);
  ever->mutable_from()->set_day(1);
  *ever->mutable_to() = ever->from();
  ever->mutable_to()->set_year(2999);
  ever->set_why("cao điểm");
  auto player = sandbox.Player();
  EXPECT_OK(player->DryRun(sandbox.Deface()));
  EXPECT_OK(player->Prepare(sandbox.Deface()));
  const Outcome outcome = player->Start(sandbox.Deface(), Nothing);
  EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_REFUSED);
  EXPECT_THAT(outcome.notes, ElementsAre(HasSubstr("cao điểm")));
  EXPECT_EQ(sandbox.Manifest(), before);
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

TEST(PlayerDirectory, ThatOthersMayEnterIsRefused) {
  Sandbox sandbox;
  HostPlayer::Options options;
  options.directory = sandbox.Path("open");
  options.policy = [] { return LoadedPolicy(); };
  ASSERT_EQ(mkdir(options.directory.c_str(), 0755), 0);
  EXPECT_THAT(HostPlayer::Open(options), StatusIs(kPermissionDenied, HasSubstr("chmod 700")));
  ASSERT_EQ(chmod(options.directory.c_str(), 0700), 0);
  EXPECT_OK(HostPlayer::Open(options));
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

TEST(PlayerArming, OneOrderAPage) {
  Sandbox sandbox;
  const auto before = sandbox.Manifest();
  auto player = sandbox.Player();
  const v1::Order first = sandbox.Deface();
  v1::Action other;
  other.mutable_web_deface()->set_page(sandbox.page());
  other.mutable_web_deface()->set_headline("lần hai");
  sandbox.policy.add_allow(sandbox.Path("www"));
  const v1::Order second = sandbox.OrderFor(other, "deface-2");
  ASSERT_OK(player->Prepare(second));
  ASSERT_EQ(player->Start(first, Nothing).kind, v1::ORDER_EVENT_KIND_APPLIED);
  // Else the first one's page would be taken for the owner's.
  const Outcome refused = player->Start(second, Nothing);
  EXPECT_EQ(refused.kind, v1::ORDER_EVENT_KIND_FAILED);
  EXPECT_THAT(refused.notes, ElementsAre(HasSubstr("undo that one first")));
  EXPECT_EQ(player->Undo(first.id(), v1::UNDO_REASON_ENDED).cleanup, v1::CLEANUP_RESULT_VERIFIED);
  EXPECT_EQ(sandbox.Manifest(), before);
  EXPECT_OK(player->Prepare(second));
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
    ASSERT_THAT(sandbox.RunningDecoys(), SizeIs(1));
    sandbox.KillDecoys();
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
    EXPECT_THAT(found[0].outcome.notes, ElementsAre(HasSubstr("as soon as it was made")));
  }
  EXPECT_EQ(sandbox.Manifest(), before);
}

}  // namespace
}  // namespace drill::agent
