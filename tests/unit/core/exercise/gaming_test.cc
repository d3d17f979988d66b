// What a team might try to get points without having seen anything: each gains nothing. Played
// through the whole engine; the honest team beside it shows what could have been had.

#include <clocale>

#include "absl/strings/str_cat.h"
#include "core/scoring/score.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/drill_room.h"

namespace drill {
namespace {

using testing::DrillRoom;

constexpr char kScenario[] = R"(
id: gamed
title: {vi: Diễn tập, en: Drill}
type: live
duration: 600s
cast:
  systems: [{id: portal, title: {vi: Cổng, en: Portal}, roles: [web, db]}]
  teams: [{id: soc, title: {vi: Giám sát, en: SOC}}, {id: ops, title: {vi: Vận hành, en: Ops}}]
objectives: [{id: see, title: {vi: Phát hiện, en: Detect}}]
injects:
  - id: act
    title: {vi: Thay, en: Deface}
    objective: see
    action: {web_deface: {page: /srv/index.html}}
    at: 20s
    targets: [{system: portal, role: web}]
    expect:
      - {kind: detect, team: soc, target: 10s, limit: 100s, hosts: {each: true}, weight: 4}
      - {kind: report, team: soc, target: 60s, limit: 300s, weight: 2,
         recipients: [owner, coordinator], fields: [{field: severity, accept: [high]}]}
      - {kind: contain, team: soc, target: 60s, limit: 300s, weight: 2}
rubric: {wrong_claim_points: 1}
)";

std::string Path(absl::string_view path) {
  return absl::StrCat(" artefacts { kind: ARTEFACT_KIND_PATH value: '", path, "' }");
}

std::unique_ptr<DrillRoom> Started() {
  auto room = std::make_unique<DrillRoom>(DrillRoom::Options{.scenario = kScenario});
  room->Start();
  return room;
}

// act stands on w1 and w2 since second 21.
std::unique_ptr<DrillRoom> Played() {
  auto room = Started();
  room->ToEx(21);
  room->Play("w1", "act");
  room->Play("w2", "act");
  return room;
}

v1::Scorecard End(DrillRoom& room) {
  room.Must("director", "stop_exercise { exercise: 'drill' }");
  for (const char* host : {"w1", "w2"}) room.Undo(host, "act");
  return Score(room.e(), room.engine->state().streams.at(DrillRoom::kId), room.now_us);
}

v1::Scorecard AtTheEnd(DrillRoom& room) {
  room.ToEx(590);
  return End(room);
}

std::string Detection(absl::string_view hosts, absl::string_view artefacts) {
  return absl::StrCat("kind: OBSERVATION_KIND_DETECTION ", hosts, artefacts);
}

std::string Report(absl::string_view about, absl::string_view recipients) {
  return absl::StrCat("kind: OBSERVATION_KIND_REPORT fields { name: 'severity' value: 'high' } ",
                      recipients, about.empty() ? "" : absl::StrCat(" about: '", about, "'"));
}

constexpr char kBoth[] = "recipients: 'owner' recipients: 'coordinator'";

TEST(Gaming, WhatAnHonestTeamGets) {
  const auto room = Played();
  room->Advance(5);
  const std::string seen =
      room->Observe("blue", Detection("hosts: 'w1' hosts: 'w2'", Path("/srv/act")));
  room->Observe("blue", Report(seen, kBoth));
  room->Observe("blue",
                absl::StrCat("kind: OBSERVATION_KIND_CONTAINMENT hosts: 'w1' about: '", seen, "'"));
  EXPECT_EQ(AtTheEnd(*room).score_mp(), 100'000);
}

TEST(Gaming, ShotgunClaims) {
  const auto room = Played();
  room->Advance(5);
  std::string guesses = Path("/srv/act");
  for (int i = 0; i < 9; ++i) guesses += Path(absl::StrCat("/guess/", i));
  room->Observe("blue", Detection("hosts: 'w1' hosts: 'w2'", guesses));
  room->Observe("blue", Detection("hosts: 'w1' hosts: 'w2'", Path("/srv/act")));
  const v1::Scorecard card = AtTheEnd(*room);
  EXPECT_EQ(card.lines(0).earned_mp(), 400) << "a tenth right, and the first word stands";
}

TEST(Gaming, ClaimsOfEverythingBeforeItIsThere) {
  const auto room = Started();
  room->ToEx(5);
  // Before anything is there: everywhere, everything.
  room->Observe("blue", Detection("hosts: 'w1' hosts: 'w2' hosts: 'd1'", Path("/srv/act")));
  room->ToEx(21);
  room->Play("w1", "act");
  room->Play("w2", "act");
  EXPECT_EQ(AtTheEnd(*room).lines(0).earned_mp(), 0) << "it was not there yet";
}

TEST(Gaming, EarlyGenericReports) {
  const auto room = Started();
  room->ToEx(2);
  room->Observe("blue", Report("", kBoth));  // before anything has happened
  room->ToEx(21);
  room->Play("w1", "act");
  room->Observe("blue", Report("", kBoth));  // of nothing that it has seen
  const v1::Scorecard card = AtTheEnd(*room);
  EXPECT_EQ(card.lines(1).earned_mp(), 0);
  EXPECT_EQ(card.earned_mp(), 0);
}

TEST(Gaming, CopyingEveryRecipient) {
  const auto few = Played();
  std::string seen = few->Observe("blue", Detection("hosts: 'w1'", Path("/srv/act")));
  few->Observe("blue", Report(seen, kBoth));
  const auto many = Played();
  seen = many->Observe("blue", Detection("hosts: 'w1'", Path("/srv/act")));
  std::string all = kBoth;
  for (int i = 0; i < 6; ++i) absl::StrAppend(&all, " recipients: 'body-", i, "'");
  many->Observe("blue", Report(seen, all));
  EXPECT_EQ(AtTheEnd(*few).lines(1).earned_mp(), 2000);
  EXPECT_EQ(AtTheEnd(*many).lines(1).earned_mp(), 500) << "2 right of 8 sent to";
}

// The report's clock starts with the discovery: to keep that back is to lose it.
TEST(Gaming, WithheldDetection) {
  const auto prompt = Played();
  std::string seen =
      prompt->Observe("blue", Detection("hosts: 'w1' hosts: 'w2'", Path("/srv/act")));
  prompt->Advance(70);
  prompt->Observe("blue", Report(seen, kBoth));
  const auto late = Played();
  late->Advance(70);
  seen = late->Observe("blue", Detection("hosts: 'w1' hosts: 'w2'", Path("/srv/act")));
  late->Observe("blue", Report(seen, kBoth));
  const v1::Scorecard honest = AtTheEnd(*prompt);
  const v1::Scorecard withheld = AtTheEnd(*late);
  EXPECT_LT(withheld.earned_mp(), honest.earned_mp());
  EXPECT_LT(withheld.lines(0).earned_mp(), honest.lines(0).earned_mp());

  const auto never = Played();
  never->Observe("blue", Report("", kBoth));
  EXPECT_EQ(AtTheEnd(*never).earned_mp(), 0) << "a report without a detection earns nothing";
}

// Read off the agent's folder: no action leaves its traces there, so nothing matches them.
TEST(Gaming, ClaimsThatRestOnTheAgentsOwnFiles) {
  const auto room = Played();
  room->Observe("blue", Detection("hosts: 'w1' hosts: 'w2'",
                                  absl::StrCat(Path("/var/lib/cyberdrill/agent.yaml"),
                                               Path("/var/lib/cyberdrill/undo/act"))));
  for (const ObservationState& o : room->e().observations) EXPECT_TRUE(o.matches.empty());
  room->Must("evaluator",
             "reject_observation { exercise: 'drill' rejection { observation: 'soc-1' rejection: "
             "REJECTION_WRONG } }");
  const v1::Scorecard card = AtTheEnd(*room);
  EXPECT_EQ(card.earned_mp(), 0);
  EXPECT_EQ(card.penalty_mp(), 1000);
}

TEST(Gaming, WorkDoneInAPause) {
  const auto room = Played();
  room->Must("director", "pause_exercise { exercise: 'drill' }");
  room->Advance(300);
  const std::string seen =
      room->Observe("blue", Detection("hosts: 'w1' hosts: 'w2'", Path("/srv/act")));
  room->Observe("blue", Report(seen, kBoth));
  room->Must("director", "resume_exercise { exercise: 'drill' }");
  room->Advance(15);
  const v1::Scorecard card = AtTheEnd(*room);
  EXPECT_EQ(card.earned_mp(), 0) << "it counts only by an evaluator";
  EXPECT_EQ(card.claims(0).state(), v1::CLAIM_STATE_WAITING);
}

TEST(Gaming, APauseLeavesTheExerciseClocksFiguresUnchanged) {
  const auto play = [](bool pause) {
    const auto room = Played();
    room->Advance(5);
    room->Observe("blue", Detection("hosts: 'w1'", Path("/srv/act")));
    if (pause) {
      room->Must("director", "pause_exercise { exercise: 'drill' }");
      room->Advance(3600);
      room->Must("director", "resume_exercise { exercise: 'drill' }");
    }
    room->ToEx(60);
    room->Observe("blue", Detection("hosts: 'w2'", Path("/srv/act")));
    const v1::Scorecard card = AtTheEnd(*room);
    std::string figures = absl::StrCat(card.score_mp());
    for (const v1::TimeMetric& metric : card.metrics()) {
      absl::StrAppend(&figures, " ", metric.ShortDebugString());
    }
    return figures;
  };
  EXPECT_EQ(play(true), play(false));
}

// The same journal gives the same bytes after a restart and in any locale of the platform.
TEST(Recomputed, EqualByBytesAcrossRestartAndLocale) {
  const auto room = Played();
  room->Observe("blue", Detection("hosts: 'w1'", Path("/srv/act")) + " text: 'Trang chủ ĐỔI'");
  room->Observe("blue", Report("soc-1", kBoth));
  room->ToEx(300);
  const auto score = [&] {
    return Score(room->e(), room->engine->state().streams.at(DrillRoom::kId), room->now_us)
        .SerializeAsString();
  };
  const std::string bytes = score();
  for (const char* locale : {"C", "C.UTF-8", "vi_VN.UTF-8", "tr_TR.UTF-8", "de_DE.UTF-8"}) {
    if (std::setlocale(LC_ALL, locale) == nullptr) continue;  // not installed here
    Engine again(&Score);
    for (const Stamped& stamped : room->journal) {
      ASSERT_OK(again.Replay(stamped.record, stamped.hash));
    }
    EXPECT_EQ(Score(*again.state().FindExercise(DrillRoom::kId),
                    again.state().streams.at(DrillRoom::kId), room->now_us)
                  .SerializeAsString(),
              bytes)
        << locale;
  }
  std::setlocale(LC_ALL, "C");
}

}  // namespace
}  // namespace drill
