#include "core/scoring/score.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/unit/core/scoring/drill_script.h"

namespace drill {
namespace {

using ::testing::Contains;
using testing::DrillScript;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kSecond;
using testing::Row;

// A deface of the three web hosts with one expectation on it.
std::string Deface(absl::string_view expectation, absl::string_view rubric = "{}") {
  return absl::StrCat(R"(
objectives: [{id: o1, title: {vi: Phát hiện}}]
injects:
  - id: deface
    objective: o1
    action: {web_deface: {page: /srv/index.html}}
    at: 0s
    targets: [{system: portal, role: web}]
    techniques: [T1491.002]
    expect: [)",
                      expectation, "]\nrubric: ", rubric, "\n");
}

constexpr absl::string_view kDetect =
    "{kind: detect, team: soc, target: 60s, limit: 300s, weight: 2}";
constexpr absl::string_view kDetectEach =
    "{kind: detect, team: soc, target: 60s, limit: 300s, weight: 2, hosts: {each: true}}";

// The deface was played on all of its hosts at second 10.
DrillScript Played(absl::string_view scenario, double error_s = 0) {
  DrillScript drill(scenario);
  drill.Start().Release("deface").At(10).Play("deface", {"web-1", "web-2", "web-3"}, error_s);
  return drill;
}

const v1::HostLine& Host(const v1::ScoreLine& line, absl::string_view host) {
  for (const v1::HostLine& entry : line.hosts()) {
    if (entry.host() == host) return entry;
  }
  ADD_FAILURE() << "no host line " << host;
  return v1::HostLine::default_instance();
}

std::string Because(const v1::ScoreLine& line) { return absl::StrJoin(line.because(), "\n"); }

// ---- timeliness, quality -----------------------------------------------------------------------

TEST(DetectTest, PointsFallFromTargetToLimitOnTheExerciseClock) {
  const struct {
    double detected_s;
    v1::LineState state;
    int64_t earned_mp;
  } kTable[] = {
      {10, v1::LINE_STATE_MET, 2000},   // the moment it is noticeable
      {70, v1::LINE_STATE_MET, 2000},   // at target
      {106, v1::LINE_STATE_MET, 1700},  // (300 - 96) / 240 = 0.850
      {190, v1::LINE_STATE_MET, 1000},  // half way
      {310, v1::LINE_STATE_UNMET, 0},   // at limit
      {1000, v1::LINE_STATE_UNMET, 0},
  };
  for (const auto& row : kTable) {
    DrillScript drill = Played(Deface(kDetect));
    drill.At(row.detected_s).Detect("soc", "deface", {"web-2"});
    const v1::ScoreLine line = drill.At(2000).End().Score().lines(0);
    EXPECT_EQ(line.state(), row.state) << row.detected_s;
    EXPECT_EQ(line.earned_mp(), row.earned_mp) << row.detected_s;
    EXPECT_EQ(line.weight_mp(), 2000);
  }
}

TEST(DetectTest, LateFloorIsEarnedEvenAfterTheLimit) {
  DrillScript drill = Played(Deface(kDetect, "{late_floor_permille: 300}"));
  drill.At(900).Detect("soc", "deface", {"web-1"});
  const v1::ScoreLine line = drill.End().Score().lines(0);
  EXPECT_EQ(line.state(), v1::LINE_STATE_MET);
  EXPECT_EQ(line.earned_mp(), 600);
}

TEST(DetectTest, AClaimedTimeCountsOnlyWhereAnEvaluatorAcceptsIt) {
  DrillScript drill = Played(Deface(kDetect));
  drill.At(190);
  const std::string claim = drill.Say("soc", v1::OBSERVATION_KIND_DETECTION, {"web-1"});
  drill.Match(claim, "deface", {"web-1"});
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 1000);
  drill.Link(claim, "deface", {"web-1"}, 1000, 40);
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 2000);
}

TEST(DetectTest, AnEvaluatorsCreditReplacesTheEngines) {
  DrillScript drill = Played(Deface(kDetect));
  const std::string claim = drill.Say("soc", v1::OBSERVATION_KIND_DETECTION, {"web-1"});
  drill.Match(claim, "deface", {"web-1"}, 100).Link(claim, "deface", {"web-1"}, 800);
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 1600);
}

TEST(DetectTest, ALinkToTheInjectAsAWholeCountsOnEveryPlayedHost) {
  DrillScript drill = Played(Deface(kDetectEach));
  drill.Link(drill.Say("soc", v1::OBSERVATION_KIND_DETECTION, {"web-1"}), "deface", {});
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 2000);
}

TEST(DetectTest, WhatComesAfterEndExDoesNotCount) {
  DrillScript drill = Played(Deface(kDetect));
  drill.At(200).End().At(210);
  const std::string claim = drill.Say("soc", v1::OBSERVATION_KIND_DETECTION, {"web-1"});
  drill.Link(claim, "deface", {"web-1"});
  EXPECT_EQ(drill.Score().lines(0).state(), v1::LINE_STATE_CENSORED);
  // Unless an evaluator accepts that it was seen before.
  drill.Link(claim, "deface", {"web-1"}, 1000, 60);
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 2000);
}

TEST(DetectTest, TheArithmeticIsPrintedWithItsRecords) {
  DrillScript drill = Played(Deface(kDetect));
  drill.At(106).Detect("soc", "deface", {"web-2"}, 500);
  const v1::ScoreLine line = drill.Score().lines(0);
  EXPECT_THAT(
      line.because(),
      ElementsAre("weight 2.000; full time up to 60 s, none from 300 s on; late floor 0.000",
                  "hosts: 1 met, 2 open; rule: any host = the best 1 of 1 that count",
                  "web-2: soc-1 after 96 s; timeliness (300 s - 96 s) / (300 s - 60 s) = "
                  "0.850; quality 0.500; share 0.500 × (0.000 + 1.000 × 0.850) = 0.425 "
                  "[records 6, 7, 10, 11]",
                  "2 open: can still be done (web-1, web-3)", "2.000 × 0.425 / 1 = 0.850 points"));
  EXPECT_THAT(Host(line, "web-2").records(), ElementsAre(6, 7, 10, 11));
  EXPECT_EQ(Host(line, "web-2").observation(), "soc-1");
  EXPECT_EQ(Host(line, "web-2").timeliness_permille(), 850);
  EXPECT_EQ(Host(line, "web-2").quality_permille(), 500);
}

TEST(DetectTest, SaysSoWhereTheClockErrorCouldMoveIt) {
  for (const auto& [detected_s, uncertain] : std::vector<std::pair<double, bool>>{
           {69, true}, {70.4, true}, {71, false}, {200, false}, {309.6, true}}) {
    DrillScript drill = Played(Deface(kDetect), /*error_s=*/1);
    drill.At(detected_s).Detect("soc", "deface", {"web-1"});
    // 59 s after it was noticeable is exactly one error away from the target: not smaller.
    EXPECT_EQ(Host(drill.Score().lines(0), "web-1").uncertain(), uncertain && detected_s != 69)
        << detected_s;
  }
}

// ---- states of a host --------------------------------------------------------------------------

TEST(HostStateTest, OpenUntilTheLimitThenUnmet) {
  DrillScript drill = Played(Deface(kDetect));
  EXPECT_EQ(drill.At(309).Score().lines(0).state(), v1::LINE_STATE_OPEN);
  EXPECT_EQ(drill.Score().score_mp(), -1) << "nothing counts yet";
  EXPECT_EQ(drill.At(310).Score().lines(0).state(), v1::LINE_STATE_UNMET);
  EXPECT_EQ(drill.Score().score_mp(), 0);
}

TEST(HostStateTest, EndExBeforeTheLimitCensors) {
  DrillScript drill = Played(Deface(kDetect));
  const v1::Scorecard card = drill.At(309).End().Score();
  EXPECT_EQ(card.lines(0).state(), v1::LINE_STATE_CENSORED);
  EXPECT_EQ(card.possible_mp(), 0);
  EXPECT_THAT(Because(card.lines(0)), HasSubstr("EndEx came before the limit"));
}

TEST(HostStateTest, OurFailuresAreNotPlayedAndExcluded) {
  for (v1::OrderEventKind kind : {v1::ORDER_EVENT_KIND_FAILED, v1::ORDER_EVENT_KIND_REFUSED,
                                  v1::ORDER_EVENT_KIND_MISSED, v1::ORDER_EVENT_KIND_INTERRUPTED}) {
    DrillScript drill(Deface(kDetect));
    drill.Start().Release("deface");
    for (const char* host : {"web-1", "web-2", "web-3"}) drill.Order("deface", host, kind);
    const v1::Scorecard card = drill.At(1000).End().Score();
    EXPECT_EQ(card.lines(0).state(), v1::LINE_STATE_NOT_PLAYED) << kind;
    EXPECT_EQ(card.score_mp(), -1);
    EXPECT_EQ(card.injects(0).not_played(), 3);
  }
}

TEST(HostStateTest, NeverHeardOfIsOpenWhileRunningAndNotPlayedAtTheEnd) {
  DrillScript drill(Deface(kDetect));
  EXPECT_EQ(drill.Start().Score().lines(0).state(), v1::LINE_STATE_OPEN);
  drill.Release("deface").Order("deface", "web-1", v1::ORDER_EVENT_KIND_STARTED);
  EXPECT_EQ(drill.At(1000).Score().lines(0).state(), v1::LINE_STATE_OPEN);
  EXPECT_EQ(drill.End().Score().lines(0).state(), v1::LINE_STATE_NOT_PLAYED);
}

TEST(HostStateTest, ARevokedInjectIsNotPlayed) {
  DrillScript drill(Deface(kDetect));
  drill.Start().Revoke("deface");
  EXPECT_EQ(drill.Score().lines(0).state(), v1::LINE_STATE_NOT_PLAYED);
  EXPECT_TRUE(drill.Score().injects(0).revoked());
}

TEST(HostStateTest, PlayedButNotNoticeableIsAFindingAboutTechnology) {
  DrillScript drill(Deface(kDetect));
  drill.Start().Release("deface").Play("deface", {"web-1", "web-2", "web-3"}, 0,
                                       /*noticeable=*/false);
  const v1::Scorecard card = drill.At(1000).End().Score();
  EXPECT_EQ(card.lines(0).state(), v1::LINE_STATE_CENSORED);
  EXPECT_THAT(Because(card.lines(0)), HasSubstr("nothing noticeable on host"));
  EXPECT_EQ(card.injects(0).played(), 3);
  EXPECT_EQ(card.metrics(0).censored(), 0);
}

TEST(HostStateTest, UndoneBySilenceStopFailureWindowOrHostBeforeTheLimitCensors) {
  for (v1::UndoReason reason :
       {v1::UNDO_REASON_SILENCE, v1::UNDO_REASON_STOPPED, v1::UNDO_REASON_FAILED,
        v1::UNDO_REASON_WINDOW, v1::UNDO_REASON_HOST}) {
    DrillScript drill = Played(Deface(kDetect));
    drill.At(100).Undo("deface", {"web-1", "web-2", "web-3"}, reason);
    EXPECT_EQ(drill.At(1000).End().Score().lines(0).state(), v1::LINE_STATE_CENSORED) << reason;
  }
}

TEST(HostStateTest, UndoneAfterTheLimitIsUnmetAndUndoneAtEndExCensorsNothing) {
  DrillScript late = Played(Deface(kDetect));
  late.At(400).Undo("deface", {"web-1", "web-2", "web-3"}, v1::UNDO_REASON_SILENCE);
  EXPECT_EQ(late.At(1000).End().Score().lines(0).state(), v1::LINE_STATE_UNMET);

  DrillScript ended = Played(Deface(kDetect));
  ended.At(1000).End().Undo("deface", {"web-1", "web-2", "web-3"}, v1::UNDO_REASON_ENDED);
  EXPECT_EQ(ended.Score().lines(0).state(), v1::LINE_STATE_UNMET);
}

TEST(HostStateTest, WhatWasDoneBeforeOrInSpiteOfTheUndoCounts) {
  DrillScript drill = Played(Deface(kDetect));
  drill.At(100).Undo("deface", {"web-1"}, v1::UNDO_REASON_SILENCE);
  drill.At(190).Detect("soc", "deface", {"web-1"});
  EXPECT_EQ(drill.End().Score().lines(0).earned_mp(), 1000);
}

// ---- prevent -----------------------------------------------------------------------------------

TEST(PreventTest, ABlockedHostEarnsPreventAndDoesNotCountForOtherKinds) {
  DrillScript drill(
      Deface(absl::StrCat("{kind: prevent, team: ops, limit: 60s, weight: 3}, ", kDetect)));
  drill.Start().Release("deface");
  for (const char* host : {"web-1", "web-2", "web-3"}) {
    drill.Order("deface", host, v1::ORDER_EVENT_KIND_BLOCKED);
  }
  const v1::Scorecard card = drill.At(1000).End().Score();
  EXPECT_EQ(card.lines(0).state(), v1::LINE_STATE_MET);
  EXPECT_EQ(card.lines(0).earned_mp(), 3000);
  EXPECT_EQ(card.lines(1).state(), v1::LINE_STATE_PREVENTED);
  EXPECT_EQ(card.possible_mp(), 3000);
  EXPECT_EQ(card.score_mp(), 100'000);
  EXPECT_EQ(card.injects(0).blocked(), 3);
}

TEST(PreventTest, AnyAndEachHost) {
  const auto earned = [](absl::string_view rule) {
    DrillScript drill(
        Deface(absl::StrCat("{kind: prevent, team: ops, limit: 60s, hosts: ", rule, "}")));
    drill.Start().Release("deface").Play("deface", {"web-1", "web-2"});
    drill.Order("deface", "web-3", v1::ORDER_EVENT_KIND_BLOCKED);
    return drill.Score().lines(0).earned_mp();
  };
  EXPECT_EQ(earned("{any: true}"), 1000);
  EXPECT_EQ(earned("{each: true}"), 333);
}

TEST(PreventTest, NothingStoppedItIsUnmetAtOnce) {
  DrillScript drill = Played(Deface("{kind: prevent, team: ops, limit: 60s}"));
  EXPECT_EQ(drill.Score().lines(0).state(), v1::LINE_STATE_UNMET);
}

// ---- host rules --------------------------------------------------------------------------------

TEST(HostRuleTest, AnyTakesTheBestPlayedHost) {
  DrillScript drill = Played(Deface(kDetect));
  drill.At(20).Detect("soc", "deface", {"web-3"}, 300);
  drill.At(30).Detect("soc", "deface", {"web-1"});
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 2000);
}

TEST(HostRuleTest, EachDividesTheWeightOverTheHostsThatCount) {
  DrillScript drill(Deface(kDetectEach));
  drill.Start().Release("deface").Play("deface", {"web-1", "web-2"});
  drill.Order("deface", "web-3", v1::ORDER_EVENT_KIND_FAILED);
  drill.Detect("soc", "deface", {"web-1"});
  const v1::Scorecard card = drill.At(1000).End().Score();
  EXPECT_EQ(card.lines(0).earned_mp(), 1000) << "one of the two that were played";
  EXPECT_EQ(card.possible_mp(), 2000);
}

TEST(HostRuleTest, AShareGivesFullMarksAtTheShareAndExtraHostsNeverCost) {
  const std::string scenario = Deface(
      "{kind: detect, team: soc, target: 60s, limit: 300s, weight: 2, "
      "hosts: {share_permille: 600}}");
  DrillScript drill = Played(scenario);
  drill.Detect("soc", "deface", {"web-1"});
  EXPECT_EQ(drill.At(1000).Score().lines(0).earned_mp(), 1000) << "one of the two needed";
  DrillScript two = Played(scenario);
  two.Detect("soc", "deface", {"web-1"}).Detect("soc", "deface", {"web-2"});
  EXPECT_EQ(two.Score().lines(0).earned_mp(), 2000);
  two.At(290).Detect("soc", "deface", {"web-3"}, 100);
  EXPECT_EQ(two.Score().lines(0).earned_mp(), 2000) << "a late third takes nothing away";
}

// ---- clock -------------------------------------------------------------------------------------

// Points, scores and reasons of a card, without wall times.
std::string Figures(const v1::Scorecard& card) {
  std::string out = absl::StrCat(card.score_mp(), " ", card.earned_mp(), "\n");
  for (const v1::ScoreLine& line : card.lines()) {
    absl::StrAppend(&out, line.state(), " ", line.earned_mp(), "\n", Because(line), "\n");
  }
  for (const v1::TimeMetric& metric : card.metrics()) {
    absl::StrAppend(&out, metric.ShortDebugString(), "\n");
  }
  // A pause has records of its own, and moves the numbers of those after it.
  const size_t npos = std::string::npos;
  for (size_t at; (at = out.find(" [records")) != npos;) out.erase(at, out.find(']', at) - at + 1);
  return out;
}

std::string WholeDrill() {
  return absl::StrReplaceAll(Deface(absl::StrCat(kDetectEach, R"(,
      {kind: report, team: soc, target: 60s, limit: 600s, recipients: [owner]},
      {kind: contain, team: ops, target: 100s, limit: 400s},
      {kind: recover, team: ops, target: 100s, limit: 4000s})")),
                             {{"at: 0s", "at: 5s"}});
}

v1::Scorecard RunWhole(const DrillScript::Options& options,
                       const std::function<void(DrillScript&)>& at_100) {
  DrillScript drill(WholeDrill(), options);
  drill.Start().At(5).Release("deface").At(10).Play("deface", {"web-1", "web-2", "web-3"}, 0.01);
  drill.At(75).Detect("soc", "deface", {"web-1"});
  drill.At(100);
  at_100(drill);
  drill.At(130.5).Detect("soc", "deface", {"web-2"}, 500);
  drill.At(200).Match(drill.Report("soc", {"owner", "press"}), "deface", {});
  drill.At(300.25).Contain("ops", "deface", {"web-1"});
  return drill.At(1000).End().Score();
}

TEST(ClockTest, ShiftingEveryWallTimeLeavesTheScoreUnchanged) {
  const auto nothing = [](DrillScript&) {};
  const std::string original = Figures(RunWhole({}, nothing));
  for (int64_t shift_s : {int64_t{-86'400}, int64_t{1}, int64_t{3'600}, int64_t{40'000'000}}) {
    DrillScript::Options options;
    options.start_us += shift_s * kSecond;
    EXPECT_EQ(Figures(RunWhole(options, nothing)), original) << shift_s;
  }
}

TEST(ClockTest, APauseGivesNothing) {
  const std::string original = Figures(RunWhole({}, [](DrillScript&) {}));
  EXPECT_EQ(Figures(RunWhole({}, [](DrillScript& drill) { drill.Pause(7200); })), original);
}

TEST(ClockTest, AJumpGivesNothing) {
  DrillScript drill = Played(Deface(kDetect));
  drill.At(20).Jump(5000).At(5096).Detect("soc", "deface", {"web-1"});
  // 10 s before the jump and 96 s after it: (300 - 106) / 240.
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 1616);
}

TEST(ClockTest, TheSameJournalGivesTheSameBytesAndFromEndExOnAtAnyTime) {
  const v1::Scorecard card = RunWhole({}, [](DrillScript&) {});
  EXPECT_EQ(RunWhole({}, [](DrillScript&) {}).SerializeAsString(), card.SerializeAsString());

  DrillScript drill = Played(WholeDrill());
  drill.At(500).End();
  const StreamState head{drill.exercise().head_stream_seq, "hash"};
  const std::string bytes = Score(drill.exercise(), head, drill.now_us()).SerializeAsString();
  EXPECT_EQ(Score(drill.exercise(), head, drill.now_us() + 99 * kSecond).SerializeAsString(),
            bytes);
}

// ---- several teams -----------------------------------------------------------------------------

TEST(TeamsTest, WhatAnotherTeamContainedFirstIsCensoredForTheRest) {
  DrillScript drill =
      Played(Deface(absl::StrCat(kDetect, ", {kind: contain, team: soc, target: 60s, limit: 300s}",
                                 ", {kind: contain, team: ops, target: 60s, limit: 300s}")));
  drill.At(50).Contain("ops", "deface", {"web-1", "web-2", "web-3"});
  drill.At(55).Detect("soc", "deface", {"web-1"}).Contain("soc", "deface", {"web-1"});
  const v1::Scorecard card = drill.At(1000).End().Score();
  EXPECT_EQ(card.lines(0).state(), v1::LINE_STATE_CENSORED) << "an echo of the other team's work";
  EXPECT_EQ(card.lines(1).state(), v1::LINE_STATE_CENSORED);
  EXPECT_EQ(card.lines(2).state(), v1::LINE_STATE_MET);
  EXPECT_THAT(Because(card.lines(0)), HasSubstr("another team contained it first"));
}

TEST(TeamsTest, OneHostContainedByAnotherTeamLeavesTheOthersOpen) {
  DrillScript drill = Played(Deface(kDetect));
  drill.At(50).Contain("ops", "deface", {"web-1"});
  EXPECT_EQ(drill.Score().lines(0).state(), v1::LINE_STATE_OPEN);
  drill.At(60).Detect("soc", "deface", {"web-2"});
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 2000);
}

TEST(TeamsTest, ContainedByAnotherTeamAfterTheLimitSavesNobody) {
  DrillScript drill = Played(Deface(kDetect));
  drill.At(400).Contain("ops", "deface", {"web-1", "web-2", "web-3"});
  EXPECT_EQ(drill.Score().lines(0).state(), v1::LINE_STATE_UNMET);
}

TEST(TeamsTest, ATeamsOwnEarlierContainmentIsNotCutByALaterOne) {
  DrillScript drill =
      Played(Deface(absl::StrCat("{kind: contain, team: ops, target: 60s, limit: 300s}, ",
                                 "{kind: recover, team: ops, target: 60s, limit: 300s}")));
  drill.At(50).Contain("ops", "deface", {"web-1"}).At(60).Contain("soc", "deface", {"web-1"});
  drill.Undo("deface", {"web-2", "web-3"}, v1::UNDO_REASON_SILENCE);
  const v1::Scorecard card = drill.At(1000).End().Score();
  EXPECT_EQ(card.lines(0).state(), v1::LINE_STATE_MET);
  EXPECT_EQ(card.lines(1).state(), v1::LINE_STATE_UNMET) << "it had the whole limit to recover";
}

TEST(TeamsTest, RecoveryAfterAnotherTeamsContainmentCountsWhenDone) {
  DrillScript drill = Played(Deface("{kind: recover, team: ops, target: 600s, limit: 900s}"));
  drill.At(50).Contain("soc", "deface", {"web-1", "web-2", "web-3"});
  EXPECT_EQ(drill.Score().lines(0).state(), v1::LINE_STATE_CENSORED);
  drill.At(400).Recover("ops", "deface", {"web-1"});
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 1000);
}

// ---- report ------------------------------------------------------------------------------------

constexpr absl::string_view kReport =
    "{kind: report, team: soc, target: 60s, limit: 300s, recipients: [owner, coordinator], "
    "fields: [{field: incident_type, accept: [thay đổi giao diện]}]}";

TEST(ReportTest, RunsFromTheTeamsOwnDiscovery) {
  DrillScript drill = Played(Deface(kReport));
  drill.At(500).Detect("soc", "deface", {"web-2"}, 100);
  drill.At(680).Match(
      drill.Report("soc", {"owner", "coordinator"}, {{"incident_type", "Thay Đổi Giao Diện"}}),
      "deface", {});
  const v1::ScoreLine line = drill.Score().lines(0);
  EXPECT_EQ(line.earned_mp(), 500) << Because(line);  // 180 s: half way
  EXPECT_EQ(line.system(), "portal");
  ASSERT_EQ(line.hosts_size(), 1);
  EXPECT_EQ(line.hosts(0).host(), "");
}

TEST(ReportTest, QualityIsFieldsTimesRecipients) {
  DrillScript drill = Played(Deface(kReport));
  drill.Detect("soc", "deface", {"web-1"});
  drill.Match(drill.Report("soc", {"owner"}, {{"incident_type", "thay đổi giao diện"}}), "deface",
              {});
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 500);
  EXPECT_THAT(Because(drill.Score().lines(0)),
              HasSubstr("1/1 fields right × 1/2 recipients right"));
}

TEST(ReportTest, AnAcceptedEarlierSightingStartsTheClockEarlier) {
  DrillScript drill = Played(Deface(kReport));
  drill.At(190);
  const std::string claim = drill.Say("soc", v1::OBSERVATION_KIND_DETECTION, {"web-1"});
  drill.Match(claim, "deface", {"web-1"}).Link(claim, "deface", {"web-1"}, 1000, 10);
  drill.Match(
      drill.Report("soc", {"owner", "coordinator"}, {{"incident_type", "thay đổi giao diện"}}),
      "deface", {});
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 500);
}

TEST(ReportTest, WithoutAMatchedDetectionItEarnsNothing) {
  DrillScript drill = Played(Deface(kReport));
  // The other team's detection is not this team's.
  drill.Detect("ops", "deface", {"web-1"});
  drill.Match(
      drill.Report("soc", {"owner", "coordinator"}, {{"incident_type", "thay đổi giao diện"}}),
      "deface", {});
  EXPECT_EQ(drill.At(900).Score().lines(0).state(), v1::LINE_STATE_OPEN);
  const v1::ScoreLine line = drill.At(1000).End().Score().lines(0);
  EXPECT_EQ(line.state(), v1::LINE_STATE_UNMET);
  EXPECT_EQ(line.earned_mp(), 0);
  EXPECT_THAT(Because(line), HasSubstr("the team never detected it"));
}

TEST(ReportTest, OnlyAnEvaluatorsCreditIsAMark) {
  DrillScript drill = Played(Deface("{kind: report, team: soc, target: 60s, limit: 300s}"));
  drill.Detect("soc", "deface", {"web-1"});
  const std::string report = drill.Report("soc", {"owner"});
  drill.Match(report, "deface", {}, 100);  // one of the ten artefacts it names
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 1000);
  drill.Link(report, "deface", {}, 400);
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 400);
}

TEST(ReportTest, IsCutShortOnlyWhenOthersHaveContainedEveryPlayedHost) {
  DrillScript some = Played(Deface(kReport));
  some.Detect("soc", "deface", {"web-1"}).At(50).Contain("ops", "deface", {"web-1", "web-2"});
  EXPECT_EQ(some.At(1000).End().Score().lines(0).state(), v1::LINE_STATE_UNMET);

  DrillScript all = Played(Deface(kReport));
  all.Detect("soc", "deface", {"web-1"}).At(50).Contain("ops", "deface", {"web-1", "web-2"});
  all.At(60).Contain("ops", "deface", {"web-3"});
  EXPECT_EQ(all.At(1000).End().Score().lines(0).state(), v1::LINE_STATE_CENSORED);

  // The last host was contained when the limit had passed already.
  DrillScript late = Played(Deface(kReport));
  late.Detect("soc", "deface", {"web-1"}).At(50).Contain("ops", "deface", {"web-1", "web-2"});
  late.At(500).Contain("ops", "deface", {"web-3"});
  EXPECT_EQ(late.At(1000).End().Score().lines(0).state(), v1::LINE_STATE_UNMET);
}

TEST(ReportTest, UndiscoveredAndNoticeableForLessThanTheLimitIsCensored) {
  DrillScript drill = Played(Deface(kReport));
  const v1::ScoreLine line = drill.At(309).End().Score().lines(0);
  EXPECT_EQ(line.state(), v1::LINE_STATE_CENSORED);
  EXPECT_THAT(Because(line), HasSubstr("EndEx came before the limit"));
}

TEST(ReportTest, DiscoveredTooLateToReportInTimeIsCensored) {
  DrillScript drill = Played(Deface(kReport));
  drill.At(900).Detect("soc", "deface", {"web-1"});
  EXPECT_EQ(drill.At(1000).End().Score().lines(0).state(), v1::LINE_STATE_CENSORED);
}

TEST(ReportTest, ABlockedOrUnplayedInjectNeedsNoReport) {
  DrillScript drill(Deface(kReport));
  drill.Start().Release("deface").Order("deface", "web-1", v1::ORDER_EVENT_KIND_BLOCKED);
  drill.Order("deface", "web-2", v1::ORDER_EVENT_KIND_FAILED);
  drill.Order("deface", "web-3", v1::ORDER_EVENT_KIND_MISSED);
  EXPECT_EQ(drill.End().Score().lines(0).state(), v1::LINE_STATE_PREVENTED);
}

TEST(ReportTest, TheFirstReportCountsAndRepeatsAreNeutral) {
  DrillScript drill = Played(Deface(kReport));
  drill.Detect("soc", "deface", {"web-1"});
  drill.Match(drill.Report("soc", {"owner"}, {{"incident_type", "thay đổi giao diện"}}), "deface",
              {});
  drill.At(20).Match(
      drill.Report("soc", {"owner", "coordinator"}, {{"incident_type", "thay đổi giao diện"}}),
      "deface", {});
  const v1::Scorecard card = drill.Score();
  EXPECT_EQ(card.lines(0).earned_mp(), 500);
  EXPECT_EQ(card.claims(2).state(), v1::CLAIM_STATE_NEUTRAL);
}

// ---- messages and questions --------------------------------------------------------------------

constexpr absl::string_view kInbox = R"(
injects:
  - id: call
    message: {teams: [soc], from: {vi: Người dân}, body: {vi: Trang bị thay đổi}}
    at: 0s
    expect: [{kind: report, team: soc, target: 60s, limit: 300s, recipients: [owner]}]
  - id: ask
    question:
      teams: [soc]
      body: {vi: Báo cho ai trước?}
      choices:
        - {id: a, text: {vi: Chủ quản}, credit_permille: 1000}
        - {id: b, text: {vi: Báo chí}, credit_permille: 200}
    at: 0s
    expect: [{kind: answer, team: soc, target: 60s, limit: 300s, weight: 4}]
)";

TEST(InboxTest, AMessageIsTimedFromItsReleaseAndNeedsNoDetection) {
  DrillScript drill(kInbox);
  drill.Start().At(10).Release("call").At(190);
  drill.Link(drill.Report("soc", {"owner"}), "call", {});
  const v1::ScoreLine line = drill.Score().lines(0);
  EXPECT_EQ(line.earned_mp(), 500);
  EXPECT_EQ(line.system(), "");
}

TEST(InboxTest, AnAnswerEarnsTheChoicesCreditOrTheEvaluatorsMark) {
  DrillScript drill(kInbox);
  drill.Start().At(10).Release("ask").At(20);
  const std::string answer = drill.Answer("soc", "ask", "b");
  drill.Match(answer, "ask", {}, 200);
  EXPECT_EQ(drill.Score().lines(1).earned_mp(), 800);
  // A second thought is a repeat.
  drill.At(25).Match(drill.Answer("soc", "ask", "a"), "ask", {}, 1000);
  EXPECT_EQ(drill.Score().lines(1).earned_mp(), 800);
  drill.Link(answer, "ask", {}, 700);
  EXPECT_EQ(drill.Score().lines(1).earned_mp(), 2800);
}

TEST(InboxTest, AnAnswerThatNobodyJudgedIsNotDone) {
  DrillScript drill(kInbox);
  drill.Start().At(10).Release("ask").At(20).Answer("soc", "ask", "");
  const v1::Scorecard card = drill.At(400).End().Score();
  EXPECT_EQ(card.lines(1).state(), v1::LINE_STATE_UNMET);
  EXPECT_EQ(card.claims(0).state(), v1::CLAIM_STATE_WAITING);
  EXPECT_EQ(card.lines(0).state(), v1::LINE_STATE_NOT_PLAYED) << "the call was never released";
}

// ---- claims that the agent has checked ---------------------------------------------------------

constexpr absl::string_view kContain =
    "{kind: contain, team: soc, target: 60s, limit: 300s, weight: 2}";

// Contained on web-1 at second 20, which counts in full, and the agent's word on it.
v1::Scorecard Checked(v1::EffectVerdict verdict, int told, int standing) {
  DrillScript drill = Played(Deface(kContain));
  const std::string claim = drill.At(20).Say("soc", v1::OBSERVATION_KIND_CONTAINMENT, {"web-1"});
  drill.Match(claim, "deface", {"web-1"});
  drill.Effect(claim, "deface", "web-1", verdict, told, standing);
  return drill.At(400).End().Score();
}

TEST(EffectTest, WhatTheAgentFoundDecidesWhatAClaimOfWorkIsWorth) {
  EXPECT_EQ(Checked(v1::EFFECT_VERDICT_CONFIRMED, 4, 0).earned_mp(), 2000);
  EXPECT_EQ(Checked(v1::EFFECT_VERDICT_UNKNOWN, 0, 0).earned_mp(), 2000);
  EXPECT_EQ(Checked(v1::EFFECT_VERDICT_PARTIAL, 4, 1).earned_mp(), 1500);
  EXPECT_EQ(Checked(v1::EFFECT_VERDICT_PARTIAL, 3, 1).earned_mp(), 1334);
  EXPECT_EQ(Checked(v1::EFFECT_VERDICT_FALSE, 4, 4).earned_mp(), 0);
}

TEST(EffectTest, LineAndClaimSayWhatTheAgentFound) {
  const v1::Scorecard refuted = Checked(v1::EFFECT_VERDICT_FALSE, 4, 4);
  EXPECT_EQ(refuted.claims(0).effect(), v1::EFFECT_VERDICT_FALSE);
  EXPECT_EQ(refuted.claims(0).penalty_mp(), 0);
  const v1::HostLine& host = Host(refuted.lines(0), "web-1");
  EXPECT_EQ(host.effect(), v1::EFFECT_VERDICT_FALSE);
  EXPECT_EQ(host.state(), v1::LINE_STATE_UNMET);
  EXPECT_EQ(host.observation(), refuted.claims(0).observation());
  EXPECT_THAT(Because(refuted.lines(0)), HasSubstr("the agent found all of it still standing"));
  const v1::Scorecard partly = Checked(v1::EFFECT_VERDICT_PARTIAL, 4, 1);
  EXPECT_EQ(Host(partly.lines(0), "web-1").effect(), v1::EFFECT_VERDICT_PARTIAL);
  EXPECT_THAT(Because(partly.lines(0)), HasSubstr("1 of 4 traces still stood"));
  EXPECT_EQ(Host(Checked(v1::EFFECT_VERDICT_CONFIRMED, 4, 0).lines(0), "web-1").effect(),
            v1::EFFECT_VERDICT_CONFIRMED);
}

TEST(EffectTest, AnEvaluatorsLinkStandsOverTheAgentsWord) {
  DrillScript drill = Played(Deface(kContain));
  const std::string claim = drill.At(20).Say("soc", v1::OBSERVATION_KIND_CONTAINMENT, {"web-1"});
  drill.Match(claim, "deface", {"web-1"});
  drill.Effect(claim, "deface", "web-1", v1::EFFECT_VERDICT_FALSE, 4, 4);
  EXPECT_EQ(drill.Score().earned_mp(), 0);
  drill.Link(claim, "deface", {"web-1"}, 700);
  EXPECT_EQ(drill.Score().earned_mp(), 1400);
  EXPECT_EQ(drill.Score().claims(0).effect(), v1::EFFECT_VERDICT_FALSE) << "it stays said";
}

// A false claim is no repeat that a true one would follow in vain, and a half done one no ceiling.
TEST(EffectTest, WhatIsDoneAfterwardsCountsFromThen) {
  for (const auto& [verdict, standing] :
       {std::pair{v1::EFFECT_VERDICT_FALSE, 4}, std::pair{v1::EFFECT_VERDICT_PARTIAL, 3}}) {
    DrillScript drill = Played(Deface(kContain));
    const std::string claim = drill.At(20).Say("soc", v1::OBSERVATION_KIND_CONTAINMENT, {"web-1"});
    drill.Match(claim, "deface", {"web-1"});
    drill.Effect(claim, "deface", "web-1", verdict, 4, standing);
    drill.At(190);  // 180 s: half way from target to limit
    drill.Contain("soc", "deface", {"web-1"});
    EXPECT_EQ(drill.At(400).End().Score().earned_mp(), 1000) << standing;
  }
}

TEST(EffectTest, AFalseClaimTakesNoChanceFromAnotherTeam) {
  DrillScript drill = Played(Deface(kContain));
  const std::string claim = drill.At(20).Say("ops", v1::OBSERVATION_KIND_CONTAINMENT, {"web-1"});
  drill.Match(claim, "deface", {"web-1"});
  drill.Effect(claim, "deface", "web-1", v1::EFFECT_VERDICT_FALSE, 4, 4);
  drill.At(30).Contain("soc", "deface", {"web-1"});
  EXPECT_EQ(drill.At(400).End().Score().earned_mp(), 2000);
}

TEST(EffectTest, OverSeveralHostsAClaimIsWhatHoldsOfEach) {
  DrillScript drill = Played(Deface(kContain));
  const std::string claim =
      drill.At(20).Say("soc", v1::OBSERVATION_KIND_CONTAINMENT, {"web-1", "web-2"});
  drill.Match(claim, "deface", {"web-1", "web-2"});
  drill.Effect(claim, "deface", "web-1", v1::EFFECT_VERDICT_CONFIRMED);
  EXPECT_EQ(drill.Score().claims(0).effect(), v1::EFFECT_VERDICT_CONFIRMED);
  drill.Effect(claim, "deface", "web-2", v1::EFFECT_VERDICT_FALSE, 4, 4);
  EXPECT_EQ(drill.Score().claims(0).effect(), v1::EFFECT_VERDICT_PARTIAL);
}

// ---- played by hand ----------------------------------------------------------------------------

TEST(ManualTest, RunsFromTheAttestedMoment) {
  DrillScript drill(
      absl::StrReplaceAll(Deface(kDetect), {{"action: {web_deface: {page: /srv/index.html}}",
                                             "manual: {instructions: {vi: Rút dây mạng}}"}}));
  drill.Start().Release("deface");
  EXPECT_EQ(drill.At(500).Score().lines(0).state(), v1::LINE_STATE_OPEN);
  drill.PlayByHand("deface", "web-2").At(620).Detect("soc", "deface", {"web-2"});
  const v1::Scorecard card = drill.At(1000).End().Score();
  EXPECT_EQ(card.lines(0).earned_mp(), 1500);  // (300 - 120) / 240
  EXPECT_TRUE(card.injects(0).hand_played());
  EXPECT_EQ(card.injects(0).played(), 1);
  EXPECT_EQ(card.injects(0).not_played(), 2);
}

// ---- claims and penalties ----------------------------------------------------------------------

TEST(ClaimsTest, AWrongClaimCostsWhatTheRubricSaysButNeverMoreThanWasEarned) {
  DrillScript drill = Played(Deface(kDetect, "{wrong_claim_points: 1}"));
  drill.Detect("soc", "deface", {"web-1"});
  drill.Reject(drill.Say("soc", v1::OBSERVATION_KIND_DETECTION, {"web-2"}), v1::REJECTION_WRONG);
  v1::Scorecard card = drill.Score();
  EXPECT_EQ(card.earned_mp(), 2000);
  EXPECT_EQ(card.penalty_mp(), 1000);
  EXPECT_EQ(card.score_mp(), 50'000);
  EXPECT_EQ(Row(card.by_team(), "soc").score_mp(), 50'000);
  EXPECT_EQ(card.claims(1).penalty_mp(), 1000);
  for (int i = 0; i < 5; ++i) {
    drill.Reject(drill.Say("soc", v1::OBSERVATION_KIND_DETECTION, {"web-3"}), v1::REJECTION_WRONG);
  }
  card = drill.Score();
  EXPECT_EQ(card.score_mp(), 0);
  EXPECT_EQ(Row(card.by_objective(), "o1").score_mp(), 100'000) << "penalties are the team's";
}

TEST(ClaimsTest, EachStateHasItsMeaning) {
  DrillScript drill = Played(Deface(kDetect, "{wrong_claim_points: 1}"));
  drill.Detect("soc", "deface", {"web-1"});
  drill.Detect("soc", "deface", {"web-1"});
  drill.Detect("ops", "deface", {"web-1"});
  drill.Detect("soc", "deface", {"web-1", "web-2"});
  drill.Say("soc", v1::OBSERVATION_KIND_DETECTION, {"web-3"});
  for (v1::Rejection rejection :
       {v1::REJECTION_DUPLICATE, v1::REJECTION_TRUE_NOT_OURS, v1::REJECTION_WRONG}) {
    drill.Reject(drill.Say("soc", v1::OBSERVATION_KIND_DETECTION, {"web-3"}), rejection);
  }
  std::vector<v1::ClaimState> states;
  const v1::Scorecard card = drill.Score();
  for (const v1::Claim& claim : card.claims()) states.push_back(claim.state());
  EXPECT_THAT(states, ElementsAre(v1::CLAIM_STATE_MATCHED, v1::CLAIM_STATE_NEUTRAL,
                                  v1::CLAIM_STATE_MATCHED /* another team */,
                                  v1::CLAIM_STATE_MATCHED /* web-2 is new */,
                                  v1::CLAIM_STATE_WAITING, v1::CLAIM_STATE_NEUTRAL,
                                  v1::CLAIM_STATE_TRUE_NOT_OURS, v1::CLAIM_STATE_WRONG));
  EXPECT_EQ(card.penalty_mp(), 1000);
}

TEST(GamingTest, AShotgunClaimEarnsItsPrecisionAndCannotBeMendedAfterwards) {
  DrillScript drill = Played(Deface(kDetect));
  drill.Detect("soc", "deface", {"web-1", "web-2", "web-3"}, 100);  // one artefact of ten right
  drill.At(20).Detect("soc", "deface", {"web-1"}, 1000);
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 200);
}

TEST(GamingTest, ARejectedFirstClaimGivesWayToTheNext) {
  DrillScript drill = Played(Deface(kDetect));
  const std::string wild = drill.Say("soc", v1::OBSERVATION_KIND_DETECTION, {"web-1"});
  drill.Match(wild, "deface", {"web-1"}, 100);
  drill.At(190).Detect("soc", "deface", {"web-1"});
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 200);
  drill.Reject(wild, v1::REJECTION_WRONG);
  EXPECT_EQ(drill.Score().lines(0).earned_mp(), 1000);
}

TEST(GamingTest, RepeatingAClaimAHundredTimesChangesNothing) {
  DrillScript drill = Played(Deface(kDetectEach));
  drill.At(50).Detect("soc", "deface", {"web-1"});
  const int64_t once = drill.At(400).Score().score_mp();
  for (int i = 0; i < 100; ++i) drill.Detect("soc", "deface", {"web-1"});
  EXPECT_EQ(drill.Score().score_mp(), once);
}

// ---- metrics and times -------------------------------------------------------------------------

TEST(MetricsTest, OneSampleAHostByTheFirstTeamAndTheRestIsCensored) {
  DrillScript drill =
      Played(Deface(absl::StrCat(kDetectEach, ", {kind: report, team: soc, limit: 300s}, ",
                                 "{kind: contain, team: soc, limit: 300s}")));
  drill.At(40).Detect("ops", "deface", {"web-1"});
  drill.At(50).Detect("soc", "deface", {"web-1"});
  drill.At(70).Detect("soc", "deface", {"web-2"});
  drill.At(90).Match(drill.Report("soc", {"owner"}), "deface", {});
  drill.At(95).Match(drill.Report("ops", {"owner"}), "deface", {});
  const v1::Scorecard card = drill.At(1000).End().Score();
  const v1::TimeMetric& detect = card.metrics(0);
  EXPECT_EQ(detect.metric(), v1::METRIC_TIME_TO_DETECT);
  EXPECT_EQ(detect.n(), 2);
  EXPECT_EQ(detect.censored(), 1);
  EXPECT_EQ(detect.mean_us(), 45 * kSecond);
  EXPECT_EQ(detect.median_us(), 30 * kSecond) << "nearest rank: the lower of two";
  EXPECT_EQ(detect.p90_us(), 60 * kSecond);
  EXPECT_EQ(card.metrics(1).n(), 1);
  EXPECT_EQ(card.metrics(1).mean_us(), 40 * kSecond) << "from soc's own discovery";
  EXPECT_EQ(card.metrics(2).n(), 0);
  EXPECT_EQ(card.metrics(2).censored(), 3);
  EXPECT_EQ(card.metrics(3).censored(), 0) << "nobody was asked to recover";
}

TEST(TimesTest, HasEveryAnchorOfAnInject) {
  DrillScript drill = Played(Deface(kDetect));
  const int64_t start_us = drill.exercise().start_us;
  drill.At(40).Detect("soc", "deface", {"web-1"});
  drill.At(60).Contain("ops", "deface", {"web-1"});
  drill.At(80).Recover("ops", "deface", {"web-1"});
  drill.At(90).Undo("deface", {"web-1"}, v1::UNDO_REASON_ENDED);
  const v1::InjectTimes times = drill.Score().injects(0);
  EXPECT_EQ(times.kind(), "action");
  EXPECT_EQ(times.released_us(), start_us);
  EXPECT_EQ(times.started_us(), start_us + 10 * kSecond);
  EXPECT_EQ(times.first_trace_us(), start_us + 10 * kSecond);
  EXPECT_EQ(times.noticeable_us(), start_us + 10 * kSecond);
  EXPECT_EQ(times.detected_us(), start_us + 40 * kSecond);
  EXPECT_EQ(times.reported_us(), 0);
  EXPECT_EQ(times.contained_us(), start_us + 60 * kSecond);
  EXPECT_EQ(times.recovered_us(), start_us + 80 * kSecond);
  EXPECT_EQ(times.hosts(), 3);
  EXPECT_EQ(times.played(), 3);
  EXPECT_EQ(times.detected_hosts(), 1);
  EXPECT_TRUE(times.unverified_cleanup()) << "web-2 and web-3 are not undone";
  drill.Undo("deface", {"web-2", "web-3"}, v1::UNDO_REASON_ENDED);
  EXPECT_FALSE(drill.Score().injects(0).unverified_cleanup());
}

TEST(CardTest, CarriesHeadVersionPhaseAndRatings) {
  DrillScript drill = Played(Deface(kDetect));
  drill.At(1000).End().Rate("portal", v1::ELEMENT_PEOPLE);
  const v1::Scorecard card = Score(drill.exercise(), {42, "hash"}, drill.now_us());
  EXPECT_EQ(card.scoring_version(), 2);
  EXPECT_EQ(card.head_stream_seq(), 42u);
  EXPECT_EQ(card.head_hash(), "hash");
  EXPECT_EQ(card.phase(), v1::PHASE_ENDED);
  EXPECT_EQ(card.end_us() - card.start_us(), 1000 * kSecond);
  ASSERT_EQ(card.ratings_size(), 1);
  EXPECT_EQ(card.ratings(0).element(), v1::ELEMENT_PEOPLE);
}

TEST(CardTest, ListsAtMostSoManyHostsTheDecidingOnesFirst) {
  DrillScript drill = Played(Deface(kDetect));
  Exercise& exercise = *drill.mutable_state().FindExercise("drill-1");
  // Many more hosts of the same kind than a script could name.
  InjectState& inject = exercise.injects[0];
  const ExerciseHost host = exercise.hosts[static_cast<size_t>(inject.hosts[0])];
  const OrderState order = inject.orders[0];
  for (int i = 0; i < 2000; ++i) {
    inject.hosts.push_back(static_cast<int>(exercise.hosts.size()));
    inject.orders.push_back(order);
    exercise.hosts.push_back(host);
    exercise.hosts.back().host.set_id(absl::StrCat("z-", i));
    exercise.host_index[absl::StrCat("z-", i)] = inject.hosts.back();
  }
  drill.At(40).Detect("soc", "deface", {"z-1999"});
  const v1::ScoreLine line = drill.At(1000).End().Score().lines(0);
  EXPECT_EQ(line.hosts_size(), static_cast<int>(kHostsListed));
  EXPECT_EQ(line.hosts(0).host(), "web-1");
  EXPECT_EQ(Host(line, "z-1999").state(), v1::LINE_STATE_MET);
  EXPECT_THAT(Because(line), HasSubstr("2002 unmet: not done within the limit"));
}

TEST(CardTest, AnExerciseThatNeverStartedHasNoScore) {
  const DrillScript drill(Deface(kDetect));
  const v1::Scorecard card = drill.Score();
  EXPECT_EQ(card.score_mp(), -1);
  EXPECT_EQ(card.lines(0).state(), v1::LINE_STATE_OPEN);
  EXPECT_THAT(card.claims(), IsEmpty());
}

}  // namespace
}  // namespace drill
