// Time and the director's hands: lead, pause, hold, fire, move, jump, speed, after, unless, repeat,
// absence, REAL INCIDENT (DESIGN §5, §6).

#include "absl/strings/str_cat.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using Status = InjectState::Status;
using testing::At;
using testing::DrillRoom;
using testing::kLead;
using testing::kSecond;

std::unique_ptr<DrillRoom> Running(double ex_s) {
  auto room = std::make_unique<DrillRoom>();
  room->Start();
  room->ToEx(ex_s);
  return room;
}

TEST(Lead, StartExIsNowPlusLead) {
  const auto room = At(v1::PHASE_READY);
  room->Must("director", "start_exercise { exercise: 'drill' }");
  EXPECT_EQ(room->e().start_us, room->now_us + kLead);
  EXPECT_EQ(room->ExS(), -10);
  EXPECT_THAT(room->Submit("director", "fire_inject { exercise: 'drill' inject: 'spare' }"),
              testing::StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(Lead, ATabletopNeedsNone) {
  const auto room = At(v1::PHASE_READY, {.scenario = testing::kTabletopScenario});
  room->Must("director", "start_exercise { exercise: 'drill' }");
  EXPECT_EQ(room->e().start_us, room->now_us);
}

TEST(Start, OnlyInsideTheOwnersWindow) {
  DrillRoom room;
  // [now + 20 s, now + 100 s): StartEx would be at now + 10 s.
  room.Must("director",
            room.ApproveCommand(1, room.now_us + 20 * kSecond, room.now_us + 100 * kSecond));
  for (const char* host : {"w1", "w2", "d1"}) room.Connect(host);
  for (const char* host : {"w1", "w2", "d1"}) {
    DryRunAnswer answer{host, {}};
    answer.report.set_exercise(DrillRoom::kId);
    ASSERT_OK(room.Handle(answer));
  }
  ASSERT_EQ(room.e().phase, v1::PHASE_READY);
  const auto start = [&] {
    return room.Submit("director", "start_exercise { exercise: 'drill' }").status();
  };
  room.Advance(10 - 1e-6);
  EXPECT_THAT(start(), testing::StatusIs(absl::StatusCode::kFailedPrecondition,
                                         ::testing::HasSubstr("begins only in")));
  room.Advance(80 + 1e-6);
  EXPECT_THAT(start(), testing::StatusIs(absl::StatusCode::kFailedPrecondition,
                                         ::testing::HasSubstr("is over")));
}

TEST(Start, NeedsEveryAgentStill) {
  const auto room = At(v1::PHASE_READY);
  room->Disconnect("w2");
  EXPECT_THAT(room->Submit("director", "start_exercise { exercise: 'drill' }"),
              testing::StatusIs(absl::StatusCode::kFailedPrecondition, ::testing::HasSubstr("w2")));
}

TEST(Start, AHostTakesPartInOneRunningExerciseAtATime) {
  const auto room = At(v1::PHASE_RUNNING);
  v1::Command other = testing::Cmd(
      "create_exercise { exercise: 'other' scenario: 'standard' "
      "systems { part: 'portal' id: 'sys' } teams { part: 'soc' id: 'soc' } "
      "teams { part: 'ops' id: 'ops' } }");
  room->Must("director", other);
  // The same way to ready, by records of its own.
  v1::Command approve = room->ApproveCommand();
  v1::ExerciseApproved* approval = approve.mutable_approve_exercise()->mutable_approval();
  approve.mutable_approve_exercise()->set_exercise("other");
  approval->clear_scopes();
  EXPECT_THAT(room->Submit("director", approve),
              testing::StatusIs(absl::StatusCode::kInvalidArgument,
                                ::testing::HasSubstr("without its owner's signed scope")));
}

// ---- pause -------------------------------------------------------------------------------------

TEST(Pause, MovesWhatIsPlannedByItsLength) {
  const auto room = Running(10);
  room->Must("director", "pause_exercise { exercise: 'drill' }");
  room->Advance(1000);
  EXPECT_EQ(room->ExS(), 10);
  EXPECT_EQ(room->Inject("act").status, Status::kScheduled);
  room->Must("director", "resume_exercise { exercise: 'drill' }");
  EXPECT_EQ(room->e().clock.since_us(), room->now_us + kLead) << "armed anew: with a lead";
  room->Advance(10);
  EXPECT_EQ(room->ExS(), 10);
  room->Advance(10 - 1e-6);
  EXPECT_EQ(room->Inject("act").status, Status::kScheduled);
  room->Advance(1e-6);
  EXPECT_EQ(room->Inject("act").status, Status::kReleased);
  EXPECT_EQ(room->Inject("act").late_us, 0);
  EXPECT_EQ(room->Inject("act").released_us, room->now_us);
}

TEST(Pause, InsideTheLeadGivesTheRestOfItBack) {
  const auto room = At(v1::PHASE_READY);
  room->Must("director", "start_exercise { exercise: 'drill' }");
  room->Advance(4);
  room->Must("director", "pause_exercise { exercise: 'drill' }");
  room->Advance(50);
  EXPECT_EQ(room->ExS(), -6);
  room->Must("director", "resume_exercise { exercise: 'drill' }");
  room->Advance(10 + 6 + 5);
  EXPECT_EQ(room->ExS(), 5);
  EXPECT_EQ(room->Inject("msg").status, Status::kReleased);
}

// ---- hold, skip, fire, move --------------------------------------------------------------------

TEST(Hold, LetGoAfterItsTimeItIsDueNowAndNotLate) {
  const auto room = Running(10);
  room->Must("controller", "hold_inject { exercise: 'drill' inject: 'act' held: true }");
  room->ToEx(60);
  EXPECT_EQ(room->Inject("act").status, Status::kScheduled);
  room->Must("controller", "hold_inject { exercise: 'drill' inject: 'act' held: false }");
  const InjectState& act = room->Inject("act");
  EXPECT_EQ(act.status, Status::kReleased);
  EXPECT_EQ(act.late_us, 0);
  EXPECT_TRUE(act.direct);
  EXPECT_EQ(act.released_us, room->now_us);
  EXPECT_EQ(act.planned_ex_us, 60 * kSecond);
}

TEST(Hold, LetGoBeforeItsTimeItKeepsIt) {
  const auto room = Running(10);
  room->Must("controller", "hold_inject { exercise: 'drill' inject: 'act' held: true }");
  room->Must("controller", "hold_inject { exercise: 'drill' inject: 'act' held: false }");
  room->ToEx(20);
  EXPECT_EQ(room->Inject("act").released_us, room->e().start_us + 20 * kSecond);
}

TEST(Skip, IsForEver) {
  const auto room = Running(10);
  room->Must("controller", "skip_inject { exercise: 'drill' inject: 'act' }");
  EXPECT_EQ(room->Inject("act").revoke_reason, v1::REVOKE_REASON_SKIPPED);
  for (const char* command : {"fire_inject { exercise: 'drill' inject: 'act' }",
                              "hold_inject { exercise: 'drill' inject: 'act' held: true }",
                              "skip_inject { exercise: 'drill' inject: 'act' }"}) {
    EXPECT_THAT(room->Submit("director", command),
                testing::StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  room->ToEx(30);
  EXPECT_EQ(room->Inject("act").status, Status::kRevoked);
}

// Taken back within a lease of its time: the host must say that nothing started.
TEST(Skip, NearItsTimeTheHostsMustConfirm) {
  const auto near = Running(10);
  near->Must("controller", "skip_inject { exercise: 'drill' inject: 'act' }");
  EXPECT_TRUE(near->Inject("act").may_have_started);
  near->Must("controller", "skip_inject { exercise: 'drill' inject: 'later' }");
  EXPECT_FALSE(near->Inject("later").may_have_started);
  near->Must("director", "stop_exercise { exercise: 'drill' }");
  std::vector<std::string> open;
  for (const auto& [inject, host] : near->e().UncleanOrders()) {
    open.push_back(near->e().injects[static_cast<size_t>(inject)].inject.id() + "/" +
                   near->e().hosts[static_cast<size_t>(host)].host.id());
  }
  EXPECT_THAT(open, ::testing::IsSupersetOf({"act/w1", "act/w2"}));
  near->AgentSays("w1", "act", v1::ORDER_EVENT_KIND_MISSED);
  EXPECT_EQ(near->Order("act", "w1").stage, OrderState::Stage::kNone)
      << "nothing was to be played: it is no miss";
  EXPECT_EQ(near->Order("act", "w1").cleanup, v1::CLEANUP_RESULT_VERIFIED);
}

TEST(Fire, GoesDirectOrWaitsForTheLead) {
  const auto room = Running(10);
  room->Must("controller", "fire_inject { exercise: 'drill' inject: 'spare' }");
  EXPECT_TRUE(room->Inject("spare").direct);
  EXPECT_EQ(room->Inject("spare").released_us, room->now_us);
  room->Must("controller", "fire_inject { exercise: 'drill' inject: 'later' together: true }");
  EXPECT_EQ(room->Inject("later").status, Status::kScheduled);
  EXPECT_EQ(room->Inject("later").planned_ex_us, 20 * kSecond);
  EXPECT_FALSE(room->Inject("later").direct);
}

TEST(Fire, LetsGoWhatIsHeld) {
  const auto room = Running(10);
  room->Must("controller", "hold_inject { exercise: 'drill' inject: 'act' held: true }");
  room->Must("controller", "fire_inject { exercise: 'drill' inject: 'act' }");
  EXPECT_EQ(room->Inject("act").status, Status::kReleased);
}

TEST(Move, BelowTheLeadGoesDirect) {
  const auto room = Running(10);
  room->Must("controller",
             "move_inject { exercise: 'drill' inject: 'later' planned_ex_us: 19999999 }");
  EXPECT_TRUE(room->Inject("later").direct);
  room->Must("controller",
             "move_inject { exercise: 'drill' inject: 'later' planned_ex_us: 20000000 }");
  EXPECT_FALSE(room->Inject("later").direct);
  for (const char* out : {"9999999", "600000001"}) {
    EXPECT_THAT(
        room->Submit("director", absl::StrCat("move_inject { exercise: 'drill' inject: 'later' "
                                              "planned_ex_us: ",
                                              out, " }")),
        testing::StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_OK(room->Submit(
      "director", "move_inject { exercise: 'drill' inject: 'later' planned_ex_us: 600000000 }"));
}

// ---- jump, speed, end --------------------------------------------------------------------------

TEST(Jump, WhatWasJumpedOverIsDueNowAndNotLate) {
  const auto room = Running(10);
  room->Must("director", "jump_clock { exercise: 'drill' to_ex_us: 55000000 }");
  for (const char* inject : {"act", "rep", "rep#2"}) {
    EXPECT_EQ(room->Inject(inject).status, Status::kReleased) << inject;
    EXPECT_EQ(room->Inject(inject).late_us, 0) << inject;
    EXPECT_EQ(room->Inject(inject).released_us, room->now_us) << inject;
    EXPECT_TRUE(room->Inject(inject).direct) << inject;
  }
  EXPECT_EQ(room->Inject("rep#3").status, Status::kScheduled);
}

TEST(Speed, BringsWhatIsPlannedNearer) {
  const auto room = At(v1::PHASE_READY, {.scenario = testing::kTabletopScenario});
  room->Must("director", "start_exercise { exercise: 'drill' }");
  room->Must("director", "set_speed { exercise: 'drill' speed_permille: 2500 }");
  room->Advance(2 - 1e-6);
  EXPECT_EQ(room->Inject("msg").status, Status::kScheduled);
  room->Advance(1e-6);
  EXPECT_EQ(room->Inject("msg").status, Status::kReleased);
  EXPECT_EQ(room->ExS(), 5);
  for (int bad : {0, -1, 60'001}) {
    EXPECT_THAT(room->Submit("director", absl::StrCat("set_speed { exercise: 'drill' "
                                                      "speed_permille: ",
                                                      bad, " }")),
                testing::StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(PlannedEnd, ComesByItselfAndRevokesWhatIsLeft) {
  const auto room = Running(10);
  room->ToEx(600 - 1e-6);
  EXPECT_EQ(room->e().phase, v1::PHASE_RUNNING);
  room->Advance(1e-6);
  EXPECT_EQ(room->e().phase, v1::PHASE_ENDED);
  EXPECT_EQ(room->e().end_ex_us, 600 * kSecond);
  EXPECT_EQ(room->Inject("spare").revoke_reason, v1::REVOKE_REASON_ENDED);
  EXPECT_EQ(room->Inject("chase").revoke_reason, v1::REVOKE_REASON_ENDED);
  EXPECT_EQ(room->engine->NextDeadline(room->now_us), INT64_MAX);
}

// ---- after, unless, repeat ---------------------------------------------------------------------

TEST(After, ItsAnchorAndDelayMakeItsTime) {
  const auto room = Running(25);
  room->Play("w1", "act");
  room->ToEx(30);
  room->Detect("w1", "/srv/act");
  const InjectState& chase = room->Inject("chase");
  EXPECT_EQ(chase.status, Status::kScheduled);
  EXPECT_EQ(chase.planned_ex_us, 32 * kSecond);
  EXPECT_TRUE(chase.direct) << "a delay below the lead goes direct";
  room->Advance(2);
  EXPECT_EQ(room->Inject("chase").status, Status::kReleased);
}

TEST(After, OverdueIsTheLongestLimitWithOneUnmet) {
  const auto room = Running(25);
  room->Play("w1", "act");
  room->Detect("w1", "/srv/act");  // met; contain is not
  room->ToEx(80 - 1e-6);
  EXPECT_EQ(room->Inject("nag").status, Status::kWaiting);
  room->Advance(1e-6);
  EXPECT_EQ(room->Inject("nag").status, Status::kReleased);
}

TEST(After, AllMetIsNeverOverdue) {
  const auto room = Running(25);
  room->Play("w1", "act");
  room->Detect("w1", "/srv/act");
  room->Observe("green",
                "kind: OBSERVATION_KIND_CONTAINMENT hosts: 'w1' "
                "artefacts { kind: ARTEFACT_KIND_PATH value: '/srv/act' }");
  room->ToEx(200);
  EXPECT_EQ(room->Inject("nag").status, Status::kWaiting);
}

TEST(Unless, RevokesUpToItsTime) {
  const auto room = Running(25);
  room->Play("w1", "act");
  room->ToEx(100 - 1e-6);
  room->Observe("green",
                "kind: OBSERVATION_KIND_CONTAINMENT hosts: 'w1' "
                "artefacts { kind: ARTEFACT_KIND_PATH value: '/srv/act' }");
  EXPECT_EQ(room->Inject("alarm").status, Status::kRevoked);
  EXPECT_EQ(room->Inject("alarm").revoke_reason, v1::REVOKE_REASON_UNLESS);
}

TEST(Unless, NotAfterItsTime) {
  const auto room = Running(25);
  room->Play("w1", "act");
  room->ToEx(100);
  room->Observe("green",
                "kind: OBSERVATION_KIND_CONTAINMENT hosts: 'w1' "
                "artefacts { kind: ARTEFACT_KIND_PATH value: '/srv/act' }");
  EXPECT_EQ(room->Inject("alarm").status, Status::kReleased);
}

TEST(Repeat, EachCopyHasItsTimeAndOneScopeEntry) {
  const auto room = Running(10);
  EXPECT_EQ(room->Inject("rep").planned_ex_us, 40 * kSecond);
  EXPECT_EQ(room->Inject("rep#2").planned_ex_us, 50 * kSecond);
  EXPECT_EQ(room->Inject("rep#3").planned_ex_us, 60 * kSecond);
  EXPECT_EQ(room->e().FindInject("rep#4"), -1);
  EXPECT_EQ(room->Inject("rep#3").scope_inject, "rep");
}

// ---- absence -----------------------------------------------------------------------------------

TEST(Absence, ShortWhatFellDueIsPlayedAndMarkedLate) {
  const auto room = Running(15);
  room->Restart(30);  // second 45
  EXPECT_EQ(room->e().phase, v1::PHASE_RUNNING);
  EXPECT_EQ(room->Inject("act").late_us, 25 * kSecond);
  EXPECT_EQ(room->Inject("act").released_us, room->now_us);
  EXPECT_EQ(room->Inject("rep").late_us, 5 * kSecond);
  EXPECT_EQ(room->Inject("rep#2").status, Status::kScheduled);
}

TEST(Absence, LongItComesBackPausedAndFiresNothing) {
  const auto room = Running(15);
  room->Restart(61);  // second 76
  EXPECT_EQ(room->e().phase, v1::PHASE_PAUSED);
  for (const char* overdue : {"act", "rep", "rep#2", "rep#3"}) {
    EXPECT_TRUE(room->Inject(overdue).held) << overdue;
  }
  EXPECT_FALSE(room->Inject("later").held);
  room->Must("director", "resume_exercise { exercise: 'drill' }");
  room->Advance(30);
  EXPECT_EQ(room->Inject("act").status, Status::kScheduled) << "until a person decides";
  room->Must("director", "fire_inject { exercise: 'drill' inject: 'act' }");
  EXPECT_EQ(room->Inject("act").status, Status::kReleased);
  room->ExpectReplays();
}

TEST(Absence, TheFirstRunWasNeverAway) {
  const auto room = Running(15);
  EXPECT_OK(room->Handle(ControllerStart{"test", 0}));
  EXPECT_EQ(room->e().phase, v1::PHASE_RUNNING);
}

// ---- REAL INCIDENT -----------------------------------------------------------------------------

TEST(RealIncident, AnyoneMayRaiseItAndOnlyTheDirectorClears) {
  const auto room = Running(15);
  room->Must("blue", "raise_real_incident { exercise: 'drill' note: 'thật' }");
  EXPECT_EQ(room->e().phase, v1::PHASE_PAUSED);
  EXPECT_TRUE(room->e().real_incident);
  EXPECT_THAT(room->Submit("director", "resume_exercise { exercise: 'drill' }"),
              testing::StatusIs(absl::StatusCode::kFailedPrecondition,
                                ::testing::HasSubstr("REAL INCIDENT")));
  const int64_t from = room->now_us;
  room->Advance(60);
  EXPECT_THAT(room->Submit("blue", "clear_real_incident { exercise: 'drill' }"),
              testing::StatusIs(absl::StatusCode::kPermissionDenied));
  room->Must("director", "clear_real_incident { exercise: 'drill' }");
  EXPECT_EQ(room->e().phase, v1::PHASE_PAUSED) << "clearing is not resuming";
  EXPECT_TRUE(room->e().RealIncidentAt(from));
  EXPECT_TRUE(room->e().RealIncidentAt(room->now_us - 1));
  EXPECT_FALSE(room->e().RealIncidentAt(room->now_us));
  room->Must("director", "resume_exercise { exercise: 'drill' }");
  EXPECT_EQ(room->e().phase, v1::PHASE_RUNNING);
}

TEST(RealIncident, RaisedTwiceIsOneIncident) {
  const auto room = Running(15);
  room->Must("blue", "raise_real_incident { exercise: 'drill' }");
  room->News();
  room->Must("observer", "raise_real_incident { exercise: 'drill' }");
  EXPECT_EQ(room->News(), "");
}

// ---- the same command again --------------------------------------------------------------------

TEST(Retry, TheSameRequestGivesItsFirstResult) {
  const auto room = Running(15);
  const PersonCommand command{
      "blue", "once",
      testing::Cmd("observe { exercise: 'drill' observation { "
                   "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' text: 'x' } }")};
  const auto first = room->Handle(command);
  room->Advance(3);
  room->News();
  const auto second = room->Handle(command);
  EXPECT_EQ(room->News(), "");
  EXPECT_EQ(second->response.id(), first->response.id());
  // Another person's id is another request.
  EXPECT_EQ(room->Handle(PersonCommand{"blue2", "once", command.command})->response.id(), "soc-2");
}

TEST(Retry, ARequestNeedsAnId) {
  const auto room = Running(1);
  for (const std::string& id : {std::string(), std::string(65, 'x')}) {
    EXPECT_THAT(room->Handle(PersonCommand{"director", id,
                                           testing::Cmd("pause_exercise { exercise: 'drill' }")}),
                testing::StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

// A team can tell nothing from the numbers that it is answered with.
TEST(Retry, ATeamIsAnsweredWithoutTheJournalsNumbers) {
  const auto room = Running(25);
  room->Play("w1", "act");
  const auto right = room->Submit("blue",
                                  "observe { exercise: 'drill' observation { "
                                  "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' "
                                  "artefacts { kind: ARTEFACT_KIND_PATH "
                                  "value: '/srv/act' } } }");
  const auto wrong = room->Submit("blue",
                                  "observe { exercise: 'drill' observation { "
                                  "kind: OBSERVATION_KIND_DETECTION hosts: 'w1' "
                                  "artefacts { kind: ARTEFACT_KIND_PATH "
                                  "value: '/srv/xxx' } } }");
  v1::SubmitResponse a = right->response;
  v1::SubmitResponse b = wrong->response;
  EXPECT_EQ(a.seq(), 1u);
  a.clear_id();
  b.clear_id();
  EXPECT_EQ(a.SerializeAsString(), b.SerializeAsString());
}

}  // namespace
}  // namespace drill
