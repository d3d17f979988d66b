// Evaluators: the queue put right, blind marks, the chair, appeals, notes, the hot wash.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/exercise/judge_marks.h"
#include "core/scoring/score.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using testing::At;
using testing::DrillRoom;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::StatusIs;

constexpr char kCalm[] = "criterion: 'calm'";

v1::Scorecard Card(const DrillRoom& room) {
  return Score(room.e(), room.engine->state().streams.at(DrillRoom::kId), room.now_us);
}

absl::Status Mark(DrillRoom& room, absl::string_view who, absl::string_view what, int permille) {
  return room
      .Submit(who, absl::StrCat("give_mark { exercise: 'drill' mark { subject { ", what,
                                " } permille: ", permille, " note: 'secret' } }"))
      .status();
}

absl::Status Settle(DrillRoom& room, int permille, absl::string_view note = "why") {
  return room
      .Submit("chair", absl::StrCat("settle_mark { exercise: 'drill' mark { subject { ", kCalm,
                                    " } permille: ", permille, " note: '", note, "' } }"))
      .status();
}

absl::Status Appeal(DrillRoom& room, absl::string_view who) {
  return room
      .Submit(who, absl::StrCat("file_appeal { exercise: 'drill' appeal { subject { ", kCalm,
                                " } text: 'we did' } }"))
      .status();
}

absl::Status Answer(DrillRoom& room, bool upheld) {
  return room
      .Submit("chair", absl::StrCat("answer_appeal { exercise: 'drill' answer { appeal: "
                                    "'appeal-1' note: 'heard' upheld: ",
                                    upheld ? "true" : "false", " } }"))
      .status();
}

absl::Status Finalise(DrillRoom& room) {
  return room.Submit("evaluator", "finalise_score { exercise: 'drill' }").status();
}

std::unique_ptr<DrillRoom> Judged(v1::Phase phase = v1::PHASE_JUDGING) {
  return At(phase, {.scenario = testing::kJudgedScenario});
}

// With an answer in free words, linked by an evaluator.
std::unique_ptr<DrillRoom> Answered() {
  auto room = Judged(v1::PHASE_RUNNING);
  room->Observe("blue", "kind: OBSERVATION_KIND_ANSWER question: 'ask' text: 'because'");
  room->Must("director", "stop_exercise { exercise: 'drill' }");
  room->Must("director", "open_judging { exercise: 'drill' }");
  room->Must("evaluator",
             "link_observation { exercise: 'drill' match { observation: 'soc-2' inject: 'ask' "
             "credit_permille: 400 } }");
  return room;
}

// ---- the queue -------------------------------------------------------------------------------

// act stands on w1 and w2; two members see it on w1.
std::unique_ptr<DrillRoom> SeenTwice() {
  auto room = At(v1::PHASE_RUNNING);
  const char* seen =
      "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' artefacts { kind: ARTEFACT_KIND_PATH "
      "value: '/srv/act' }";
  room->Observe("blue", seen);   // soc-2
  room->Observe("blue2", seen);  // soc-3
  return room;
}

const ObservationState& Of(const DrillRoom& room, absl::string_view id) {
  return room.e().observations[static_cast<size_t>(room.e().FindObservation(id))];
}

TEST(Merge, CountsNoMoreByItself) {
  const auto room = SeenTwice();
  const int64_t first = room->Inject("act").detected_us;
  room->Advance(3);
  room->Observe("blue",
                "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' artefacts { kind: "
                "ARTEFACT_KIND_PATH value: '/srv/act' }");
  for (const char* id : {"soc-2", "soc-3"}) {
    room->Must("evaluator", absl::StrCat("merge_observation { exercise: 'drill' merge { "
                                         "observation: '",
                                         id, "' into: 'soc-4' } }"));
    EXPECT_TRUE(Of(*room, id).matches.empty());
  }
  EXPECT_GT(room->Inject("act").detected_us, first) << "what it proved is proved by the other";
  const v1::Scorecard card = Card(*room);
  EXPECT_EQ(card.claims(1).observation(), "soc-2");
  EXPECT_EQ(card.claims(1).state(), v1::CLAIM_STATE_NEUTRAL);
  room->Advance(5);
  EXPECT_TRUE(Of(*room, "soc-2").matches.empty()) << "evidence does not link it again";
  room->ExpectReplays();
}

TEST(Merge, OnlyWhatTheSameTeamSaidInTheSameKind) {
  const auto room = SeenTwice();
  room->Observe("green",
                "kind: OBSERVATION_KIND_CONTAINMENT hosts: 'w1' artefacts { kind: "
                "ARTEFACT_KIND_PATH value: '/srv/act' }");
  const auto merge = [&](absl::string_view from, absl::string_view into) {
    return room
        ->Submit("evaluator", absl::StrCat("merge_observation { exercise: 'drill' merge { "
                                           "observation: '",
                                           from, "' into: '", into, "' } }"))
        .status();
  };
  EXPECT_THAT(merge("ops-1", "soc-2"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(merge("soc-9", "soc-8"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("soc-9")));
  EXPECT_OK(merge("soc-2", "soc-3"));
  EXPECT_THAT(merge("soc-3", "soc-2"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("itself merged")));
}

TEST(Undo, EvaluatorsWordsFallAndEvidenceComesAgain) {
  const auto room = SeenTwice();
  const int64_t detected = room->Inject("act").detected_us;
  const auto undo = [&] {
    return room
        ->Submit("evaluator", "undo_judgement { exercise: 'drill' undo { observation: 'soc-2' } }")
        .status();
  };
  EXPECT_THAT(undo(), StatusIs(absl::StatusCode::kFailedPrecondition));
  for (const char* judged :
       {"reject_observation { exercise: 'drill' rejection { observation: 'soc-2' rejection: "
        "REJECTION_WRONG } }",
        "merge_observation { exercise: 'drill' merge { observation: 'soc-2' into: 'soc-3' } }",
        "link_observation { exercise: 'drill' match { observation: 'soc-2' inject: 'act' hosts: "
        "'w2' credit_permille: 300 } }"}) {
    room->Must("evaluator", judged);
    EXPECT_OK(undo());
    const std::vector<Match>& matches = Of(*room, "soc-2").matches;
    ASSERT_EQ(matches.size(), 1u) << judged;
    EXPECT_FALSE(matches[0].by_evaluator);
    EXPECT_EQ(matches[0].credit_permille, 1000);
    EXPECT_EQ(room->Inject("act").detected_us, detected);
  }
  room->ExpectReplays();
}

TEST(Split, OneObservationIsLinkedToSeveralInjects) {
  const auto room = At(v1::PHASE_RUNNING);
  for (const char* inject : {"act", "hand"}) {
    room->Must("evaluator",
               absl::StrCat("link_observation { exercise: 'drill' match { observation: 'soc-1' "
                            "hosts: 'w1' credit_permille: 1000 inject: '",
                            inject, "' } }"));
  }
  EXPECT_EQ(Of(*room, "soc-1").matches.size(), 2u);
  const v1::Scorecard card = Card(*room);
  EXPECT_EQ(absl::StrJoin(card.claims(0).injects(), " "), "hand act");
}

// ---- marks -----------------------------------------------------------------------------------

TEST(Marks, NothingCountsBeforeTwoAreIn) {
  const auto room = Judged();
  const v1::Scorecard before = Card(*room);
  EXPECT_EQ(before.criteria(0).state(), v1::LINE_STATE_OPEN);
  EXPECT_OK(Mark(*room, "evaluator", kCalm, 900));
  v1::Scorecard one = Card(*room);
  one.set_head_stream_seq(before.head_stream_seq());
  one.set_head_hash(before.head_hash());
  EXPECT_EQ(one.SerializeAsString(), before.SerializeAsString()) << "one mark tells something";

  EXPECT_OK(Mark(*room, "evaluator", kCalm, 801)) << "replaced while it is blind";
  EXPECT_OK(Mark(*room, "evaluator3", kCalm, 900));
  const v1::Scorecard card = Card(*room);
  const v1::CriterionLine& line = card.criteria(0);
  EXPECT_EQ(line.state(), v1::LINE_STATE_MET);
  EXPECT_EQ(line.spread_permille(), 99);
  EXPECT_EQ(line.earned_mp(), 1702) << "2 × 0.851: 850.5 rounded up";
  EXPECT_EQ(line.because(1), "2.000 × 0.851 = 1.702 points");
  EXPECT_THAT(line.because(0), HasSubstr("evaluators' marks (0.801 + 0.900) / 2 = 0.851 [records"));
  EXPECT_EQ(line.records_size(), 2);
  EXPECT_EQ(card.earned_mp(), before.earned_mp() + 1702);
  EXPECT_EQ(card.possible_mp(), before.possible_mp() + 2000);
  EXPECT_EQ(card.by_objective(0).earned_mp(), before.by_objective(0).earned_mp() + 1702);
  EXPECT_EQ(card.by_team(0).possible_mp(), before.by_team(0).possible_mp() + 2000);
  EXPECT_THAT(Mark(*room, "evaluator", kCalm, 1000),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("is over")));
  room->ExpectReplays();
}

TEST(Marks, ReplaceTheLinkersCreditOfAnAnswerInFreeWords) {
  const auto room = Answered();
  const auto line = [&] { return Card(*room).lines(0); };
  EXPECT_EQ(line().earned_mp(), 1200) << "3 × 0.4, until it is marked";
  EXPECT_OK(Mark(*room, "evaluator", "inject: 'ask'", 700));
  EXPECT_EQ(line().earned_mp(), 1200);
  EXPECT_EQ(line().marks_permille_size(), 0);
  EXPECT_OK(Mark(*room, "evaluator3", "inject: 'ask'", 900));
  EXPECT_EQ(line().earned_mp(), 2400) << "3 × 0.8";
  EXPECT_EQ(line().marks_permille_size(), 2);
  EXPECT_THAT(absl::StrJoin(line().because(), "\n"),
              HasSubstr("quality evaluators' marks (0.700 + 0.900) / 2 = 0.800 = 0.800; share"));
}

TEST(Marks, TheChairSettlesWhereTheyLieApart) {
  const auto room = Judged();
  EXPECT_THAT(Settle(*room, 500), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_OK(Mark(*room, "evaluator", kCalm, 200));
  EXPECT_OK(Mark(*room, "evaluator3", kCalm, 401));
  EXPECT_EQ(Card(*room).criteria(0).state(), v1::LINE_STATE_OPEN);
  EXPECT_THAT(Finalise(*room), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        HasSubstr("criterion 'calm' waits for the chair")));
  EXPECT_THAT(Settle(*room, 500, ""), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_OK(Settle(*room, 500));
  EXPECT_EQ(Card(*room).criteria(0).earned_mp(), 1000);
  EXPECT_EQ(Card(*room).criteria(0).marks_permille_size(), 2) << "both stay";
  EXPECT_THAT(Card(*room).criteria(0).because(0), HasSubstr("the chair's mark 0.500"));
  EXPECT_OK(Finalise(*room));
}

TEST(Marks, AtTheLimitOfSpreadTheyAgree) {
  const auto room = Judged();
  EXPECT_OK(Mark(*room, "evaluator", kCalm, 200));
  EXPECT_OK(Mark(*room, "evaluator3", kCalm, 400));
  EXPECT_EQ(Card(*room).criteria(0).state(), v1::LINE_STATE_MET);
  EXPECT_THAT(Settle(*room, 500),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("agree")));
}

TEST(Marks, AreRefusedWholeWithAllFaults) {
  const auto room = Judged();
  EXPECT_THAT(Mark(*room, "evaluator", "criterion: 'nope'", 1001),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasSubstr("nope"), HasSubstr("0 to 1000"))));
  EXPECT_THAT(Mark(*room, "evaluator", "inject: 'msg'", 1),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Mark(*room, "evaluator", "inject: 'ask'", 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nothing to be marked")));
  EXPECT_THAT(Mark(*room, "chair", kCalm, 1), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST(Final, WaitsForMarksAndNamesThem) {
  const auto room = Answered();
  room->Must("evaluator",
             "reject_observation { exercise: 'drill' rejection { observation: 'soc-1' rejection: "
             "REJECTION_DUPLICATE } }");
  EXPECT_THAT(Finalise(*room),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       ::testing::AllOf(HasSubstr("criterion 'calm' waits for evaluators' marks"),
                                        HasSubstr("expectation 0 of inject 'ask' (team 'soc')"))));
}

// ---- appeals ---------------------------------------------------------------------------------

std::unique_ptr<DrillRoom> Marked() {
  auto room = Judged();
  EXPECT_THAT(Appeal(*room, "blue"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(Mark(*room, "evaluator", kCalm, 500));
  EXPECT_THAT(Appeal(*room, "blue"), StatusIs(absl::StatusCode::kNotFound)) << "still blind";
  EXPECT_OK(Mark(*room, "evaluator3", kCalm, 600));
  return room;
}

TEST(Appeals, OnceByTheTeamThatWasMarked) {
  const auto room = Marked();
  EXPECT_THAT(Appeal(*room, "green"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(Appeal(*room, "blue"));
  EXPECT_THAT(Appeal(*room, "blue2"), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Finalise(*room),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("appeal-1")));
  EXPECT_OK(Answer(*room, false));
  EXPECT_THAT(Answer(*room, true), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(Appeal(*room, "blue"), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(Settle(*room, 900), StatusIs(absl::StatusCode::kFailedPrecondition))
      << "refused: the mark stays";
  EXPECT_OK(Finalise(*room));
}

TEST(Appeals, UpheldTheChairGivesTheMarkAnew) {
  const auto room = Marked();
  EXPECT_OK(Appeal(*room, "blue"));
  EXPECT_OK(Answer(*room, true));
  EXPECT_EQ(Card(*room).criteria(0).state(), v1::LINE_STATE_OPEN);
  EXPECT_THAT(Finalise(*room),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("appeal-1")));
  EXPECT_OK(Settle(*room, 900));
  EXPECT_EQ(room->journal.back().record.mark_settled().appeal(), "appeal-1");
  EXPECT_EQ(Card(*room).criteria(0).earned_mp(), 1800);
  EXPECT_OK(Finalise(*room));
  room->ExpectReplays();
}

// ---- notes and the hot wash ------------------------------------------------------------------

TEST(Notes, AreTimedAndNameWhatTheyAreAbout) {
  const auto room = Judged(v1::PHASE_RUNNING);
  const auto note = [&](absl::string_view fields) {
    return room->Submit("evaluator",
                        absl::StrCat("take_note { exercise: 'drill' note { ", fields, " } }"));
  };
  EXPECT_EQ(note("text: 'they hesitate' objective: 'see' team: 'soc'")->response.id(), "note-1");
  EXPECT_EQ(room->e().notes[0].note.at_us(), room->now_us);
  EXPECT_THAT(note("objective: 'no' team: 'none' at_us: 1 attachments { name: 'x' }").status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasSubstr("objective"), HasSubstr("team"),
                                        HasSubstr("at_us"), HasSubstr("attachments"))));
  EXPECT_THAT(note("").status(), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Survey, OncePerPersonAndReplaceable) {
  const auto room = Judged(v1::PHASE_ENDED);
  const auto answer = [&](absl::string_view who, absl::string_view replies) {
    return room
        ->Submit(who, absl::StrCat("answer_survey { exercise: 'drill' answers { ", replies, " } }"))
        .status();
  };
  EXPECT_OK(answer("blue", "replies { question: 'clear' scale: 2 }"));
  EXPECT_OK(answer("blue", "replies { question: 'clear' scale: 5 }"));
  EXPECT_EQ(room->e().surveys.size(), 1u);
  EXPECT_EQ(room->e().surveys.at("blue").replies(0).scale(), 5);
  EXPECT_THAT(answer("green",
                     "replies { question: 'clear' } replies { question: 'no' scale: 1 } "
                     "replies { question: 'more' scale: 3 }"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasSubstr("'clear' is empty"), HasSubstr("'no'"),
                                        HasSubstr("takes words"))));
}

TEST(Ratings, PerCapabilityToo) {
  const auto room = Judged();
  const auto rate = [&](absl::string_view of) {
    return room
        ->Submit("evaluator", absl::StrCat("rate_element { exercise: 'drill' rating { ", of,
                                           " element: ELEMENT_PEOPLE rating: RATING_P } }"))
        .status();
  };
  EXPECT_OK(rate("objective: 'see'"));
  EXPECT_OK(rate("system: 'sys'"));
  EXPECT_OK(rate("objective: 'see'"));
  EXPECT_EQ(room->e().ratings.size(), 2u);
  EXPECT_THAT(rate(""), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(rate("system: 'sys' objective: 'see'"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(rate("objective: 'none'"), StatusIs(absl::StatusCode::kInvalidArgument));
}

// ---- the signature ---------------------------------------------------------------------------

TEST(FinalSigned, OnlyOfTheFrozenScoreAndOnce) {
  const auto room = Judged(v1::PHASE_FINAL);
  v1::FinalStatement statement;
  statement.set_exercise(DrillRoom::kId);
  statement.set_scorecard_sha256("other");
  FinalSignature in{DrillRoom::kId, {}};
  in.signature.set_statement(statement.SerializeAsString());
  EXPECT_THAT(room->Handle(in).status(), StatusIs(absl::StatusCode::kInvalidArgument));
  statement.set_scorecard_sha256(room->e().final_score.scorecard_sha256());
  in.signature.set_statement(statement.SerializeAsString());
  EXPECT_OK(room->Handle(in));
  const size_t records = room->journal.size();
  EXPECT_OK(room->Handle(in));
  EXPECT_EQ(room->journal.size(), records);
}

TEST(FinalSigned, IsAskedForWithTheFinal) {
  const auto room = Judged();
  for (const char* who : {"evaluator", "evaluator3"}) EXPECT_OK(Mark(*room, who, kCalm, 500));
  EXPECT_EQ(room->Must("evaluator", "finalise_score { exercise: 'drill' }").sign_final, "drill");
}

}  // namespace
}  // namespace drill
