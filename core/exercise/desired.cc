#include "core/exercise/desired.h"

#include <algorithm>

namespace drill {
namespace {

using Stage = OrderState::Stage;
using Status = InjectState::Status;

v1::Order MakeOrder(const Exercise& e, const InjectState& inject, const std::string& host,
                    int attempt) {
  v1::Order order;
  v1::OrderId* id = order.mutable_id();
  id->set_exercise(e.id());
  id->set_inject(inject.inject.id());
  id->set_host(host);
  id->set_attempt(attempt);
  order.set_action(inject.inject.action().SerializeAsString());
  order.set_scope_inject(inject.scope_inject);
  for (int aim : inject.against) order.add_against(e.hosts[static_cast<size_t>(aim)].host.id());
  order.set_wanted(v1::WANTED_PLAY);
  return order;
}

// Nothing on the host may be left standing: ended, or treated as such.
void AddEnded(const Exercise& e, int host, const std::string& host_id, bool aborted,
              v1::DesiredSet* set) {
  for (const InjectState& inject : e.injects) {
    const int position = inject.orders.empty() ? -1 : inject.PositionOf(host);
    if (position < 0) continue;
    const OrderState& order = inject.orders[static_cast<size_t>(position)];
    // Not heard of, but its time had come: the host must say that nothing started.
    if (!inject.Unheard(order) && !order.NeedsCleanup()) continue;
    v1::Order undo = MakeOrder(e, inject, host_id, order.attempt);
    undo.set_wanted(v1::WANTED_UNDO);
    undo.set_undo_reason(aborted ? v1::UNDO_REASON_STOPPED : v1::UNDO_REASON_ENDED);
    undo.set_planned_us(inject.planned_us);
    *set->add_orders() = std::move(undo);
  }
}

void AddInPlay(const Exercise& e, int host, const std::string& host_id, bool running,
               v1::DesiredSet* set) {
  std::vector<v1::Order> armed;
  for (const InjectState& inject : e.injects) {
    const int position = inject.orders.empty() ? -1 : inject.PositionOf(host);
    if (position < 0) continue;
    const OrderState& state = inject.orders[static_cast<size_t>(position)];
    if (state.Terminal() || state.cleanup != v1::CLEANUP_RESULT_UNSPECIFIED) continue;
    v1::Order order = MakeOrder(e, inject, host_id, state.attempt);
    order.set_direct(inject.direct);
    if (state.stage != Stage::kNone || inject.status == Status::kReleased) {
      // Running, or its time has come: it stays.
      order.set_planned_us(inject.status == Status::kReleased ? inject.planned_us
                                                              : state.started_us);
      order.set_direct(inject.direct || state.attempt > 1);
      *set->add_orders() = std::move(order);
    } else if (running && inject.status == Status::kScheduled && !inject.held &&
               e.clock.running() && !inject.direct) {
      // Armed ahead. A direct one is sent only once its release is durable.
      order.set_planned_us(e.clock.EngineAt(inject.planned_ex_us));
      armed.push_back(std::move(order));
    }
  }
  std::stable_sort(armed.begin(), armed.end(), [](const v1::Order& a, const v1::Order& b) {
    return a.planned_us() < b.planned_us();
  });
  if (armed.size() > kArmedPerHostMax) armed.resize(kArmedPerHostMax);
  for (v1::Order& order : armed) *set->add_orders() = std::move(order);
}

void AddStale(const Exercise& e, int host, const std::string& host_id, v1::DesiredSet* set) {
  for (const auto& [inject, on, attempt] : e.stale_attempts) {
    if (on != host) continue;
    v1::Order undo = MakeOrder(e, e.injects[static_cast<size_t>(inject)], host_id, attempt);
    undo.set_wanted(v1::WANTED_UNDO);
    undo.set_undo_reason(v1::UNDO_REASON_FAILED);
    *set->add_orders() = std::move(undo);
  }
}

void AddScopes(const Exercise& e, int host,
               google::protobuf::RepeatedPtrField<v1::SignedScope>* scopes) {
  const auto own = e.scopes_of.find(e.hosts[static_cast<size_t>(host)].system);
  if (own == e.scopes_of.end()) return;
  for (int i : own->second) *scopes->Add() = e.approved.scopes(i);
}

// What the host is to look at for claims: as long as what it made stands there by our knowledge.
void AddChecks(const Exercise& e, int host, const std::string& host_id, v1::DesiredSet* set) {
  for (const auto& [claim, effect] : e.effects) {
    const auto& [observation, index, on] = claim;
    if (on != host || effect.record != 0) continue;
    const InjectState& inject = e.injects[static_cast<size_t>(index)];
    const int position = inject.PositionOf(host);
    if (position < 0 || inject.orders.empty()) continue;
    const OrderState& order = inject.orders[static_cast<size_t>(position)];
    if (order.stage != Stage::kApplied || order.cleanup != v1::CLEANUP_RESULT_UNSPECIFIED) continue;
    if (set->checks_size() == kChecksPerHostMax) return;
    v1::EffectCheck* check = set->add_checks();
    check->set_check(e.observations[static_cast<size_t>(observation)].made.observation());
    check->mutable_order()->set_exercise(e.id());
    check->mutable_order()->set_inject(inject.inject.id());
    check->mutable_order()->set_host(host_id);
    check->mutable_order()->set_attempt(order.attempt);
  }
}

}  // namespace

v1::DesiredSet Desired(const State& state, const std::string& host, const Unrecorded& unrecorded) {
  v1::DesiredSet set;
  for (const auto& [id, exercise] : state.exercises) {
    const Exercise& e = *exercise;
    if (e.phase == v1::PHASE_CLOSED || (!e.InPlay() && !e.Over())) continue;
    const int index = e.FindHost(host);
    if (index < 0) continue;
    const int before = set.orders_size();
    if (e.Over() || unrecorded.stopped.contains(id)) {
      AddEnded(e, index, host, e.aborted || !e.Over(), &set);
    } else {
      const bool running = e.Running() && !unrecorded.paused.contains(id);
      AddInPlay(e, index, host, running, &set);
      // A host that plays no part here is not held up by it.
      if (!running && set.orders_size() > before) set.set_frozen(true);
    }
    AddStale(e, index, host, &set);
    AddChecks(e, index, host, &set);
    if (set.orders_size() > before) {
      AddScopes(e, index, set.mutable_scopes());
    }
  }
  return set;
}

v1::DryRun DryRunFor(const Exercise& e, const std::string& host) {
  v1::DryRun dry;
  dry.set_exercise(e.id());
  const int index = e.FindHost(host);
  for (const InjectState& inject : e.injects) {
    if (!inject.is_action() || inject.PositionOf(index) < 0) continue;
    *dry.add_orders() = MakeOrder(e, inject, host, 1);
  }
  if (index >= 0) AddScopes(e, index, dry.mutable_scopes());
  return dry;
}

}  // namespace drill
