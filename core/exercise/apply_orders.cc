// What hosts and hands did: orders, their attempts and clean-up, traces as ground truth.

#include <algorithm>
#include <tuple>

#include "common/base/status.h"
#include "core/exercise/fold.h"
#include "core/exercise/mark.h"

namespace drill::fold {

absl::Status ExerciseFold::Manual() {
  const v1::ManualPlayed& played = r_.manual_played();
  ASSIGN_OR_RETURN(InjectState * inject, FindInject(played.inject()));
  const int host = e_.FindHost(played.host());
  if (host < 0) return Unknown("host", played.host());
  inject->manual[host] = {played, Position()};
  First(&inject->started_us, played.at_us());
  for (const v1::Artefact& artefact : played.artefacts()) {
    v1::Trace trace;
    *trace.mutable_artefact() = artefact;
    trace.set_noticeable(true);
    trace.set_at_us(played.at_us());
    AddTrace(e_.FindInject(played.inject()), host, 0, trace);
  }
  return absl::OkStatus();
}

void ExerciseFold::AddTrace(int inject, int host, int attempt, const v1::Trace& trace) {
  e_.traces[{inject, host}].push_back(trace);
  e_.trace_attempts[{inject, host}].push_back(attempt);
  e_.evidence[Exercise::EvidenceKey(host, trace.artefact())].push_back({inject, host, trace});
  if (!trace.sha256().empty()) {
    // A file may be named by its content as well as by its path.
    v1::Artefact content;
    content.set_kind(v1::ARTEFACT_KIND_SHA256);
    content.set_value(Hex(trace.sha256()));
    e_.evidence[Exercise::EvidenceKey(host, content)].push_back({inject, host, trace});
  }
}

std::string ExerciseFold::Hex(absl::string_view bytes) {
  std::string out;
  for (char c : bytes) absl::StrAppend(&out, absl::Hex(static_cast<uint8_t>(c), absl::kZeroPad2));
  return out;
}

// When something happened on a host. An agent that knows no engine time yet (a recovery at boot)
// says 0: the receipt is all there is. And nothing happened after it was told.
int64_t ExerciseFold::HostTime(int64_t at_us) const {
  return at_us <= 0 || at_us > r_.time_us() ? r_.time_us() : at_us;
}

// The same for a trace, which cannot be older than the start of its order.
int64_t ExerciseFold::TraceTime(const v1::OrderEvent& event, const v1::Trace& trace,
                                const OrderState& order) const {
  const int64_t start = order.started_us != 0 ? order.started_us : e_.start_us;
  const int64_t error = std::max<int64_t>(event.error_us(), order.error_us);
  return HostTime(trace.at_us() < start - error ? event.at_us() : trace.at_us());
}

absl::Status ExerciseFold::Order() {
  const v1::OrderEvent& event = r_.order_reported().event();
  const int index = e_.FindInject(event.order().inject());
  if (index < 0) return Unknown("inject", event.order().inject());
  InjectState& inject = e_.injects[static_cast<size_t>(index)];
  const int host = e_.FindHost(event.order().host());
  const int position = host < 0 ? -1 : inject.PositionOf(host);
  if (position < 0 || inject.orders.empty()) return Unknown("order on", event.order().host());
  OrderState& order = inject.orders[static_cast<size_t>(position)];
  if (event.order().attempt() < order.attempt) {
    StaleStep(event, index, host);
  } else if (event.order().attempt() == order.attempt) {
    OrderStep(event, index, host, &inject, &order);
  }
  return absl::OkStatus();
}

// An earlier attempt: only its clean-up still matters.
void ExerciseFold::StaleStep(const v1::OrderEvent& event, int index, int host) {
  const std::tuple<int, int, int> key(index, host, event.order().attempt());
  v1::CleanupResult cleanup = event.cleanup();
  switch (event.kind()) {
    case v1::ORDER_EVENT_KIND_STARTED:
    case v1::ORDER_EVENT_KIND_APPLIED:
      // Given up here, but standing there.
      e_.stale_attempts.insert(key);
      return;
    case v1::ORDER_EVENT_KIND_UNDONE:
      if (cleanup == v1::CLEANUP_RESULT_UNSPECIFIED) return;  // nothing verified
      break;
    case v1::ORDER_EVENT_KIND_BLOCKED:
    case v1::ORDER_EVENT_KIND_FAILED:
    case v1::ORDER_EVENT_KIND_REFUSED:
    case v1::ORDER_EVENT_KIND_MISSED:
    case v1::ORDER_EVENT_KIND_INTERRUPTED:
      break;
    default:
      return;
  }
  e_.stale_attempts.erase(key);
  if (auto past = e_.past_attempts.find(key); past != e_.past_attempts.end()) {
    past->second.cleanup =
        cleanup == v1::CLEANUP_RESULT_UNSPECIFIED ? v1::CLEANUP_RESULT_VERIFIED : cleanup;
    past->second.undone_us = HostTime(event.at_us());
  }
  if (cleanup == v1::CLEANUP_RESULT_RESIDUE) {
    e_.stale_residue.insert(key);
    KeepNotes(event, index, host);
  } else {
    e_.stale_residue.erase(key);
  }
}

void ExerciseFold::OrderStep(const v1::OrderEvent& event, int index, int host, InjectState* inject,
                             OrderState* order) {
  switch (event.kind()) {
    case v1::ORDER_EVENT_KIND_STARTED:
      if (order->stage != Stage::kNone) return;
      order->stage = Stage::kStarted;
      order->started_us = HostTime(event.at_us());
      order->error_us = Clamped(event.error_us());
      order->late_us = event.late_us();
      order->started_record = Position();
      First(&inject->started_us, order->started_us);
      return;
    case v1::ORDER_EVENT_KIND_APPLIED:
      // Told again after a restart of the agent, or after its end: the first word stands.
      if (order->stage > Stage::kStarted || HasEnd(*order)) return;
      order->stage = Stage::kApplied;
      order->applied_record = Position();
      // What is measured from here on are the traces, by the clock as it was known then.
      if (event.error_us() > 0) order->error_us = Clamped(event.error_us());
      for (v1::Trace trace : event.traces()) {
        trace.set_at_us(TraceTime(event, trace, *order));
        AddTrace(index, host, order->attempt, trace);
        if (trace.noticeable()) First(&order->noticeable_us, trace.at_us());
      }
      return;
    case v1::ORDER_EVENT_KIND_UNDONE:
      // Something was there, though its start was never heard of.
      if (order->stage == Stage::kNone) order->stage = Stage::kInterrupted;
      return Clean(event, event.cleanup(), index, host, order);
    case v1::ORDER_EVENT_KIND_BLOCKED:
      return Close(Stage::kBlocked, event, index, host, order);
    case v1::ORDER_EVENT_KIND_FAILED:
      return Close(Stage::kFailed, event, index, host, order);
    case v1::ORDER_EVENT_KIND_REFUSED:
      return Close(Stage::kRefused, event, index, host, order);
    case v1::ORDER_EVENT_KIND_MISSED:
      // "Never started here" about what did start: the host was rebuilt, and what was played
      // is gone with it. It stays played.
      if (order->stage == Stage::kStarted || order->stage == Stage::kApplied) {
        return Clean(event, v1::CLEANUP_RESULT_SUPERSEDED, index, host, order);
      }
      // Revoked, and the host says that it did not cross: nothing was to be played.
      if (inject->status == Status::kRevoked) {
        return Clean(event, v1::CLEANUP_RESULT_VERIFIED, index, host, order);
      }
      return Close(Stage::kMissed, event, index, host, order);
    case v1::ORDER_EVENT_KIND_INTERRUPTED:
      return Close(Stage::kInterrupted, event, index, host, order);
    default:
      return;
  }
}

int32_t ExerciseFold::Clamped(int64_t us) {
  return static_cast<int32_t>(std::clamp<int64_t>(us, 0, INT32_MAX));
}

bool ExerciseFold::HasEnd(const OrderState& order) {
  return order.cleanup != v1::CLEANUP_RESULT_UNSPECIFIED;
}

// Not played, or undone again by the agent at once: what is left of it is in the event. After
// its effect was confirmed it is only its end: it was played.
void ExerciseFold::Close(Stage stage, const v1::OrderEvent& event, int index, int host,
                         OrderState* order) {
  if (!HasEnd(*order)) {
    if (order->stage != Stage::kApplied) order->stage = stage;
    if (order->started_record == 0) order->started_record = Position();
  }
  const v1::CleanupResult cleanup = event.cleanup() == v1::CLEANUP_RESULT_UNSPECIFIED
                                        ? v1::CLEANUP_RESULT_VERIFIED
                                        : event.cleanup();
  Clean(event, cleanup, index, host, order);
}

// The end of an order. The first word stands; only what was left may be found gone later.
void ExerciseFold::Clean(const v1::OrderEvent& event, v1::CleanupResult cleanup, int index,
                         int host, OrderState* order) {
  if (cleanup == v1::CLEANUP_RESULT_UNSPECIFIED) return;  // nothing verified
  if (HasEnd(*order)) {
    if (order->cleanup != v1::CLEANUP_RESULT_RESIDUE || cleanup == v1::CLEANUP_RESULT_RESIDUE) {
      return;
    }
    e_.residue.erase({index, host});
  } else {
    const bool failed = order->stage == Stage::kApplied &&
                        event.kind() != v1::ORDER_EVENT_KIND_UNDONE &&
                        event.kind() != v1::ORDER_EVENT_KIND_MISSED;
    order->undo_reason = failed ? v1::UNDO_REASON_FAILED : event.undo_reason();
    order->undone_us = HostTime(event.at_us());
  }
  order->cleanup = cleanup;
  order->undone_record = Position();
  KeepNotes(event, index, host);
}

void ExerciseFold::KeepNotes(const v1::OrderEvent& event, int index, int host) {
  auto& notes = e_.residue[{index, host}];
  notes.insert(notes.end(), event.notes().begin(), event.notes().end());
}

absl::Status ExerciseFold::Retried() {
  const v1::OrderRetried& retried = r_.order_retried();
  ASSIGN_OR_RETURN(InjectState * inject, FindInject(retried.inject()));
  const int host = e_.FindHost(retried.host());
  const int position = host < 0 ? -1 : inject->PositionOf(host);
  if (position < 0 || inject->orders.empty()) return Unknown("order on", retried.host());
  OrderState& order = inject->orders[static_cast<size_t>(position)];
  if (order.NeedsCleanup()) {
    e_.stale_attempts.insert({e_.FindInject(retried.inject()), host, order.attempt});
  }
  e_.past_attempts[{e_.FindInject(retried.inject()), host, order.attempt}] = order;
  order = OrderState{};
  order.attempt = retried.attempt();
  if (UsesSink(inject->inject.action())) {
    Mark(inject->inject.id(), e_.FindInject(retried.inject()), host, order.attempt);
  }
  // A start that was taken back is no anchor.
  inject->started_us = 0;
  for (const OrderState& other : inject->orders) {
    if (other.started_us != 0) First(&inject->started_us, other.started_us);
  }
  const int index = e_.FindInject(retried.inject());
  auto left = e_.stale_residue.lower_bound({index, host, 0});
  const bool keep =
      left != e_.stale_residue.end() && std::get<0>(*left) == index && std::get<1>(*left) == host;
  if (!keep) e_.residue.erase({index, host});
  return absl::OkStatus();
}

}  // namespace drill::fold
