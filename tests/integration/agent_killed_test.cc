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

}  // namespace
}  // namespace drill::testing
