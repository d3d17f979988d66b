// What agents say, and the controller's own coming back.

#include <algorithm>
#include <cstdint>

#include "common/base/status.h"
#include "core/exercise/decide_internal.h"

namespace drill::decide {
namespace {

using Status = InjectState::Status;
constexpr int kAttemptsMax = 3;
constexpr int kTracesMax = 32;
constexpr int kNotesMax = 32;
constexpr size_t kNoteBytesMax = 512;

// No longer than exercise.proto allows.
v1::OrderEvent Bounded(v1::OrderEvent event) {
  if (event.traces_size() > kTracesMax) {
    event.set_traces_total(std::max(event.traces_total(), event.traces_size()));
    event.mutable_traces()->DeleteSubrange(kTracesMax, event.traces_size() - kTracesMax);
  }
  if (event.notes_size() > kNotesMax) {
    event.mutable_notes()->DeleteSubrange(kNotesMax, event.notes_size() - kNotesMax);
  }
  for (std::string& note : *event.mutable_notes()) CutText(kNoteBytesMax, &note);
  return event;
}

void Retry(Context& c, const Exercise& e, const v1::OrderId& id) {
  v1::OrderRetried* retried = c.Emit(e.id())->mutable_order_retried();
  retried->set_inject(id.inject());
  retried->set_host(id.host());
  retried->set_attempt(id.attempt() + 1);
}

// A start that crossed its revocation on the wire, or a miss that was our own fault, leaves the
// inject open for another attempt. A crossing is always taken back: the owner's signed number of
// orders bounds how often.
void Consequence(Context& c, const Exercise& e, const InjectState& inject,
                 const v1::OrderEvent& event) {
  if (!e.InPlay()) return;
  const bool released = inject.status == Status::kReleased;
  if (event.kind() == v1::ORDER_EVENT_KIND_STARTED) {
    // Started, though its time T had not come here: it was revoked or moved meanwhile. An agent's
    // clock error alone must not look like that; what it says of it may be any number.
    const int64_t error_us = std::clamp<int64_t>(event.error_us(), 0, INT32_MAX);
    const bool due = e.Running() && inject.status == Status::kScheduled && !inject.held &&
                     e.clock.running() &&
                     e.clock.EngineAt(inject.planned_ex_us) <= c.now_us + error_us + kClockStepUs;
    if (!released && !due) Retry(c, e, event.order());
  } else if (event.kind() == v1::ORDER_EVENT_KIND_MISSED) {
    if (event.order().attempt() >= kAttemptsMax) return;
    if (released && inject.late_us > 0) Retry(c, e, event.order());
    // A pause revoked it before its time: the next arming is a new attempt.
    if (!released && inject.status != Status::kRevoked) Retry(c, e, event.order());
  }
}

}  // namespace

void CutText(size_t bytes_max, std::string* text) {
  size_t size = std::min(text->size(), bytes_max);
  // Not in the middle of a character.
  while (size < text->size() && size > 0 && ((*text)[size] & 0xC0) == 0x80) --size;
  text->resize(size);
}

void RetractStarted(Context& c, const Exercise& e, const InjectState& inject) {
  for (size_t p = 0; p < inject.orders.size(); ++p) {
    if (!inject.orders[p].NeedsCleanup()) continue;
    v1::OrderId id;
    id.set_inject(inject.inject.id());
    id.set_host(e.hosts[static_cast<size_t>(inject.hosts[p])].host.id());
    id.set_attempt(inject.orders[p].attempt);
    Retry(c, e, id);
  }
}

namespace {

// A restarted agent tells what it found in place; the journal has it already.
bool ToldAgain(const OrderState& order, const v1::OrderEvent& event) {
  if (event.order().attempt() != order.attempt) return false;
  return (event.kind() == v1::ORDER_EVENT_KIND_STARTED &&
          order.stage != OrderState::Stage::kNone) ||
         (event.kind() == v1::ORDER_EVENT_KIND_APPLIED &&
          order.stage == OrderState::Stage::kApplied);
}

}  // namespace

absl::Status Events(Context& c, const AgentEvents& events) {
  uint64_t done = 0;
  if (auto it = c.state.outbox.find(events.host); it != c.state.outbox.end()) {
    // A new outbox id: the agent's directory was made anew; its numbers start again.
    if (it->second.first == events.outbox_id) done = it->second.second;
  }
  for (const v1::OutboxEntry& entry : events.entries) {
    if (entry.seq() <= done) continue;  // sent again after a lost acknowledgement
    done = entry.seq();
    if (entry.has_effect()) {
      Effect(c, events.host, entry, events.outbox_id);
      continue;
    }
    const v1::OrderId& id = entry.event().order();
    const Exercise* e = c.state.FindExercise(id.exercise());
    // An agent speaks for its own host only.
    const int host = e == nullptr || id.host() != events.host ? -1 : e->FindHost(id.host());
    const int index = host < 0 ? -1 : e->FindInject(id.inject());
    if (index < 0) continue;
    const InjectState& inject = e->injects[static_cast<size_t>(index)];
    if (inject.PositionOf(host) < 0 || !inject.is_action()) continue;
    // Before StartEx nothing was ever ordered; after closing nothing counts.
    if (e->start_us == 0 || e->phase == v1::PHASE_CLOSED) continue;
    const OrderState& order = inject.orders[static_cast<size_t>(inject.PositionOf(host))];
    if (ToldAgain(order, entry.event())) continue;
    v1::OrderReported* reported = c.Emit(e->id())->mutable_order_reported();
    *reported->mutable_event() = Bounded(entry.event());
    reported->set_outbox_seq(entry.seq());
    reported->set_outbox_id(events.outbox_id);
    // What is told again changes nothing.
    if (order.attempt == id.attempt() && order.stage == OrderState::Stage::kNone) {
      Consequence(c, *e, inject, entry.event());
    }
  }
  return absl::OkStatus();
}

absl::Status Presence(Context& c, const AgentPresence& presence) {
  for (const auto& [id, exercise] : c.state.exercises) {
    if (!exercise->InPlay()) continue;
    const int host = exercise->FindHost(presence.host);
    if (host < 0 || exercise->hosts[static_cast<size_t>(host)].connected == presence.connected) {
      continue;
    }
    v1::AgentSeen* seen = c.Emit(id)->mutable_agent_seen();
    seen->set_host(presence.host);
    seen->set_connected(presence.connected);
  }
  return absl::OkStatus();
}

absl::Status ControllerUp(Context& c, const ControllerStart& start) {
  v1::ControllerStarted* started = c.Emit(kRegister)->mutable_controller_started();
  started->set_epoch(c.state.epoch + 1);
  started->set_version(start.version);
  started->set_last_alive_us(start.last_alive_us);
  const bool long_away = start.last_alive_us != 0 && c.now_us - start.last_alive_us > kDownMaxUs;
  for (const auto& [id, exercise] : c.state.exercises) {
    const Exercise& e = *exercise;
    if (!e.Running() || !long_away) continue;
    // Fires nothing by itself: what fell due meanwhile is held, for a person to fire or skip.
    const int64_t clock = e.clock.At(c.now_us);
    for (const InjectState& inject : e.injects) {
      if (inject.status != Status::kScheduled || inject.held || inject.planned_ex_us > clock) {
        continue;
      }
      v1::InjectHeld* held = c.Emit(id)->mutable_inject_held();
      held->set_inject(inject.inject.id());
      held->set_held(true);
      held->set_note("overdue: fell due while the controller was away");
    }
    v1::ExercisePaused* paused = c.Emit(id)->mutable_exercise_paused();
    paused->set_reason(v1::PAUSE_REASON_CONTROLLER_DOWN);
    paused->set_at_ex_us(clock);
    paused->set_note(
        absl::StrCat("controller away for ", (c.now_us - start.last_alive_us) / 1'000'000, " s"));
  }
  return absl::OkStatus();
}

}  // namespace drill::decide
