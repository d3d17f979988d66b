// Free play: what a red team says it did, and what became ground truth of it.

#include <utility>

#include "core/exercise/fold.h"

namespace drill::fold {
namespace {

RedActionState* FindAction(Exercise* e, absl::string_view id) {
  for (RedActionState& red : e->red_actions) {
    if (red.action.action() == id) return &red;
  }
  return nullptr;
}

// What it becomes: an action played by hand, that teams are expected to deal with.
v1::Inject InjectOf(const v1::RedActionRecorded& action, const v1::FreePlay& free_play,
                    const std::string& id) {
  v1::Inject inject;
  inject.set_id(id);
  inject.mutable_title()->set_vi(action.title());
  inject.mutable_manual()->mutable_instructions()->set_vi(action.text());
  *inject.mutable_manual()->mutable_artefacts() = action.artefacts();
  *inject.mutable_techniques() = action.techniques();
  *inject.mutable_expect() = free_play.expect();
  return inject;
}

}  // namespace

absl::Status ExerciseFold::RedRecorded() {
  RedActionState red;
  red.action = r_.red_action_recorded();
  if (e_.FindHost(red.action.host()) < 0) return Unknown("host", red.action.host());
  red.recorded_us = r_.time_us();
  red.record = Position();
  e_.red_actions.push_back(std::move(red));
  return absl::OkStatus();
}

// Accepted: attested by who played it and by who accepted it.
absl::Status ExerciseFold::RedJudged() {
  const v1::RedActionJudged& judged = r_.red_action_judged();
  RedActionState* red = FindAction(&e_, judged.action());
  if (red == nullptr) return Unknown("action", judged.action());
  red->judged = true;
  red->judgement = judged;
  if (!judged.accepted()) return absl::OkStatus();
  if (e_.FindInject(judged.inject()) >= 0) {
    return absl::DataLossError("makes an inject that exists already");
  }
  const v1::RedActionRecorded& action = red->action;
  const int host = e_.FindHost(action.host());
  const int index = static_cast<int>(e_.injects.size());
  InjectState state;
  state.inject = InjectOf(action, e_.created.scenario().free_play(), judged.inject());
  state.scope_inject = judged.inject();
  state.hosts = {host};
  state.added = true;
  state.by_red = true;
  state.status = Status::kReleased;
  state.planned_us = state.released_us = state.started_us = action.at_us();
  state.planned_ex_us = e_.clock.At(action.at_us());
  state.released_record = Position();
  ManualState manual;
  manual.record = Position();
  manual.played.set_inject(judged.inject());
  manual.played.set_host(action.host());
  manual.played.set_at_us(action.at_us());
  manual.played.set_error_us(action.error_us());
  manual.played.set_played_by(action.person());
  manual.played.set_witnessed_by(r_.actor().person());
  *manual.played.mutable_artefacts() = action.artefacts();
  state.manual[host] = std::move(manual);
  e_.inject_index[judged.inject()] = index;
  e_.injects.push_back(std::move(state));
  for (const v1::Artefact& artefact : action.artefacts()) {
    v1::Trace trace;
    *trace.mutable_artefact() = artefact;
    trace.set_noticeable(true);
    trace.set_at_us(action.at_us());
    AddTrace(index, host, 0, trace);
  }
  return absl::OkStatus();
}

absl::Status ExerciseFold::RedClosed() {
  e_.red_closed.push_back(r_.red_closed());
  return absl::OkStatus();
}

}  // namespace drill::fold
