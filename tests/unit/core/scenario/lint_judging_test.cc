// Criteria sheets and the hot wash.
#include <gmock/gmock.h>

#include "tests/unit/core/scenario/good_scenario.h"

namespace drill {
namespace {

using testing::BrokenCase;
using testing::GoodScenario;

// A criterion and a question without a fault.
v1::Criterion* AddCriterion(v1::Scenario& s) {
  v1::Criterion* criterion = s.add_criteria();
  criterion->set_id("calm");
  criterion->mutable_title()->set_vi("Bình tĩnh");
  criterion->mutable_title()->set_en("Calm");
  criterion->set_objective(s.objectives(0).id());
  for (int permille : {1000, 0}) {
    v1::CriterionLevel* level = criterion->add_levels();
    level->set_permille(permille);
    level->mutable_text()->set_vi("Mức");
    level->mutable_text()->set_en("Level");
  }
  return criterion;
}
v1::SurveyQuestion* AddQuestion(v1::Scenario& s) {
  v1::SurveyQuestion* question = s.add_survey();
  question->set_id("clear");
  question->mutable_text()->set_vi("Rõ ràng");
  question->mutable_text()->set_en("Clear");
  question->set_scale(5);
  return question;
}

TEST(LintJudging, AWholeSheetHasNoFault) {
  v1::Scenario s = GoodScenario();
  AddCriterion(s)->set_team("soc");
  AddQuestion(s);
  s.mutable_rubric()->set_judges(3);
  s.mutable_rubric()->set_spread_max_permille(150);
  EXPECT_THAT(Lint(s), ::testing::IsEmpty());
}

const BrokenCase kCases[] = {
    {"CriterionOfAnUnknownTeam",
     [](v1::Scenario& s) { AddCriterion(s)->set_team("sco"); },
     "criteria[0].team",
     {"sco", "soc"}},
    {"CriterionOfAnUnknownObjective",
     [](v1::Scenario& s) { AddCriterion(s)->set_objective("none"); },
     "criteria[0].objective",
     {"none"}},
    {"CriterionWithoutTitle",
     [](v1::Scenario& s) { AddCriterion(s)->clear_title(); },
     "criteria[0].title",
     {"missing"}},
    {"CriterionOfNoWeight",
     [](v1::Scenario& s) { AddCriterion(s)->set_weight(0); },
     "criteria[0].weight",
     {"1 to 1000"}},
    {"CriterionTwice",
     [](v1::Scenario& s) {
       AddCriterion(s);
       AddCriterion(s);
     },
     "criteria[1].id",
     {"twice"}},
    {"LevelsOutOfOrder",
     [](v1::Scenario& s) { AddCriterion(s)->mutable_levels(1)->set_permille(1000); },
     "criteria[0].levels[1].permille",
     {"best first"}},
    {"LevelWithoutMark",
     [](v1::Scenario& s) { AddCriterion(s)->mutable_levels(0)->clear_permille(); },
     "criteria[0].levels[0].permille",
     {"missing"}},
    {"SurveyScaleTooLong",
     [](v1::Scenario& s) { AddQuestion(s)->set_scale(11); },
     "survey[0].scale",
     {"2 to 10"}},
    {"SurveyWithoutText",
     [](v1::Scenario& s) { AddQuestion(s)->clear_text(); },
     "survey[0].text",
     {"missing"}},
    {"OneJudgeIsNotEnough",
     [](v1::Scenario& s) { s.mutable_rubric()->set_judges(1); },
     "rubric.judges",
     {"2 to 9"}},
    {"SpreadTooLarge",
     [](v1::Scenario& s) { s.mutable_rubric()->set_spread_max_permille(1001); },
     "rubric.spread_max_permille",
     {"0 to 1000"}},
};
DRILL_BROKEN_CASES(LintJudgingTest, kCases);

}  // namespace
}  // namespace drill
