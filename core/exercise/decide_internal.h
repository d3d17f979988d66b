#ifndef DRILL_CORE_EXERCISE_DECIDE_INTERNAL_H_
#define DRILL_CORE_EXERCISE_DECIDE_INTERNAL_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/exercise/decide.h"
#include "core/register/register_state.h"

// Shared by the decide_*.cc files only.
namespace drill::decide {

// What one decision sees and writes.
struct Context {
  const State& state;
  const Fleet& fleet;
  int64_t now_us;
  ScoreFunction score;
  v1::Actor actor;
  std::string person;  // "" when the actor is no person
  std::string request_id;
  Decision out;

  // Adds a record to the decision; the caller fills the body.
  v1::Record* Emit(absl::string_view stream) {
    v1::Record& record = out.records.emplace_back();
    record.set_stream(std::string(stream));
    *record.mutable_actor() = actor;
    return &record;
  }
  void Note(absl::string_view vi, absl::string_view en) {
    v1::Text* note = out.response.add_notes();
    note->set_vi(std::string(vi));
    note->set_en(std::string(en));
  }
  bool IsAdmin() const { return state.reg.HasRole(person, v1::ROLE_ADMIN); }
};

inline constexpr absl::string_view kRegister = "register";

// All faults in one message, a line each.
absl::Status Refused(const std::vector<std::string>& faults);

// The person may give this command (roles and posts). PermissionDenied otherwise; NotFound where
// even the exercise's existence is not for the person.
absl::Status Authorise(const State& state, const std::string& person, const v1::Command& command);

// The exercise that a command speaks of; "" for those of the register.
std::string ExerciseOf(const v1::Command& command);

// NotFound, in one wording for "does not exist" and "not for you".
absl::Status NoSuchExercise(absl::string_view id);
absl::StatusOr<const Exercise*> Find(const Context& c, absl::string_view id);
absl::StatusOr<int> FindInject(const Exercise& e, absl::string_view id);
// FailedPrecondition naming the phase, unless it is one of those.
absl::Status InPhase(const Exercise& e, std::initializer_list<v1::Phase> phases,
                     absl::string_view what);
std::string PhaseName(v1::Phase phase);

// decide_register.cc
absl::Status ApplyRegister(Context& c, const v1::Register& entries);
absl::Status IssueToken(Context& c, const v1::IssueToken& issue);
absl::Status RevokeToken(Context& c, const v1::RevokeToken& revoke);
absl::Status IssueEnrolment(Context& c, const v1::IssueEnrolment& issue);
// What the agent of this host must know besides its secret; nothing for an unknown host.
void OfferEnrolment(Context& c, const std::string& host);
absl::Status AddScenario(Context& c, const v1::AddScenario& add);
absl::Status Enrol(Context& c, const AgentEnrolment& enrolment);
absl::Status Boot(Context& c, const Bootstrap& bootstrap);

// decide_plan.cc
absl::Status Create(Context& c, const v1::CreateExercise& create);
absl::Status Approve(Context& c, const v1::ApproveExercise& approve);
absl::Status Check(Context& c, const v1::CheckExercise& check);
absl::Status Answered(Context& c, const DryRunAnswer& answer);
// Why an approved exercise is not ready, in both languages; empty: it is.
std::vector<v1::Text> MissingForReady(const Exercise& e, const Fleet& fleet);

// decide_run.cc
absl::Status Start(Context& c, const v1::StartExercise& start);
absl::Status Pause(Context& c, const v1::PauseExercise& pause);
absl::Status Resume(Context& c, const v1::ResumeExercise& resume);
absl::Status Hold(Context& c, const v1::HoldInject& hold);
absl::Status Skip(Context& c, const v1::SkipInject& skip);
absl::Status Fire(Context& c, const v1::FireInject& fire);
absl::Status Add(Context& c, const v1::AddInject& add);
absl::Status Move(Context& c, const v1::MoveInject& move);
absl::Status Jump(Context& c, const v1::JumpClock& jump);
absl::Status Speed(Context& c, const v1::SetSpeed& set);
absl::Status Stop(Context& c, const v1::StopExercise& stop);
absl::Status RaiseIncident(Context& c, const v1::RaiseRealIncident& raise);
absl::Status ClearIncident(Context& c, const v1::ClearRealIncident& clear);
absl::Status Attest(Context& c, const v1::AttestManual& attest);

// decide_agent.cc
absl::Status Events(Context& c, const AgentEvents& events);
// Orders of an unreleased inject that a host with a fast clock has started already, while the
// inject is taken back: they are undone, and the next arming is another attempt.
// At most so many bytes, not cut in the middle of a character.
void CutText(size_t bytes_max, std::string* text);
void RetractStarted(Context& c, const Exercise& e, const InjectState& inject);
absl::Status Presence(Context& c, const AgentPresence& presence);
absl::Status ControllerUp(Context& c, const ControllerStart& start);

// decide_sink.cc
// NotFound: no order has this mark. FailedPrecondition: its exercise has not begun, or the order is
// cleaned up. Nothing is recorded then.
absl::Status Received(Context& c, const SinkContact& contact);

// decide_team.cc
absl::Status Observe(Context& c, const v1::Observe& observe);
absl::Status Link(Context& c, const v1::LinkObservation& link);
absl::Status Reject(Context& c, const v1::RejectObservation& reject);
absl::Status Read(Context& c, const v1::ReadMessage& read);

// decide_red.cc
absl::Status RecordRed(Context& c, const v1::RecordRedAction& command);
absl::Status JudgeRed(Context& c, const v1::JudgeRedAction& command);
absl::Status CloseRed(Context& c, const v1::CloseRed& command);

// decide_sensors.cc
absl::Status IssueSensorToken(Context& c, const v1::IssueSensorToken& command);
absl::Status AcknowledgeAlert(Context& c, const v1::AcknowledgeAlert& command);
absl::Status Alerted(Context& c, const SensorAlert& in);

// decide_judging.cc
absl::Status Merge(Context& c, const v1::MergeObservation& command);
absl::Status UndoJudgement(Context& c, const v1::UndoJudgement& command);
absl::Status Comment(Context& c, const v1::CommentObservation& command);
absl::Status GiveMark(Context& c, const v1::GiveMark& command);
absl::Status SettleMark(Context& c, const v1::SettleMark& command);
absl::Status Appeal(Context& c, const v1::FileAppeal& command);
absl::Status AnswerAppeal(Context& c, const v1::AnswerAppeal& command);
absl::Status TakeNote(Context& c, const v1::TakeNote& command);
absl::Status AnswerSurvey(Context& c, const v1::AnswerSurvey& command);
absl::Status Signed(Context& c, const FinalSignature& in);

// decide_effect.cc
// What an agent found of a claim. A report of an unknown claim is no error: nothing is recorded.
void Effect(Context& c, const std::string& host, const v1::OutboxEntry& entry,
            const std::string& outbox_id);

// decide_after.cc
absl::Status OpenJudging(Context& c, const v1::OpenJudging& open);
absl::Status Rate(Context& c, const v1::RateElement& rate);
absl::Status Finalise(Context& c, const v1::FinaliseScore& finalise);
absl::Status AcceptResidue(Context& c, const v1::AcceptResidue& accept);
absl::Status Close(Context& c, const v1::CloseExercise& close);
// Orders and hosts that stand in the way of closing, a line each.
std::vector<std::string> UncleanLines(const Exercise& e);

}  // namespace drill::decide

#endif  // DRILL_CORE_EXERCISE_DECIDE_INTERNAL_H_
