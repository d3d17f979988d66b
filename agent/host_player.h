#ifndef DRILL_AGENT_HOST_PLAYER_H_
#define DRILL_AGENT_HOST_PLAYER_H_

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/actions/action.h"
#include "agent/guard.h"
#include "agent/kill_point.h"
#include "agent/player.h"
#include "agent/policy.h"
#include "agent/systemd.h"
#include "agent/undo_log.h"
#include "agent/undoer.h"
#include "common/base/mutex.h"
#include "common/os/clock.h"

namespace drill::agent {

// The Player of a real host.
//
// In `directory` (made 0700, refused if others may enter it: who can write there can make the agent
// undo what was never done): undo/ID/ is the undo log of one order; kept/ holds pre-images that
// could not be put back because somebody else had changed the file, by their SHA-256. Armed orders
// live in memory; of them, undo/ID/ holds only a pre-image, and is removed when found at start.
//
// One thread (but for CallOff), which may block for as long as the order's changes take. Besides
// player.h: Prepare and DryRun give InvalidArgument when the order itself is faulty (all faults at
// once).
class HostPlayer : public Player {
 public:
  struct Options {
    std::string directory;
    PolicySource policy;
    // Started again as a decoy; its main calls DecoyMain (actions/decoy_main.h).
    std::string decoy_program = "/proc/self/exe";
    // The controller's CA, which alone is believed over HTTPS.
    std::string ca_pem;
    // Besides `directory`, what no order may touch: configuration, policy, keys.
    std::vector<std::string> own_paths;
    // For the policy's hours and blackouts.
    std::function<int64_t()> wall_us = os::WallMicros;
    // What speaks to the host's systemd.
    Systemd systemd;
    KillPoint kill_point = [](absl::string_view) {};
  };

  // Makes the directory. PermissionDenied: it is open to others. REQUIRES: no other process plays
  // from it (the caller holds its lock).
  static absl::StatusOr<std::unique_ptr<HostPlayer>> Open(Options options);

  void SetSink(const SinkEndpoint& sink) override { sink_ = sink; }
  std::vector<Found> Recover() override;
  absl::Status Prepare(const v1::Order& order) override;
  void Discard(const v1::OrderId& id) override;
  Outcome Start(const v1::Order& order,
                const std::function<void(int64_t boot_us)>& on_starting) override;
  void CallOff(const v1::OrderId& id) override;
  Outcome Undo(const v1::OrderId& id, v1::UndoReason reason) override;
  v1::EffectReport Look(const v1::OrderId& id) override;
  void Freeze(bool frozen) override;
  void Forget(const v1::OrderId& id) override;
  absl::Status DryRun(const v1::Order& order) override;
  uint64_t UndoFreeBytes() override;
  std::vector<std::string> Actions() override;
  std::string PolicySha256() override;
  bool HarmsService(const v1::Order& order) override;

  // The policy as it is now, for what the engine does with it (silence, duration_max).
  absl::StatusOr<v1::Policy> CurrentPolicy();

 private:
  // An armed order.
  struct Staged {
    std::unique_ptr<Action> action;
    UndoLog log;
  };
  // A started order, until it is forgotten.
  struct Started {
    UndoLog log;
    std::set<int> frozen;               // pids that we stopped
    std::map<int, DecoyCounts> counts;  // by pid; lost with this run of the agent
  };
  struct Planned {
    std::optional<Guard> guard;
    ActionPlan plan;
  };

  explicit HostPlayer(Options options, std::string boot_id);

  std::string DirectoryOf(const std::string& name) const;
  std::string KeptDirectory() const;
  absl::StatusOr<Guard> LoadGuard();
  absl::StatusOr<std::unique_ptr<Action>> MakeAction(const v1::Order& order) const;
  absl::StatusOr<Planned> Plan(const v1::Order& order, Action& action);
  absl::Status CheckFree(const ActionPlan& plan) const;
  absl::Status CheckRoom(const Limits& limits, const ActionPlan& plan);
  absl::StatusOr<int64_t> StoreBytesUsed() const;
  int ActiveOrders() const;

  Outcome Play(const v1::Order& order, Action& action, UndoLog log,
               const std::function<void(int64_t)>& on_starting);
  // How the start ended, where it did not end well; goes into the log with the undo.
  struct StartEnded {
    v1::OrderEventKind kind = v1::ORDER_EVENT_KIND_UNSPECIFIED;
    std::string why;
    size_t steps_touched = std::numeric_limits<size_t>::max();
  };
  Outcome UndoNow(Started& started, v1::UndoReason reason, const StartEnded& start_ended);
  void Mark(UndoLog& log, const v1::UndoMark& mark) const;
  bool SameBoot(const UndoLog& log) const;
  std::optional<Found> RecoverOne(const std::string& name);

  const Options options_;
  const std::string boot_id_;
  SinkEndpoint sink_;
  std::map<std::string, Staged> staged_;    // by OpaqueId
  std::map<std::string, Started> started_;  // by OpaqueId

  bool IsCalledOff(const std::string& name);
  Mutex called_off_mutex_;
  std::set<std::string> called_off_ ABSL_GUARDED_BY(called_off_mutex_);  // by OpaqueId
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_HOST_PLAYER_H_
