// exercise start, pause, resume, jump, speed, stop, abort, incident.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/session.h"
#include "common/base/status.h"
#include "common/os/clock.h"

namespace drill::cli {
namespace {

// The exercise's clock is looked at this often while the lead runs down.
constexpr int64_t kLookUs = 1'000'000;

// Returns when the exercise clock shows 0: StartEx is in the future by the lead.
absl::Status WaitForStart(Session& session, const std::string& exercise) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  int64_t until = 0;  // known once the lead is
  while (true) {
    ASSIGN_OR_RETURN(const v1::ExerciseView view, client->GetExercise(exercise));
    const v1::ExerciseSummary& s = view.summary();
    if (s.phase() != v1::PHASE_RUNNING) {
      return absl::FailedPreconditionError(
          session.Say(Msg::kStartInterrupted, exercise, session.Word(s.phase())));
    }
    if (s.clock_ex_us() >= 0) {
      if (!session.json()) session.PrintLine(session.Say(Msg::kStarted, FormatTime(s.start_us())));
      return absl::OkStatus();
    }
    const int64_t now = os::MonotonicMicros();
    if (until == 0) until = now - s.clock_ex_us() + session.timeout_us();
    if (now >= until) {
      return absl::DeadlineExceededError(session.Say(Msg::kStartLate, exercise));
    }
    session.Sleep(std::min(kLookUs, -s.clock_ex_us()));
  }
}

void AddStart(Command& exercise) {
  auto wait = std::make_shared<bool>(false);
  Command& command = exercise.Sub("start");
  v1::StartExercise* start = command.Submits()->mutable_start_exercise();
  command.Arg("EXERCISE", Into(start->mutable_exercise()))
      .Flag("--wait", [wait] { *wait = true; })
      .After([wait](Session& s, const v1::Command& request,
                    const v1::SubmitResponse& response) -> absl::Status {
        RETURN_IF_ERROR(s.PrintDone("exercise start", response));
        s.Flush();
        return *wait ? WaitForStart(s, request.start_exercise().exercise()) : absl::OkStatus();
      });
}

void AddStops(Command& exercise) {
  for (const bool abort : {false, true}) {
    Command& command = exercise.Sub(abort ? "abort" : "stop");
    v1::StopExercise* stop = command.Submits()->mutable_stop_exercise();
    stop->set_abort(abort);
    command.Arg("EXERCISE", Into(stop->mutable_exercise()))
        .Opt("--note", "TEXT", Into(stop->mutable_note()));
  }
}

void AddIncident(Command& exercise) {
  Command& incident = exercise.Sub("incident");
  Command& raise = incident.Sub("raise");
  v1::RaiseRealIncident* raised = raise.Submits()->mutable_raise_real_incident();
  raise.Arg("EXERCISE", Into(raised->mutable_exercise()))
      .Opt("--note", "TEXT", Into(raised->mutable_note()));
  Command& clear = incident.Sub("clear");
  v1::ClearRealIncident* cleared = clear.Submits()->mutable_clear_real_incident();
  clear.Arg("EXERCISE", Into(cleared->mutable_exercise()))
      .Opt("--note", "TEXT", Into(cleared->mutable_note()));
}

}  // namespace

void AddSteering(Command& exercise) {
  AddStart(exercise);
  Command& pause = exercise.Sub("pause");
  v1::PauseExercise* paused = pause.Submits()->mutable_pause_exercise();
  pause.Arg("EXERCISE", Into(paused->mutable_exercise()))
      .Opt("--note", "TEXT", Into(paused->mutable_note()));
  Command& resume = exercise.Sub("resume");
  resume.Arg("EXERCISE", Into(resume.Submits()->mutable_resume_exercise()->mutable_exercise()));
  Command& jump = exercise.Sub("jump");
  v1::JumpClock* clock = jump.Submits()->mutable_jump_clock();
  jump.Arg("EXERCISE", Into(clock->mutable_exercise()))
      .Arg("EX_TIME", ExerciseTime([clock](int64_t us) { clock->set_to_ex_us(us); }));
  Command& speed = exercise.Sub("speed");
  v1::SetSpeed* set = speed.Submits()->mutable_set_speed();
  speed.Arg("EXERCISE", Into(set->mutable_exercise()))
      .Arg("PERMILLE", Number(1, 1'000'000, [set](int64_t value) {
             set->set_speed_permille(static_cast<int32_t>(value));
           }));
  AddStops(exercise);
  AddIncident(exercise);
}

}  // namespace drill::cli
