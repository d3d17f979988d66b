// A team says that it has dealt with something; the agent on the host looks whether it has.

#include <signal.h>

#include <filesystem>

#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

class ClaimsCheckedTest : public DrillTest {
 protected:
  // The verdict on the newest claim, once there are so many.
  v1::EffectChecked Verdict(int number) {
    int seen = 0;
    const auto events = WatchUntil(
        [&](const v1::Record& record) { return record.has_effect_checked() && ++seen == number; });
    return events.empty() ? v1::EffectChecked() : events.back().record().effect_checked();
  }
};

TEST_F(ClaimsCheckedTest, ByWhatStandsOnTheHost) {
  ASSERT_OK(MakeReady());
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  const auto applied = WatchUntil(OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "crypt", "app-1"));
  ASSERT_FALSE(applied.empty());
  const v1::OrderEvent& order = applied.back().record().order_reported().event();
  ASSERT_GT(order.traces_size(), 1);
  const std::string path = order.traces(1).artefact().value();

  ASSERT_OK(Do("an", {"report", "detection", kExercise, "--host", "app-1", "--path", path}));
  ASSERT_OK(Do("an", {"report", "contained", kExercise, "--about", "soc-1", "--host", "app-1"}));
  EXPECT_EQ(Verdict(1).verdict(), v1::EFFECT_VERDICT_FALSE);
  EXPECT_TRUE(Exists(path)) << "looking changes nothing";

  // What is said while the agent is down is answered when it is back.
  ASSERT_TRUE(EndAgent("app-1", SIGKILL).has_value());
  std::filesystem::remove_all(HostPath("app-1", "docs/HoSo"));
  ASSERT_OK(Do("an", {"report", "recovered", kExercise, "--about", "soc-1", "--host", "app-1"}));
  StartAgent("app-1");
  EXPECT_EQ(Verdict(2).verdict(), v1::EFFECT_VERDICT_CONFIRMED);

  // Judges see it, the team and the host's own log tell nothing of it.
  const auto queue = Get<v1::Queue>("giam-khao", {"evaluator", "queue", kExercise});
  ASSERT_EQ(queue.items_size(), 1);
  ASSERT_EQ(queue.items(0).effects_size(), 1);
  EXPECT_EQ(queue.items(0).effects(0).verdict(), v1::EFFECT_VERDICT_FALSE);
  const auto inbox = Get<v1::Inbox>("an", {"inbox", kExercise});
  for (const v1::Claim& claim : inbox.claims()) {
    EXPECT_EQ(claim.effect(), v1::EFFECT_VERDICT_UNSPECIFIED);
  }
  EXPECT_THAT(AgentLog("app-1"), ::testing::Not(::testing::HasSubstr("stand")));

  WatchUntil(ExerciseEnded);
  ASSERT_TRUE(Clean());
  const auto score = Get<v1::Scorecard>("giam-doc", {"score", kExercise});
  ASSERT_EQ(score.claims_size(), 3);
  EXPECT_EQ(score.claims(1).effect(), v1::EFFECT_VERDICT_FALSE);
  EXPECT_EQ(score.claims(2).effect(), v1::EFFECT_VERDICT_CONFIRMED);
}

}  // namespace
}  // namespace drill::testing
