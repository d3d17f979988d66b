#ifndef DRILL_AGENT_PROBES_WATCHER_H_
#define DRILL_AGENT_PROBES_WATCHER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "agent/health.h"
#include "agent/policy.h"
#include "agent/probes/checks.h"
#include "common/base/mutex.h"

namespace drill::agent {

// What the watcher tells, on its own thread.
class WatcherEvents {
 public:
  virtual ~WatcherEvents() = default;
  // All checks there are now, by name.
  virtual void OnChecks(std::vector<std::string> names) = 0;
  virtual void OnReading(Reading reading) = 0;
};

// The one thread that looks at the host: each check at its own pace, one after the other. Reads the
// policy again every kPolicyEveryUs; while it is at fault, what it said before is looked at.
class Watcher {
 public:
  static constexpr int64_t kPolicyEveryUs = 5'000'000;

  // The first policy is read, and OnChecks told, before this returns: nothing starts before its
  // checks are known. `events` outlives it.
  Watcher(PolicySource policy, std::string directory, WatcherEvents* events);
  // Ends a command under way, waits for its end.
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  void ReadPolicy();
  void Run();
  // False: it is time to end.
  bool WaitUntil(int64_t until_us);

  const PolicySource policy_;
  const std::string directory_;
  WatcherEvents* const events_;

  // The thread's own.
  std::string policy_sha256_;
  std::vector<HostCheck> checks_;
  std::map<std::string, int64_t> next_us_;  // by name

  std::atomic<bool> stopping_{false};
  Mutex mutex_;
  std::condition_variable stop_;
  std::thread thread_;  // last: uses all of the above
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_PROBES_WATCHER_H_
