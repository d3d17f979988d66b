// kill -9 at every step of every action, of its undo, and of the recovery from that: what was
// begun is undone or stays whole and is undone when told, the agent says which, and the host is as
// it was.

#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "tests/support/status.h"
#include "tests/unit/agent/sandbox.h"

namespace drill::agent {
namespace {

using ::testing::IsEmpty;

using OrderOf = v1::Order (*)(const Sandbox&);
struct Case {
  const char* name;
  OrderOf order;
};

const Case kCases[] = {
    {"FilesEncrypt", [](const Sandbox& s) { return s.Encrypt(2); }},
    {"WebDeface", [](const Sandbox& s) { return s.Deface(); }},
    {"ProcessRunDecoy", [](const Sandbox& s) { return s.RunDecoy(); }},
    {"LogAppend", [](const Sandbox& s) { return s.AppendLog(); }},
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

size_t IndexOf(const std::vector<std::string>& points, const std::string& point) {
  return static_cast<size_t>(std::find(points.begin(), points.end(), point) - points.begin());
}

class KillMatrix : public ::testing::TestWithParam<Case> {};

TEST_P(KillMatrix, EveryStepOfAnOrder) {
  std::vector<std::string> points;
  {
    Sandbox dry(Sandbox::On::kMemory);
    dry.policy.set_remove_log_lines(true);
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
    sandbox.policy.set_remove_log_lines(true);
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
        EXPECT_NE(sandbox.Manifest() == before, GetParam().name != std::string("ProcessRunDecoy"));
        EXPECT_EQ(player->Undo(order.id(), v1::UNDO_REASON_ENDED).cleanup,
                  v1::CLEANUP_RESULT_VERIFIED);
      } else {
        EXPECT_EQ(found[0].outcome.kind,
                  i < applied ? v1::ORDER_EVENT_KIND_INTERRUPTED : v1::ORDER_EVENT_KIND_UNDONE);
        EXPECT_EQ(found[0].outcome.cleanup, v1::CLEANUP_RESULT_VERIFIED);
        EXPECT_THAT(found[0].outcome.notes, IsEmpty());
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
    dry.policy.set_remove_log_lines(true);
    const v1::Order order = GetParam().order(dry);
    ASSERT_TRUE(RunAndDieAt(first, [&](const KillPoint& k) { Live(dry, order, k); }));
    points = PointsOf([&](const KillPoint& k) { RecoverOnly(dry, k); });
  }
  ASSERT_GE(points.size(), 6u);
  for (const std::string& second : points) {
    SCOPED_TRACE(second);
    Sandbox sandbox(Sandbox::On::kMemory);
    sandbox.policy.set_remove_log_lines(true);
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
  const auto undo_only = [](const Sandbox& sandbox, const v1::Order& order, const KillPoint& k) {
    auto player = sandbox.Player(k);
    player->Recover();
    player->Undo(order.id(), v1::UNDO_REASON_ENDED);
  };
  const auto team_acts = [](const Sandbox& sandbox) {
    sandbox.KillDecoys();
    if (sandbox.Exists(sandbox.Path("docs/HoSo_LuuTru"))) {
      unlink(sandbox.Path("docs/HoSo_LuuTru/DOC_TOI_DE_KHOI_PHUC.txt").c_str());
    }
    sandbox.Write(sandbox.page(), "của đội ứng cứu", 0640);
    sandbox.Write(sandbox.log_file(), "", 0640);
  };
  {
    Sandbox dry(Sandbox::On::kMemory);
    const v1::Order order = GetParam().order(dry);
    dry.Player()->Start(order, [](int64_t) {});
    team_acts(dry);
    points = PointsOf([&](const KillPoint& k) { undo_only(dry, order, k); });
  }
  ASSERT_GE(points.size(), 4u);
  for (const std::string& point : points) {
    SCOPED_TRACE(point);
    Sandbox sandbox(Sandbox::On::kMemory);
    const v1::Order order = GetParam().order(sandbox);
    const Outcome applied = sandbox.Player()->Start(order, [](int64_t) {});
    ASSERT_EQ(applied.kind, v1::ORDER_EVENT_KIND_APPLIED)
        << ::testing::PrintToString(applied.notes);
    team_acts(sandbox);
    ASSERT_TRUE(RunAndDieAt(point, [&](const KillPoint& k) { undo_only(sandbox, order, k); }));
    auto player = sandbox.Player();
    player->Recover();
    const Outcome outcome = player->Undo(order.id(), v1::UNDO_REASON_ENDED);
    EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_UNDONE);
    EXPECT_EQ(outcome.cleanup, v1::CLEANUP_RESULT_SUPERSEDED);
    EXPECT_EQ(outcome.notes.size(), 1u) << ::testing::PrintToString(outcome.notes);
    EXPECT_FALSE(Sandbox::Exists(sandbox.Path("docs/HoSo_LuuTru")));
    EXPECT_EQ(Sandbox::Read(sandbox.page()), "của đội ứng cứu");
  }
}

INSTANTIATE_TEST_SUITE_P(Actions, KillMatrix, ::testing::ValuesIn(kCases),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace drill::agent
