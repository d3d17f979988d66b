#include "core/rehearsal/controller.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "core/rehearsal/cast.h"
#include "core/scenario/unfold.h"
#include "core/scoring/score.h"

namespace drill::rehearsal {
namespace {

constexpr char kAdmin[] = "admin";  // whom Bootstrap makes
constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
constexpr int kStuck = 1000;

}  // namespace

Controller::Controller(int64_t now_us) : time_(now_us), engine_(&Score) {}

void Controller::Drain() {
  for (const Stamped& stamped : engine_.TakeBatch()) {
    if (on_record) on_record(stamped.record);
  }
  for (const auto& [host, set] : engine_.DesiredSets(time_.now_us())) {
    if (on_desired) on_desired(host, set);
  }
}

absl::StatusOr<Decision> Controller::Handle(const Input& input) {
  absl::StatusOr<Decision> decision = engine_.Handle(time_.now_us(), input);
  Drain();
  return decision;
}

absl::StatusOr<Decision> Controller::Submit(const std::string& person, const v1::Command& command) {
  return Handle(PersonCommand{person, absl::StrCat("r", ++requests_), command});
}

absl::Status Controller::Prepare(const v1::Register& reg, const v1::Scenario& scenario,
                                 const v1::CreateExercise& create, const Owners& owners) {
  RETURN_IF_ERROR(Handle(ControllerStart{"rehearsal", 0}).status());
  RETURN_IF_ERROR(Handle(Bootstrap{std::string(32, 'x')}).status());
  v1::Command command;
  *command.mutable_apply_register() = reg;
  RETURN_IF_ERROR(Submit(kAdmin, command).status());
  *command.mutable_add_scenario()->mutable_scenario() = scenario;
  RETURN_IF_ERROR(Submit(kDirector, command).status());
  *command.mutable_create_exercise() = create;
  RETURN_IF_ERROR(Submit(kDirector, command).status());
  created_ = create.exercise();
  return Ready(owners);
}

absl::Status Controller::Ready(const Owners& owners) {
  const int64_t window_us = Micros(e().created.scenario().duration()) + kDayUs;
  RETURN_IF_ERROR(Submit(kDirector, ApprovalFor(e(), engine_.state(), time_.now_us(),
                                                time_.now_us() + window_us, owners))
                      .status());
  uint64_t session = 0;
  for (const ExerciseHost& host : e().hosts) {
    if (host.host.agentless()) continue;
    v1::Hello hello;
    hello.set_version("rehearsal");
    (void)engine_.fleet().Connect(host.host.id(), ++session, hello, engine_.state().epoch,
                                  time_.now_us());
    engine_.Touch(host.host.id());
    RETURN_IF_ERROR(Handle(AgentPresence{host.host.id(), true}).status());
  }
  v1::Command command;
  command.mutable_check_exercise()->set_exercise(created_);
  ASSIGN_OR_RETURN(const Decision check, Submit(kDirector, command));
  for (const std::string& host : check.dry_run_hosts) {
    v1::DryRunReport report;
    report.set_exercise(created_);
    RETURN_IF_ERROR(Handle(DryRunAnswer{host, report}).status());
  }
  command.mutable_start_exercise()->set_exercise(created_);
  return Submit(kDirector, command).status();
}

absl::Status Controller::Run() {
  int stuck = 0;
  while (true) {
    const int64_t due = engine_.NextDeadline(time_.now_us());
    const int64_t next = time_.next_us();
    if (e().Over() && next > time_.now_us()) return absl::OkStatus();
    if (due == VirtualTime::kNever && next == VirtualTime::kNever) {
      return absl::InternalError("rehearsal: nothing more comes, and the exercise is not over");
    }
    if (next <= due) {
      time_.RunNext();
      continue;
    }
    stuck = due == time_.now_us() ? stuck + 1 : 0;
    if (stuck > kStuck) {
      return absl::InternalError(
          absl::StrCat("rehearsal: due again and again at exercise time ", ExUs(), " us"));
    }
    time_.MoveTo(due);
    engine_.Tick(due);
    Drain();
  }
}

}  // namespace drill::rehearsal
