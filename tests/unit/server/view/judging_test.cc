// Blind marking: nothing that reaches anybody else tells a mark, or how it was marked, before it
// is over; what teams read of marks; the hot wash without names.

#include "absl/strings/str_cat.h"
#include "server/view/queries.h"
#include "server/view/visible.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using testing::At;
using testing::DrillRoom;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::StatusIs;

const char* const kOthers[] = {"evaluator3", "chair", "director", "controller",
                               "observer",   "owner", "admin",    "manager"};

std::unique_ptr<DrillRoom> Judging() {
  return At(v1::PHASE_JUDGING, {.scenario = testing::kJudgedScenario});
}

void Mark(DrillRoom& room, const char* who, int permille, absl::string_view note) {
  room.Must(who, absl::StrCat("give_mark { exercise: 'drill' mark { subject { criterion: 'calm' } "
                              "permille: ",
                              permille, " note: '", note, "' } }"));
}

Query As(const DrillRoom& room, const std::string& person) {
  return {room.engine->state(), person, room.now_us};
}

// All that this person can read of the exercise, but hashes over what it cannot read.
std::string EverythingFor(const DrillRoom& room, const std::string& person) {
  const Query q = As(room, person);
  std::string all;
  const auto add = [&](auto reply) {
    if (!reply.ok()) {
      absl::StrAppend(&all, reply.status().ToString(), "\n");
      return;
    }
    absl::StrAppend(&all, reply->SerializeAsString(), "\n");
  };
  add(ReadMarks(q, DrillRoom::kId));
  add(ReadQueue(q, DrillRoom::kId));
  add(ReadInbox(q, DrillRoom::kId));
  add(ReadSurvey(q, DrillRoom::kId));
  auto score = ReadScore(q, DrillRoom::kId);
  if (score.ok()) score->clear_head_hash();
  add(std::move(score));
  auto view = ReadExercise(q, DrillRoom::kId, {}, {});
  if (view.ok()) view->clear_head_hash();
  add(std::move(view));
  const Exercise& e = room.e();
  const Sight sight = SightOf(room.engine->state(), e, person);
  for (const Stamped& stamped : room.journal) {
    if (stamped.record.stream() != DrillRoom::kId || sight == Sight::kNone) continue;
    if (sight == Sight::kControl) {
      absl::StrAppend(&all, ForControlSide(e, person, stamped.record).SerializeAsString(), "\n");
    } else if (auto seen = ForTeam(e, e.TeamOf(person), stamped.record); seen.has_value()) {
      absl::StrAppend(&all, seen->SerializeAsString(), "\n");
    }
  }
  return all;
}

TEST(Blind, NoByteTellsAMarkBeforeAllAreIn) {
  const auto one = Judging();
  const auto other = Judging();
  Mark(*one, "evaluator", 731, "rat-kin-dao");
  Mark(*other, "evaluator", 12, "x");
  for (const char* person : kOthers) {
    const std::string seen = EverythingFor(*one, person);
    EXPECT_EQ(seen, EverythingFor(*other, person)) << person;
    EXPECT_THAT(seen, Not(HasSubstr("rat-kin-dao"))) << person;
  }
  for (const char* person : {"blue", "green"}) {
    EXPECT_EQ(EverythingFor(*one, person), EverythingFor(*Judging(), person))
        << person << " learns that something was marked";
  }
  EXPECT_THAT(EverythingFor(*one, "evaluator"), HasSubstr("rat-kin-dao")) << "the own one";

  Mark(*one, "evaluator3", 700, "cung-vay");
  for (const char* person : kOthers) {
    EXPECT_NE(EverythingFor(*one, person).find("rat-kin-dao"), std::string::npos) << person;
  }
}

TEST(Blind, TheSheetTellsOnlyHowManyWereGiven) {
  const auto room = Judging();
  Mark(*room, "evaluator", 731, "x");
  v1::MarkSheet sheet = *ReadMarks(As(*room, "evaluator3"), DrillRoom::kId);
  ASSERT_EQ(sheet.rows_size(), 1);
  EXPECT_TRUE(sheet.rows(0).open());
  EXPECT_EQ(sheet.rows(0).own_permille(), -1);
  EXPECT_EQ(sheet.rows(0).counts_permille(), -1);
  EXPECT_EQ(sheet.rows(0).marks_permille_size(), 0);
  EXPECT_EQ(sheet.progress(0).given(), 1);
  EXPECT_EQ(sheet.progress(1).given(), 0);
  Mark(*room, "evaluator3", 100, "x");
  sheet = *ReadMarks(As(*room, "evaluator3"), DrillRoom::kId);
  EXPECT_EQ(sheet.rows(0).spread_permille(), 631);
  EXPECT_TRUE(sheet.rows(0).needs_settling());
}

TEST(Teams, ReadTheirOwnMarksOnceTheyAreBlindNoMore) {
  const auto room = Judging();
  Mark(*room, "evaluator", 700, "bi-mat");
  EXPECT_EQ(ReadMarks(As(*room, "blue"), DrillRoom::kId)->rows_size(), 0);
  Mark(*room, "evaluator3", 800, "bi-mat");
  const v1::MarkSheet own = *ReadMarks(As(*room, "blue"), DrillRoom::kId);
  ASSERT_EQ(own.rows_size(), 1);
  EXPECT_EQ(own.rows(0).counts_permille(), 750);
  EXPECT_FALSE(own.rows(0).has_guidance()) << "what evaluators look at";
  EXPECT_EQ(own.progress_size(), 0);
  EXPECT_EQ(own.SerializeAsString().find("bi-mat"), std::string::npos);
  EXPECT_EQ(ReadMarks(As(*room, "green"), DrillRoom::kId)->rows_size(), 0) << "another team's";
  room->Must("blue",
             "file_appeal { exercise: 'drill' appeal { subject { criterion: 'calm' } text: 'x' } "
             "}");
  EXPECT_EQ(ReadInbox(As(*room, "blue"), DrillRoom::kId)->appeals_size(), 1);
  EXPECT_EQ(ReadInbox(As(*room, "green"), DrillRoom::kId)->appeals_size(), 0);
  EXPECT_EQ(ReadMarks(As(*room, "green"), DrillRoom::kId)->appeals_size(), 0);
}

TEST(HotWash, IsSummedUpWithoutNames) {
  const auto room = At(v1::PHASE_ENDED, {.scenario = testing::kJudgedScenario});
  const auto answer = [&](const char* who, int scale, const char* text) {
    room->Must(who, absl::StrCat("answer_survey { exercise: 'drill' answers { replies { question: "
                                 "'clear' scale: ",
                                 scale, " } replies { question: 'more' text: '", text, "' } } }"));
  };
  answer("green", 4, "b");
  answer("blue", 5, "c");
  answer("director", 5, "a");
  const v1::SurveySummary summary = *ReadSurvey(As(*room, "evaluator"), DrillRoom::kId);
  EXPECT_EQ(summary.answered(), 3);
  EXPECT_EQ(summary.asked(), 10);
  EXPECT_EQ(summary.rows(0).by_scale(3), 1);
  EXPECT_EQ(summary.rows(0).by_scale(4), 2);
  EXPECT_EQ(summary.rows(0).mean_permille(), 4667);
  EXPECT_THAT(summary.rows(1).texts(), ::testing::ElementsAre("a", "b", "c"));
  for (const Stamped& stamped : room->journal) {
    if (!stamped.record.has_survey_answered()) continue;
    const v1::Record seen = ForControlSide(room->e(), "evaluator", stamped.record);
    EXPECT_EQ(seen.survey_answered().replies_size(), 0);
    EXPECT_FALSE(seen.has_actor());
  }
  const v1::SurveySummary asked = *ReadSurvey(As(*room, "blue"), DrillRoom::kId);
  EXPECT_EQ(asked.rows_size(), 2);
  EXPECT_EQ(asked.rows(1).texts_size(), 0) << "what others said is not for a team";
  EXPECT_THAT(ReadSurvey(As(*At(v1::PHASE_RUNNING), "blue"), DrillRoom::kId),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(Queue, ShowsCommentsAndLeavesOutWhatIsMerged) {
  const auto room = At(v1::PHASE_RUNNING);
  room->Observe("blue", "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' text: 'again'");
  room->Must("evaluator",
             "comment_observation { exercise: 'drill' comment { observation: 'soc-1' text: 'who?' "
             "} }");
  EXPECT_EQ(ReadQueue(As(*room, "evaluator"), DrillRoom::kId)->items_size(), 2);
  room->Must("evaluator",
             "merge_observation { exercise: 'drill' merge { observation: 'soc-2' into: 'soc-1' } "
             "}");
  const v1::Queue queue = *ReadQueue(As(*room, "evaluator"), DrillRoom::kId);
  ASSERT_EQ(queue.items_size(), 1);
  EXPECT_EQ(queue.items(0).comments(0).comment().text(), "who?");
  EXPECT_EQ(queue.items(0).comments(0).person(), "evaluator");
}

}  // namespace
}  // namespace drill
