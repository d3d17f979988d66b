// Command lines → requests, and the faults of wrong ones.
#include <gmock/gmock.h>

#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/unit/cli/run_cli.h"

namespace drill::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

MATCHER_P(IsCommand, text, "is that command") {
  v1::Command expected;
  if (!google::protobuf::TextFormat::ParseFromString(text, &expected)) {
    *result_listener << "the test's text is not a Command";
    return false;
  }
  std::string differences;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&differences);
  const bool equal = differencer.Compare(expected, arg);
  *result_listener << differences;
  return equal;
}

TEST(Requests, Create) {
  EXPECT_THAT(RequestOf({"exercise", "create", "dt-1", "--scenario", "ransomware", "--system",
                         "portal=cong", "records=hoso", "--team", "soc=doi-a", "--post",
                         "an=director", "--post", "binh=evaluator", "--title", "Diễn tập"}),
              IsCommand(R"(create_exercise {
                exercise: "dt-1" scenario: "ransomware" title { vi: "Diễn tập" }
                systems { part: "portal" id: "cong" } systems { part: "records" id: "hoso" }
                teams { part: "soc" id: "doi-a" }
                posts { person: "an" role: ROLE_DIRECTOR }
                posts { person: "binh" role: ROLE_EVALUATOR } })"));
}

TEST(Requests, Steering) {
  EXPECT_THAT(RequestOf({"exercise", "start", "x"}), IsCommand("start_exercise {exercise: 'x'}"));
  EXPECT_THAT(RequestOf({"exercise", "pause", "x", "--note", "lunch"}),
              IsCommand("pause_exercise {exercise: 'x' note: 'lunch'}"));
  EXPECT_THAT(RequestOf({"exercise", "resume", "x"}), IsCommand("resume_exercise {exercise: 'x'}"));
  EXPECT_THAT(RequestOf({"exercise", "jump", "x", "T+1:30:00"}),
              IsCommand("jump_clock {exercise: 'x' to_ex_us: 5400000000}"));
  EXPECT_THAT(RequestOf({"exercise", "speed", "x", "60000"}),
              IsCommand("set_speed {exercise: 'x' speed_permille: 60000}"));
  EXPECT_THAT(RequestOf({"exercise", "stop", "x"}), IsCommand("stop_exercise {exercise: 'x'}"));
  EXPECT_THAT(RequestOf({"exercise", "abort", "x", "--note", "why"}),
              IsCommand("stop_exercise {exercise: 'x' abort: true note: 'why'}"));
  EXPECT_THAT(RequestOf({"exercise", "incident", "raise", "x", "--note", "real"}),
              IsCommand("raise_real_incident {exercise: 'x' note: 'real'}"));
  EXPECT_THAT(RequestOf({"exercise", "incident", "clear", "x"}),
              IsCommand("clear_real_incident {exercise: 'x'}"));
}

TEST(Requests, Injects) {
  EXPECT_THAT(RequestOf({"inject", "hold", "x", "i"}),
              IsCommand("hold_inject {exercise: 'x' inject: 'i' held: true}"));
  EXPECT_THAT(RequestOf({"inject", "release", "x", "i"}),
              IsCommand("hold_inject {exercise: 'x' inject: 'i'}"));
  EXPECT_THAT(RequestOf({"inject", "skip", "x", "i#2", "--note", "n"}),
              IsCommand("skip_inject {exercise: 'x' inject: 'i#2' note: 'n'}"));
  EXPECT_THAT(RequestOf({"inject", "fire", "x", "i", "--together"}),
              IsCommand("fire_inject {exercise: 'x' inject: 'i' together: true}"));
  EXPECT_THAT(RequestOf({"inject", "move", "x", "i", "12m"}),
              IsCommand("move_inject {exercise: 'x' inject: 'i' planned_ex_us: 720000000}"));
  EXPECT_THAT(RequestOf({"inject", "attest", "x", "i", "--host", "h", "--at", "10:05", "--error",
                         "2s", "--played-by", "an", "--witnessed-by", "binh", "--path", "/a"}),
              IsCommand(R"(attest_manual { exercise: "x" played {
        inject: "i" host: "h" at_us: 1795316700000000 error_us: 2000000 played_by: "an"
        witnessed_by: "binh" artefacts { kind: ARTEFACT_KIND_PATH value: "/a" } } })"));
}

TEST(Requests, Detection) {
  EXPECT_THAT(RequestOf({"report", "detection", "x", "--host", "db-1", "db-2", "--path",
                         "/srv/hồ sơ/a.locked", "--process", "kworker.x", "--log-line",
                         "[error], denied", "--seen", "now", "--text", "Tệp bị mã hóa"}),
              IsCommand(R"(observe { exercise: "x" observation {
                kind: OBSERVATION_KIND_DETECTION hosts: "db-1" hosts: "db-2"
                artefacts { kind: ARTEFACT_KIND_PATH value: "/srv/hồ sơ/a.locked" }
                artefacts { kind: ARTEFACT_KIND_PROCESS value: "kworker.x" }
                artefacts { kind: ARTEFACT_KIND_LOG_LINE value: "[error], denied" }
                text: "Tệp bị mã hóa" claimed_us: 1795316400000000 } })"));
}

TEST(Requests, ReportOnBehalf) {
  EXPECT_THAT(
      RequestOf(
          {"report",    "initial", "x",          "--about",     "soc-1",          "soc-2",
           "--to",      "owner",   "--to",       "coordinator", "--field",        "severity=high",
           "--text",    "t",       "--team",     "soc",         "--on-behalf",    "chi",
           "--channel", "phone",   "--received", "09:58",       "--confirmed-by", "dung"}),
      IsCommand(R"(observe { exercise: "x" observation {
                kind: OBSERVATION_KIND_REPORT team: "soc" person: "chi" text: "t"
                about: "soc-1" about: "soc-2" recipients: "owner" recipients: "coordinator"
                fields { name: "severity" value: "high" }
                on_behalf { channel: "phone" received_us: 1795316280000000 confirmed_by: "dung" }
              } })"));
}

TEST(Requests, ContainedRecoveredAnswered) {
  EXPECT_THAT(RequestOf({"report", "contained", "x", "--about", "soc-1", "--host", "db-1"}),
              IsCommand(R"(observe { exercise: "x" observation {
                kind: OBSERVATION_KIND_CONTAINMENT hosts: "db-1" about: "soc-1" } })"));
  EXPECT_THAT(RequestOf({"report", "recovered", "x", "--about", "soc-1", "--host", "db-1"}),
              IsCommand(R"(observe { exercise: "x" observation {
                kind: OBSERVATION_KIND_RECOVERY hosts: "db-1" about: "soc-1" } })"));
  EXPECT_THAT(RequestOf({"report", "answer", "x", "q1", "--choice", "b"}),
              IsCommand(R"(observe { exercise: "x" observation {
                kind: OBSERVATION_KIND_ANSWER question: "q1" choice: "b" } })"));
}

TEST(Requests, Evaluators) {
  EXPECT_THAT(RequestOf({"evaluator", "link", "x", "soc-3", "--inject", "i", "--host", "h"}),
              IsCommand(R"(link_observation { exercise: "x" match {
                observation: "soc-3" inject: "i" hosts: "h" credit_permille: 1000 } })"));
  EXPECT_THAT(RequestOf({"evaluator", "link", "x", "soc-3", "--inject", "i", "--credit", "0",
                         "--counts-from", "2026-11-22T09:55", "--note", "n"}),
              IsCommand(R"(link_observation { exercise: "x" match {
                observation: "soc-3" inject: "i" counts_from_us: 1795316100000000 note: "n" } })"));
  EXPECT_THAT(RequestOf({"evaluator", "reject", "x", "soc-3", "--as", "true-not-ours"}),
              IsCommand(R"(reject_observation { exercise: "x" rejection {
                observation: "soc-3" rejection: REJECTION_TRUE_NOT_OURS } })"));
}

TEST(Requests, Closing) {
  EXPECT_THAT(RequestOf({"exercise", "judge", "x"}), IsCommand("open_judging {exercise: 'x'}"));
  EXPECT_THAT(RequestOf({"exercise", "rate", "x", "--system", "s", "--element", "people",
                         "--rating", "M", "--note", "n"}),
              IsCommand(R"(rate_element { exercise: "x" rating {
                system: "s" element: ELEMENT_PEOPLE rating: RATING_M note: "n" } })"));
  EXPECT_THAT(RequestOf({"exercise", "finalise", "x"}),
              IsCommand("finalise_score {exercise: 'x'}"));
  EXPECT_THAT(RequestOf({"exercise", "close", "x", "--note", "n"}),
              IsCommand("close_exercise {exercise: 'x' note: 'n'}"));
}

TEST(Requests, PeopleAndAgents) {
  EXPECT_THAT(RequestOf({"person", "token", "an", "--valid", "90d"}),
              IsCommand("issue_token {person: 'an' valid_us: 7776000000000}"));
  EXPECT_THAT(RequestOf({"person", "revoke", "t-1"}), IsCommand("revoke_token {token_id: 't-1'}"));
  EXPECT_THAT(RequestOf({"agent", "token", "db-1"}),
              IsCommand("issue_enrolment {host: 'db-1' valid_us: 86400000000}"));
}

TEST(Words, CommonOptionsStandAnywhere) {
  EXPECT_THAT(FaultsOf({"--json", "exercise", "start", "--timeout", "5s", "x", "--lang", "vi"}),
              IsEmpty());
}

TEST(Words, AnArgumentMayLookLikeACommand) {
  EXPECT_THAT(RequestOf({"exercise", "start", "list"}),
              IsCommand("start_exercise {exercise: 'list'}"));
  EXPECT_THAT(RequestOf({"exercise", "start", "score"}),
              IsCommand("start_exercise {exercise: 'score'}"));
  EXPECT_THAT(RequestOf({"exercise", "pause", "x", "--note", "exercise"}),
              IsCommand("pause_exercise {exercise: 'x' note: 'exercise'}"));
}

TEST(Words, AnOptionOfManyValuesLeavesTheArgumentsAlone) {
  EXPECT_THAT(RequestOf({"report", "contained", "--about", "soc-1", "--host", "a", "b", "x"}),
              IsCommand(R"(observe { exercise: "x" observation {
                kind: OBSERVATION_KIND_CONTAINMENT hosts: "a" hosts: "b" about: "soc-1" } })"));
}

TEST(Words, AllFaultsAreToldAtOnce) {
  EXPECT_THAT(FaultsOf({"exercise", "rate", "--element", "magic", "--rating", "Z"}),
              ElementsAre("EXERCISE is missing",
                          "--element: «magic» is not valid; expected one of: process, "
                          "technology, people",
                          "--rating: «Z» is not valid; expected one of: P, S, M, U"));
}

TEST(Words, WhatIsNotKnownIsNamed) {
  EXPECT_THAT(FaultsOf({"exercise", "start", "x", "--wiat"}),
              ElementsAre("«--wiat» is not expected here"));
  EXPECT_THAT(FaultsOf({"exercise", "start", "x", "y"}), ElementsAre("«y» is not expected here"));
  EXPECT_THAT(FaultsOf({"exercise", "begin"}), Contains("«begin» is not expected here"));
  EXPECT_THAT(FaultsOf({"exercise"}), ElementsAre("a command is missing"));
  EXPECT_THAT(FaultsOf({"exercise", "pause", "x", "--note", "a", "--note", "b"}),
              ElementsAre("--note: may be given only once"));
  EXPECT_THAT(FaultsOf({"exercise", "pause", "x", "--note"}), SizeIs(1));
}

TEST(Checks, OnBehalfIsAllOrNothingAndTakesTwoPeople) {
  EXPECT_THAT(FaultsOf({"report", "answer", "x", "q", "--choice", "a", "--on-behalf", "an"}),
              ElementsAre(HasSubstr("--confirmed-by")));
  EXPECT_THAT(FaultsOf({"report", "answer", "x", "q", "--choice", "a", "--channel", "phone"}),
              SizeIs(1));
  EXPECT_THAT(FaultsOf({"report", "answer", "x", "q", "--choice", "a", "--on-behalf", "an",
                        "--channel", "phone", "--received", "now", "--confirmed-by", "an"}),
              ElementsAre(HasSubstr("somebody other")));
}

TEST(Checks, EmptyOrOversizedClaimsAreRefusedHere) {
  EXPECT_THAT(FaultsOf({"report", "detection", "x", "--host", "h"}),
              ElementsAre(HasSubstr("at least one artefact")));
  std::vector<std::string> words = {"report", "detection", "x", "--host", "h", "--path"};
  for (int i = 0; i < 11; ++i) words.push_back(absl::StrCat("/", i));
  EXPECT_THAT(FaultsOf(words), ElementsAre(HasSubstr("11 artefacts")));
  EXPECT_THAT(FaultsOf({"report", "answer", "x", "q"}), SizeIs(1));
  EXPECT_THAT(FaultsOf({"inject", "attest", "x", "i", "--host", "h", "--at", "now", "--played-by",
                        "an", "--witnessed-by", "an"}),
              ElementsAre(HasSubstr("two different people")));
  EXPECT_THAT(
      FaultsOf({"exercise", "scope", "x", "--system", "s", "--from", "11:00", "--until", "10:00",
                "--decision-number", "1", "--decision-date", "2026-11-20", "--out", "f"}),
      ElementsAre("--until must come after --from"));
}

}  // namespace
}  // namespace drill::cli
