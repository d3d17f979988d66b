// Roll-up of a score: by weight to objective, team, system, technique.

#include "core/scoring/rollup.h"

#include "core/scoring/score.h"
#include "tests/unit/core/scoring/drill_script.h"

namespace drill {
namespace {

using testing::DrillScript;
using ::testing::ElementsAre;
using testing::kSecond;
using testing::Row;

constexpr absl::string_view kTwoSystems = R"(
objectives: [{id: o1, title: {vi: A}}, {id: o2, title: {vi: B}}, {id: o3, title: {vi: C}}]
injects:
  - id: ransom
    objective: o1
    action: {files_encrypt: {dir: /srv}}
    at: 0s
    targets: [{system: portal, role: db}, {system: mail}]
    techniques: [T1486, T1490]
    expect:
      - {kind: detect, team: soc, target: 60s, limit: 300s, weight: 3, hosts: {each: true}}
      - {kind: report, team: ops, target: 60s, limit: 300s}
  - id: deface
    objective: o2
    action: {web_deface: {page: /srv/index.html}}
    at: 0s
    targets: [{system: portal, role: web}]
    techniques: [T1490]
    expect: [{kind: contain, team: ops, target: 60s, limit: 300s, weight: 1}]
)";

TEST(RollUpTest, AddsByWeightToObjectiveTeamSystemTechnique) {
  DrillScript drill(kTwoSystems);
  drill.Start().Release("ransom").Play("ransom", {"db-1", "mail-1"});
  drill.Release("deface").Play("deface", {"web-1", "web-2", "web-3"});
  drill.At(30).Detect("soc", "ransom", {"db-1"}).Contain("ops", "deface", {"web-1"});
  const v1::Scorecard card = drill.At(1000).End().Score();

  EXPECT_EQ(card.possible_mp(), 5000);
  EXPECT_EQ(card.earned_mp(), 2500);
  EXPECT_EQ(card.score_mp(), 50'000);

  EXPECT_EQ(Row(card.by_objective(), "o1").possible_mp(), 4000);
  EXPECT_EQ(Row(card.by_objective(), "o1").earned_mp(), 1500);
  EXPECT_EQ(Row(card.by_objective(), "o1").score_mp(), 37'500);
  EXPECT_EQ(Row(card.by_objective(), "o2").score_mp(), 100'000);
  EXPECT_EQ(Row(card.by_objective(), "o3").score_mp(), -1) << "nothing counts for it";

  EXPECT_EQ(Row(card.by_team(), "soc").score_mp(), 50'000);
  EXPECT_EQ(Row(card.by_team(), "ops").score_mp(), 50'000);

  // The line over two systems counts in each by its own hosts; the report in both.
  EXPECT_EQ(Row(card.by_system(), "portal").possible_mp(), 5000);
  EXPECT_EQ(Row(card.by_system(), "portal").earned_mp(), 4000);
  EXPECT_EQ(Row(card.by_system(), "mail").possible_mp(), 4000);
  EXPECT_EQ(Row(card.by_system(), "mail").earned_mp(), 0);
  EXPECT_EQ(card.lines(0).system(), "") << "two";

  EXPECT_EQ(Row(card.by_technique(), "T1486").possible_mp(), 4000);
  EXPECT_EQ(Row(card.by_technique(), "T1490").possible_mp(), 5000);
}

TEST(RollUpTest, ScoredKindsNamesEachSystemsOwn) {
  DrillScript drill(kTwoSystems);
  drill.Start().Release("ransom").Play("ransom", {"db-1"});
  drill.Order("ransom", "mail-1", v1::ORDER_EVENT_KIND_FAILED);
  drill.Detect("soc", "ransom", {"db-1"});
  drill.At(1000).End();
  EXPECT_THAT(ScoredKinds(drill.exercise(), drill.now_us()),
              ElementsAre(std::pair("portal", v1::EXPECTATION_KIND_DETECT),
                          std::pair("portal", v1::EXPECTATION_KIND_REPORT)));
}

}  // namespace
}  // namespace drill
