// Who may do what: one table. Global roles come from the register, posts from the exercise.

#include <algorithm>
#include <initializer_list>

#include "core/exercise/decide_internal.h"

namespace drill::decide {
namespace {

using C = v1::Command;

struct Rule {
  C::CommandCase command;
  std::initializer_list<v1::Role> roles;  // global roles that suffice
  std::initializer_list<v1::Role> posts;  // posts in the exercise that suffice
  bool team = false;                      // members of a cast team
};

const Rule kRules[] = {
    {C::kApplyRegister, {v1::ROLE_ADMIN}, {}},
    {C::kIssueToken, {v1::ROLE_ADMIN}, {}},
    {C::kRevokeToken, {v1::ROLE_ADMIN}, {}},
    {C::kIssueEnrolment, {v1::ROLE_ADMIN}, {}},
    {C::kAddScenario, {v1::ROLE_ADMIN, v1::ROLE_DIRECTOR}, {}},
    {C::kCreateExercise, {v1::ROLE_DIRECTOR}, {}},
    {C::kApproveExercise, {}, {v1::ROLE_DIRECTOR, v1::ROLE_OWNER}},
    {C::kCheckExercise, {}, {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER}},
    {C::kStartExercise, {}, {v1::ROLE_DIRECTOR}},
    {C::kPauseExercise, {v1::ROLE_ADMIN}, {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER, v1::ROLE_OWNER}},
    {C::kResumeExercise, {}, {v1::ROLE_DIRECTOR}},
    {C::kHoldInject, {}, {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER}},
    {C::kSkipInject, {}, {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER}},
    {C::kFireInject, {}, {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER}},
    {C::kAddInject, {}, {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER}},
    {C::kMoveInject, {}, {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER}},
    {C::kJumpClock, {}, {v1::ROLE_DIRECTOR}},
    {C::kSetSpeed, {}, {v1::ROLE_DIRECTOR}},
    {C::kStopExercise, {v1::ROLE_ADMIN}, {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER, v1::ROLE_OWNER}},
    {C::kRaiseRealIncident,
     {v1::ROLE_ADMIN},
     {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER, v1::ROLE_EVALUATOR, v1::ROLE_CHAIR, v1::ROLE_OWNER,
      v1::ROLE_OBSERVER},
     true},
    {C::kClearRealIncident, {}, {v1::ROLE_DIRECTOR}},
    {C::kAttestManual, {}, {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER}},
    {C::kObserve, {}, {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER}, true},
    {C::kLinkObservation, {}, {v1::ROLE_EVALUATOR}},
    {C::kRejectObservation, {}, {v1::ROLE_EVALUATOR}},
    {C::kReadMessage, {}, {}, true},
    {C::kOpenJudging, {}, {v1::ROLE_DIRECTOR, v1::ROLE_EVALUATOR, v1::ROLE_CHAIR}},
    {C::kRateElement, {}, {v1::ROLE_EVALUATOR}},
    {C::kFinaliseScore, {}, {v1::ROLE_EVALUATOR, v1::ROLE_CHAIR, v1::ROLE_DIRECTOR}},
    {C::kAcceptResidue, {}, {v1::ROLE_DIRECTOR, v1::ROLE_OWNER}},
    {C::kCloseExercise, {}, {v1::ROLE_DIRECTOR}},

    {C::kIssueSensorToken, {v1::ROLE_ADMIN}, {}},
    {C::kJudgeRedAction, {}, {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER}},
    {C::kAcknowledgeAlert, {}, {}, true},
    {C::kRecordRedAction, {}, {}, true},
    {C::kCloseRed, {}, {}, true},
    {C::kMergeObservation, {}, {v1::ROLE_EVALUATOR, v1::ROLE_CHAIR}},
    {C::kUndoJudgement, {}, {v1::ROLE_EVALUATOR, v1::ROLE_CHAIR}},
    {C::kCommentObservation, {}, {v1::ROLE_EVALUATOR, v1::ROLE_CHAIR}},
    {C::kGiveMark, {}, {v1::ROLE_EVALUATOR}},
    {C::kSettleMark, {}, {v1::ROLE_CHAIR}},
    {C::kFileAppeal, {}, {}, true},
    {C::kAnswerAppeal, {}, {v1::ROLE_CHAIR}},
    {C::kTakeNote, {}, {v1::ROLE_EVALUATOR, v1::ROLE_CHAIR}},
    {C::kAnswerSurvey,
     {},
     {v1::ROLE_DIRECTOR, v1::ROLE_CONTROLLER, v1::ROLE_EVALUATOR, v1::ROLE_CHAIR, v1::ROLE_OWNER,
      v1::ROLE_OBSERVER},
     true},
};

bool Holds(const State& state, const std::string& person, std::initializer_list<v1::Role> roles) {
  return std::any_of(roles.begin(), roles.end(),
                     [&](v1::Role role) { return state.reg.HasRole(person, role); });
}

}  // namespace

std::string ExerciseOf(const v1::Command& command) {
  const auto* reflection = command.GetReflection();
  const auto* field = reflection->GetOneofFieldDescriptor(
      command, command.GetDescriptor()->FindOneofByName("command"));
  if (field == nullptr) return "";
  const auto& message = reflection->GetMessage(command, field);
  const auto* id = message.GetDescriptor()->FindFieldByName("exercise");
  return id == nullptr ? "" : message.GetReflection()->GetString(message, id);
}

absl::Status Authorise(const State& state, const std::string& person, const v1::Command& command) {
  const Rule* rule = std::find_if(std::begin(kRules), std::end(kRules), [&](const Rule& r) {
    return r.command == command.command_case();
  });
  if (rule == std::end(kRules)) return absl::InvalidArgumentError("the command is empty");
  if (Holds(state, person, rule->roles)) return absl::OkStatus();
  const absl::Status denied = absl::PermissionDeniedError(
      "your role does not allow this; ask the exercise director or an administrator");
  const std::string id = ExerciseOf(command);
  if (id.empty() || command.has_create_exercise()) return denied;
  const Exercise* exercise = state.FindExercise(id);
  if (exercise == nullptr) return NoSuchExercise(id);
  for (v1::Role post : rule->posts) {
    if (exercise->HasPost(person, post)) return absl::OkStatus();
  }
  const bool member = !exercise->TeamOf(person).empty();
  // A team must not learn of an exercise before it runs.
  const bool visible =
      member ? exercise->start_us != 0
             : state.reg.HasRole(person, v1::ROLE_ADMIN) ||
                   (state.reg.HasRole(person, v1::ROLE_MANAGER) && exercise->Over()) ||
                   std::any_of(exercise->created.posts().begin(), exercise->created.posts().end(),
                               [&](const v1::Post& p) { return p.person() == person; });
  if (!visible) return NoSuchExercise(id);
  return member && rule->team ? absl::OkStatus() : denied;
}

absl::Status NoSuchExercise(absl::string_view id) {
  return absl::NotFoundError(absl::StrCat("no exercise '", id, "' for you here"));
}

}  // namespace drill::decide
