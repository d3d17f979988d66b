#ifndef DRILL_TESTS_BENCH_AGENTS_H_
#define DRILL_TESTS_BENCH_AGENTS_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/mutex.h"

// Many simulated agents in this process: the real engine of the agent, a player that does nothing,
// and the real network, each with a connection of its own.
namespace drill::bench {

struct AgentIdentity {
  std::string host;
  std::string key_pem;
  std::string certificate_pem;
};

// One thread that calls back when a BOOTTIME has come, and one that runs work in order.
class Timers {
 public:
  Timers();
  ~Timers();
  // Replaces what was scheduled under this key.
  void Schedule(void* key, int64_t at_us, std::function<void()> run);
  void Cancel(void* key);
  void Post(std::function<void()> work);
  // Drops what is left. Later calls change nothing.
  void Stop();

 private:
  // Null: stopping.
  std::function<void()> NextTimer();
  std::function<void()> NextWork();

  Mutex mutex_;
  std::condition_variable timers_changed_;
  std::condition_variable work_changed_;
  std::map<void*, std::pair<int64_t, std::function<void()>>> by_key_ ABSL_GUARDED_BY(mutex_);
  std::set<std::pair<int64_t, void*>> by_time_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::function<void()>> work_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread timer_thread_;
  std::thread work_thread_;
};

// What happened on all agents together. Thread-safe. Times are BOOTTIME.
class Tally {
 public:
  void Add(const std::string& what, int64_t at_us);
  // Waits until `count` of `what` have come. False: not within the time.
  bool Wait(const std::string& what, size_t count, int64_t limit_us);
  std::vector<int64_t> Times(const std::string& what);
  void Clear(const std::string& what);

 private:
  Mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::vector<int64_t>> times_ ABSL_GUARDED_BY(mutex_);
};

class SimAgent;

struct AgentsOptions {
  std::string address;
  std::string ca_pem;
  std::string owner_public;
  // No engine: beats like one, and answers what is pushed with a heartbeat.
  bool bare = false;
  int64_t bare_heartbeat_us = 1'000'000;
};

// Tallies "welcome", "frame" (bare), "received ID", "started ID", "undone"; and "beat": how long
// heartbeats took to come back.
class Agents {
 public:
  Agents(AgentsOptions options, const std::vector<AgentIdentity>& identities);
  // Ends every stream and waits for that.
  ~Agents();

  void Connect();
  Tally& tally() { return tally_; }
  // Engine time minus BOOTTIME: the median of what the agents measured.
  int64_t ClockOffsetUs();
  // The same, of each: how far from the median they are.
  std::vector<int64_t> ClockErrorsUs();
  int64_t planned_us(const std::string& inject);
  // Bytes of the last desired set that an agent received.
  int64_t desired_bytes();

 private:
  friend class SimAgent;
  const AgentsOptions options_;
  Tally tally_;
  Timers timers_;
  std::vector<std::unique_ptr<SimAgent>> agents_;
};

}  // namespace drill::bench

#endif  // DRILL_TESTS_BENCH_AGENTS_H_
