#include "core/duty/duty.h"

#include <functional>

#include "absl/time/civil_time.h"
#include "core/duty/day.h"
#include "tests/unit/core/scoring/drill_script.h"

namespace drill {
namespace {

using ::testing::Contains;
using testing::DrillScript;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kSecond;

constexpr absl::string_view kScenario = R"(
injects:
  - id: deface
    action: {web_deface: {page: /srv/index.html}}
    at: 0s
    targets: [{system: portal, role: web}]
    expect:
      - {kind: detect, team: soc, target: 60s, limit: 300s}
      - {kind: report, team: soc, target: 60s, limit: 300s}
      - {kind: contain, team: ops, target: 60s, limit: 300s}
)";

// The same where no agent can run.
constexpr absl::string_view kByHand = R"(
injects:
  - id: unplug
    manual: {instructions: {vi: Rút dây mạng}}
    at: 0s
    targets: [{system: portal, role: web}]
    expect:
      - {kind: detect, team: soc, target: 60s, limit: 300s}
      - {kind: report, team: soc, target: 60s, limit: 300s}
      - {kind: contain, team: ops, target: 60s, limit: 300s}
)";

v1::Date Date(int year, int month, int day) { return ToDate(absl::CivilDay(year, month, day)); }

// Engine time of a moment, UTC.
int64_t Utc(absl::CivilMinute minute) {
  return (minute - absl::CivilMinute(1970, 1, 1)) * 60 * kSecond;
}

v1::Obligations Yearly() {
  v1::Obligations obligations;
  v1::Obligation* o = obligations.add_obligations();
  o->set_id("o1");
  o->mutable_title()->set_vi("Diễn tập thực chiến hằng năm");
  o->set_document("CT 1");
  o->mutable_reach()->set_vi("cơ quan A");
  for (int level : {3, 4, 5}) o->add_levels(level);
  o->set_rule(v1::DUTY_RULE_EVERY_CALENDAR_YEAR);
  o->set_evidence(v1::DUTY_EVIDENCE_LIVE_DRILL);
  return obligations;
}

v1::System System(int level) {
  v1::System system;
  system.set_id("portal");
  system.mutable_name()->set_vi("Cổng dịch vụ công");
  system.set_owner("ubnd");
  if (level > 0) system.set_level(level);
  return system;
}

v1::ExerciseApproved Approval(int signatures = 1) {
  v1::ExerciseApproved approved;
  for (v1::Text* text :
       {approved.mutable_roe()->mutable_objectives(),
        approved.mutable_roe()->mutable_participants(), approved.mutable_roe()->mutable_tools(),
        approved.mutable_roe()->mutable_depth(), approved.mutable_roe()->mutable_duration()}) {
    text->set_vi("có");
  }
  v1::Scope scope;
  scope.set_exercise("drill-1");
  scope.set_system("portal");
  v1::SignedScope* signed_scope = approved.add_scopes();
  signed_scope->set_scope(scope.SerializeAsString());
  for (int i = 0; i < signatures; ++i) {
    signed_scope->add_signatures()->set_key_sha256(std::string(1, static_cast<char>('a' + i)));
  }
  approved.set_teams_unaware_attested(true);
  return approved;
}

// A drill that meets the duty, except for what a test leaves out or does otherwise.
struct Held {
  absl::string_view scenario = kScenario;
  DrillScript::Options options;
  v1::ExerciseApproved approved = Approval();
  std::function<void(DrillScript&)> play = [](DrillScript& drill) {
    drill.Release("deface").Play("deface", {"web-1", "web-2", "web-3"});
  };
  bool detect = true;
  bool undo = true;
  std::vector<v1::Element> rated = {v1::ELEMENT_PROCESS, v1::ELEMENT_TECHNOLOGY,
                                    v1::ELEMENT_PEOPLE};
  bool close = true;

  DrillScript Run(int level = 3) const {
    DrillScript drill(scenario, options);
    drill.mutable_state().reg.systems["portal"] = System(level);
    drill.Approve(approved).Start();
    play(drill);
    if (detect) drill.At(30).Detect("soc", "deface", {"web-1"});
    drill.At(1000).End();
    if (undo) drill.Undo("deface", {"web-1", "web-2", "web-3"}, v1::UNDO_REASON_ENDED);
    for (v1::Element element : rated) drill.Rate("portal", element);
    if (close) drill.Finalise().Close();
    return drill;
  }
};

v1::DutyRow RowOf(const DrillScript& drill, int year = 2026, int64_t now_us = 0,
                  const v1::Obligations& obligations = Yearly()) {
  const v1::DutyTable table =
      Duties(drill.state(), obligations, year, now_us == 0 ? drill.now_us() : now_us);
  EXPECT_EQ(table.rows_size(), 1);
  return table.rows_size() == 0 ? v1::DutyRow() : table.rows(0);
}

// English texts.
std::vector<std::string> En(const google::protobuf::RepeatedPtrField<v1::Text>& texts) {
  std::vector<std::string> out;
  for (const v1::Text& text : texts) {
    EXPECT_NE(text.vi(), "") << text.en();
    out.push_back(text.en());
  }
  return out;
}

// ---- met ---------------------------------------------------------------------------------------

TEST(DutyTest, IsMetByAClosedLiveDrillThatLacksNothing) {
  const v1::DutyRow row = RowOf(Held().Run());
  EXPECT_EQ(row.state(), v1::DUTY_STATE_MET);
  EXPECT_THAT(En(row.missing()), IsEmpty());
  EXPECT_THAT(En(row.notes()), IsEmpty());
  EXPECT_EQ(row.exercise(), "drill-1");
  EXPECT_EQ(row.held_on().ShortDebugString(), Date(2026, 11, 22).ShortDebugString());
  EXPECT_EQ(row.due().ShortDebugString(), Date(2026, 12, 31).ShortDebugString());
  EXPECT_EQ(row.depth().en(), "1 action on 3 hosts");
  EXPECT_EQ(row.depth().vi(), "1 hành động trên 3 máy");
  EXPECT_EQ(row.level(), 3);
  EXPECT_FALSE(row.level_missing());
  EXPECT_EQ(row.system_name().vi(), "Cổng dịch vụ công");
  EXPECT_EQ(row.owner(), "ubnd");
  EXPECT_EQ(row.obligation(), "o1");
  EXPECT_THAT(row.started(), ElementsAre("drill-1"));
  EXPECT_THAT(row.aborted(), IsEmpty());
}

TEST(DutyTest, IsMetByHandPlayedActionsAndSaysSo) {
  Held held;
  held.scenario = kByHand;
  held.play = [](DrillScript& drill) {
    drill.Release("unplug")
        .At(10)
        .PlayByHand("unplug", "web-2")
        .At(20)
        .Detect("soc", "unplug", {"web-2"});
  };
  held.detect = held.undo = false;
  const v1::DutyRow row = RowOf(held.Run());
  EXPECT_EQ(row.state(), v1::DUTY_STATE_MET) << row.ShortDebugString();
  EXPECT_EQ(row.depth().en(), "1 action played by hand and attested on 1 host");
}

// ---- each missing part -------------------------------------------------------------------------

struct MissingCase {
  std::string name;
  std::function<void(Held&)> leave_out;
  std::vector<std::string> missing;
  bool may_still_count = false;
  int level = 3;
};

class MissingTest : public ::testing::TestWithParam<MissingCase> {};

TEST_P(MissingTest, IsNamed) {
  Held held;
  GetParam().leave_out(held);
  const DrillScript drill = held.Run(GetParam().level);
  const v1::DutyRow row = RowOf(drill);
  EXPECT_EQ(row.state(), v1::DUTY_STATE_PENDING);
  EXPECT_EQ(En(row.missing()), GetParam().missing);
  EXPECT_EQ(row.exercise(), "drill-1");

  // After the year only what can still be added keeps it pending.
  const v1::DutyRow later = RowOf(drill, 2026, Utc(absl::CivilMinute(2027, 1, 15)));
  EXPECT_EQ(later.state(),
            GetParam().may_still_count ? v1::DUTY_STATE_PENDING : v1::DUTY_STATE_OVERDUE);
  EXPECT_EQ(En(later.missing()), GetParam().missing);
  EXPECT_EQ(later.notes_size(), GetParam().may_still_count ? 0 : 1);
}

INSTANTIATE_TEST_SUITE_P(
    EachPart, MissingTest,
    ::testing::Values(
        MissingCase{"Closed",
                    [](Held& h) { h.close = false; },
                    {"The exercise is not closed (ended, not judged yet)"},
                    true},
        MissingCase{"RoeFields",
                    [](Held& h) {
                      h.approved.mutable_roe()->clear_tools();
                      h.approved.mutable_roe()->mutable_depth()->set_vi(" ");
                    },
                    {"The rules of engagement lack: tools, depth of exploitation"}},
        MissingCase{"OwnersSignature",
                    [](Held& h) { h.approved.mutable_scopes(0)->clear_signatures(); },
                    {"The system owner's signed approval is missing (0 of 1 signature)"}},
        MissingCase{"ScopeOfAnotherSystem",
                    [](Held& h) {
                      v1::Scope scope;
                      scope.set_exercise("drill-1");
                      scope.set_system("mail");
                      h.approved.mutable_scopes(0)->set_scope(scope.SerializeAsString());
                    },
                    {"The system owner's signed approval is missing (0 of 1 signature)"}},
        MissingCase{"ScopeOfAnotherExercise",
                    [](Held& h) {
                      v1::Scope scope;
                      scope.set_exercise("drill-0");
                      scope.set_system("portal");
                      h.approved.mutable_scopes(0)->set_scope(scope.SerializeAsString());
                    },
                    {"The system owner's signed approval is missing (0 of 1 signature)"}},
        MissingCase{"SecondSignatureAtLevel4",
                    [](Held&) {},
                    {"The system owner's signed approval is missing (1 of 2 signatures)"},
                    false,
                    4},
        MissingCase{"SameKeyTwiceAtLevel4",
                    [](Held& h) {
                      *h.approved.mutable_scopes(0)->add_signatures() =
                          h.approved.scopes(0).signatures(0);
                    },
                    {"The system owner's signed approval is missing (1 of 2 signatures)"},
                    false,
                    4},
        MissingCase{"TeamsUnaware",
                    [](Held& h) { h.approved.set_teams_unaware_attested(false); },
                    {"It is not attested that the response teams did not know the scenario"}},
        MissingCase{"ReallyPlayed",
                    [](Held& h) {
                      h.play = [](DrillScript& d) {
                        d.Release("deface");
                        for (const char* host : {"web-1", "web-2", "web-3"}) {
                          d.Order("deface", host, v1::ORDER_EVENT_KIND_REFUSED);
                        }
                      };
                      h.detect = h.undo = false;
                    },
                    {"Nothing was really played on the system (confirmed by a host, or played by "
                     "hand before a witness)",
                     "Not scored on this system: prevent or detect",
                     "Not scored on this system: report", "Not scored on this system: contain"}},
        MissingCase{"Noticeable",
                    [](Held& h) {
                      h.play = [](DrillScript& d) {
                        d.Release("deface").Play("deface", {"web-1", "web-2", "web-3"}, 0, false);
                      };
                      h.detect = false;
                    },
                    {"Not scored on this system: prevent or detect",
                     "Not scored on this system: report", "Not scored on this system: contain"}},
        MissingCase{"ReportScored",
                    [](Held& h) {
                      // Detected too late for the limit of the report to pass before EndEx.
                      h.play = [](DrillScript& d) {
                        d.Release("deface").Play("deface", {"web-1", "web-2", "web-3"});
                        d.At(900).Detect("soc", "deface", {"web-1"});
                      };
                      h.detect = false;
                    },
                    {"Not scored on this system: report"}},
        MissingCase{"Cleanup",
                    [](Held& h) { h.undo = false; },
                    {"Clean-up neither verified nor its residue accepted by the owner on: web-1, "
                     "web-2, web-3"}},
        MissingCase{"Process",
                    [](Held& h) {
                      h.rated = {v1::ELEMENT_TECHNOLOGY, v1::ELEMENT_PEOPLE};
                    },
                    {"Not judged: process"}},
        MissingCase{"Technology",
                    [](Held& h) {
                      h.rated = {v1::ELEMENT_PROCESS, v1::ELEMENT_PEOPLE};
                    },
                    {"Not judged: technology"}},
        MissingCase{"People",
                    [](Held& h) {
                      h.rated = {v1::ELEMENT_PROCESS, v1::ELEMENT_TECHNOLOGY};
                      h.close = false;
                    },
                    {"The exercise is not closed (ended, not judged yet)", "Not judged: people"},
                    true}),
    [](const auto& test) { return test.param.name; });

TEST(DutyTest, AHandPlayedActionWithoutASecondPersonIsNotAttested) {
  for (const char* witness : {"", "binh" /* who played it */}) {
    Held held;
    held.scenario = kByHand;
    held.play = [&](DrillScript& drill) {
      drill.Release("unplug")
          .PlayByHand("unplug", "web-2", witness)
          .Detect("soc", "unplug", {"web-2"});
    };
    held.detect = held.undo = false;
    EXPECT_THAT(En(RowOf(held.Run()).missing()),
                ElementsAre(HasSubstr("Nothing was really played")))
        << witness;
  }
}

TEST(DutyTest, BlockedAlonePlaysNothingButShowsInTheDepth) {
  Held held;
  held.play = [](DrillScript& drill) {
    drill.Release("deface");
    for (const char* host : {"web-1", "web-2", "web-3"}) {
      drill.Order("deface", host, v1::ORDER_EVENT_KIND_BLOCKED);
    }
  };
  held.detect = held.undo = false;
  const v1::DutyRow row = RowOf(held.Run());
  EXPECT_EQ(row.state(), v1::DUTY_STATE_PENDING);
  EXPECT_EQ(row.depth().en(), "1 action blocked");
}

TEST(DutyTest, TheOwnersAcceptanceOfResidueIsCleanEnough) {
  Held held;
  held.undo = held.close = false;
  held.rated = {};
  DrillScript drill = held.Run();
  drill.Undo("deface", {"web-1", "web-2"}, v1::UNDO_REASON_ENDED);
  drill.Undo("deface", {"web-3"}, v1::UNDO_REASON_ENDED, v1::CLEANUP_RESULT_RESIDUE);
  EXPECT_THAT(En(RowOf(drill).missing()), Contains(HasSubstr("on: web-3")));
  v1::Record accepted;
  accepted.mutable_residue_accepted()->set_inject("deface");
  accepted.mutable_residue_accepted()->set_host("web-3");
  drill.Append(accepted);
  EXPECT_THAT(En(RowOf(drill).missing()), Not(Contains(HasSubstr("Clean-up"))));
}

// ---- held or not -------------------------------------------------------------------------------

TEST(DutyTest, NothingHeldIsDueInTheYearAndOverdueAfterIt) {
  DrillScript drill(kScenario);  // planned only
  drill.mutable_state().reg.systems["portal"] = System(3);
  // The year's last minute in Viet Nam is 16:59 UTC.
  v1::DutyRow row = RowOf(drill, 2026, Utc(absl::CivilMinute(2026, 12, 31, 16, 59)));
  EXPECT_EQ(row.state(), v1::DUTY_STATE_DUE);
  EXPECT_THAT(En(row.missing()), ElementsAre("No live drill was held in 2026"));
  EXPECT_EQ(row.exercise(), "");
  row = RowOf(drill, 2026, Utc(absl::CivilMinute(2026, 12, 31, 17, 0)));
  EXPECT_EQ(row.state(), v1::DUTY_STATE_OVERDUE);
}

TEST(DutyTest, ATabletopOrMixedExerciseIsNoLiveDrill) {
  for (v1::ExerciseType type : {v1::EXERCISE_TYPE_TABLETOP, v1::EXERCISE_TYPE_MIXED}) {
    Held held;
    held.options.type = type;
    const v1::DutyRow row = RowOf(held.Run());
    EXPECT_EQ(row.state(), v1::DUTY_STATE_DUE);
    EXPECT_THAT(En(row.missing()),
                ElementsAre("The exercise was not a live drill on the real system"));
    EXPECT_EQ(row.exercise(), "drill-1");
  }
}

TEST(DutyTest, ARunningDrillIsPending) {
  DrillScript drill(kScenario);
  drill.mutable_state().reg.systems["portal"] = System(3);
  drill.Approve(Approval()).Start();
  drill.Release("deface").Play("deface", {"web-1", "web-2", "web-3"}).At(5);
  const v1::DutyRow row = RowOf(drill);
  EXPECT_EQ(row.state(), v1::DUTY_STATE_PENDING);
  EXPECT_THAT(En(row.missing()), Contains("The exercise is not closed (running)"));
  EXPECT_THAT(En(row.notes()), IsEmpty()) << "everything can still come";
}

TEST(DutyTest, AnAbortedDrillNeverCountsAndIsListed) {
  DrillScript drill(kScenario);
  drill.mutable_state().reg.systems["portal"] = System(3);
  drill.Approve(Approval()).Start();
  drill.Release("deface").Play("deface", {"web-1", "web-2", "web-3"});
  drill.At(30).Detect("soc", "deface", {"web-1"}).At(900).End(/*aborted=*/true);
  drill.Undo("deface", {"web-1", "web-2", "web-3"}, v1::UNDO_REASON_STOPPED);
  for (v1::Element element : {v1::ELEMENT_PROCESS, v1::ELEMENT_TECHNOLOGY, v1::ELEMENT_PEOPLE}) {
    drill.Rate("portal", element);
  }
  drill.Close();
  const v1::DutyRow row = RowOf(drill);
  EXPECT_EQ(row.state(), v1::DUTY_STATE_DUE);
  EXPECT_EQ(row.exercise(), "");
  EXPECT_THAT(row.started(), ElementsAre("drill-1"));
  EXPECT_THAT(row.aborted(), ElementsAre("drill-1"));
}

TEST(DutyTest, OfSeveralDrillsTheOneThatMeetsItIsNamed) {
  Held pending;
  pending.options.exercise = "a-first";
  pending.options.start_us -= 7 * 86'400 * kSecond;
  pending.close = false;
  DrillScript first = pending.Run();
  DrillScript second = Held().Run();
  second.mutable_state().exercises["a-first"] =
      std::move(first.mutable_state().exercises["a-first"]);
  const v1::DutyRow row = RowOf(second);
  EXPECT_EQ(row.state(), v1::DUTY_STATE_MET);
  EXPECT_EQ(row.exercise(), "drill-1");
  EXPECT_THAT(row.started(), ElementsAre("a-first", "drill-1"));
}

// ---- the year ----------------------------------------------------------------------------------

TEST(YearTest, CountsInTheYearOfEndExInVietNam) {
  // EndEx at 2026-12-31T17:30Z is 00:30 on New Year's Day in Hà Nội.
  Held held;
  held.options.start_us = Utc(absl::CivilMinute(2026, 12, 31, 17, 30)) - 1000 * kSecond;
  const DrillScript drill = held.Run();

  const v1::DutyRow old_year = RowOf(drill, 2026);
  EXPECT_EQ(old_year.state(), v1::DUTY_STATE_OVERDUE);
  EXPECT_EQ(old_year.exercise(), "");

  const v1::DutyRow new_year = RowOf(drill, 2027);
  EXPECT_EQ(new_year.state(), v1::DUTY_STATE_MET);
  EXPECT_EQ(new_year.held_on().ShortDebugString(), Date(2027, 1, 1).ShortDebugString());
}

TEST(YearTest, AStartIsListedInTheYearOfStartEx) {
  Held held;
  held.options.start_us = Utc(absl::CivilMinute(2026, 12, 31, 16, 50));
  const DrillScript drill = held.Run();  // ends at 17:06 UTC
  EXPECT_THAT(RowOf(drill, 2026).started(), ElementsAre("drill-1"));
  EXPECT_THAT(RowOf(drill, 2027).started(), IsEmpty());
  EXPECT_EQ(RowOf(drill, 2027).state(), v1::DUTY_STATE_MET);
}

TEST(YearTest, DaysAreVietNams) {
  EXPECT_EQ(DayInVietNam(Utc(absl::CivilMinute(2026, 12, 31, 16, 59))),
            absl::CivilDay(2026, 12, 31));
  EXPECT_EQ(DayInVietNam(Utc(absl::CivilMinute(2026, 12, 31, 17, 0))), absl::CivilDay(2027, 1, 1));
  EXPECT_EQ(DayInVietNam(Utc(absl::CivilMinute(1969, 12, 31, 16, 59))),
            absl::CivilDay(1969, 12, 31));
  EXPECT_EQ(DayInVietNam(StartOfDay(absl::CivilDay(2028, 2, 29))), absl::CivilDay(2028, 2, 29));
  EXPECT_EQ(DayInVietNam(StartOfDay(absl::CivilDay(2028, 2, 29)) - 1), absl::CivilDay(2028, 2, 28));
}

// ---- levels and service ------------------------------------------------------------------------

TEST(LevelTest, Levels1And2AreNotBoundAndTheReachIsSaid) {
  for (int level : {1, 2}) {
    const v1::DutyRow row = RowOf(Held().Run(level));
    EXPECT_EQ(row.state(), v1::DUTY_STATE_NOT_APPLICABLE);
    EXPECT_EQ(row.due().ShortDebugString(), "");
    ASSERT_EQ(row.notes_size(), 1);
    EXPECT_THAT(row.notes(0).vi(), HasSubstr("Phạm vi: cơ quan A"));
    EXPECT_THAT(row.notes(0).en(), HasSubstr("binds levels 3, 4, 5"));
    EXPECT_THAT(row.started(), ElementsAre("drill-1")) << "starts are listed for every system";
  }
}

TEST(LevelTest, WithoutAnApprovedLevelTheProposedOneBinds) {
  DrillScript drill = Held().Run();
  v1::System& system = drill.mutable_state().reg.systems["portal"];
  system.clear_level();
  system.set_proposed_level(3);
  v1::DutyRow row = RowOf(drill);
  EXPECT_TRUE(row.level_missing());
  EXPECT_EQ(row.level(), 3);
  EXPECT_EQ(row.state(), v1::DUTY_STATE_MET);
  EXPECT_THAT(En(row.notes()), ElementsAre("No level is approved; the proposed level 3 binds"));

  system.set_proposed_level(2);
  row = RowOf(drill);
  EXPECT_TRUE(row.level_missing());
  EXPECT_EQ(row.state(), v1::DUTY_STATE_NOT_APPLICABLE);
}

TEST(LevelTest, WithoutAnyLevelTheSystemIsTakenAsBound) {
  DrillScript drill(kScenario);
  drill.mutable_state().reg.systems["portal"] = System(0);
  const v1::DutyRow row = RowOf(drill);
  EXPECT_TRUE(row.level_missing());
  EXPECT_EQ(row.level(), 0);
  EXPECT_EQ(row.state(), v1::DUTY_STATE_DUE);
  EXPECT_THAT(En(row.missing()), Contains(HasSubstr("level is not determined")));
}

TEST(ServiceTest, ASystemThatComesIntoServiceInTheYearIsBoundSinceThen) {
  DrillScript drill = Held().Run();
  v1::System& system = drill.mutable_state().reg.systems["portal"];
  *system.mutable_in_service_from() = Date(2026, 7, 1);
  EXPECT_TRUE(RowOf(drill).bound_mid_year());
  *system.mutable_in_service_from() = Date(2026, 1, 1);
  EXPECT_FALSE(RowOf(drill).bound_mid_year());
  *system.mutable_in_service_from() = Date(2025, 7, 1);
  EXPECT_FALSE(RowOf(drill).bound_mid_year());
  *system.mutable_in_service_from() = Date(2027, 1, 1);
  EXPECT_THAT(Duties(drill.state(), Yearly(), 2026, drill.now_us()).rows(), IsEmpty());
}

TEST(ServiceTest, ARetiredSystemIsListedUntilTheYearOfItsRetirement) {
  DrillScript drill = Held().Run();
  *drill.mutable_state().reg.systems["portal"].mutable_retired_on() = Date(2026, 6, 30);
  EXPECT_THAT(En(RowOf(drill, 2026).notes()), ElementsAre("The system was retired on 30/06/2026"));
  EXPECT_THAT(Duties(drill.state(), Yearly(), 2027, drill.now_us()).rows(), IsEmpty());
}

// ---- obligations -------------------------------------------------------------------------------

TEST(ObligationTest, BindsOnlyInTheYearsInWhichItIsInForce) {
  const DrillScript drill = Held().Run();
  v1::Obligations obligations = Yearly();
  *obligations.mutable_obligations(0)->mutable_effective_from() = Date(2025, 7, 19);
  *obligations.mutable_obligations(0)->mutable_effective_to() = Date(2026, 6, 30);
  const auto rows = [&](int year) {
    return Duties(drill.state(), obligations, year, drill.now_us()).rows();
  };
  EXPECT_EQ(rows(2024).size(), 0);
  ASSERT_EQ(rows(2025).size(), 1);
  EXPECT_TRUE(rows(2025)[0].bound_mid_year());
  ASSERT_EQ(rows(2026).size(), 1);
  EXPECT_FALSE(rows(2026)[0].bound_mid_year());
  EXPECT_EQ(rows(2027).size(), 0);
}

TEST(ObligationTest, TheSameDutyStatedTwiceIsOneRowAndAnotherDutyIsAnother) {
  const DrillScript drill = Held().Run();
  v1::Obligations obligations = Yearly();
  v1::Obligation* same = obligations.add_obligations();
  *same = obligations.obligations(0);
  same->set_id("o2");
  same->set_document("CT 2");
  same->mutable_levels()->SwapElements(0, 2);  // the order of levels says nothing
  v1::Obligation* other = obligations.add_obligations();
  *other = obligations.obligations(0);
  other->set_id("o3");
  other->clear_levels();
  other->add_levels(3);

  const v1::DutyTable table = Duties(drill.state(), obligations, 2026, drill.now_us());
  ASSERT_EQ(table.rows_size(), 2);
  EXPECT_EQ(table.rows(0).obligation(), "o1");
  EXPECT_THAT(En(table.rows(0).notes()),
              ElementsAre("The same duty, each within its own reach: CT 2"));
  EXPECT_EQ(table.rows(1).obligation(), "o3");
  EXPECT_EQ(table.obligations_size(), 3);
  EXPECT_EQ(table.year(), 2026);
  EXPECT_EQ(table.as_of_us(), drill.now_us());
}

TEST(DutyTest, TheSameJournalGivesTheSameBytes) {
  EXPECT_EQ(RowOf(Held().Run()).SerializeAsString(), RowOf(Held().Run()).SerializeAsString());
}

}  // namespace
}  // namespace drill
