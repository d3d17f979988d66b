// kill -9 at every step of every action, of its undo, and of the recovery from that: what was
// begun is undone or stays whole and is undone when told, the agent says which, and the host is as
// it was.

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/fake_sink.h"
#include "tests/support/status.h"
#include "tests/unit/agent/catalogue_orders.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::agent {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using OrderOf = v1::Order (*)(const Sandbox&);
struct Case {
  const char* name;
  OrderOf order;
  // What the team does about it while it is in place, so that undo finds its own change and no
  // other.
  void (*team)(const Sandbox&);
  bool leaves_files = true;
  // What the owner has besides.
  // Not empty: why this machine cannot have it.
  std::string (*owner)(Sandbox&) = [](Sandbox&) { return std::string(); };
};

// One for all; its thread is not in the children that are killed, which only connect to it.
::drill::testing::FakeSink& Sink() {
  static ::drill::testing::FakeSink sink;
  return sink;
}

void MakeReady(Sandbox* sandbox) {
  sandbox->sink.address = "127.0.0.1";
  sandbox->sink.ports.set_http(Sink().http_port());
  sandbox->policy.add_ports(::drill::testing::FreePort());
}

void Remove(const std::string& path) { ASSERT_EQ(unlink(path.c_str()), 0) << path; }

const Case kCases[] = {
    {"FilesEncrypt", [](const Sandbox& s) { return s.Encrypt(2); },
     [](const Sandbox& s) { Remove(s.Path("docs/HoSo_LuuTru/DOC_TOI_DE_KHOI_PHUC.txt")); }},
    {"WebDeface", [](const Sandbox& s) { return s.Deface(); },
     [](const Sandbox& s) { s.Write(s.page(), "của đội ứng cứu", 0640); }},
    {"ProcessRunDecoy", [](const Sandbox& s) { return s.RunDecoy(); },
     [](const Sandbox& s) { s.KillDecoys(); }, false},
    {"LogAppend", [](const Sandbox& s) { return s.AppendLog(); },
     [](const Sandbox& s) { s.Write(s.log_file(), "", 0640); }},
    {"WebShell", [](const Sandbox& s) { return WebShell(s); },
     [](const Sandbox& s) { Remove(s.Path("www/img_cache.php")); }},
    {"MalwareEicar", [](const Sandbox& s) { return Eicar(s); },
     [](const Sandbox& s) { Remove(s.Path("docs/HoaDon_2026.com")); }},
    {"CpuBurn", [](const Sandbox& s) { return BurnCpu(s); },
     [](const Sandbox& s) { s.KillDecoys(); }, false},
    {"DiskFill", [](const Sandbox& s) { return FillDisk(s); },
     [](const Sandbox& s) { Remove(s.Path("docs/core.dump")); }},
    {"ConfigChange", [](const Sandbox& s) { return ChangeConfig(s); },
     [](const Sandbox& s) { s.Write(ConfigPath(s), "TLS = strict\n", 0600); }, true,
     [](Sandbox& s) {
       s.Write(ConfigPath(s), kConfig, 0600);
       return std::string();
     }},
    {"LogClear", [](const Sandbox& s) { return ClearLog(s); },
     [](const Sandbox& s) {
       ASSERT_EQ(rename(s.log_file().c_str(), s.Path("log/auth.log.1").c_str()), 0);
       s.Write(s.log_file(), "của đội ứng cứu\n", 0640);
     }},
    {"DataCorruptCsv", [](const Sandbox& s) { return CorruptData(s, v1::DATA_KIND_CSV); },
     [](const Sandbox& s) { Remove(s.Path("docs/HoSo_MotCua.csv")); }},
    {"DataCorruptSqlite", [](const Sandbox& s) { return CorruptData(s, v1::DATA_KIND_SQLITE); },
     [](const Sandbox& s) { Remove(s.Path("docs/HoSo_MotCua.db")); }},
    {"PersistenceCron", [](const Sandbox& s) { return AddCron(s); },
     [](const Sandbox& s) { Remove(s.Path("docs/sysupdate")); }},
    {"PersistenceSystemd", [](const Sandbox& s) { return AddUnit(s); },
     [](const Sandbox& s) { Remove(s.Path(absl::StrCat("docs/", kUnit))); }},
    {"PersistenceSshKey", [](const Sandbox& s) { return AddKey(s); },
     [](const Sandbox& s) { s.Write(KeysPath(s), "ssh-ed25519 AAAA quantri\n", 0600); }, true,
     [](Sandbox& s) {
       s.Write(KeysPath(s), "ssh-ed25519 AAAA quantri", 0600);
       return std::string();
     }},
    {"PersistenceSshKeyNewFile", [](const Sandbox& s) { return AddKey(s); },
     [](const Sandbox& s) { Remove(KeysPath(s)); }},
    {"AccountCreate", [](const Sandbox& s) { return MakeAccount(s); },
     [](const Sandbox& s) {
       // Locked, as usermod -L does it.
       std::string shadow = Sandbox::Read(s.Path("etc/shadow"));
       shadow.insert(shadow.find("hotro_ktv:") + strlen("hotro_ktv:"), "!");
       s.Write(s.Path("etc/shadow"), shadow, 0640);
     },
     true, [](Sandbox& s) { return s.MakePrivateEtc(); }},
    {"ServiceStop", [](const Sandbox& s) { return StopService(s); },
     [](const Sandbox& s) { s.systemd().Add(kService); }, true,
     [](Sandbox& s) {
       s.RunUnit(kService);
       return std::string();
     }},
    {"ExecAtomic", [](const Sandbox& s) { return RunAtomic(s); },
     [](const Sandbox& s) { Remove(s.Path("docs/made")); }},
    {"NetworkListen", [](const Sandbox& s) { return s.Listen(); },
     [](const Sandbox& s) { s.KillDecoys(); }, false},
    {"NetworkBeacon", [](const Sandbox& s) { return s.Beacon(v1::CHANNEL_HTTP); },
     [](const Sandbox& s) { s.KillDecoys(); }, false},
};

// The whole life of an order.
void Live(const Sandbox& sandbox, const v1::Order& order, const KillPoint& kill_point) {
  auto player = sandbox.Player(kill_point);
  player->Recover();
  if (!player->Prepare(order).ok()) return;
  kill_point("prepared");
  player->Start(order, [&](int64_t) { kill_point("on_starting"); });
  player->Undo(order.id(), v1::UNDO_REASON_ENDED);
}

void RecoverOnly(const Sandbox& sandbox, const KillPoint& kill_point) {
  sandbox.Player(kill_point)->Recover();
}

std::vector<std::string> PointsOf(const std::function<void(const KillPoint&)>& body) {
  std::vector<std::string> points;
  body([&](absl::string_view point) { points.emplace_back(point); });
  return points;
}

// What the owner's own files hold.
std::map<std::string, std::string> Left(const Sandbox& sandbox) {
  std::map<std::string, std::string> left;
  for (const char* path : {"www/index.html", "www/app.conf", "log/auth.log"}) {
    left[path] = Sandbox::Read(sandbox.Path(path));
  }
  return left;
}

size_t IndexOf(const std::vector<std::string>& points, const std::string& point) {
  return static_cast<size_t>(std::find(points.begin(), points.end(), point) - points.begin());
}

class KillMatrix : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    Sandbox sandbox(Sandbox::On::kMemory);
    const std::string why = GetParam().owner(sandbox);
    if (!why.empty()) GTEST_SKIP() << "this machine does not let the test have it: " << why;
  }
  static void Furnish(Sandbox* sandbox) {
    AllowCatalogue(sandbox);
    MakeReady(sandbox);
    EXPECT_EQ(GetParam().owner(*sandbox), "");
  }
};

TEST_P(KillMatrix, EveryStepOfAnOrder) {
  std::vector<std::string> points;
  {
    Sandbox dry(Sandbox::On::kMemory);
    Furnish(&dry);
    points = PointsOf([&](const KillPoint& k) { Live(dry, GetParam().order(dry), k); });
  }
  const size_t started = IndexOf(points, "starting.after");
  const size_t applied = IndexOf(points, "applied.after");
  const size_t undoing = IndexOf(points, "undoing.after");
  const size_t undone = IndexOf(points, "undone.after");
  ASSERT_LT(undone, points.size()) << "the dry run did not get to its end";

  for (size_t i = 0; i < points.size(); ++i) {
    SCOPED_TRACE(points[i]);
    Sandbox sandbox(Sandbox::On::kMemory);
    Furnish(&sandbox);
    const v1::Order order = GetParam().order(sandbox);
    const auto before = sandbox.Manifest();
    ASSERT_TRUE(RunAndDieAt(points[i], [&](const KillPoint& k) { Live(sandbox, order, k); }));

    auto player = sandbox.Player();
    const std::vector<Found> found = player->Recover();
    if (i < started) {
      // Nothing had been made durable, so nothing had been changed.
      EXPECT_THAT(found, IsEmpty());
    } else {
      ASSERT_EQ(found.size(), 1u);
      EXPECT_EQ(found[0].order.SerializeAsString(), order.SerializeAsString());
      EXPECT_EQ(found[0].active, applied <= i && i < undoing);
      if (found[0].active) {
        EXPECT_EQ(found[0].outcome.kind, v1::ORDER_EVENT_KIND_APPLIED);
        EXPECT_FALSE(found[0].outcome.traces.empty());
        EXPECT_NE(sandbox.Manifest() == before, GetParam().leaves_files);
        EXPECT_EQ(player->Undo(order.id(), v1::UNDO_REASON_ENDED).cleanup,
                  v1::CLEANUP_RESULT_VERIFIED);
      } else {
        EXPECT_EQ(found[0].outcome.kind,
                  i < applied ? v1::ORDER_EVENT_KIND_INTERRUPTED : v1::ORDER_EVENT_KIND_UNDONE);
        EXPECT_EQ(found[0].outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
        EXPECT_THAT(found[0].outcome.notes, Each(StartsWith("contacts made: ")));
      }
    }
    EXPECT_EQ(sandbox.Manifest(), before);
    EXPECT_THAT(sandbox.Decoys(), IsEmpty());
    player->Forget(order.id());
    EXPECT_THAT(sandbox.Player()->Recover(), IsEmpty());
  }
}

TEST_P(KillMatrix, EveryStepOfTheRecovery) {
  // Die when everything is in place but not yet called applied, then die again while recovering.
  const std::string first = "applied.before";
  std::vector<std::string> points;
  {
    Sandbox dry(Sandbox::On::kMemory);
    Furnish(&dry);
    const v1::Order order = GetParam().order(dry);
    ASSERT_TRUE(RunAndDieAt(first, [&](const KillPoint& k) { Live(dry, order, k); }));
    points = PointsOf([&](const KillPoint& k) { RecoverOnly(dry, k); });
  }
  ASSERT_GE(points.size(), 6u);
  for (const std::string& second : points) {
    SCOPED_TRACE(second);
    Sandbox sandbox(Sandbox::On::kMemory);
    Furnish(&sandbox);
    const v1::Order order = GetParam().order(sandbox);
    const auto before = sandbox.Manifest();
    ASSERT_TRUE(RunAndDieAt(first, [&](const KillPoint& k) { Live(sandbox, order, k); }));
    ASSERT_TRUE(RunAndDieAt(second, [&](const KillPoint& k) { RecoverOnly(sandbox, k); }));
    const std::vector<Found> found = sandbox.Player()->Recover();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].outcome.kind, v1::ORDER_EVENT_KIND_INTERRUPTED);
    EXPECT_EQ(found[0].outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
    EXPECT_EQ(sandbox.Manifest(), before);
    EXPECT_THAT(sandbox.Decoys(), IsEmpty());
  }
}

TEST_P(KillMatrix, WhatTheTeamHadRemovedIsStillSaidAfterACrashInUndo) {
  std::vector<std::string> points;
  std::map<std::string, std::string> team_left;
  const auto undo_only = [](const Sandbox& sandbox, const v1::Order& order, const KillPoint& k) {
    auto player = sandbox.Player(k);
    player->Recover();
    player->Undo(order.id(), v1::UNDO_REASON_ENDED);
  };
  {
    Sandbox dry(Sandbox::On::kMemory);
    Furnish(&dry);
    const v1::Order order = GetParam().order(dry);
    dry.Player()->Start(order, [](int64_t) {});
    GetParam().team(dry);
    team_left = Left(dry);
    points = PointsOf([&](const KillPoint& k) { undo_only(dry, order, k); });
  }
  ASSERT_GE(points.size(), 4u);
  for (const std::string& point : points) {
    SCOPED_TRACE(point);
    Sandbox sandbox(Sandbox::On::kMemory);
    Furnish(&sandbox);
    const v1::Order order = GetParam().order(sandbox);
    const Outcome applied = sandbox.Player()->Start(order, [](int64_t) {});
    ASSERT_EQ(applied.kind, v1::ORDER_EVENT_KIND_APPLIED)
        << ::testing::PrintToString(applied.notes);
    GetParam().team(sandbox);
    ASSERT_TRUE(RunAndDieAt(point, [&](const KillPoint& k) { undo_only(sandbox, order, k); }));
    auto player = sandbox.Player();
    player->Recover();
    const Outcome outcome = player->Undo(order.id(), v1::UNDO_REASON_ENDED);
    EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_UNDONE);
    EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
    EXPECT_EQ(outcome.notes.size(), 1u) << ::testing::PrintToString(outcome.notes);
    EXPECT_FALSE(Sandbox::Exists(sandbox.Path("docs/HoSo_LuuTru")));
    for (const auto& [path, content] : team_left) {
      EXPECT_EQ(Sandbox::Read(sandbox.Path(path)), content) << path;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Actions, KillMatrix, ::testing::ValuesIn(kCases),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace drill::agent
