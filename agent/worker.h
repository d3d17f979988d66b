#ifndef DRILL_AGENT_WORKER_H_
#define DRILL_AGENT_WORKER_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/status/status.h"
#include "agent/engine.h"
#include "agent/player.h"
#include "common/base/mutex.h"

namespace drill::agent {

// What the worker tells, on its own thread. Must not block for long: an order that starts waits.
class WorkerEvents {
 public:
  virtual ~WorkerEvents() = default;
  virtual void OnPrepared(const v1::OrderId& id, absl::Status status) = 0;
  // In the midst of the start, just before the first change.
  virtual void OnStarting(const v1::OrderId& id, int64_t at_boot_us) = 0;
  virtual void OnPlayed(const v1::OrderId& id, Outcome outcome) = 0;
  virtual void OnUndone(const v1::OrderId& id, v1::UndoReason reason, Outcome outcome) = 0;
  // Its time in BOOTTIME.
  virtual void OnLooked(v1::EffectReport report) = 0;
  // All but the clock's error.
  virtual void OnDryRun(v1::DryRunReport report) = 0;
  virtual void OnFacts(HostFacts facts) = 0;
};

// What a player knows of its host now.
HostFacts FactsOf(Player& player);

// The one thread that uses the Player. Two lanes: starts, undos and freezing go first, in their
// order; preparing, dropping, forgetting and looking wait. So a start waits for at most the one
// slow job that is under way (one order's Prepare or DryRun).
//
// An order's Start must follow its OnPrepared: that is what keeps the lanes from crossing. A
// Prepare that was dropped meanwhile is not told.
//
// Methods on any thread. `player` and `events` outlive it.
class Worker {
 public:
  Worker(Player* player, WorkerEvents* events);
  // Ends after the job under way; what waits is dropped.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void SetSink(SinkEndpoint sink);
  void Prepare(v1::Order order);
  void Discard(v1::OrderId id);
  void Start(v1::Order order);
  // At once, beside the job under way: an order whose Start was posted is to end soon.
  void CallOff(const v1::OrderId& id) { player_->CallOff(id); }
  void Undo(v1::OrderId id, v1::UndoReason reason);
  // `first`: with the starts and undos, for an order that is undone next.
  void Look(v1::EffectCheck check, bool first);
  void Freeze(bool frozen);
  void Forget(v1::OrderId id);
  // One slow job an order.
  void DryRun(v1::DryRun dry_run, std::vector<v1::CheckFinding> findings);
  void LookAtFacts();

  // Nothing waits and nothing is under way; all has been told.
  bool idle();

 private:
  using Job = std::function<void()>;
  using Key = std::tuple<std::string, std::string, int>;
  struct Asked;

  void Post(std::deque<Job> Worker::*lane, Job job);
  void Run();
  void PrepareNow(const v1::Order& order, uint64_t ticket);
  void AskNext(const std::shared_ptr<Asked>& asked);
  bool Current(const Key& key, uint64_t ticket, bool done);

  Player* const player_;
  WorkerEvents* const events_;

  Mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> first_ ABSL_GUARDED_BY(mutex_);
  std::deque<Job> slow_ ABSL_GUARDED_BY(mutex_);
  // Orders whose Prepare is waited for, with the newest request's number.
  std::map<Key, uint64_t> preparing_ ABSL_GUARDED_BY(mutex_);
  uint64_t tickets_ ABSL_GUARDED_BY(mutex_) = 0;
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;  // last: uses all of the above
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_WORKER_H_
