// Lint: the scenario's head, cast, objectives, moves and rubric; ids, texts and limits.
#include "absl/strings/str_cat.h"
#include "core/scenario/lint.h"
#include "tests/unit/core/scenario/good_scenario.h"

namespace drill {
namespace {

using ::drill::testing::At;
using ::drill::testing::BrokenCase;
using ::drill::testing::GoodScenario;
using ::drill::testing::kRansom;
using ::drill::testing::kScan;
using ::drill::testing::kWrapUp;
using ::drill::testing::Seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LintTest, GoodScenarioHasNoFaults) { EXPECT_THAT(Lint(GoodScenario()), IsEmpty()); }

TEST(LintTest, EmptyScenarioNamesAllThatIsMissing) {
  std::vector<std::string> paths;
  for (const Fault& fault : Lint(v1::Scenario())) paths.push_back(fault.path);
  EXPECT_THAT(paths, ElementsAre("id", "title", "duration", "type", "cast.teams", "injects"));
}

TEST(LintTest, EveryMistakeIsFoundAtOnceInTheOrderOfTheMessage) {
  v1::Scenario s = GoodScenario();
  s.set_id("Bad Id");
  s.mutable_moves(1)->clear_at();
  s.mutable_injects(kRansom)->mutable_expect(1)->set_team("sco");
  s.mutable_rubric()->set_wrong_claim_points(-1);
  std::vector<std::string> paths;
  for (const Fault& fault : Lint(s)) paths.push_back(fault.path);
  EXPECT_THAT(paths, ElementsAre("id", "moves[1].at", "injects[1].expect[1].team",
                                 "rubric.wrong_claim_points"));
}

TEST(LintTest, OnlyErrorsAreErrors) {
  EXPECT_FALSE(HasErrors({}));
  EXPECT_FALSE(HasErrors({{"a", "b", Severity::kWarning}}));
  EXPECT_TRUE(HasErrors({{"a", "b", Severity::kWarning}, {"c", "d", Severity::kError}}));
}

// Over a limit of size nothing else is looked at.
TEST(LintTest, TooManyInjectsAfterRepeats) {
  v1::Scenario s = GoodScenario();
  s.clear_title();
  for (int i = 0; i < 10; ++i) {
    v1::Inject* inject = s.add_injects();
    *inject = s.injects(kScan);
    inject->set_id(absl::StrCat("scan-", i));
    inject->mutable_repeat()->set_times(1000);
  }
  // Ten times 1000, and the good scenario's 8 injects with two copies.
  EXPECT_THAT(
      Lint(s),
      ElementsAre(Fault{"injects", "there are 10010 injects with their repeats; the limit is 10000",
                        Severity::kError}));
}

TEST(LintTest, TooLargeAsAMessage) {
  v1::Scenario s = GoodScenario();
  s.mutable_summary()->set_vi(std::string(1 << 20, 'x'));
  const std::vector<Fault> faults = Lint(s);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].path, "");
  EXPECT_THAT(faults[0].text, HasSubstr("the limit is 1048576"));
}

TEST(LintTest, TenThousandInjectsInOneChainAreNoProblem) {
  v1::Scenario s = GoodScenario();
  v1::Inject link = s.injects(kWrapUp);
  link.clear_at();
  for (int i = s.injects_size() + 2; i < 10'000; ++i) {
    link.set_id(absl::StrCat("link-", i));
    link.mutable_after()->set_inject(s.injects(s.injects_size() - 1).id());
    link.mutable_after()->set_anchor(v1::ANCHOR_RELEASED);
    *s.add_injects() = link;
  }
  EXPECT_THAT(Lint(s), IsEmpty());
}

const BrokenCase kHeadCases[] = {
    {"IdMissing", [](v1::Scenario& s) { s.clear_id(); }, "id", {"missing id"}},
    {"IdWithCapitalsAndSpace",
     [](v1::Scenario& s) { s.set_id("Kich Ban"); },
     "id",
     {"'Kich Ban'", "a-z 0-9"}},
    {"IdTooLong", [](v1::Scenario& s) { s.set_id(std::string(64, 'a')); }, "id", {"1 to 63"}},
    {"IdBeginsWithDot", [](v1::Scenario& s) { s.set_id(".a"); }, "id", {"begins with a letter"}},
    {"TitleMissing", [](v1::Scenario& s) { s.clear_title(); }, "title", {"write it in Vietnamese"}},
    {"TitleBlank",
     [](v1::Scenario& s) {
       s.mutable_title()->set_vi(" ");
       s.mutable_title()->clear_en();
     },
     "title",
     {"write it in Vietnamese"}},
    {"TitleWithoutVietnamese",
     [](v1::Scenario& s) { s.mutable_title()->clear_vi(); },
     "title",
     {"no Vietnamese text"}},
    {"TitleWithoutEnglish",
     [](v1::Scenario& s) { s.mutable_title()->clear_en(); },
     "title",
     {"no English text"},
     Severity::kWarning},
    {"SummaryWithoutEnglish",
     [](v1::Scenario& s) { s.mutable_summary()->clear_en(); },
     "summary",
     {"no English text"},
     Severity::kWarning},
    {"DurationMissing", [](v1::Scenario& s) { s.clear_duration(); }, "duration", {"missing"}},
    {"DurationZero",
     [](v1::Scenario& s) { *s.mutable_duration() = Seconds(0); },
     "duration",
     {"longer than 0s"}},
    {"DurationNegative",
     [](v1::Scenario& s) { *s.mutable_duration() = Seconds(-5); },
     "duration",
     {"negative"}},
    {"DurationOfCenturies",
     [](v1::Scenario& s) { *s.mutable_duration() = Seconds(int64_t{1} << 62); },
     "duration",
     {"limit of 366d"}},
    {"DurationNotCanonical",
     [](v1::Scenario& s) { s.mutable_duration()->set_nanos(1'000'000'000); },
     "duration",
     {"more than a second"}},
    {"TypeMissing", [](v1::Scenario& s) { s.clear_type(); }, "type", {"live, tabletop or mixed"}},
};
DRILL_BROKEN_CASES(LintHeadTest, kHeadCases);

TEST(LintTypeTest, TabletopPlaysNothing) {
  v1::Scenario s = GoodScenario();
  s.set_type(v1::EXERCISE_TYPE_TABLETOP);
  std::vector<std::string> paths;
  for (const Fault& fault : Lint(s)) {
    paths.push_back(fault.path);
    EXPECT_THAT(fault.text, HasSubstr("discussion only"));
  }
  EXPECT_THAT(paths, ElementsAre("injects[0].action", "injects[1].action", "injects[2].manual",
                                 "injects[6].action"));
}

TEST(LintTypeTest, MixedMayPlayAndTalk) {
  v1::Scenario s = GoodScenario();
  s.set_type(v1::EXERCISE_TYPE_MIXED);
  EXPECT_THAT(Lint(s), IsEmpty());
}

TEST(LintTypeTest, LiveNeedsAnAction) {
  v1::Scenario s = GoodScenario();
  const v1::Inject cue = s.injects(kWrapUp);
  s.clear_injects();
  *s.add_injects() = cue;
  const std::vector<Fault> faults = Lint(s);
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0].path, "type");
  EXPECT_THAT(faults[0].text, HasSubstr("no inject is an action or a manual action"));
}

TEST(LintTypeTest, OneManualActionMakesItLive) {
  v1::Scenario s = GoodScenario();
  const v1::Inject manual = s.injects(testing::kShell);
  s.clear_injects();
  *s.add_injects() = manual;
  EXPECT_FALSE(HasErrors(Lint(s)));
}

const BrokenCase kListCases[] = {
    {"SystemPartIdTwice",
     [](v1::Scenario& s) { *s.mutable_cast()->add_systems() = s.cast().systems(0); },
     "cast.systems[2].id",
     {"system part 'portal' is declared twice", "cast.systems[0]"}},
    {"SystemPartWithoutTitle",
     [](v1::Scenario& s) { s.mutable_cast()->mutable_systems(0)->clear_title(); },
     "cast.systems[0].title",
     {"write it in Vietnamese"}},
    {"SystemPartWithoutId",
     [](v1::Scenario& s) {
       v1::SystemPart* part = s.mutable_cast()->add_systems();
       *part->mutable_title() = s.title();
     },
     "cast.systems[2].id",
     {"missing id"},
     Severity::kError,
     true},
    {"RoleTwice",
     [](v1::Scenario& s) { s.mutable_cast()->mutable_systems(0)->add_roles("web"); },
     "cast.systems[0].roles[1]",
     {"role 'web' is named twice"}},
    {"LabelEmpty",
     [](v1::Scenario& s) { s.mutable_cast()->mutable_systems(1)->add_labels(""); },
     "cast.systems[1].labels[0]",
     {"empty label"}},
    {"SystemPartUnused",
     [](v1::Scenario& s) {
       v1::SystemPart* part = s.mutable_cast()->add_systems();
       part->set_id("mail");
       *part->mutable_title() = s.title();
     },
     "cast.systems[2]",
     {"nothing is played on 'mail'"},
     Severity::kWarning},
    {"TeamPartIdTwice",
     [](v1::Scenario& s) { *s.mutable_cast()->add_teams() = s.cast().teams(1); },
     "cast.teams[2].id",
     {"team part 'ops' is declared twice", "cast.teams[1]"}},
    {"TeamPartWithoutEnglish",
     [](v1::Scenario& s) { s.mutable_cast()->mutable_teams(0)->mutable_title()->clear_en(); },
     "cast.teams[0].title",
     {"no English text"},
     Severity::kWarning},
    {"TeamPartUnused",
     [](v1::Scenario& s) {
       v1::TeamPart* part = s.mutable_cast()->add_teams();
       part->set_id("red");
       *part->mutable_title() = s.title();
     },
     "cast.teams[2]",
     {"team part 'red' has nothing to do"},
     Severity::kWarning},
    {"ObjectiveIdTwice",
     [](v1::Scenario& s) { s.mutable_objectives(1)->set_id("see"); },
     "objectives[1].id",
     {"objective 'see' is declared twice"},
     Severity::kError,
     true},
    {"ObjectiveCapabilityWithoutEnglish",
     [](v1::Scenario& s) { s.mutable_objectives(0)->mutable_capability()->clear_en(); },
     "objectives[0].capability",
     {"no English text"},
     Severity::kWarning},
    {"ObjectiveThatNothingMeasures",
     [](v1::Scenario& s) {
       *s.add_objectives() = s.objectives(1);
       s.mutable_objectives(2)->set_id("talk");
       // An inject without an expectation measures nothing.
       s.mutable_injects(kWrapUp)->set_objective("talk");
     },
     "objectives[2]",
     {"nothing measures objective 'talk'"},
     Severity::kWarning},
    {"MoveIdTwice",
     [](v1::Scenario& s) {
       s.mutable_moves(1)->set_id("first");
       for (v1::Inject& inject : *s.mutable_injects()) inject.clear_move();
     },
     "moves[1].id",
     {"move 'first' is declared twice"}},
    {"MoveWithoutTime",
     [](v1::Scenario& s) { s.mutable_moves(1)->clear_at(); },
     "moves[1].at",
     {"missing"}},
    {"MovesOutOfOrder",
     [](v1::Scenario& s) {
       *s.mutable_moves(0)->mutable_at() = Seconds(50);
       for (v1::Inject& inject : *s.mutable_injects()) inject.clear_move();
     },
     "moves[1].at",
     {"starts at 50s, not after the move before (50s)"}},
    {"MoveAtTheEnd",
     [](v1::Scenario& s) {
       *s.mutable_moves(1)->mutable_at() = Seconds(300);
       for (v1::Inject& inject : *s.mutable_injects()) inject.clear_move();
     },
     "moves[1].at",
     {"starts at 5m, but the exercise ends at 5m"}},
    {"InjectIdTwice",
     [](v1::Scenario& s) { s.mutable_injects(kWrapUp)->set_id("scan"); },
     At(kWrapUp, ".id"),
     {"inject 'scan' is declared twice", "injects[0]"}},
    {"InjectIdWithTheSignOfCopies",
     [](v1::Scenario& s) { s.mutable_injects(kWrapUp)->set_id("scan#9"); },
     At(kWrapUp, ".id"),
     {"invalid id 'scan#9'"}},
    {"InjectWithoutId",
     [](v1::Scenario& s) { s.mutable_injects(kWrapUp)->clear_id(); },
     At(kWrapUp, ".id"),
     {"missing id"}},
    {"InjectWithoutTitle",
     [](v1::Scenario& s) { s.mutable_injects(kWrapUp)->clear_title(); },
     At(kWrapUp, ".title"),
     {"write it in Vietnamese"}},
    {"RubricLateFloorTooHigh",
     [](v1::Scenario& s) { s.mutable_rubric()->set_late_floor_permille(1001); },
     "rubric.late_floor_permille",
     {"1001", "0 to 1000"}},
    {"RubricNegativeCost",
     [](v1::Scenario& s) { s.mutable_rubric()->set_wrong_claim_points(-1); },
     "rubric.wrong_claim_points",
     {"-1", "0 to 1000"}},
};
DRILL_BROKEN_CASES(LintListTest, kListCases);

}  // namespace
}  // namespace drill
