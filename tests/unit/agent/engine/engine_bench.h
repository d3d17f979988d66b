#ifndef DRILL_TESTS_UNIT_AGENT_ENGINE_ENGINE_BENCH_H_
#define DRILL_TESTS_UNIT_AGENT_ENGINE_ENGINE_BENCH_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/engine.h"
#include "common/base/check.h"
#include "common/base/digest.h"
#include "common/keys/keys.h"

namespace drill::agent {

inline constexpr int64_t kMs = 1'000;
inline constexpr int64_t kSecond = 1'000'000;
inline constexpr int64_t kMinute = 60 * kSecond;
inline constexpr int64_t kHour = 60 * kMinute;

// One engine in virtual time, with a controller and a host that do what they are told. What the
// engine wants is carried out at once and written down as words: "prepare a", "start a",
// "undo a stopped", "forget a", "tell a missed".
class EngineBench {
 public:
  // Engine time minus BOOTTIME.
  static constexpr int64_t kAhead = 1'700'000'000 * kSecond;

  EngineBench() {
    config.host = "h";
    config.version = "1";
    config.outbox_id = "o";
    config.owner_keys_pem = {PublicOf(owner_key)};
    config.harms_service = [](const v1::Order& order) { return order.action() == "harm"; };
  }
  static std::string PublicOf(const std::string& key) { return *PublicPem(key); }

  AgentEngine& engine() {
    if (!engine_.has_value()) {
      engine_.emplace(config);
      engine_->Begin(found, now);
      Carry();
    }
    return *engine_;
  }
  int64_t EngineNow() const { return now + kAhead; }

  // ---- the controller
  void Connect() {
    engine().OnConnected({}, seq, now);
    v1::ControllerFrame frame;
    frame.mutable_welcome()->set_epoch(epoch);
    frame.mutable_welcome()->set_heartbeat_us(kSecond);
    frame.mutable_welcome()->set_lease_us(lease);
    frame.mutable_welcome()->set_silence_us(silence);
    Receive(frame);
  }
  void ConnectAndMeasure() {
    Connect();
    Beat();
  }
  void Disconnect() {
    engine().OnDisconnected(now);
    Carry();
  }
  void Receive(const v1::ControllerFrame& frame) {
    engine().OnFrame(frame, now);
    Carry();
  }
  // Answers the last heartbeat after `there` and `back` on the wire; engine time is `ahead`.
  void Beat(int64_t there = 100, int64_t back = 100, int64_t ahead = kAhead) {
    DRILL_CHECK(heartbeat.number() != 0);
    v1::ControllerFrame frame;
    v1::HeartbeatAck* ack = frame.mutable_heartbeat_ack();
    ack->set_number(heartbeat.number());
    ack->set_t1_us(heartbeat.t1_us());
    ack->set_t2_us(heartbeat.t1_us() + there + ahead);
    ack->set_t3_us(heartbeat.t1_us() + there + ahead);
    now = heartbeat.t1_us() + there + back;
    Receive(frame);
  }
  v1::Order Planned(const std::string& inject, int64_t in, const std::string& action = "inert") {
    v1::Order order;
    order.mutable_id()->set_exercise("e");
    order.mutable_id()->set_inject(inject);
    order.mutable_id()->set_host("h");
    order.mutable_id()->set_attempt(1);
    order.set_wanted(v1::WANTED_PLAY);
    order.set_action(action);
    order.set_scope_inject(inject);
    order.set_planned_us(EngineNow() + in);
    v1::ScopeEntry* entry = scope.add_entries();
    entry->set_inject(inject);
    entry->set_action_sha256(Sha256(action));
    return order;
  }
  v1::Order Direct(const std::string& inject, int64_t in = 0) {
    v1::Order order = Planned(inject, in);
    order.set_direct(true);
    return order;
  }
  static v1::Order ToUndo(v1::Order order, v1::UndoReason reason = v1::UNDO_REASON_ENDED) {
    order.set_wanted(v1::WANTED_UNDO);
    order.set_undo_reason(reason);
    return order;
  }
  v1::SignedScope Signed() {
    if (scope.exercise().empty()) scope.set_exercise("e");
    if (scope.hosts().empty()) scope.add_hosts("h");
    if (scope.not_before_us() == 0) scope.set_not_before_us(EngineNow() - kHour);
    if (scope.not_after_us() == 0) scope.set_not_after_us(EngineNow() + 24 * kHour);
    if (scope.orders_per_host_max() == 0) scope.set_orders_per_host_max(100);
    v1::SignedScope signed_scope;
    signed_scope.set_scope(scope.SerializeAsString());
    for (const std::string& key : signers.empty() ? std::vector{owner_key} : signers) {
      v1::Signature* signature = signed_scope.add_signatures();
      DRILL_CHECK(PublicKeyId(PublicOf(key), signature->mutable_key_sha256()).ok());
      signature->set_der(*SignBytes(key, signed_scope.scope()));
    }
    return signed_scope;
  }
  v1::DesiredSet SetOf(const std::vector<v1::Order>& orders) {
    v1::DesiredSet set;
    set.set_epoch(epoch);
    set.set_generation(++generation);
    *set.mutable_orders() = {orders.begin(), orders.end()};
    *set.add_scopes() = Signed();
    return set;
  }
  void Want(const std::vector<v1::Order>& orders) { Receive(SetOf(orders)); }
  void Receive(const v1::DesiredSet& set) {
    v1::ControllerFrame frame;
    *frame.mutable_desired() = set;
    Receive(frame);
  }
  void Acknowledge(uint64_t up_to) {
    v1::ControllerFrame frame;
    frame.mutable_outbox_ack()->set_seq(up_to);
    Receive(frame);
  }

  // ---- time
  // Calls OnTime at each deadline on the way, heartbeats answered while `answers`.
  void Pass(int64_t micros, bool answers = true) {
    const int64_t end = now + micros;
    while (engine().NextDeadline() <= end) {
      const int64_t deadline = engine().NextDeadline();
      // Never a deadline that is over and stays so.
      DRILL_CHECK(++turns < 1'000'000);
      now = std::max(now, deadline);
      const uint64_t before = heartbeat.number();
      engine().OnTime(now);
      Carry();
      if (answers && heartbeat.number() != before) Beat();
    }
    now = std::max(now, end);
  }
  // Without a connection nothing answers.
  void PassAlone(int64_t micros) { Pass(micros, false); }

  // ---- the host: a call that is held is answered by these
  void Prepared(const std::string& inject, const absl::Status& status = absl::OkStatus()) {
    engine().OnPrepared(IdOf(inject), status, now);
    Carry();
  }
  void Starting(const std::string& inject) {
    engine().OnStarting(IdOf(inject), now);
    Carry();
  }
  void Played(const std::string& inject, v1::OrderEventKind kind) {
    Outcome outcome;
    outcome.kind = kind;
    outcome.at_boot_us = now;
    engine().OnPlayed(IdOf(inject), outcome, now);
    Carry();
  }
  void Undone(const std::string& inject, v1::UndoReason reason) {
    Outcome outcome;
    outcome.kind = v1::ORDER_EVENT_KIND_UNDONE;
    outcome.cleanup = v1::CLEANUP_RESULT_VERIFIED;
    outcome.at_boot_us = now;
    engine().OnUndone(IdOf(inject), reason, outcome, now);
    Carry();
  }
  static v1::OrderId IdOf(const std::string& inject) {
    v1::OrderId id;
    id.set_exercise("e");
    id.set_inject(inject);
    id.set_host("h");
    id.set_attempt(1);
    return id;
  }

  // What was wanted since the last look.
  std::vector<std::string> Did() {
    std::vector<std::string> did;
    did.swap(words);
    return did;
  }
  // Carries out what the engine wants now.
  void Carry() {
    for (std::vector<Effect> effects = engine_->TakeEffects(); !effects.empty();
         effects = engine_->TakeEffects()) {
      for (Effect& effect : effects) std::visit([this](auto& e) { One(e); }, effect);
    }
  }

  EngineConfig config;
  std::vector<Found> found;
  const std::string owner_key = GenerateKey();
  std::vector<std::string> signers;  // empty: the owner alone
  v1::Scope scope;
  int64_t now = 100 * kHour;
  int64_t lease = 3 * kSecond;
  int64_t silence = 3 * kMinute;
  uint64_t epoch = 1;
  uint64_t generation = 0;
  // A host that takes its time.
  bool hold_prepare = false;
  bool hold_start = false;
  bool hold_undo = false;

  std::vector<std::string> words;
  std::vector<v1::OrderEvent> events;
  std::vector<v1::OutboxEntry> looks;
  std::vector<v1::AgentFrame> frames;
  std::vector<AskPlayer> asked;
  v1::Heartbeat heartbeat;
  uint64_t seq = 0;
  int turns = 0;

 private:
  void Word(absl::string_view verb, const v1::OrderId& id) {
    words.push_back(absl::StrCat(verb, " ", id.inject()));
  }
  template <typename Enum>
  static std::string Lower(const Enum& name, absl::string_view prefix) {
    return absl::AsciiStrToLower(absl::StripPrefix(name, prefix));
  }

  void One(SendFrame& e) {
    if (e.frame.has_heartbeat()) heartbeat = e.frame.heartbeat();
    frames.push_back(std::move(e.frame));
  }
  void One(PrepareOrder& e) {
    Word("prepare", e.order.id());
    if (!hold_prepare) Prepared(e.order.id().inject());
  }
  void One(DiscardOrder& e) { Word("discard", e.id); }
  void One(StartOrder& e) {
    Word("start", e.order.id());
    if (hold_start) return;
    Starting(e.order.id().inject());
    Played(e.order.id().inject(), v1::ORDER_EVENT_KIND_APPLIED);
  }
  void One(UndoOrder& e) {
    words.push_back(absl::StrCat("undo ", e.id.inject(), " ",
                                 Lower(v1::UndoReason_Name(e.reason), "UNDO_REASON_")));
    if (!hold_undo) Undone(e.id.inject(), e.reason);
  }
  void One(ForgetOrder& e) { Word("forget", e.id); }
  void One(CallOffOrder& e) { words.push_back("call off " + e.id.inject()); }
  void One(FreezeActions& e) { words.push_back(e.frozen ? "freeze" : "unfreeze"); }
  void One(RecordEvent& e) {
    words.push_back(
        absl::StrCat("tell ", e.event.order().inject(), " ",
                     Lower(v1::OrderEventKind_Name(e.event.kind()), "ORDER_EVENT_KIND_")));
    v1::OutboxEntry entry;
    entry.set_seq(++seq);
    *entry.mutable_event() = e.event;
    events.push_back(std::move(e.event));
    engine_->OnRecorded(entry);
  }
  void One(LookAtOrder& e) {
    words.push_back(absl::StrCat("look ", e.check.order().inject(), " for ", e.check.check(),
                                 e.first ? " first" : ""));
    v1::EffectReport report;
    report.set_check(e.check.check());
    *report.mutable_order() = e.check.order();
    report.set_at_us(now);
    engine_->OnLooked(std::move(report));
  }
  void One(RecordLook& e) {
    words.push_back(absl::StrCat("tell ", e.report.check(), " of ", e.report.order().inject()));
    v1::OutboxEntry entry;
    entry.set_seq(++seq);
    *entry.mutable_effect() = e.report;
    looks.push_back(entry);
    engine_->OnRecorded(entry);
  }
  void One(TrimOutbox& e) { words.push_back(absl::StrCat("trim ", e.seq)); }
  void One(ResendOutbox&) { words.push_back("resend"); }
  void One(AskPlayer& e) { asked.push_back(std::move(e)); }

  std::optional<AgentEngine> engine_;
};

}  // namespace drill::agent

#endif  // DRILL_TESTS_UNIT_AGENT_ENGINE_ENGINE_BENCH_H_
