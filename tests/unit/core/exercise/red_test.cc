// Free play: what a red team records, what the control team makes of it, and how it ends.

#include "core/exercise/red.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/scenario/lint.h"
#include "core/scoring/score.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kProof =
    "{ name: 'shell.png' sha256: '0123456789abcdef0123456789abcdef' sealed: true }";

// The standard drill in which ops attacks: green records, the control team judges, blue responds.
struct FreePlay {
  std::unique_ptr<DrillRoom> room = At(v1::PHASE_RUNNING, {.scenario = RedScenario()});

  std::string Action(absl::string_view more = "") const {
    return absl::StrCat(
        "record_red_action { exercise: 'drill' action { title: 'Chiếm tài khoản' host: 'd1' "
        "severity: RED_SEVERITY_HIGH effect: 'đọc được cơ sở dữ liệu' techniques: 'T1078' "
        "artefacts { kind: ARTEFACT_KIND_ACCOUNT value: 'backup' } error_us: 2000000 at_us: ",
        room->now_us - 10 * kSecond, " proof ", kProof, " ", more, " } }");
  }
  std::string Record() { return room->Must("green", Action()).response.id(); }
  absl::StatusOr<Decision> Judge(const std::string& action, bool accepted,
                                 absl::string_view note = "") {
    return room->Submit(
        "controller",
        absl::StrCat("judge_red_action { exercise: 'drill' judged { action: '", action,
                     "' accepted: ", accepted ? "true" : "false", " note: '", note, "' } }"));
  }
  absl::StatusOr<Decision> Close(absl::string_view closed) {
    return room->Submit("green",
                        absl::StrCat("close_red { exercise: 'drill' closed { ", closed, " } }"));
  }
  std::string Detect(absl::string_view account) {
    return room->Observe("blue", absl::StrCat("kind: OBSERVATION_KIND_DETECTION hosts: 'd1' "
                                              "artefacts { kind: ARTEFACT_KIND_ACCOUNT value: '",
                                              account, "' }"));
  }
  std::vector<std::string> MatchesOf(const std::string& observation) const {
    const Exercise& e = room->e();
    std::vector<std::string> ids;
    for (const Match& match :
         e.observations[static_cast<size_t>(e.FindObservation(observation))].matches) {
      ids.push_back(e.injects[static_cast<size_t>(match.inject)].inject.id());
    }
    return ids;
  }
};

TEST(Red, AnAcceptedActionIsGroundTruthAlsoForWhatWasDetectedBefore) {
  FreePlay drill;
  const std::string action = drill.Record();
  EXPECT_EQ(action, "ops-action-1");
  const std::string before = drill.Detect("backup");
  EXPECT_THAT(drill.MatchesOf(before), IsEmpty());
  EXPECT_EQ(drill.room->e().FindInject(action), -1);
  ASSERT_OK(drill.Judge(action, true));
  EXPECT_THAT(drill.MatchesOf(before), ElementsAre(action));

  const InjectState& inject = drill.room->Inject(action);
  EXPECT_TRUE(inject.by_red);
  EXPECT_EQ(inject.status, InjectState::Status::kReleased);
  EXPECT_EQ(inject.released_us, drill.room->e().red_actions[0].action.at_us());
  EXPECT_EQ(inject.inject.expect_size(), 1);
  const v1::ManualPlayed& played = inject.manual.begin()->second.played;
  EXPECT_EQ(played.played_by(), "green");
  EXPECT_EQ(played.witnessed_by(), "controller");
  EXPECT_EQ(played.error_us(), 2 * kSecond);

  const v1::Scorecard card = Score(drill.room->e(), {}, drill.room->now_us);
  bool scored = false;
  for (const v1::ScoreLine& line : card.lines()) {
    if (line.inject() != action) continue;
    scored = true;
    EXPECT_EQ(line.state(), v1::LINE_STATE_MET);
    EXPECT_EQ(line.earned_mp(), 2000);
  }
  EXPECT_TRUE(scored);
  EXPECT_TRUE(card.injects(card.injects_size() - 1).by_red());
  EXPECT_TRUE(card.injects(card.injects_size() - 1).hand_played());
  drill.room->ExpectReplays();
}

TEST(Red, ARefusedActionIsNoTruthUntilItIsAcceptedAfterAll) {
  FreePlay drill;
  const std::string action = drill.Record();
  EXPECT_THAT(drill.Judge(action, false), StatusIs(absl::StatusCode::kInvalidArgument))
      << "a refusal says why";
  ASSERT_OK(drill.Judge(action, false, "no proof of time"));
  const std::string claim = drill.Detect("backup");
  EXPECT_THAT(drill.MatchesOf(claim), IsEmpty());
  ASSERT_OK(drill.Judge(action, true));
  EXPECT_THAT(drill.MatchesOf(claim), ElementsAre(action));
  EXPECT_THAT(drill.Judge(action, false, "no"), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(drill.Judge("ops-action-9", true), StatusIs(absl::StatusCode::kNotFound));
}

TEST(Red, ARecordIsRefusedWholeWithAllItsFaults) {
  FreePlay drill;
  const std::string message = std::string(
      drill.room
          ->Submit("green",
                   absl::StrCat("record_red_action { exercise: 'drill' action { host: 'x9' at_us: ",
                                drill.room->now_us + 1,
                                " error_us: -1 techniques: 'T1' proof { name: 'a' } } }"))
          .status()
          .message());
  for (const char* field : {"title", "effect", "host", "at_us", "error_us", "severity",
                            "techniques", "artefacts", "proof"}) {
    EXPECT_THAT(message, HasSubstr(field));
  }
  EXPECT_THAT(drill.room->e().red_actions, IsEmpty());
}

TEST(Red, OnlyARedTeamRecordsAndItDoesNothingElse) {
  FreePlay drill;
  EXPECT_THAT(drill.room->Submit("blue", drill.Action()),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(drill.room->Submit("blue", "close_red { exercise: 'drill' }"),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(drill.room->Submit("green",
                                 "observe { exercise: 'drill' observation { kind: "
                                 "OBSERVATION_KIND_DETECTION hosts: 'd1' } }"),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST(Red, WithoutItsReportAndAttestationNothingIsClosed) {
  FreePlay drill;
  const std::string action = drill.Record();
  const std::string whole =
      absl::StrCat("report ", kProof, " data_deleted: true attestation: 'đã xóa'");
  drill.room->Must("director", "stop_exercise { exercise: 'drill' }");
  for (const char* host : {"w1", "w2"}) drill.room->Undo(host, "act");
  for (const char* armed : {"rep", "rep#2", "rep#3"}) {
    drill.room->AgentSays("d1", armed, v1::ORDER_EVENT_KIND_MISSED);
  }
  drill.room->Must("evaluator",
                   "reject_observation { exercise: 'drill' rejection { observation: 'soc-1' "
                   "rejection: REJECTION_DUPLICATE } }");
  drill.room->Must("director", "open_judging { exercise: 'drill' }");
  EXPECT_THAT(drill.room->Submit("director", "finalise_score { exercise: 'drill' }"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(action)));
  ASSERT_OK(drill.Judge(action, false, "outside the rules of engagement"));
  drill.room->Must("director", "finalise_score { exercise: 'drill' }");
  EXPECT_THAT(drill.room->Submit("director", "close_exercise { exercise: 'drill' }"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("'ops'")));
  EXPECT_THAT(RedPartsOpen(drill.room->e()), ElementsAre("ops"));
  EXPECT_THAT(MissingForNextStep(drill.room->e(), drill.room->engine->fleet()),
              ::testing::SizeIs(1));

  EXPECT_THAT(drill.Close("data_deleted: true attestation: 'x'"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("report")));
  EXPECT_THAT(drill.Close(absl::StrCat("report ", kProof, " attestation: 'x'")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("data_deleted")));
  EXPECT_THAT(drill.Close(absl::StrCat("report ", kProof, " data_deleted: true")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("attestation")));
  ASSERT_OK(drill.Close(whole));
  ASSERT_OK(drill.Close(whole)) << "said twice";
  EXPECT_EQ(drill.room->e().red_closed.size(), 1u);
  drill.room->Must("director", "close_exercise { exercise: 'drill' }");
  drill.room->ExpectReplays();
}

TEST(Red, AfterItsEndNothingIsAdded) {
  FreePlay drill;
  ASSERT_OK(drill.Close(absl::StrCat("report ", kProof, " data_deleted: true attestation: 'x'")));
  EXPECT_THAT(drill.room->Submit("green", drill.Action()),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace drill::testing
