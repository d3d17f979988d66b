#include "core/exercise/apply.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "core/exercise/fold.h"

namespace drill {

namespace fold {

absl::Status ExerciseFold::Run() {
  switch (r_.body_case()) {
    case v1::Record::kExerciseCreated:
      return Created();
    case v1::Record::kExerciseApproved:
      return Approved();
    case v1::Record::kHostChecked:
      return HostChecked();
    case v1::Record::kExerciseReady:
      e_.phase = v1::PHASE_READY;
      return absl::OkStatus();
    case v1::Record::kExerciseStarted:
      return Started();
    case v1::Record::kExercisePaused:
      return Paused();
    case v1::Record::kExerciseResumed:
      return Resumed();
    case v1::Record::kClockJumped:
      e_.clock.Jump(r_.time_us(), r_.clock_jumped().to_ex_us());
      return absl::OkStatus();
    case v1::Record::kSpeedSet:
      e_.clock.SetSpeed(r_.time_us(), r_.speed_set().speed_permille());
      return absl::OkStatus();
    case v1::Record::kInjectScheduled:
      return Scheduled();
    case v1::Record::kInjectReleased:
      return Released();
    case v1::Record::kInjectRevoked:
      return Revoked();
    case v1::Record::kInjectHeld:
      return Held();
    case v1::Record::kInjectAdded:
      return AddInject(r_.inject_added().inject(), true);
    case v1::Record::kManualPlayed:
      return Manual();
    case v1::Record::kOrderReported:
      return Order();
    case v1::Record::kSinkReceived:
      return Sink();
    case v1::Record::kOrderRetried:
      return Retried();
    case v1::Record::kAgentSeen:
      return Seen();
    case v1::Record::kRealIncidentRaised:
      e_.real_incident = true;
      e_.real_incidents.emplace_back(r_.time_us(), std::numeric_limits<int64_t>::max());
      return absl::OkStatus();
    case v1::Record::kRealIncidentCleared:
      e_.real_incident = false;
      if (!e_.real_incidents.empty()) e_.real_incidents.back().second = r_.time_us();
      return absl::OkStatus();
    case v1::Record::kExerciseEnded:
      return Ended();
    case v1::Record::kObservationMade:
      return Observed();
    case v1::Record::kObservationMatched:
      return Matched();
    case v1::Record::kObservationRejected:
      return Rejected();
    case v1::Record::kMessageRead:
      return Read();
    case v1::Record::kJudgingOpened:
      e_.phase = v1::PHASE_JUDGING;
      return absl::OkStatus();
    case v1::Record::kElementRated:
      return Rated();
    case v1::Record::kScoreFinalised:
      e_.final_score = r_.score_finalised();
      e_.phase = v1::PHASE_FINAL;
      return absl::OkStatus();
    case v1::Record::kResidueAccepted:
      return Accepted();
    case v1::Record::kExerciseClosed:
      e_.close_note = r_.exercise_closed().note();
      if (e_.phase != v1::PHASE_ABORTED) e_.phase = v1::PHASE_CLOSED;
      return absl::OkStatus();
    default:
      return RunPeople();
  }
}

// The people's half: red team, sensors, evaluators.
absl::Status ExerciseFold::RunPeople() {
  switch (r_.body_case()) {
    case v1::Record::kRedActionRecorded:
      return RedRecorded();
    case v1::Record::kRedActionJudged:
      return RedJudged();
    case v1::Record::kRedClosed:
      return RedClosed();
    case v1::Record::kEffectChecked:
      return EffectChecked();
    case v1::Record::kAlertReceived:
      return AlertReceived();
    case v1::Record::kAlertMatched:
      return AlertMatched();
    case v1::Record::kAlertAcknowledged:
      return AlertAcknowledged();
    case v1::Record::kObservationMerged:
      return Merged();
    case v1::Record::kJudgementUndone:
      return Undone();
    case v1::Record::kJudgeCommented:
      return Commented();
    case v1::Record::kMarkGiven:
      return Marked();
    case v1::Record::kMarkSettled:
      return MarkSettled();
    case v1::Record::kAppealFiled:
      return AppealFiled();
    case v1::Record::kAppealAnswered:
      return AppealAnswered();
    case v1::Record::kNoteTaken:
      return NoteTaken();
    case v1::Record::kSurveyAnswered:
      return SurveyAnswered();
    case v1::Record::kFinalSigned:
      return FinalSigned();
    default:
      return absl::DataLossError(absl::StrCat("its kind ", r_.body_case(),
                                              " does not belong into the stream of an exercise"));
  }
}

}  // namespace fold

namespace {

using fold::Unknown;
using v1::Record;

// ---- register stream ----

void ApplyController(const Record& record, State* s) {
  s->epoch = record.controller_started().epoch();
  s->last_alive_us = record.controller_started().last_alive_us();
  s->up_since_us = record.time_us();
  // Whoever was connected was so to the run before.
  for (auto& [id, exercise] : s->exercises) {
    for (ExerciseHost& host : exercise->hosts) host.connected = false;
  }
}

void ApplyToken(const Record& record, RegisterState* reg) {
  const v1::TokenIssued& issued = record.token_issued();
  reg->tokens[issued.token_id()] = {issued.person(), issued.sha256(), issued.expires_us(), false};
  reg->token_by_hash[issued.sha256()] = issued.token_id();
}

absl::Status ApplyEnrolled(const Record& record, RegisterState* reg) {
  const v1::AgentEnrolled& enrolled = record.agent_enrolled();
  reg->agent_keys[enrolled.host()] = enrolled.key_sha256();
  for (auto& [hash, enrolment] : reg->enrolments) {
    if (enrolment.token_id == enrolled.token_id()) enrolment.used = true;
  }
  return absl::OkStatus();
}

absl::Status ApplyRegister(const Record& record, State* s) {
  RegisterState& reg = s->reg;
  switch (record.body_case()) {
    case Record::kControllerStarted:
      ApplyController(record, s);
      return absl::OkStatus();
    case Record::kClockStepped:
      return absl::OkStatus();
    case Record::kRegisterChanged:
      reg.Put(record.register_changed().entries());
      return absl::OkStatus();
    case Record::kTokenIssued:
      ApplyToken(record, &reg);
      return absl::OkStatus();
    case Record::kTokenRevoked: {
      auto it = reg.tokens.find(record.token_revoked().token_id());
      if (it == reg.tokens.end()) return Unknown("token", record.token_revoked().token_id());
      it->second.revoked = true;
      return absl::OkStatus();
    }
    case Record::kEnrolmentIssued: {
      const v1::EnrolmentIssued& issued = record.enrolment_issued();
      reg.enrolments[issued.secret_sha256()] = {issued.token_id(), issued.host(),
                                                issued.expires_us(), false};
      return absl::OkStatus();
    }
    case Record::kAgentEnrolled:
      return ApplyEnrolled(record, &reg);
    case Record::kScenarioAdded:
      reg.scenarios[record.scenario_added().scenario().id()] = record.scenario_added().scenario();
      return absl::OkStatus();
    case Record::kSensorTokenIssued:
      return fold::ApplySensorToken(record, &reg);
    default:
      return absl::DataLossError(absl::StrCat("its kind ", record.body_case(),
                                              " does not belong into the stream 'register'"));
  }
}

// A body of a kind that this version does not know is kept as an unknown field of its number.
absl::Status UnknownKind(const Record& record) {
  const auto& unknown = record.GetReflection()->GetUnknownFields(record);
  if (unknown.empty()) return absl::DataLossError("it has no body");
  return absl::DataLossError(absl::StrCat("its kind ", unknown.field(0).number(),
                                          " is unknown to this version; a newer one wrote it"));
}

absl::Status ApplyBody(const Record& record, State* s) {
  if (record.body_case() == Record::BODY_NOT_SET) {
    return UnknownKind(record);
  }
  if (record.stream() == "register") return ApplyRegister(record, s);
  Exercise* exercise = s->FindExercise(record.stream());
  if (record.has_exercise_created()) {
    if (exercise != nullptr) return absl::DataLossError("its exercise exists already");
    auto made = std::make_unique<Exercise>();
    exercise = made.get();
    exercise->phase = v1::PHASE_DRAFT;
    s->exercises[record.stream()] = std::move(made);
  }
  if (exercise == nullptr) return Unknown("exercise", record.stream());
  exercise->head_stream_seq = record.stream_seq();
  return fold::ExerciseFold(record, exercise).Run();
}

// The id that the command's answer carried.
std::string GivenId(const Record& record) {
  switch (record.body_case()) {
    case Record::kObservationMade:
      return record.observation_made().observation();
    case Record::kTokenIssued:
      return record.token_issued().token_id();
    case Record::kEnrolmentIssued:
      return record.enrolment_issued().token_id();
    case Record::kScenarioAdded:
      return record.scenario_added().scenario().id();
    case Record::kExerciseCreated:
      return record.exercise_created().exercise();
    case Record::kInjectAdded:
      return record.inject_added().inject().id();
    case Record::kRedActionRecorded:
      return record.red_action_recorded().action();
    case Record::kAppealFiled:
      return record.appeal_filed().appeal();
    case Record::kNoteTaken:
      return record.note_taken().note();
    case Record::kSensorTokenIssued:
      return record.sensor_token_issued().token_id();
    default:
      return "";
  }
}

// Every record of a command carries its id: the last one's number is the answer's.
void RememberRequest(const Record& record, State* s) {
  if (record.request_id().empty()) return;
  auto [it, fresh] = s->requests.try_emplace(record.request_id());
  it->second.seq = record.seq();
  if (std::string id = GivenId(record); !id.empty()) it->second.id = std::move(id);
  if (!fresh) return;
  if (s->request_order.size() < kRequestsKept) {
    s->request_order.push_back(record.request_id());
    return;
  }
  s->requests.erase(s->request_order[s->request_next]);
  s->request_order[s->request_next] = record.request_id();
  s->request_next = (s->request_next + 1) % kRequestsKept;
}

}  // namespace

absl::Status Apply(const Record& record, State* state) {
  const auto known = state->streams.find(record.stream());
  const uint64_t stream_seq = known == state->streams.end() ? 0 : known->second.stream_seq;
  absl::Status status = absl::OkStatus();
  if (record.seq() != state->seq + 1 || record.stream_seq() != stream_seq + 1) {
    status = absl::DataLossError(absl::StrCat("expected record ", state->seq + 1, " and ",
                                              stream_seq + 1, " in its stream"));
  } else if (record.time_us() < state->last_time_us) {
    status = absl::DataLossError("its time is before the previous record's");
  } else {
    status = ApplyBody(record, state);
  }
  if (!status.ok()) {
    return Annotate(status, absl::StrCat("record ", record.seq(), " (", record.stream(), " ",
                                         record.stream_seq(), ")"));
  }
  state->seq = record.seq();
  state->streams[record.stream()].stream_seq = record.stream_seq();
  state->last_time_us = record.time_us();
  if (record.has_order_reported()) {
    const v1::OrderReported& reported = record.order_reported();
    state->outbox[reported.event().order().host()] = {reported.outbox_id(), reported.outbox_seq()};
  } else if (record.has_effect_checked()) {
    const v1::EffectChecked& checked = record.effect_checked();
    state->outbox[checked.report().order().host()] = {checked.outbox_id(), checked.outbox_seq()};
  }
  RememberRequest(record, state);
  return absl::OkStatus();
}

}  // namespace drill
