#include "agent/engine.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace drill::agent {
namespace {

constexpr int kTracesInlineMax = 32;
constexpr int kNotesMax = 32;
constexpr size_t kNoteBytesMax = 512;

// Notes travel as UTF-8: cut where a character begins.
std::string Shortened(absl::string_view note) {
  if (note.size() <= kNoteBytesMax) return std::string(note);
  size_t end = kNoteBytesMax;
  while (end > 0 && (static_cast<unsigned char>(note[end]) & 0xC0) == 0x80) --end;
  return std::string(note.substr(0, end));
}

}  // namespace

void AgentEngine::Begin(const std::vector<Found>& found, int64_t now_us) {
  last_frame_us_ = now_us;
  for (const Found& f : found) {
    Held& held = orders_[KeyOf(f.order.id())];
    held.order = f.order;
    held.stage = f.active ? Stage::kApplied : Stage::kUndone;
    // A restart prolongs nothing, where the clock still tells how long it has been.
    held.until_us =
        (f.outcome.at_boot_us > 0 ? f.outcome.at_boot_us : now_us) + config_.duration_max_us;
    ++starts_[f.order.id().exercise()];
    found_.push_back(f);
  }
}

void AgentEngine::Remember(const v1::OutboxEntry& entry) {
  if (entry.has_effect()) {
    looked_.insert({entry.effect().check(), KeyOf(entry.effect().order())});
    return;
  }
  const v1::OrderEventKind kind = entry.event().kind();
  if (kind == v1::ORDER_EVENT_KIND_STARTED || kind == v1::ORDER_EVENT_KIND_APPLIED) return;
  auto [it, fresh] = orders_.try_emplace(KeyOf(entry.event().order()));
  Held& held = it->second;
  if (!fresh) return;  // on the disk too, and told again
  *held.order.mutable_id() = entry.event().order();
  held.stage = Stage::kClosed;
  held.told_seq = entry.seq();
}

// What an order did before the crash may not have reached the outbox: it is told again, and the
// controller takes the first.
void AgentEngine::TellFound() {
  std::vector<Found> found;
  found.swap(found_);
  for (const Found& f : found) {
    const v1::OrderId& id = f.order.id();
    v1::OrderEvent event = Event(id, f.outcome.kind, f.outcome.at_boot_us);
    int64_t first_us = f.outcome.at_boot_us;
    for (const v1::Trace& trace : f.outcome.traces) {
      if (trace.at_us() > 0) first_us = std::min(first_us, trace.at_us());
      if (event.traces_size() == kTracesInlineMax) continue;
      v1::Trace* added = event.add_traces();
      *added = trace;
      added->set_at_us(ToEngine(trace.at_us()));
    }
    event.set_traces_total(f.outcome.traces_total);
    event.set_cleanup(f.outcome.cleanup);
    for (const std::string& note : f.outcome.notes) event.add_notes(note);
    if (!f.active) event.set_undo_reason(v1::UNDO_REASON_FAILED);
    // The start, too: its first trace was left just after it.
    if (f.active) OnStarting(id, first_us);
    Tell(std::move(event));
  }
}

void AgentEngine::OnConnected(const HostFacts& facts, uint64_t outbox_seq, int64_t now_us) {
  connected_ = true;
  welcomed_ = false;
  facts_ = facts;
  outbox_seq_ = outbox_seq;
  // Another controller may answer: its first set is newer whatever it is called.
  epoch_ = 0;
  generation_ = 0;
  // Not a frame: a controller that takes the connection and says nothing is silent.
  Advance(now_us);
  v1::AgentFrame frame;
  v1::Hello* hello = frame.mutable_hello();
  hello->set_version(config_.version);
  hello->set_boot_id(config_.boot_id);
  hello->set_outbox_id(config_.outbox_id);
  hello->set_policy_sha256(facts.policy_sha256);
  for (const std::string& action : facts.actions) hello->add_actions(action);
  hello->set_undo_free_bytes(facts.undo_free_bytes);
  effects_.push_back(SendFrame{std::move(frame)});
}

void AgentEngine::OnDisconnected(int64_t now_us) {
  connected_ = welcomed_ = false;
  next_heartbeat_us_ = INT64_MAX;
  Advance(now_us);
}

void AgentEngine::OnFrame(const v1::ControllerFrame& frame, int64_t received_us) {
  last_frame_us_ = received_us;
  switch (frame.frame_case()) {
    case v1::ControllerFrame::kWelcome:
      welcomed_ = true;
      heartbeat_us_ = std::max<int64_t>(100'000, frame.welcome().heartbeat_us());
      lease_us_ = frame.welcome().lease_us();
      if (config_.silence_us == 0 && frame.welcome().silence_us() > 0) {
        silence_us_ = frame.welcome().silence_us();
      }
      Heartbeat(received_us);
      effects_.push_back(ResendOutbox{});
      return;
    case v1::ControllerFrame::kHeartbeatAck:
      return OnHeartbeatAck(frame.heartbeat_ack(), received_us);
    case v1::ControllerFrame::kDesired:
      return OnDesired(frame.desired(), received_us);
    case v1::ControllerFrame::kOutboxAck: {
      const uint64_t seq = frame.outbox_ack().seq();
      if (seq > outbox_seq_) return;  // never told: not about this outbox
      acked_seq_ = std::max(acked_seq_, seq);
      effects_.push_back(TrimOutbox{seq});
      for (auto it = orders_.begin(); it != orders_.end();) {
        Held& held = it->second;
        const bool told = held.told_seq != 0 && held.told_seq <= seq;
        if (told && held.stage == Stage::kUndone) {
          effects_.push_back(ForgetOrder{held.order.id()});
          held.stage = Stage::kClosed;
        }
        // A closed order is remembered while the controller still names it.
        it = told && held.stage == Stage::kClosed && !held.wanted ? orders_.erase(it)
                                                                  : std::next(it);
      }
      return;
    }
    case v1::ControllerFrame::kDryRun:
      return OnDryRunAsked(frame.dry_run(), received_us);
    case v1::ControllerFrame::FRAME_NOT_SET:
      return;
  }
}

AgentEngine::Held* AgentEngine::Find(const v1::OrderId& id) {
  auto it = orders_.find(KeyOf(id));
  return it == orders_.end() ? nullptr : &it->second;
}

v1::OrderEvent AgentEngine::Event(const v1::OrderId& id, v1::OrderEventKind kind,
                                  int64_t at_us) const {
  v1::OrderEvent event;
  *event.mutable_order() = id;
  event.set_kind(kind);
  event.set_at_us(ToEngine(at_us));
  event.set_error_us(event.at_us() == 0 ? INT32_MAX : ClockErrorUs(at_us));
  return event;
}

void AgentEngine::OnDesired(const v1::DesiredSet& set, int64_t now_us) {
  if (std::pair(set.epoch(), set.generation()) <= std::pair(epoch_, generation_)) return;
  epoch_ = set.epoch();
  generation_ = set.generation();
  scopes_ = HoldScopes(set.scopes());
  for (auto& [key, held] : orders_) held.wanted = false;
  if (set.frozen() != frozen_) {
    frozen_ = set.frozen();
    effects_.push_back(FreezeActions{frozen_});
  }
  LookAt(set);  // before what this set wants undone is gone
  for (const v1::Order& order : set.orders()) {
    if (order.id().host() != config_.host) continue;  // not ours: ignored, never played
    Take(order, now_us);
  }
  for (auto it = orders_.begin(); it != orders_.end();) {
    Held& held = it->second;
    if (!held.wanted) Drop(&held, v1::UNDO_REASON_STOPPED, now_us);
    const bool gone =
        !held.wanted && (held.stage == Stage::kPreparing || held.stage == Stage::kArmed ||
                         (held.stage == Stage::kClosed && held.told_seq <= acked_seq_));
    it = gone ? orders_.erase(it) : std::next(it);
  }
  Advance(now_us);
  Heartbeat(now_us);  // confirms the generation at once
}

// Each claim is answered once. The controller asks until it has the answer.
void AgentEngine::LookAt(const v1::DesiredSet& set) {
  absl::btree_set<std::pair<std::string, Key>> asked;
  for (const v1::EffectCheck& check : set.checks()) {
    if (check.order().host() != config_.host) continue;
    const std::pair<std::string, Key> claim(check.check(), KeyOf(check.order()));
    if (!asked.insert(claim).second || looked_.contains(claim)) continue;
    const bool undone_next =
        std::any_of(set.orders().begin(), set.orders().end(), [&](const v1::Order& order) {
          return order.wanted() == v1::WANTED_UNDO && KeyOf(order.id()) == claim.second;
        });
    effects_.push_back(LookAtOrder{check, undone_next});
  }
  looked_ = std::move(asked);
}

void AgentEngine::OnLooked(v1::EffectReport report) {
  TellFound();  // that it was played comes first
  const int64_t boot_us = report.at_us();
  report.set_at_us(ToEngine(boot_us));
  report.set_error_us(report.at_us() == 0 ? INT32_MAX : ClockErrorUs(boot_us));
  effects_.push_back(RecordLook{std::move(report)});
}

// One order of the newest set.
void AgentEngine::Take(const v1::Order& order, int64_t now_us) {
  Held* held = Find(order.id());
  if (order.wanted() == v1::WANTED_UNDO) {
    if (held == nullptr) {
      Held& closed = orders_[KeyOf(order.id())];
      closed.order = order;
      Close(&closed, v1::ORDER_EVENT_KIND_MISSED, "never started on this host", now_us);
      return;
    }
    held->wanted = true;
    if (held->stage == Stage::kPreparing || held->stage == Stage::kArmed) {
      effects_.push_back(DiscardOrder{order.id()});
      Close(held, v1::ORDER_EVENT_KIND_MISSED, "never started on this host", now_us);
    } else {
      Undo(held, order.undo_reason());
    }
    return;
  }
  if (held != nullptr) {
    held->wanted = true;
    if (held->stage == Stage::kPreparing || held->stage == Stage::kArmed) {
      held->order.set_planned_us(order.planned_us());
      held->order.set_direct(order.direct());
    } else if (held->stage == Stage::kApplied && !held->bounded) {
      // Found after a restart: the set brings the window along. Asked about the planned time, so
      // that a window that is over by now is found, too.
      v1::Scope scope;
      if (CheckScope(order, order.planned_us(), &scope).ok()) EndWith(scope, now_us, held);
    }
    return;
  }
  if (stopped_here_) return;
  Held& fresh = orders_[KeyOf(order.id())];
  fresh.order = order;
  v1::Scope scope;
  const absl::Status status = MayBeStarted(order, order.planned_us(), &scope);
  if (!status.ok()) {
    Close(&fresh, v1::ORDER_EVENT_KIND_REFUSED, std::string(status.message()), now_us);
    return;
  }
  effects_.push_back(PrepareOrder{order});
}

// No longer wanted by the newest set.
void AgentEngine::Drop(Held* held, v1::UndoReason reason, int64_t) {
  switch (held->stage) {
    case Stage::kPreparing:
    case Stage::kArmed:
      effects_.push_back(DiscardOrder{held->order.id()});
      return;
    case Stage::kStarting:
    case Stage::kApplied:
      Undo(held, reason);
      return;
    default:
      return;
  }
}

void AgentEngine::Undo(Held* held, v1::UndoReason reason) {
  // The first reason counts: by its undo the host may be well again.
  if (reason == v1::UNDO_REASON_HOST && held->undo_why.empty()) held->undo_why = health_.why();
  if (held->stage == Stage::kStarting) {
    if (!held->undo_wanted) effects_.push_back(CallOffOrder{held->order.id()});
    held->undo_wanted = true;
    held->undo_reason = reason;
  } else if (held->stage == Stage::kApplied) {
    held->stage = Stage::kUndoing;
    effects_.push_back(UndoOrder{held->order.id(), reason});
  }
}

void AgentEngine::Close(Held* held, v1::OrderEventKind kind, std::string note, int64_t now_us) {
  held->stage = Stage::kClosed;
  v1::OrderEvent event = Event(held->order.id(), kind, now_us);
  event.set_cleanup(v1::CLEANUP_RESULT_VERIFIED);
  if (!note.empty()) event.add_notes(Shortened(note));
  Tell(std::move(event));
}

void AgentEngine::OnTime(int64_t now_us) {
  if (welcomed_ && now_us >= next_heartbeat_us_) Heartbeat(now_us);
  Advance(now_us);
}

void AgentEngine::Advance(int64_t now_us) {
  last_advance_us_ = now_us;
  const bool silent = now_us - last_frame_us_ >= silence_us_;
  for (auto& [key, held] : orders_) {
    // Even if the host is well again before it has started: it was asked for while it was not.
    if (held.stage == Stage::kStarting && !held.undo_wanted && health_.held()) {
      Undo(&held, v1::UNDO_REASON_HOST);
    }
    if (held.stage == Stage::kArmed) AdvanceArmed(&held, now_us);
    if (held.stage != Stage::kApplied) continue;
    if (now_us >= held.until_us) {
      Undo(&held, v1::UNDO_REASON_WINDOW);
    } else if (silent && config_.harms_service(held.order)) {
      Undo(&held, v1::UNDO_REASON_SILENCE);
    } else if (health_.held()) {
      Undo(&held, v1::UNDO_REASON_HOST);
    }
  }
}

std::string AgentEngine::WhyNotStarted() const {
  if (!outbox_works_) return "while the outbox could not be written (disk full?)";
  if (!health_.may_start()) {
    return absl::StrCat("while the host itself held everything back: ", health_.why());
  }
  return frozen_ ? "while the exercise stood still" : "without a valid lease";
}

void AgentEngine::AdvanceArmed(Held* held, int64_t now_us) {
  const std::optional<int64_t> engine = EngineTime(now_us);
  if (!engine.has_value()) return;
  const v1::Order& order = held->order;
  const int64_t slack = order.direct() ? kDirectSlackUs : kSlackUs;
  const bool due = *engine >= order.planned_us();
  if (due && *engine > order.planned_us() + slack) {
    effects_.push_back(DiscardOrder{order.id()});
    Close(held, v1::ORDER_EVENT_KIND_MISSED,
          absl::StrCat("its time passed ", (*engine - order.planned_us()) / 1000, " ms ago ",
                       WhyNotStarted()),
          now_us);
    return;
  }
  if (!due || !MayStart() || !LeaseValid(now_us)) return;
  v1::Scope scope;
  const absl::Status status = MayBeStarted(order, *engine, &scope);
  if (!status.ok()) {
    effects_.push_back(DiscardOrder{order.id()});
    Close(held, v1::ORDER_EVENT_KIND_REFUSED, std::string(status.message()), now_us);
    return;
  }
  held->stage = Stage::kStarting;
  held->until_us = now_us + config_.duration_max_us;
  EndWith(scope, now_us, held);
  ++starts_[order.id().exercise()];
  effects_.push_back(StartOrder{order});
}

void AgentEngine::OnPrepared(const v1::OrderId& id, const absl::Status& status, int64_t now_us) {
  Held* held = Find(id);
  if (held == nullptr || held->stage != Stage::kPreparing) return;
  if (!status.ok()) {
    Close(held,
          absl::IsPermissionDenied(status) ? v1::ORDER_EVENT_KIND_REFUSED
                                           : v1::ORDER_EVENT_KIND_FAILED,
          std::string(status.message()), now_us);
    return;
  }
  held->stage = Stage::kArmed;
  AdvanceArmed(held, now_us);
}

void AgentEngine::OnStarting(const v1::OrderId& id, int64_t at_us) {
  Held* held = Find(id);
  if (held == nullptr) return;
  v1::OrderEvent event = Event(id, v1::ORDER_EVENT_KIND_STARTED, at_us);
  event.set_late_us(std::max<int64_t>(0, event.at_us() - held->order.planned_us()));
  Tell(std::move(event));
}

void AgentEngine::OnPlayed(const v1::OrderId& id, const Outcome& outcome, int64_t now_us) {
  Held* held = Find(id);
  if (held == nullptr) return;
  v1::OrderEvent event = Event(id, outcome.kind, outcome.at_boot_us);
  for (const v1::Trace& trace : outcome.traces) {
    if (event.traces_size() == kTracesInlineMax) break;
    v1::Trace* added = event.add_traces();
    *added = trace;
    added->set_at_us(ToEngine(trace.at_us()));
  }
  event.set_traces_total(outcome.traces_total);
  for (const std::string& note : outcome.notes) event.add_notes(note);
  if (outcome.kind == v1::ORDER_EVENT_KIND_APPLIED) {
    held->stage = Stage::kApplied;
    Tell(std::move(event));
    if (held->undo_wanted || stopped_here_) {
      Undo(held, stopped_here_ ? v1::UNDO_REASON_STOPPED : held->undo_reason);
    }
    Advance(now_us);
    return;
  }
  event.set_cleanup(outcome.cleanup == v1::CLEANUP_RESULT_UNSPECIFIED ? v1::CLEANUP_RESULT_VERIFIED
                                                                      : outcome.cleanup);
  held->stage = Stage::kUndone;
  Tell(std::move(event));
}

void AgentEngine::OnUndone(const v1::OrderId& id, v1::UndoReason reason, const Outcome& outcome,
                           int64_t) {
  Held* held = Find(id);
  if (held == nullptr) return;
  TellFound();  // that it was played comes first
  held->stage = Stage::kUndone;
  v1::OrderEvent event = Event(id, v1::ORDER_EVENT_KIND_UNDONE, outcome.at_boot_us);
  event.set_cleanup(outcome.cleanup);
  event.set_undo_reason(reason);
  if (reason == v1::UNDO_REASON_HOST && !held->undo_why.empty()) {
    event.add_notes(Shortened(absl::StrCat("undone by the host itself: ", held->undo_why)));
  }
  for (const std::string& note : outcome.notes) {
    if (event.notes_size() < kNotesMax) event.add_notes(note);
  }
  Tell(std::move(event));
}

void AgentEngine::OnRecorded(const v1::OutboxEntry& entry) {
  outbox_seq_ = entry.seq();
  const v1::OrderEventKind kind = entry.event().kind();
  if (Held* held = Find(entry.event().order()); held != nullptr &&
                                                kind != v1::ORDER_EVENT_KIND_STARTED &&
                                                kind != v1::ORDER_EVENT_KIND_APPLIED) {
    held->told_seq = entry.seq();
  }
  if (!welcomed_) return;
  v1::AgentFrame frame;
  *frame.mutable_outbox()->add_entries() = entry;
  effects_.push_back(SendFrame{std::move(frame)});
}

void AgentEngine::OnOutboxWorks(bool works, int64_t now_us) {
  if (works == outbox_works_) return;
  outbox_works_ = works;
  Advance(now_us);
}

void AgentEngine::OnChecks(const std::vector<std::string>& names, int64_t now_us) {
  const std::string before = health_.why();
  health_.SetChecks(names);
  OnHealth(before, now_us);
}

void AgentEngine::OnReading(const Reading& reading, int64_t now_us) {
  const std::string before = health_.why();
  health_.Take(reading);
  OnHealth(before, now_us);
}

void AgentEngine::OnHealth(const std::string& why_before, int64_t now_us) {
  Advance(now_us);
  // The director is told at once, not with the next beat.
  if (health_.why() != why_before) Heartbeat(now_us);
}

void AgentEngine::StopHere(int64_t now_us) {
  stopped_here_ = true;
  TellFound();
  for (auto it = orders_.begin(); it != orders_.end(); ++it) {
    Held& held = it->second;
    if (held.stage == Stage::kPreparing || held.stage == Stage::kArmed) {
      effects_.push_back(DiscardOrder{held.order.id()});
      Close(&held, v1::ORDER_EVENT_KIND_MISSED, "stopped on the host by its owner", now_us);
    } else {
      Undo(&held, v1::UNDO_REASON_STOPPED);
    }
  }
}

int AgentEngine::active_orders() const {
  return static_cast<int>(std::count_if(orders_.begin(), orders_.end(), [](const auto& entry) {
    const Stage stage = entry.second.stage;
    return stage == Stage::kStarting || stage == Stage::kApplied || stage == Stage::kUndoing;
  }));
}

std::vector<Effect> AgentEngine::TakeEffects() {
  std::vector<Effect> effects;
  effects.swap(effects_);
  return effects;
}

}  // namespace drill::agent
