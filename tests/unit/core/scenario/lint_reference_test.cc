// Lint: names of other things, and selectors.
#include "core/register/register_state.h"
#include "core/scenario/lint_context.h"
#include "tests/unit/core/scenario/good_scenario.h"

namespace drill {
namespace {

using ::drill::testing::At;
using ::drill::testing::BrokenCase;
using ::drill::testing::GoodScenario;
using ::drill::testing::kCall;
using ::drill::testing::kDecide;
using ::drill::testing::kNudge;
using ::drill::testing::kRansom;
using ::drill::testing::kScan;
using ::drill::testing::kWrapUp;
using ::testing::IsEmpty;

const BrokenCase kReferenceCases[] = {
    {"UnknownObjective",
     [](v1::Scenario& s) { s.mutable_injects(kScan)->set_objective("se"); },
     At(kScan, ".objective"),
     {"unknown objective 'se'", "did you mean 'see'?"}},
    {"NoObjectiveForPoints",
     [](v1::Scenario& s) { s.mutable_injects(kScan)->clear_objective(); },
     At(kScan, ".objective"),
     {"count for no objective"},
     Severity::kWarning},
    {"UnknownMove",
     [](v1::Scenario& s) { s.mutable_injects(kScan)->set_move("fisrt"); },
     At(kScan, ".move"),
     {"unknown move 'fisrt'", "did you mean 'first'?"}},
    {"UnknownInjectInAfter",
     [](v1::Scenario& s) { s.mutable_injects(kDecide)->mutable_after()->set_inject("ransome"); },
     At(kDecide, ".after.inject"),
     {"unknown inject 'ransome'", "did you mean 'ransom'?"}},
    {"NoInjectInAfter",
     [](v1::Scenario& s) { s.mutable_injects(kDecide)->mutable_after()->clear_inject(); },
     At(kDecide, ".after.inject"),
     {"missing inject"}},
    {"UnknownInjectInUnless",
     [](v1::Scenario& s) { s.mutable_injects(kCall)->mutable_unless()->set_inject("xyz"); },
     At(kCall, ".unless.inject"),
     {"unknown inject 'xyz'", "there are 'scan', 'ransom'"}},
    {"CopyOfAnInjectThatIsNotRepeated",
     [](v1::Scenario& s) { s.mutable_injects(kNudge)->mutable_after()->set_inject("ransom#2"); },
     At(kNudge, ".after.inject"),
     {"'ransom' is not repeated"}},
    {"CopyBeyondTheRepeats",
     [](v1::Scenario& s) { s.mutable_injects(kNudge)->mutable_after()->set_inject("scan#4"); },
     At(kNudge, ".after.inject"),
     {"unknown inject 'scan#4'", "copies #2 to #3"}},
    {"UnknownTeamInMessage",
     [](v1::Scenario& s) { s.mutable_injects(kCall)->mutable_message()->set_teams(0, "sco"); },
     At(kCall, ".message.teams[0]"),
     {"unknown team part 'sco'", "did you mean 'soc'?"}},
    {"UnknownTeamInQuestion",
     [](v1::Scenario& s) { s.mutable_injects(kDecide)->mutable_question()->add_teams("boss"); },
     At(kDecide, ".question.teams[1]"),
     {"unknown team part 'boss'", "there are 'soc', 'ops'"}},
    {"UnknownTeamInExpectation",
     [](v1::Scenario& s) { s.mutable_injects(kRansom)->mutable_expect(2)->set_team("op"); },
     At(kRansom, ".expect[2].team"),
     {"unknown team part 'op'", "did you mean 'ops'?"}},
    {"NoTeamInExpectation",
     [](v1::Scenario& s) { s.mutable_injects(kRansom)->mutable_expect(2)->clear_team(); },
     At(kRansom, ".expect[2].team"),
     {"missing team part"}},
    {"UnknownSystemInSelector",
     [](v1::Scenario& s) { s.mutable_injects(kRansom)->mutable_targets(0)->set_system("record"); },
     At(kRansom, ".targets[0].system"),
     {"unknown system part 'record'", "did you mean 'records'?"}},
    {"NoSystemInSelector",
     [](v1::Scenario& s) { s.mutable_injects(kRansom)->mutable_targets(0)->clear_system(); },
     At(kRansom, ".targets[0].system"),
     {"missing system part"}},
    {"RoleThatThePartDoesNotDeclare",
     [](v1::Scenario& s) { s.mutable_injects(kRansom)->mutable_targets(0)->set_role("web"); },
     At(kRansom, ".targets[0].role"),
     {"unknown role 'web' in system part 'records'", "there are 'app', 'db'"}},
    {"LabelThatNobodyDefines",
     [](v1::Scenario& s) { s.mutable_injects(kScan)->mutable_targets(0)->set_labels(0, "pubic"); },
     At(kScan, ".targets[0].labels[0]"),
     {"unknown label 'pubic' in system part 'portal'", "did you mean 'public'?"}},
    {"LabelWherePartDeclaresNone",
     [](v1::Scenario& s) { s.mutable_injects(kRansom)->mutable_targets(0)->add_labels("public"); },
     At(kRansom, ".targets[0].labels[0]"),
     {"unknown label 'public' in system part 'records'", "none is declared"}},
    {"TargetsMissing",
     [](v1::Scenario& s) { s.mutable_injects(kScan)->clear_targets(); },
     At(kScan, ".targets"),
     {"an action needs hosts"}},
    {"TargetsMissingOfManual",
     [](v1::Scenario& s) { s.mutable_injects(testing::kShell)->clear_targets(); },
     At(testing::kShell, ".targets"),
     {"a manual action needs hosts"}},
    {"TargetsOfMessage",
     [](v1::Scenario& s) { s.mutable_injects(kCall)->add_targets()->set_system("portal"); },
     At(kCall, ".targets"),
     {"a message is played on no host"}},
    {"TargetsOfCue",
     [](v1::Scenario& s) { s.mutable_injects(kWrapUp)->add_targets()->set_system("portal"); },
     At(kWrapUp, ".targets"),
     {"a cue is played on no host"}},
};
DRILL_BROKEN_CASES(LintReferenceTest, kReferenceCases);

TEST(LintReferenceTest, ACopyOfARepeatedInjectCanBeWaitedFor) {
  v1::Scenario s = GoodScenario();
  s.mutable_injects(kNudge)->mutable_after()->set_inject("scan#3");
  EXPECT_THAT(Lint(s), IsEmpty());
}

// A badly formed id is one fault, not one at each place that names it.
TEST(LintReferenceTest, ABadIdIsStillDeclared) {
  v1::Scenario s = GoodScenario();
  s.mutable_cast()->mutable_teams(0)->set_id("SOC");
  for (v1::Inject& inject : *s.mutable_injects()) {
    for (v1::Expectation& e : *inject.mutable_expect()) {
      if (e.team() == "soc") e.set_team("SOC");
    }
    if (inject.has_message()) inject.mutable_message()->set_teams(0, "SOC");
  }
  const std::vector<Fault> faults = Lint(s);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].path, "cast.teams[0].id");
}

TEST(NearestNameTest, SuggestsOnlyWhatIsNear) {
  const std::vector<absl::string_view> names = {"soc", "ops", "monitoring", "a"};
  EXPECT_EQ(lint::NearestName("sco", names), "soc");               // two neighbours swapped
  EXPECT_EQ(lint::NearestName("opps", names), "ops");              // one too many
  EXPECT_EQ(lint::NearestName("montoring", names), "monitoring");  // one missing
  EXPECT_EQ(lint::NearestName("helpdesk", names), "");
  EXPECT_EQ(lint::NearestName("b", names), "");  // a whole name is never a slip
  EXPECT_EQ(lint::NearestName(std::string(1000, 'a'), names), "");
  EXPECT_EQ(lint::NearestName("x", {}), "");
}

// The register has the same rule, in a room that this one may not lean on.
TEST(IdTest, FollowsTheRuleOfTheVocabulary) {
  for (const absl::string_view good : {"a", "0", "a.b_c-d", "2026-drill"}) {
    EXPECT_TRUE(lint::WellFormedId(good)) << good;
    EXPECT_TRUE(ValidId(good)) << good;
  }
  EXPECT_TRUE(lint::WellFormedId(std::string(63, 'z')));
  EXPECT_TRUE(ValidId(std::string(63, 'z')));
  EXPECT_FALSE(lint::WellFormedId(std::string(64, 'z')));
  EXPECT_FALSE(ValidId(std::string(64, 'z')));
  for (const absl::string_view bad : {"", "A", "-a", "_a", ".a", "a b", "a#2", "đội", "a/b"}) {
    EXPECT_FALSE(lint::WellFormedId(bad)) << bad;
    EXPECT_FALSE(ValidId(bad)) << bad;
  }
}

}  // namespace
}  // namespace drill
