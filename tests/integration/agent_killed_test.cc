// kill -9 of an agent: what it did to its host is undone, and said.

#include <signal.h>

#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

class AgentKilledTest : public DrillTest {};

TEST_F(AgentKilledTest, AppliedOrderStaysOverTheRestartAndIsUndoneAtTheEnd) {
  ASSERT_OK(MakeReady());
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  WatchUntil(OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "crypt", "app-1"));
  EndAgent("app-1", SIGKILL);
  const std::string note = HostPath("app-1", "docs/HoSo/DOC_TOI_DE_KHOI_PHUC.txt");
  EXPECT_TRUE(Exists(note));
  StartAgent("app-1");

  const auto events = WatchUntil(OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "lines", "app-1"));
  EXPECT_TRUE(Exists(note));  // the agent came back, and let it be
  EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_UNDONE, "crypt", "app-1")), 0);
  WatchUntil(ExerciseEnded);
  ASSERT_TRUE(Clean());
  EXPECT_FALSE(Exists(HostPath("app-1", "docs/HoSo")));
  // The agent tells again what it had done (it cannot know what arrived); it counts once.
  const v1::ExerciseView view = View();
  ASSERT_GT(view.injects_size(), 0);
  EXPECT_EQ(view.injects(0).inject(), "crypt");
  EXPECT_EQ(view.injects(0).started(), 2);
  EXPECT_EQ(view.injects(0).applied(), 2);
  const auto all = Records();
  EXPECT_EQ(Count(all, [](const v1::Record& r) { return r.has_order_retried(); }), 0);
  EXPECT_EQ(Count(all, OrderIs(v1::ORDER_EVENT_KIND_UNDONE, "crypt", "app-1")), 1);
}

// Points of agent/kill_point.h: between what is promised, what is done and what is written down.
class AgentDiesAtTest : public AgentKilledTest,
                        public ::testing::WithParamInterface<const char*> {};

TEST_P(AgentDiesAtTest, OrderIsInterruptedUndoneAndSaidSo) {
  ASSERT_OK(MakeReady());
  EndAgent("app-1", SIGTERM);
  StartAgent("app-1", {std::string("DRILL_AGENT_DIE_AT=") + GetParam()});
  ASSERT_TRUE(Until([this] {
    const auto view = View();
    for (const auto& host : view.hosts()) {
      if (host.host() == "app-1") return host.agent().connected();
    }
    return false;
  }));
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  const std::optional<Ended> died = agent("app-1").Wait(kPatienceUs);
  ASSERT_TRUE(died.has_value());
  ASSERT_TRUE(died->by_signal);
  ASSERT_EQ(died->code, SIGKILL);
  StartAgent("app-1");

  WatchUntil(ExerciseEnded);
  ASSERT_TRUE(Clean());
  const auto events = Records();
  EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_INTERRUPTED, "crypt", "app-1")), 1);
  EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "crypt", "app-1")), 0);
  EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "crypt", "app-2")), 1);
  EXPECT_FALSE(Exists(HostPath("app-1", "docs/HoSo")));
  EXPECT_EQ(Read(HostPath("app-1", "docs/ho-so.txt")), "Hồ sơ thật.\n");
}

INSTANTIATE_TEST_SUITE_P(Points, AgentDiesAtTest,
                         ::testing::Values("starting.after", "applied.before"));

}  // namespace
}  // namespace drill::testing
