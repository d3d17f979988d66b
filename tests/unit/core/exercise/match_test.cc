// What a claim is linked to, and with what credit (DESIGN §7).

#include "core/exercise/match.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using testing::At;
using testing::DrillRoom;
using testing::kSecond;
using testing::StatusIs;

// Second 25: act stands on w1 and w2 (/srv/act).
std::unique_ptr<DrillRoom> Played() {
  auto room = std::make_unique<DrillRoom>();
  room->Start();
  room->ToEx(25);
  room->Play("w1", "act");
  room->Play("w2", "act");
  return room;
}

// "act/w1 500, act/w2 500": the matches in force.
std::string Matches(const DrillRoom& room, const std::string& observation) {
  const int index = room.e().FindObservation(observation);
  EXPECT_GE(index, 0) << observation;
  if (index < 0) return "";
  const ObservationState& o = room.e().observations[static_cast<size_t>(index)];
  return absl::StrJoin(o.matches, ", ", [&](std::string* out, const Match& m) {
    absl::StrAppend(out, room.e().injects[static_cast<size_t>(m.inject)].inject.id(), "/",
                    m.host < 0 ? "*" : room.e().hosts[static_cast<size_t>(m.host)].host.id(), " ",
                    m.credit_permille);
  });
}

std::string Path(absl::string_view value) {
  return absl::StrCat("artefacts { kind: ARTEFACT_KIND_PATH value: '", value, "' } ");
}

std::string Claim(DrillRoom& room, absl::string_view hosts, absl::string_view artefacts,
                  absl::string_view person = "blue") {
  std::string text = "kind: OBSERVATION_KIND_DETECTION ";
  for (const char c : std::string(hosts)) {
    if (c == '1') absl::StrAppend(&text, "hosts: 'w1' ");
    if (c == '2') absl::StrAppend(&text, "hosts: 'w2' ");
    if (c == 'd') absl::StrAppend(&text, "hosts: 'd1' ");
  }
  return room.Observe(person, absl::StrCat(text, artefacts));
}

TEST(Match, HostAndOneExactArtefact) {
  const auto room = Played();
  EXPECT_EQ(Matches(*room, Claim(*room, "1", Path("/srv/act"))), "act/w1 1000");
  EXPECT_EQ(Matches(*room, Claim(*room, "12", Path("/srv/act"))), "act/w1 1000, act/w2 1000");
  EXPECT_EQ(Matches(*room, Claim(*room, "d", Path("/srv/act"))), "") << "another host";
  for (const char* near : {"/srv/ac", "/srv/act/", "/SRV/act", " /srv/act"}) {
    EXPECT_EQ(Matches(*room, Claim(*room, "1", Path(near))), "") << near;
  }
  EXPECT_EQ(Matches(*room, Claim(*room, "1",
                                 "artefacts { kind: ARTEFACT_KIND_PROCESS value: '/srv/act' }")),
            "")
      << "another kind";
}

TEST(Match, HostAloneOrFreeTextGoesToEvaluators) {
  const auto room = Played();
  EXPECT_EQ(Matches(*room, Claim(*room, "1", "")), "");
  EXPECT_EQ(Matches(*room, Claim(*room, "1", "text: '/srv/act'")), "");
  // A rule that fired supports a claim; it proves nothing and costs nothing.
  EXPECT_EQ(
      Matches(*room, Claim(*room, "1", "artefacts { kind: ARTEFACT_KIND_RULE value: '5710' }")),
      "");
  EXPECT_EQ(Matches(*room, Claim(*room, "1",
                                 Path("/srv/act") +
                                     "artefacts { kind: ARTEFACT_KIND_RULE value: '5710' }")),
            "act/w1 1000");
}

TEST(Match, AFileMayBeNamedByItsContent) {
  DrillRoom room;
  room.Start();
  room.ToEx(25);
  room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_APPLIED,
                 absl::StrCat("traces { artefact { kind: ARTEFACT_KIND_PATH value: '/srv/a' } "
                              "sha256: '\\x00\\xff' noticeable: true at_us: ",
                              room.now_us, " }"));
  EXPECT_EQ(
      Matches(room, Claim(room, "1", "artefacts { kind: ARTEFACT_KIND_SHA256 value: '00ff' }")),
      "act/w1 1000");
}

// ---- precision -------------------------------------------------------------------------------

TEST(Precision, IsRightArtefactsPerClaimedOnes) {
  const auto room = Played();
  EXPECT_EQ(Matches(*room, Claim(*room, "1", Path("/srv/act") + Path("/x"))), "act/w1 500");
  EXPECT_EQ(Matches(*room, Claim(*room, "1", Path("/srv/act") + Path("/x") + Path("/y"))),
            "act/w1 333");
}

// Naming the same thing ten times neither helps nor harms.
TEST(Precision, ARepeatedArtefactCountsOnce) {
  const auto room = Played();
  EXPECT_EQ(Matches(*room, Claim(*room, "1", Path("/srv/act") + Path("/srv/act") + Path("/x"))),
            "act/w1 500");
  EXPECT_EQ(Matches(*room, Claim(*room, "1", Path("/srv/act") + Path("/x") + Path("/x"))),
            "act/w1 500");
}

TEST(Precision, AShotgunIsTenAtMostAndEarnsATenth) {
  const auto room = Played();
  std::string ten = Path("/srv/act");
  for (int i = 1; i < 10; ++i) absl::StrAppend(&ten, Path(absl::StrCat("/", i)));
  EXPECT_EQ(Matches(*room, Claim(*room, "1", ten)), "act/w1 100");
  EXPECT_THAT(
      room->Submit("blue", absl::StrCat("observe { exercise: 'drill' observation { kind: "
                                        "OBSERVATION_KIND_DETECTION hosts: 'w1' ",
                                        ten, Path("/10"), "} }")),
      StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("found 11, at most 10")));
}

TEST(Precision, ALaterClaimIsJudgedByItself) {
  const auto room = Played();
  const std::string wrong = Claim(*room, "1", Path("/x"));
  const std::string right = Claim(*room, "1", Path("/srv/act"));
  EXPECT_EQ(Matches(*room, wrong), "");
  EXPECT_EQ(Matches(*room, right), "act/w1 1000");
}

// ---- time ------------------------------------------------------------------------------------

TEST(MatchTime, NothingIsRightBeforeItIsThere) {
  DrillRoom room;
  room.Start();
  room.ToEx(15);
  const std::string early = Claim(room, "1", Path("/srv/act"));
  room.ToEx(25);
  room.Play("w1", "act");
  EXPECT_EQ(Matches(room, early), "") << "a guess";
  EXPECT_EQ(room.Inject("act").detected_us, 0);
}

// The agent's word came later than the claim; what it speaks of was there before.
TEST(MatchTime, ATraceToldLateStillMatches) {
  DrillRoom room;
  room.Start();
  room.ToEx(25);
  const int64_t there = room.now_us;
  room.Advance(5);
  const std::string claim = Claim(room, "1", Path("/srv/act") + Path("/srv/more"));
  EXPECT_EQ(Matches(room, claim), "");
  const int64_t claimed = room.now_us;
  room.Advance(60);
  room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_STARTED, absl::StrCat("at_us: ", there));
  room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_APPLIED,
                 absl::StrCat("traces { artefact { kind: ARTEFACT_KIND_PATH value: '/srv/act' } "
                              "noticeable: true at_us: ",
                              there, " }"));
  EXPECT_EQ(Matches(room, claim), "act/w1 500");
  EXPECT_EQ(room.Inject("act").detected_us, claimed) << "stamped on receipt";
}

TEST(MatchTime, TheClockErrorIsAllowedFor) {
  for (int64_t early_us : {400'000, 600'000}) {
    DrillRoom room;
    room.Start();
    room.ToEx(25);
    const std::string claim = Claim(room, "1", Path("/srv/act"));
    const int64_t told = room.now_us + early_us;
    room.Advance(5);
    room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_STARTED,
                   absl::StrCat("error_us: 500000 at_us: ", told));
    room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_APPLIED,
                   absl::StrCat("error_us: 500000 traces { artefact { kind: ARTEFACT_KIND_PATH "
                                "value: '/srv/act' } noticeable: true at_us: ",
                                told, " }"));
    EXPECT_EQ(Matches(room, claim), early_us <= 500'000 ? "act/w1 1000" : "");
  }
}

// ---- what rests on another -------------------------------------------------------------------

TEST(About, AReportRestsOnAMatchedDetectionOfItsTeam) {
  const auto room = Played();
  const std::string seen = Claim(*room, "1", Path("/srv/act"));
  const std::string guess = Claim(*room, "1", Path("/x"));
  const auto report = [](const std::string& about) {
    return absl::StrCat(
        "observe { exercise: 'drill' observation { kind: OBSERVATION_KIND_REPORT "
        "recipients: 'owner' about: '",
        about, "' } }");
  };
  EXPECT_EQ(Matches(*room, room->Must("blue", report(seen)).response.id()), "act/* 1000");
  EXPECT_EQ(Matches(*room, room->Must("blue", report(guess)).response.id()), "");
  EXPECT_THAT(room->Submit("green", report(seen)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::HasSubstr("your team has no observation")));
}

TEST(About, ADetectionThatMatchesLaterTakesItsReportAlong) {
  DrillRoom room;
  room.Start();
  room.ToEx(25);
  const std::string seen = Claim(room, "1", Path("/srv/act"));
  const std::string report =
      room.Observe("blue", absl::StrCat("kind: OBSERVATION_KIND_REPORT recipients: 'owner' "
                                        "about: '",
                                        seen, "'"));
  room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_APPLIED,
                 absl::StrCat("traces { artefact { kind: ARTEFACT_KIND_PATH value: '/srv/act' } "
                              "at_us: ",
                              room.now_us, " }"));
  EXPECT_EQ(Matches(room, seen), "act/w1 1000");
  EXPECT_EQ(Matches(room, report), "act/* 1000");
  room.ExpectReplays();
}

TEST(About, AContainmentOfOneHostIsOfOneHost) {
  const auto room = Played();
  const std::string seen = Claim(*room, "12", Path("/srv/act"));
  const auto contain = [&](const char* hosts) {
    return room->Observe(
        "blue", absl::StrCat("kind: OBSERVATION_KIND_CONTAINMENT about: '", seen, "' ", hosts));
  };
  EXPECT_EQ(Matches(*room, contain("hosts: 'w2'")), "act/w2 1000");
  EXPECT_EQ(Matches(*room, contain("")), "act/w1 1000, act/w2 1000");
  EXPECT_EQ(Matches(*room, contain("hosts: 'd1'")), "");
}

TEST(Answer, IsWorthItsChoice) {
  const auto room = Played();
  const auto answer = [&](const char* rest) {
    return room->Observe("blue",
                         absl::StrCat("kind: OBSERVATION_KIND_ANSWER question: 'ask' ", rest));
  };
  EXPECT_EQ(Matches(*room, answer("choice: 'a'")), "ask/* 1000");
  EXPECT_EQ(Matches(*room, answer("choice: 'b'")), "ask/* 0");
  EXPECT_EQ(Matches(*room, answer("text: 'free'")), "");
  EXPECT_NE(room->Inject("ask").answered_us, 0);
  const auto refused = [&](const char* person, const char* text) {
    EXPECT_THAT(room->Submit(person, absl::StrCat("observe { exercise: 'drill' observation { kind: "
                                                  "OBSERVATION_KIND_ANSWER ",
                                                  text, " } }")),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  };
  refused("blue", "question: 'ask' choice: 'c'");
  refused("blue", "question: 'ask'");
  refused("blue", "question: 'act' choice: 'a'");
  refused("green", "question: 'ask' choice: 'a'");
}

TEST(Answer, ASecondOneIsKeptAndTheTeamIsToldThatTheFirstCounts) {
  const auto room = Played();
  const auto answer = [&](const char* choice) {
    return room->Submit("blue", absl::StrCat("observe { exercise: 'drill' observation { kind: "
                                             "OBSERVATION_KIND_ANSWER question: 'ask' choice: '",
                                             choice, "' } }"));
  };
  const auto first = answer("a");
  ASSERT_OK(first);
  EXPECT_EQ(first->response.notes_size(), 0);
  const auto second = answer("b");
  ASSERT_OK(second);
  ASSERT_EQ(second->response.notes_size(), 1);
  EXPECT_THAT(second->response.notes(0).en(), ::testing::HasSubstr("the first answer counts"));
}

// ---- pause, REAL INCIDENT, after the end -----------------------------------------------------

TEST(Pause, AClaimInAPauseCountsOnlyByAnEvaluator) {
  const auto room = Played();
  room->Must("director", "pause_exercise { exercise: 'drill' }");
  room->Advance(30);
  const std::string claim = Claim(*room, "1", Path("/srv/act"));
  const v1::ObservationMade& made = room->e().observations.back().made;
  EXPECT_TRUE(made.in_pause());
  EXPECT_FALSE(made.during_real_incident());
  EXPECT_EQ(made.at_ex_us(), 25 * kSecond);
  EXPECT_EQ(Matches(*room, claim), "");
  room->Must("director", "resume_exercise { exercise: 'drill' }");
  room->Advance(30);
  EXPECT_EQ(Matches(*room, claim), "") << "nor after it";
  room->Must("evaluator",
             absl::StrCat("link_observation { exercise: 'drill' match { observation: '", claim,
                          "' inject: 'act' hosts: 'w1' credit_permille: 700 } }"));
  EXPECT_EQ(Matches(*room, claim), "act/w1 700");
}

TEST(RealIncident, WhatIsSaidInItIsNotExercise) {
  const auto room = Played();
  room->Must("blue", "raise_real_incident { exercise: 'drill' }");
  const std::string claim = Claim(*room, "1", Path("/srv/act"));
  EXPECT_TRUE(room->e().observations.back().made.during_real_incident());
  EXPECT_EQ(Matches(*room, claim), "");
  room->Must("director", "clear_real_incident { exercise: 'drill' }");
  room->Must("director", "resume_exercise { exercise: 'drill' }");
  room->Advance(11);
  EXPECT_EQ(Matches(*room, Claim(*room, "1", Path("/srv/act"))), "act/w1 1000");
}

// What the speaker cannot set: the engine's own fields.
TEST(Observe, TheEngineFieldsAreTheEngines) {
  const auto room = Played();
  room->Observe("blue",
                "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' observation: 'x' "
                "team: 'ops' person: 'green' at_ex_us: 1 in_pause: true "
                "during_real_incident: true");
  const v1::ObservationMade& made = room->e().observations.back().made;
  EXPECT_EQ(made.observation(), "soc-1");
  EXPECT_EQ(made.team(), "soc");
  EXPECT_EQ(made.person(), "blue");
  EXPECT_EQ(made.at_ex_us(), 25 * kSecond);
  EXPECT_FALSE(made.in_pause());
  EXPECT_FALSE(made.during_real_incident());
}

std::string OnBehalf(int64_t received_us, const char* confirmed_by = "evaluator") {
  return absl::StrCat(
      "observe { exercise: 'drill' observation { person: 'blue' "
      "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' ",
      Path("/srv/act"), "on_behalf { channel: 'phone' confirmed_by: '", confirmed_by,
      "' received_us: ", received_us, " } } }");
}

TEST(OnBehalf, CountsFromWhenItReachedTheControlTeam) {
  const auto room = Played();
  room->ToEx(30);
  const int64_t received = room->now_us;
  room->Must("director", "stop_exercise { exercise: 'drill' }");
  room->Advance(100);
  const std::string claim = room->Must("controller", OnBehalf(received - 1)).response.id();
  EXPECT_EQ(Matches(*room, claim), "act/w1 1000") << "written down after EndEx, said before";
  EXPECT_EQ(room->e().observations.back().received_us, received - 1);
  // At EndEx or later: too late.
  for (int64_t late : {received, received + kSecond, room->now_us}) {
    EXPECT_THAT(room->Submit("controller", OnBehalf(late)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << late - received;
  }
  EXPECT_THAT(room->Submit("controller", OnBehalf(room->e().start_us - 1)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(OnBehalf, NeedsASecondPersonOfTheControlSide) {
  const auto room = Played();
  for (const char* confirms : {"controller", "blue", "green", "ghost", ""}) {
    EXPECT_THAT(room->Submit("controller", OnBehalf(room->now_us, confirms)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << confirms;
  }
  EXPECT_THAT(room->Submit("blue", OnBehalf(room->now_us)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_OK(room->Submit("controller", OnBehalf(room->now_us)));
}

TEST(OnBehalf, SaidInAPauseItIsOfThePause) {
  const auto room = Played();
  room->Must("director", "pause_exercise { exercise: 'drill' }");
  room->Advance(10);
  const int64_t said = room->now_us;
  room->Advance(10);
  room->Must("director", "resume_exercise { exercise: 'drill' }");
  room->Advance(30);
  const std::string claim = room->Must("controller", OnBehalf(said)).response.id();
  EXPECT_TRUE(room->e().observations.back().made.in_pause());
  EXPECT_EQ(Matches(*room, claim), "");
}

TEST(Late, ATeamSaysNothingAfterEndEx) {
  const auto room = Played();
  room->ToEx(600);
  EXPECT_THAT(room->Submit("blue",
                           "observe { exercise: 'drill' observation { "
                           "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' } }"),
              StatusIs(absl::StatusCode::kFailedPrecondition, ::testing::HasSubstr("is over")));
}

// ---- evaluators ------------------------------------------------------------------------------

TEST(Evaluator, AnEvaluatorsWordIsNotChangedByEvidence) {
  DrillRoom room;
  room.Start();
  room.ToEx(25);
  const std::string linked = Claim(room, "1", Path("/srv/act"));
  const std::string rejected = Claim(room, "1", Path("/srv/act"));
  room.Must("evaluator",
            absl::StrCat("link_observation { exercise: 'drill' match { observation: '", linked,
                         "' inject: 'act' hosts: 'w1' credit_permille: 300 } }"));
  room.Must("evaluator", absl::StrCat("reject_observation { exercise: 'drill' rejection { "
                                      "observation: '",
                                      rejected, "' rejection: REJECTION_TRUE_NOT_OURS } }"));
  room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_APPLIED,
                 absl::StrCat("traces { artefact { kind: ARTEFACT_KIND_PATH value: '/srv/act' } "
                              "at_us: ",
                              room.now_us, " }"));
  EXPECT_EQ(Matches(room, linked), "act/w1 300");
  EXPECT_EQ(Matches(room, rejected), "");
}

TEST(Evaluator, ARejectionTakesTheAnchorAlong) {
  const auto room = Played();
  const std::string first = Claim(*room, "1", Path("/srv/act"));
  const int64_t t1 = room->now_us;
  room->Advance(5);
  const std::string second = Claim(*room, "1", Path("/srv/act"));
  EXPECT_EQ(room->Inject("act").detected_us, t1);
  const auto reject = [&](const std::string& id) {
    room->Must("evaluator", absl::StrCat("reject_observation { exercise: 'drill' rejection { "
                                         "observation: '",
                                         id, "' rejection: REJECTION_DUPLICATE } }"));
  };
  reject(first);
  EXPECT_EQ(room->Inject("act").detected_us, t1 + 5 * kSecond);
  reject(second);
  EXPECT_EQ(room->Inject("act").detected_us, 0);
  room->ExpectReplays();
}

TEST(Evaluator, AcceptsAClaimedTimeBetweenTheActionAndNow) {
  const auto room = Played();
  room->Advance(5);
  const std::string claim = Claim(*room, "1", "text: 'seen'");
  const auto link = [&](int64_t from) {
    return room
        ->Submit("evaluator",
                 absl::StrCat("link_observation { exercise: 'drill' match { observation: '", claim,
                              "' inject: 'act' hosts: 'w1' credit_permille: 1000 counts_from_us: ",
                              from, " } }"))
        .status();
  };
  EXPECT_THAT(link(room->e().start_us - 1), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(link(room->now_us + 1), StatusIs(absl::StatusCode::kInvalidArgument));
  const auto& act = room->Inject("act");
  EXPECT_THAT(link(act.released_us - 1), StatusIs(absl::StatusCode::kInvalidArgument,
                                                  ::testing::HasSubstr("before the inject")));
  EXPECT_THAT(link(act.orders[0].started_us - act.orders[0].error_us - 1),
              StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("before the")));
  EXPECT_OK(link(room->now_us - 2 * kSecond));
  EXPECT_EQ(room->Inject("act").detected_us, room->now_us - 2 * kSecond);
}

TEST(Evaluator, LinksOnlyWhatIsThere) {
  const auto room = Played();
  const std::string claim = Claim(*room, "1", "text: 'seen'");
  const auto refused = [&](const std::string& match) {
    EXPECT_THAT(
        room->Submit("evaluator",
                     absl::StrCat("link_observation { exercise: 'drill' match { ", match, " } }")),
        StatusIs(absl::StatusCode::kInvalidArgument))
        << match;
  };
  const std::string it = absl::StrCat("observation: '", claim, "' ");
  refused("observation: 'soc-9' inject: 'act' hosts: 'w1'");
  refused(it + "inject: 'none' hosts: 'w1'");
  refused(it + "inject: 'act' hosts: 'd1'");
  refused(it + "inject: 'act'");
  refused(it + "inject: 'later' hosts: 'w1'");
  refused(it + "inject: 'act' hosts: 'w1' credit_permille: 1001");
  refused(it + "inject: 'act' hosts: 'w1' credit_permille: -1");
}

TEST(Evaluator, TheScoreIsNotFinalWhileAClaimWaits) {
  const auto room = Played();
  Claim(*room, "1", "text: 'seen'");
  room->Must("director", "stop_exercise { exercise: 'drill' }");
  room->Must("director", "open_judging { exercise: 'drill' }");
  EXPECT_THAT(room->Submit("evaluator", "finalise_score { exercise: 'drill' }"),
              StatusIs(absl::StatusCode::kFailedPrecondition, ::testing::HasSubstr("soc-1")));
}

// ---- played by hand --------------------------------------------------------------------------

TEST(Manual, WhatWasAttestedIsEvidence) {
  const auto room = Played();
  const std::string claim = Claim(*room, "1", Path("/hand"));
  EXPECT_EQ(Matches(*room, claim), "");
  const auto attest = [&](const char* by, const char* witness) {
    return room->Submit("controller",
                        absl::StrCat("attest_manual { exercise: 'drill' played { inject: 'hand' "
                                     "host: 'w1' played_by: '",
                                     by, "' witnessed_by: '", witness,
                                     "' at_us: ", room->e().start_us + 8 * kSecond, " } }"));
  };
  for (const auto& [by, witness] : {std::pair("evaluator", "evaluator"),
                                    {"blue", "evaluator"},
                                    {"evaluator", "green"},
                                    {"ghost", "evaluator"},
                                    {"", "controller"}}) {
    EXPECT_THAT(attest(by, witness), StatusIs(absl::StatusCode::kInvalidArgument)) << by;
  }
  EXPECT_OK(attest("", "evaluator"));
  EXPECT_EQ(Matches(*room, claim), "hand/w1 1000") << "by the scenario's own artefacts";
  EXPECT_THAT(attest("", "evaluator"), StatusIs(absl::StatusCode::kInvalidArgument)) << "twice";
}

}  // namespace
}  // namespace drill
