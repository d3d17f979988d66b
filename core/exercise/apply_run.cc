// The run: phases, the clock, and what becomes of each inject.

#include <tuple>

#include "common/base/status.h"
#include "core/exercise/fold.h"

namespace drill::fold {

absl::Status ExerciseFold::Started() {
  if (e_.clock.started()) return absl::DataLossError("starts an exercise a second time");
  e_.phase = v1::PHASE_RUNNING;
  e_.start_us = r_.exercise_started().start_us();
  e_.clock.Start(e_.start_us);
  // StartEx is refused unless every agent that is to play is connected.
  for (const InjectState& inject : e_.injects) {
    if (!inject.is_action()) continue;
    for (int host : inject.hosts) e_.hosts[static_cast<size_t>(host)].connected = true;
  }
  return absl::OkStatus();
}

// About to be taken back.
void ExerciseFold::MarkCrossing(InjectState* inject) {
  if (!inject->is_action() || inject->status != Status::kScheduled || inject->held ||
      inject->direct || !e_.clock.running()) {
    return;
  }
  if (e_.clock.EngineAt(inject->planned_ex_us) <= r_.time_us() + kLeaseMaxUs) {
    inject->may_have_started = true;
  }
}

absl::Status ExerciseFold::Paused() {
  for (InjectState& inject : e_.injects) MarkCrossing(&inject);
  e_.phase = v1::PHASE_PAUSED;
  e_.clock.Stop(r_.time_us(), r_.exercise_paused().at_ex_us());
  return absl::OkStatus();
}

absl::Status ExerciseFold::Resumed() {
  const v1::ExerciseResumed& resumed = r_.exercise_resumed();
  e_.phase = v1::PHASE_RUNNING;
  e_.clock.Resume(resumed.resume_us(), resumed.at_ex_us());
  return absl::OkStatus();
}

absl::Status ExerciseFold::Scheduled() {
  const v1::InjectScheduled& scheduled = r_.inject_scheduled();
  ASSIGN_OR_RETURN(InjectState * inject, FindInject(scheduled.inject()));
  MarkCrossing(inject);
  inject->status = Status::kScheduled;
  inject->planned_ex_us = scheduled.planned_ex_us();
  inject->direct = scheduled.direct();
  if (scheduled.reason() == v1::SCHEDULE_REASON_FIRED) inject->held = false;
  return absl::OkStatus();
}

absl::Status ExerciseFold::Released() {
  const v1::InjectReleased& released = r_.inject_released();
  ASSIGN_OR_RETURN(InjectState * inject, FindInject(released.inject()));
  inject->status = Status::kReleased;
  inject->planned_us = released.planned_us();
  inject->planned_ex_us = released.planned_ex_us();
  inject->released_us = released.planned_us() + released.late_us();
  inject->late_us = released.late_us();
  inject->direct = released.direct();
  inject->released_record = Position();
  return absl::OkStatus();
}

absl::Status ExerciseFold::Revoked() {
  ASSIGN_OR_RETURN(InjectState * inject, FindInject(r_.inject_revoked().inject()));
  MarkCrossing(inject);
  inject->status = Status::kRevoked;
  inject->revoke_reason = r_.inject_revoked().reason();
  return absl::OkStatus();
}

absl::Status ExerciseFold::Held() {
  ASSIGN_OR_RETURN(InjectState * inject, FindInject(r_.inject_held().inject()));
  MarkCrossing(inject);
  inject->held = r_.inject_held().held();
  return absl::OkStatus();
}

absl::Status ExerciseFold::Seen() {
  const int host = e_.FindHost(r_.agent_seen().host());
  if (host < 0) return Unknown("host", r_.agent_seen().host());
  e_.hosts[static_cast<size_t>(host)].connected = r_.agent_seen().connected();
  if (r_.agent_seen().connected()) return absl::OkStatus();
  for (auto& [claim, effect] : e_.effects) {
    if (std::get<2>(claim) == host && effect.record == 0)
      effect.verdict = v1::EFFECT_VERDICT_UNKNOWN;
  }
  return absl::OkStatus();
}

absl::Status ExerciseFold::Ended() {
  const v1::ExerciseEnded& ended = r_.exercise_ended();
  e_.aborted = ended.aborted();
  e_.phase = ended.aborted() ? v1::PHASE_ABORTED : v1::PHASE_ENDED;
  e_.end_us = r_.time_us();
  e_.end_ex_us = ended.at_ex_us();
  for (InjectState& inject : e_.injects) MarkCrossing(&inject);
  if (e_.clock.started()) e_.clock.Stop(r_.time_us(), ended.at_ex_us());
  for (InjectState& inject : e_.injects) {
    if (inject.status == Status::kReleased || inject.status == Status::kRevoked) continue;
    inject.status = Status::kRevoked;
    inject.revoke_reason = v1::REVOKE_REASON_ENDED;
  }
  return absl::OkStatus();
}

}  // namespace drill::fold
