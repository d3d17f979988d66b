#include "core/scenario/timeline.h"

#include "absl/strings/str_cat.h"
#include "core/scenario/words.h"
#include "tests/unit/core/scenario/good_scenario.h"

namespace drill {
namespace {

using ::drill::testing::GoodScenario;
using ::drill::testing::kDecide;
using ::drill::testing::kNudge;
using ::drill::testing::kReserve;
using ::drill::testing::Seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string When(const TimelineRow& row) {
  if (!row.earliest_us) return absl::StrCat(row.inject, " by hand");
  return absl::StrCat(row.inject, row.exact ? " at " : " from ", DurationText(*row.earliest_us));
}

std::vector<std::string> Whens(const v1::Scenario& scenario) {
  std::vector<std::string> out;
  for (const TimelineRow& row : Timeline(scenario)) out.push_back(When(row));
  return out;
}

TimelineRow RowOf(const v1::Scenario& scenario, const std::string& inject) {
  for (TimelineRow& row : Timeline(scenario)) {
    if (row.inject == inject) return row;
  }
  ADD_FAILURE() << "no row " << inject;
  return {};
}

TEST(TimelineTest, RowsStandInTheOrderOfTheirEarliestTimes) {
  // ransom at 60s: decide 5s after its detection, the nudge after its longest limit of 100s.
  EXPECT_THAT(Whens(GoodScenario()),
              ElementsAre("scan at 5s", "scan#2 at 15s", "scan#3 at 25s", "ransom at 1m",
                          "decide from 1m5s", "shell at 1m10s", "call at 1m20s", "nudge from 2m40s",
                          "wrap-up at 4m50s", "reserve by hand"));
}

TEST(TimelineTest, AChainOfReleasesIsExactUntilAPersonIsInIt) {
  v1::Scenario s = GoodScenario();
  v1::Inject* nudge = s.mutable_injects(kNudge);
  nudge->mutable_after()->set_inject("scan#2");
  nudge->mutable_after()->set_anchor(v1::ANCHOR_RELEASED);
  *nudge->mutable_after()->mutable_delay() = Seconds(3);
  EXPECT_EQ(When(RowOf(s, "nudge")), "nudge at 18s");
  nudge->mutable_after()->set_anchor(v1::ANCHOR_DETECTED);
  EXPECT_EQ(When(RowOf(s, "nudge")), "nudge from 18s");
}

TEST(TimelineTest, WhatRestsOnAContingencyHasNoTime) {
  v1::Scenario s = GoodScenario();
  s.mutable_injects(kNudge)->mutable_after()->set_inject("reserve");
  const std::vector<TimelineRow> rows = Timeline(s);
  EXPECT_EQ(When(rows[rows.size() - 2]), "nudge by hand");
  EXPECT_FALSE(rows[rows.size() - 2].contingency);
  EXPECT_EQ(When(rows.back()), "reserve by hand");
  EXPECT_TRUE(rows.back().contingency);
}

TEST(TimelineTest, EqualTimesKeepTheScenariosOrder) {
  v1::Scenario s = GoodScenario();
  *s.mutable_injects(testing::kShell)->mutable_at() = Seconds(60);
  *s.mutable_injects(testing::kScan)->mutable_at() = Seconds(60);
  s.mutable_injects(testing::kScan)->clear_repeat();
  const std::vector<std::string> whens = Whens(s);
  EXPECT_THAT(std::vector<std::string>(whens.begin(), whens.begin() + 3),
              ElementsAre("scan at 1m", "ransom at 1m", "shell at 1m"));
}

TEST(TimelineTest, RowTellsWhatTheInjectIs) {
  const v1::Scenario s = GoodScenario();
  const TimelineRow ransom = RowOf(s, "ransom");
  EXPECT_EQ(ransom.index, testing::kRansom);
  EXPECT_EQ(ransom.kind, "files.encrypt");
  EXPECT_EQ(ransom.title.en(), "Encryption");
  EXPECT_EQ(ransom.move, "second");
  EXPECT_EQ(ransom.objective, "mend");
  EXPECT_THAT(ransom.targets, ElementsAre("records, role db"));
  EXPECT_THAT(ransom.techniques, ElementsAre("T1486"));
  std::vector<std::string> expected;
  for (const TimelineExpectation& e : ransom.expectations) expected.push_back(Summary(e));
  EXPECT_THAT(expected, ElementsAre("soc detect 10s/1m each x3", "soc report 20s/1m20s",
                                    "ops contain 0s/1m40s 800‰"));
  EXPECT_THAT(ransom.expectations[1].recipients, ElementsAre("owner", "coordinator"));

  const TimelineRow scan = RowOf(s, "scan#3");
  EXPECT_EQ(scan.copy, 3);
  EXPECT_EQ(scan.kind, "log.append");
  EXPECT_THAT(scan.targets, ElementsAre("portal, role web, label public"));
  EXPECT_EQ(Summary(scan.expectations[0]), "soc detect 10s/1m any");
}

TEST(TimelineTest, RowTellsWhatItWaitsFor) {
  const v1::Scenario s = GoodScenario();
  const TimelineRow decide = RowOf(s, "decide");
  EXPECT_EQ(decide.kind, "question");
  EXPECT_EQ(decide.after, "ransom detected + 5s");
  EXPECT_EQ(decide.unless, "");
  EXPECT_THAT(decide.targets, ElementsAre("ops"));
  EXPECT_EQ(RowOf(s, "nudge").after, "ransom overdue");
  const TimelineRow call = RowOf(s, "call");
  EXPECT_EQ(call.kind, "message");
  EXPECT_EQ(call.after, "");
  EXPECT_EQ(call.unless, "ransom detected");
  EXPECT_THAT(call.targets, ElementsAre("soc"));
  EXPECT_EQ(RowOf(s, "wrap-up").kind, "cue");
  EXPECT_EQ(RowOf(s, "shell").kind, "manual");
}

TEST(TimelineTest, CopiesOfAChainedInjectSpreadOut) {
  v1::Scenario s = GoodScenario();
  v1::Inject* decide = s.mutable_injects(kDecide);
  decide->mutable_repeat()->set_times(2);
  *decide->mutable_repeat()->mutable_every() = Seconds(30);
  EXPECT_EQ(When(RowOf(s, "decide")), "decide from 1m5s");
  EXPECT_EQ(When(RowOf(s, "decide#2")), "decide#2 from 1m35s");
  EXPECT_EQ(RowOf(s, "decide#2").after, "ransom detected + 35s");
}

TEST(TimelineTest, AnEmptyScenarioHasNoRows) { EXPECT_THAT(Timeline(v1::Scenario()), IsEmpty()); }

}  // namespace
}  // namespace drill
