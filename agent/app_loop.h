#ifndef DRILL_AGENT_APP_LOOP_H_
#define DRILL_AGENT_APP_LOOP_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agent/app_events.h"
#include "agent/engine.h"
#include "agent/link.h"
#include "agent/outbox.h"
#include "agent/worker.h"
#include "common/os/file.h"

namespace drill::agent {

// The engine thread: takes what happens, lets the engine decide, carries out what it wants.
//
// Owns nothing but the order of things: an event is durable in the outbox before it is sent; all
// events of one turn share one fsync; frames of the outbox leave in the order of their numbers and
// without gaps, at most kUnackedBytesMax ahead of the controller's acknowledgement. While the
// outbox cannot be written, events wait in memory, nothing is started, and it is tried each second.
class AppLoop {
 public:
  static constexpr int64_t kUndoMaxUs = 30'000'000;
  // After undoing, so long for the controller to take what is in the outbox.
  static constexpr int64_t kDeliverMaxUs = 2'000'000;

  struct Parts {
    AgentEngine* engine = nullptr;
    Outbox* outbox = nullptr;
    Worker* worker = nullptr;
    FrameSender* sender = nullptr;
    AppEvents* events = nullptr;
    HostFacts facts;
    // Its appearance stops the agent, as SIGTERM does. Empty: no such file.
    std::string stop_file;
    // Told when the connection comes and goes, for `status`.
    std::function<void(const std::string& connection)> show;
    // Told when a check of the host begins, changes its state or ends, for `status`.
    std::function<void(const HostHealth& health)> show_health;
    int64_t undo_max_us = kUndoMaxUs;
    int64_t deliver_max_us = kDeliverMaxUs;
    // Outbox::Append, for tests of a full disk.
    std::function<absl::StatusOr<uint64_t>(absl::Span<const v1::OrderEvent>)> append;
  };
  explicit AppLoop(Parts parts);

  // Runs until a stop is asked for, everything is undone, and told if the controller listens.
  // DeadlineExceeded: not everything could be undone in time.
  absl::Status Run();

  static constexpr size_t kBatchBytes = 256 << 10;
  static constexpr size_t kUnackedBytesMax = 1 << 20;

 private:
  enum class Phase { kRunning, kUndoing, kDelivering };
  struct Unacked {
    uint64_t seq;  // last of the batch
    size_t bytes;
  };

  void Turn(std::vector<AppEvent> events);
  void Handle(AppEvent& event, int64_t now_us);
  void Pump(int64_t now_us);
  void Carry(Effect& effect);
  void Record(int64_t now_us);
  void SendOutbox();
  void OnAcked(uint64_t seq);
  void OnHealth();
  void BeginStop(absl::string_view why, int64_t now_us);
  bool StopFileAppeared(int64_t now_us);
  bool Finished(bool quiet, int64_t now_us);
  int64_t NextTurn() const;
  void Wait(int64_t until_us);

  const Parts parts_;
  HostFacts facts_;
  AgentEngine& engine_;
  Outbox& outbox_;
  const os::Fd timer_;

  Phase phase_ = Phase::kRunning;
  int64_t phase_until_us_ = INT64_MAX;
  absl::Status result_;

  // What was last shown of the host's health.
  std::string shown_health_;

  // Of the controller in this session.
  std::string peer_address_;

  // Waits for the disk.
  std::vector<v1::OrderEvent> unrecorded_;
  int64_t record_again_us_ = INT64_MAX;

  // This session's deliveries.
  bool sending_ = false;
  uint64_t sent_seq_ = 0;
  std::deque<Unacked> unacked_;
  size_t unacked_bytes_ = 0;

  int64_t next_facts_us_ = 0;
  int64_t next_stop_look_us_ = 0;
};

// "exercise/inject#attempt", for log lines.
std::string OrderName(const v1::OrderId& id);

}  // namespace drill::agent

#endif  // DRILL_AGENT_APP_LOOP_H_
