#include "core/exercise/decide.h"

#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "core/exercise/decide_internal.h"
#include "core/exercise/red.h"

namespace drill {
namespace decide {

absl::Status Refused(const std::vector<std::string>& faults) {
  return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
}

absl::StatusOr<const Exercise*> Find(const Context& c, absl::string_view id) {
  const Exercise* exercise = c.state.FindExercise(id);
  if (exercise == nullptr) return NoSuchExercise(id);
  return exercise;
}

absl::StatusOr<int> FindInject(const Exercise& e, absl::string_view id) {
  const int index = e.FindInject(id);
  if (index < 0) {
    return absl::NotFoundError(absl::StrCat("exercise '", e.id(), "' has no inject '", id,
                                            "'; 'drillctl exercise show' lists them"));
  }
  return index;
}

std::string PhaseName(v1::Phase phase) {
  std::string name = v1::Phase_Name(phase).substr(6);
  for (char& c : name) c = static_cast<char>(c - 'A' + 'a');
  return name;
}

absl::Status InPhase(const Exercise& e, std::initializer_list<v1::Phase> phases,
                     absl::string_view what) {
  for (v1::Phase phase : phases) {
    if (e.phase == phase) return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "exercise '", e.id(), "' is ", PhaseName(e.phase), "; ", what, " needs ",
      absl::StrJoin(phases, " or ",
                    [](std::string* out, v1::Phase phase) { out->append(PhaseName(phase)); })));
}

namespace {

// The people's half: red team, sensors, evaluators.
absl::Status OnPeople(Context& c, const v1::Command& command) {
  using C = v1::Command;
  switch (command.command_case()) {
    case C::kRecordRedAction:
      return RecordRed(c, command.record_red_action());
    case C::kJudgeRedAction:
      return JudgeRed(c, command.judge_red_action());
    case C::kCloseRed:
      return CloseRed(c, command.close_red());
    case C::kIssueSensorToken:
      return IssueSensorToken(c, command.issue_sensor_token());
    case C::kAcknowledgeAlert:
      return AcknowledgeAlert(c, command.acknowledge_alert());
    case C::kMergeObservation:
      return Merge(c, command.merge_observation());
    case C::kUndoJudgement:
      return UndoJudgement(c, command.undo_judgement());
    case C::kCommentObservation:
      return Comment(c, command.comment_observation());
    case C::kGiveMark:
      return GiveMark(c, command.give_mark());
    case C::kSettleMark:
      return SettleMark(c, command.settle_mark());
    case C::kFileAppeal:
      return Appeal(c, command.file_appeal());
    case C::kAnswerAppeal:
      return AnswerAppeal(c, command.answer_appeal());
    case C::kTakeNote:
      return TakeNote(c, command.take_note());
    case C::kAnswerSurvey:
      return AnswerSurvey(c, command.answer_survey());
    default:
      return absl::InvalidArgumentError("the command is empty");
  }
}

absl::Status OnCommand(Context& c, const v1::Command& command) {
  using C = v1::Command;
  RETURN_IF_ERROR(Authorise(c.state, c.person, command));
  switch (command.command_case()) {
    case C::kApplyRegister:
      return ApplyRegister(c, command.apply_register());
    case C::kIssueToken:
      return IssueToken(c, command.issue_token());
    case C::kRevokeToken:
      return RevokeToken(c, command.revoke_token());
    case C::kIssueEnrolment:
      return IssueEnrolment(c, command.issue_enrolment());
    case C::kAddScenario:
      return AddScenario(c, command.add_scenario());
    case C::kCreateExercise:
      return Create(c, command.create_exercise());
    case C::kApproveExercise:
      return Approve(c, command.approve_exercise());
    case C::kCheckExercise:
      return Check(c, command.check_exercise());
    case C::kStartExercise:
      return Start(c, command.start_exercise());
    case C::kPauseExercise:
      return Pause(c, command.pause_exercise());
    case C::kResumeExercise:
      return Resume(c, command.resume_exercise());
    case C::kHoldInject:
      return Hold(c, command.hold_inject());
    case C::kSkipInject:
      return Skip(c, command.skip_inject());
    case C::kFireInject:
      return Fire(c, command.fire_inject());
    case C::kAddInject:
      return Add(c, command.add_inject());
    case C::kMoveInject:
      return Move(c, command.move_inject());
    case C::kJumpClock:
      return Jump(c, command.jump_clock());
    case C::kSetSpeed:
      return Speed(c, command.set_speed());
    case C::kStopExercise:
      return Stop(c, command.stop_exercise());
    case C::kRaiseRealIncident:
      return RaiseIncident(c, command.raise_real_incident());
    case C::kClearRealIncident:
      return ClearIncident(c, command.clear_real_incident());
    case C::kAttestManual:
      return Attest(c, command.attest_manual());
    case C::kObserve:
      return Observe(c, command.observe());
    case C::kLinkObservation:
      return Link(c, command.link_observation());
    case C::kRejectObservation:
      return Reject(c, command.reject_observation());
    case C::kReadMessage:
      return Read(c, command.read_message());
    case C::kOpenJudging:
      return OpenJudging(c, command.open_judging());
    case C::kRateElement:
      return Rate(c, command.rate_element());
    case C::kFinaliseScore:
      return Finalise(c, command.finalise_score());
    case C::kAcceptResidue:
      return AcceptResidue(c, command.accept_residue());
    case C::kCloseExercise:
      return Close(c, command.close_exercise());
    default:
      return OnPeople(c, command);
  }
}

// The same request again: its first result, without deciding anew.
Decision Repeated(Context& c, const v1::Command& command, const DoneRequest& done) {
  if (!c.out.for_team) c.out.response.set_seq(done.seq);
  c.out.response.set_id(done.id);
  if (command.has_issue_enrolment()) OfferEnrolment(c, command.issue_enrolment().host());
  return std::move(c.out);
}

struct Dispatch {
  Context& c;
  absl::Status operator()(const PersonCommand& in) { return OnCommand(c, in.command); }
  absl::Status operator()(const AgentEvents& in) { return Events(c, in); }
  absl::Status operator()(const AgentPresence& in) { return Presence(c, in); }
  absl::Status operator()(const DryRunAnswer& in) { return Answered(c, in); }
  absl::Status operator()(const AgentEnrolment& in) { return Enrol(c, in); }
  absl::Status operator()(const ControllerStart& in) { return ControllerUp(c, in); }
  absl::Status operator()(const ClockStep& in) {
    c.Emit(kRegister)->mutable_clock_stepped()->set_divergence_us(in.divergence_us);
    return absl::OkStatus();
  }
  absl::Status operator()(const Bootstrap& in) { return Boot(c, in); }
  absl::Status operator()(const SinkContact& in) { return Received(c, in); }
  absl::Status operator()(const SensorAlert& in) { return Alerted(c, in); }
  absl::Status operator()(const FinalSignature& in) { return Signed(c, in); }
};

v1::Actor ActorOf(const Input& input) {
  v1::Actor actor;
  if (const auto* command = std::get_if<PersonCommand>(&input)) {
    actor.set_person(command->person);
  } else if (const auto* events = std::get_if<AgentEvents>(&input)) {
    actor.set_host(events->host);
  } else if (const auto* answer = std::get_if<DryRunAnswer>(&input)) {
    actor.set_host(answer->host);
  } else {
    actor.set_engine(true);
  }
  return actor;
}

constexpr size_t kRequestIdMax = 64;

}  // namespace
}  // namespace decide

absl::StatusOr<Decision> Decide(const State& state, const Fleet& fleet, int64_t now_us,
                                const Input& input, ScoreFunction score) {
  decide::Context c{state, fleet, now_us, score, decide::ActorOf(input), {}, {}, {}};
  if (const auto* command = std::get_if<PersonCommand>(&input)) {
    c.person = command->person;
    c.request_id = command->request_id;
    if (c.request_id.empty() || c.request_id.size() > decide::kRequestIdMax) {
      return absl::InvalidArgumentError("request_id: expected 1 to 64 characters");
    }
    // Another person's id is no retry: the ids are kept apart.
    const std::string key = absl::StrCat(c.person, "/", c.request_id);
    const Exercise* e = state.FindExercise(decide::ExerciseOf(command->command));
    c.out.for_team = e != nullptr && !e->TeamOf(c.person).empty();
    if (c.out.for_team) c.out.response.set_seq(1);
    if (auto it = state.requests.find(key); it != state.requests.end()) {
      return decide::Repeated(c, command->command, it->second);
    }
    c.request_id = key;
  }
  RETURN_IF_ERROR(std::visit(decide::Dispatch{c}, input));
  if (c.out.records.empty()) c.out.response.set_seq(0);
  for (v1::Record& record : c.out.records) record.set_request_id(c.request_id);
  return std::move(c.out);
}

std::vector<v1::Text> MissingForNextStep(const Exercise& exercise, const Fleet& fleet) {
  if (exercise.phase == v1::PHASE_APPROVED) return decide::MissingForReady(exercise, fleet);
  std::vector<v1::Text> missing;
  if (!exercise.Over() || exercise.phase == v1::PHASE_CLOSED) return missing;
  for (const auto& [inject, host] : exercise.UncleanOrders()) {
    const std::string& inject_id = exercise.injects[static_cast<size_t>(inject)].inject.id();
    const std::string& host_id = exercise.hosts[static_cast<size_t>(host)].host.id();
    v1::Text& text = missing.emplace_back();
    text.set_vi(
        absl::StrCat("Máy ", host_id, ", tình huống ", inject_id, ": chưa xác nhận dọn dẹp xong"));
    text.set_en(
        absl::StrCat("Host ", host_id, ", inject ", inject_id, ": clean-up is not confirmed"));
  }
  for (const std::string& red : RedPartsOpen(exercise)) {
    v1::Text& text = missing.emplace_back();
    text.set_vi(absl::StrCat("Đội tấn công ", red,
                             ": chưa nộp báo cáo, chưa cam kết đã xóa dữ liệu của mục tiêu"));
    text.set_en(absl::StrCat("Red team ", red,
                             ": no report yet, and no attestation that target data is deleted"));
  }
  return missing;
}

}  // namespace drill
