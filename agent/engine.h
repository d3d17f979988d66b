#ifndef DRILL_AGENT_ENGINE_H_
#define DRILL_AGENT_ENGINE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "agent/health.h"
#include "agent/player.h"
#include "drill/v1/agent.pb.h"

namespace drill::agent {

// What the engine wants done. The owner carries the effects out in order and tells the engine.
struct SendFrame {
  v1::AgentFrame frame;
};
struct PrepareOrder {
  v1::Order order;
};
struct DiscardOrder {
  v1::OrderId id;
};
struct StartOrder {
  v1::Order order;
};
struct UndoOrder {
  v1::OrderId id;
  v1::UndoReason reason;
};
struct ForgetOrder {
  v1::OrderId id;
};
// Whatever its start is doing is to end soon: it will be undone.
struct CallOffOrder {
  v1::OrderId id;
};
struct FreezeActions {
  bool frozen;
};
// Make durable in the outbox, then call OnRecorded.
struct RecordEvent {
  v1::OrderEvent event;
};
// The controller has everything up to here.
struct TrimOutbox {
  uint64_t seq;
};
// Send everything that the outbox still holds.
struct ResendOutbox {};
// Ask the player about each order (orders that the scope refuses are left out), then OnDryRun.
struct AskPlayer {
  v1::DryRun dry_run;
  std::vector<v1::CheckFinding> findings;  // so far
};
using Effect =
    std::variant<SendFrame, PrepareOrder, DiscardOrder, StartOrder, UndoOrder, ForgetOrder,
                 CallOffOrder, FreezeActions, RecordEvent, TrimOutbox, ResendOutbox, AskPlayer>;

struct EngineConfig {
  std::string host;
  std::string version;
  std::string boot_id;
  std::string outbox_id;
  std::vector<std::string> owner_keys_pem;  // pinned at enrolment
  int signatures_required = 1;
  int64_t duration_max_us = 8LL * 3'600'000'000;  // policy: an order is undone after so long
  // Policy; 0: the controller's word. Where the owner has said something, that alone counts.
  int64_t silence_us = 0;
  // The order harms service, so silence undoes it.
  std::function<bool(const v1::Order&)> harms_service;
};

// What the policy says now; sent with Hello and heartbeats.
struct HostFacts {
  std::vector<std::string> actions;
  std::string policy_sha256;
  uint64_t undo_free_bytes = 0;
};

// Missed by more than this: not played (a planned order).
inline constexpr int64_t kSlackUs = 2'000'000;
// The same for a direct order: the controller itself may have been away for a minute.
inline constexpr int64_t kDirectSlackUs = 120'000'000;

// The agent's mind: desired sets, arming, leases, clock offset, silence, what is reported.
// Pure: no clock, no I/O, no lock; times are BOOTTIME microseconds given by the caller. Owned by
// one thread (or by a simulation).
class AgentEngine {
 public:
  explicit AgentEngine(EngineConfig config) : config_(std::move(config)) {
    if (config_.silence_us != 0) silence_us_ = config_.silence_us;
  }

  // Once, before anything else: what the player found on disk, and the time. It is told when the
  // first clock sample gives its times a meaning, or before whatever is told of it next.
  void Begin(const std::vector<Found>& found, int64_t now_us);
  // After Begin, each entry that the outbox still holds: what it closed is not played again,
  // though the controller may not have heard of it yet.
  void Remember(const v1::OutboxEntry& entry);

  void OnConnected(const HostFacts& facts, uint64_t outbox_seq, int64_t now_us);
  void OnDisconnected(int64_t now_us);
  void OnFrame(const v1::ControllerFrame& frame, int64_t received_us);
  void OnTime(int64_t now_us);

  void OnPrepared(const v1::OrderId& id, const absl::Status& status, int64_t now_us);
  void OnStarting(const v1::OrderId& id, int64_t at_us);
  void OnPlayed(const v1::OrderId& id, const Outcome& outcome, int64_t now_us);
  void OnUndone(const v1::OrderId& id, v1::UndoReason reason, const Outcome& outcome,
                int64_t now_us);
  void OnRecorded(const v1::OutboxEntry& entry);
  void OnDryRun(const v1::DryRunReport& report);
  void OnFacts(const HostFacts& facts) { facts_ = facts; }
  // False: the outbox cannot be written (disk full). What would start could not be told, so
  // nothing starts until it can; what runs out of slack meanwhile is missed.
  void OnOutboxWorks(bool works, int64_t now_us);
  // What the owner has looked at on this host, and what was found. While a check holds the host,
  // everything is undone (UNDO_REASON_HOST) and nothing starts; what waits then is missed when its
  // time is over.
  void OnChecks(const std::vector<std::string>& names, int64_t now_us);
  void OnReading(const Reading& reading, int64_t now_us);
  const HostHealth& health() const { return health_; }

  // Owner's stop on the host itself: everything is undone; nothing starts any more.
  void StopHere(int64_t now_us);

  // When OnTime must be called next; INT64_MAX: not by time.
  int64_t NextDeadline() const;
  std::vector<Effect> TakeEffects();

  // Orders that changed the host and are not undone yet, or on the way.
  int active_orders() const;
  // Engine time and its error for a BOOTTIME; nullopt before the first clock sample.
  std::optional<int64_t> EngineTime(int64_t boot_us) const;
  int64_t ClockErrorUs(int64_t now_us) const;

 private:
  enum class Stage {
    kPreparing,
    kArmed,
    kStarting,  // with the player
    kApplied,
    kUndoing,
    kUndone,  // told, or on the way
    kClosed,  // refused, missed, failed: told; nothing on the host
  };
  struct Held {
    v1::Order order;
    Stage stage = Stage::kPreparing;
    bool undo_wanted = false;  // while with the player
    v1::UndoReason undo_reason = v1::UNDO_REASON_UNSPECIFIED;
    std::string undo_why;          // by the host itself: why
    int64_t until_us = INT64_MAX;  // BOOTTIME: window or duration over
    bool bounded = false;          // by the window, too
    uint64_t told_seq = 0;         // outbox position of the closing event
    bool wanted = true;            // in the newest set
  };
  struct Sample {
    int64_t offset_us;
    int64_t error_us;
    int64_t at_us;
  };
  using Key = std::tuple<std::string, std::string, int>;  // exercise, inject, attempt

  static Key KeyOf(const v1::OrderId& id) { return {id.exercise(), id.inject(), id.attempt()}; }
  Held* Find(const v1::OrderId& id);
  void OnDesired(const v1::DesiredSet& set, int64_t now_us);
  void Take(const v1::Order& order, int64_t now_us);
  void Drop(Held* held, v1::UndoReason reason, int64_t now_us);
  void OnHeartbeatAck(const v1::HeartbeatAck& ack, int64_t received_us);
  void OnDryRunAsked(const v1::DryRun& dry_run, int64_t now_us);
  absl::Status CheckScope(const v1::Order& order, int64_t at_engine_us, v1::Scope* admits) const;
  absl::Status MayBeStarted(const v1::Order& order, int64_t at_engine_us, v1::Scope* admits) const;
  void EndWith(const v1::Scope& scope, int64_t now_us, Held* held);
  void TellFound();
  void Advance(int64_t now_us);
  void AdvanceArmed(Held* held, int64_t now_us);
  void Undo(Held* held, v1::UndoReason reason);
  void Close(Held* held, v1::OrderEventKind kind, std::string note, int64_t now_us);
  v1::OrderEvent Event(const v1::OrderId& id, v1::OrderEventKind kind, int64_t at_us) const;
  void Tell(v1::OrderEvent event) { effects_.push_back(RecordEvent{std::move(event)}); }
  void Heartbeat(int64_t now_us);
  bool LeaseValid(int64_t now_us) const { return now_us < lease_until_us_; }
  bool MayStart() const {
    return !frozen_ && !stopped_here_ && outbox_works_ && health_.may_start();
  }
  std::string WhyNotStarted() const;
  void OnHealth(const std::string& why_before, int64_t now_us);
  const Sample* Best(int64_t now_us) const;
  int64_t ToEngine(int64_t boot_us) const;

  const EngineConfig config_;
  HostFacts facts_;
  HostHealth health_;
  absl::btree_map<Key, Held> orders_;
  absl::btree_map<std::string, int> starts_;  // exercise → orders started here
  // Scopes that came with the newest set, each checked once.
  struct HeldScope {
    std::string bytes;  // SignedScope, serialised
    v1::Scope scope;
    absl::Status valid;
  };
  std::vector<HeldScope> HoldScopes(
      const google::protobuf::RepeatedPtrField<v1::SignedScope>& scopes) const;
  std::vector<HeldScope> scopes_;
  std::vector<Effect> effects_;
  std::vector<Sample> samples_;
  std::vector<Found> found_;  // not told yet

  bool connected_ = false;
  bool welcomed_ = false;
  bool stopped_here_ = false;
  bool frozen_ = false;
  bool outbox_works_ = true;
  uint64_t epoch_ = 0;
  uint64_t generation_ = 0;
  uint64_t heartbeat_number_ = 0;
  uint64_t outbox_seq_ = 0;
  uint64_t acked_seq_ = 0;
  int64_t heartbeat_us_ = 1'000'000;
  int64_t lease_us_ = 0;
  int64_t silence_us_ = 180'000'000;
  int64_t next_heartbeat_us_ = INT64_MAX;
  int64_t lease_until_us_ = 0;
  int64_t last_frame_us_ = 0;
  int64_t last_advance_us_ = 0;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_ENGINE_H_
