#include "core/rehearsal/agents.h"

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "core/rehearsal/profile.h"

namespace drill::rehearsal {
namespace {

constexpr int64_t kMs = 1000;

}  // namespace

v1::Artefact Agents::TraceOf(const std::string& inject) {
  v1::Artefact artefact;
  artefact.set_kind(v1::ARTEFACT_KIND_PATH);
  artefact.set_value(absl::StrCat("/rehearsal/", inject));
  return artefact;
}

void Agents::Desire(const std::string& host, const v1::DesiredSet& set) {
  std::map<std::string, Order>& held = orders_[host];
  for (auto& [key, order] : held) order.wanted = false;
  for (const v1::Order& wanted : set.orders()) {
    const std::string key = absl::StrCat(wanted.id().inject(), "/", wanted.id().attempt());
    Order& order = held[key];
    order.id = wanted.id();
    order.wanted = true;
    if (wanted.wanted() == v1::WANTED_UNDO) {
      controller_.time().In(
          kMs, [this, host, key, reason = wanted.undo_reason()] { Undo(host, key, reason); });
      continue;
    }
    if (order.stage != Order::Stage::kArmed) continue;
    if (order.plan != 0 && order.planned_us == wanted.planned_us()) continue;
    order.planned_us = wanted.planned_us();
    const uint64_t plan = ++order.plan;
    controller_.time().At(wanted.planned_us(), [this, host, key, plan] { Start(host, key, plan); });
  }
  // Taken back: a later wish is a new plan.
  for (auto& [key, order] : held) {
    if (order.wanted) continue;
    ++order.plan;
    order.planned_us = 0;
  }
}

bool Agents::Blocked(const std::string& inject) {
  const Exercise& e = controller_.e();
  const int index = e.FindInject(inject);
  if (index < 0) return false;
  for (const v1::Expectation& expect : e.injects[static_cast<size_t>(index)].inject.expect()) {
    if (expect.kind() != v1::EXPECTATION_KIND_PREVENT) continue;
    for (const v1::RoleProfile& role : TeamProfileOf(profile_, expect.team()).roles()) {
      for (const v1::Skill& skill : role.skills()) {
        if (skill.does() == v1::EXPECTATION_KIND_PREVENT && !dice_.Chance(skill.miss_permille())) {
          return true;
        }
      }
    }
  }
  return false;
}

void Agents::Say(const std::string& host, v1::OrderEvent event) {
  event.set_at_us(controller_.time().now_us());
  AgentEvents events{host, absl::StrCat("box-", host), {}};
  v1::OutboxEntry& entry = events.entries.emplace_back();
  entry.set_seq(++said_[host]);
  *entry.mutable_event() = std::move(event);
  DRILL_CHECK(controller_.Handle(events).ok());
}

void Agents::Start(const std::string& host, const std::string& key, uint64_t plan) {
  Order& order = orders_[host][key];
  if (order.plan != plan || !order.wanted || order.stage != Order::Stage::kArmed) return;
  v1::OrderEvent event;
  *event.mutable_order() = order.id;
  if (Blocked(order.id.inject())) {
    order.stage = Order::Stage::kDone;
    event.set_kind(v1::ORDER_EVENT_KIND_STARTED);
    Say(host, event);
    event.set_kind(v1::ORDER_EVENT_KIND_BLOCKED);
    event.set_cleanup(v1::CLEANUP_RESULT_VERIFIED);
    return Say(host, event);
  }
  order.stage = Order::Stage::kApplied;
  event.set_kind(v1::ORDER_EVENT_KIND_STARTED);
  Say(host, event);
  event.set_kind(v1::ORDER_EVENT_KIND_APPLIED);
  v1::Trace* trace = event.add_traces();
  *trace->mutable_artefact() = TraceOf(order.id.inject());
  trace->set_noticeable(true);
  trace->set_at_us(controller_.time().now_us());
  event.set_traces_total(1);
  Say(host, event);
}

void Agents::Undo(const std::string& host, const std::string& key, v1::UndoReason reason) {
  Order& order = orders_[host][key];
  if (order.stage != Order::Stage::kApplied) return;
  order.stage = Order::Stage::kDone;
  v1::OrderEvent event;
  *event.mutable_order() = order.id;
  event.set_kind(v1::ORDER_EVENT_KIND_UNDONE);
  event.set_undo_reason(reason);
  event.set_cleanup(v1::CLEANUP_RESULT_VERIFIED);
  Say(host, event);
}

}  // namespace drill::rehearsal
