#ifndef DRILL_AGENT_TASK_H_
#define DRILL_AGENT_TASK_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "drill/v1/host.pb.h"

// What a child process of the agent does once it may (actions/decoy_main.h). One thread, blocking.
namespace drill::agent {

// Counters in memory that the child and its agent share, so that undo can say how far it got.
struct TaskCounts {
  std::atomic<int64_t> done{0};    // contacts, connections, look-ups, tries
  std::atomic<int64_t> failed{0};  // of these, without the answer that was asked for
  std::atomic<int64_t> bytes{0};   // sent
};
static_assert(std::atomic<int64_t>::is_always_lock_free);

struct Task {
  v1::ProcessTask spec;
  std::string file;     // content of spec.network().file()
  std::string program;  // this program's path, for ssh to ask for a password
  int64_t end_us = 0;   // MONOTONIC: everything is over then
  // To be called once, after the first real effect.
  std::function<void()> runs;
  TaskCounts* counts = nullptr;

  const v1::NetworkTask& network() const { return spec.network(); }
  void Count(const absl::Status& status, int64_t bytes = 0) const;
};

// Returns when its work is done or its time over. An error counts only before `runs`:
// PermissionDenied, a control stopped the first effect; any other, the host is not as needed.
absl::Status RunNetworkTask(const Task& task);

// One kind each.
absl::Status RunListen(const Task& task);
absl::Status RunBeacon(const Task& task);
absl::Status RunExfiltrate(const Task& task);
absl::Status RunScan(const Task& task);
absl::Status RunFlood(const Task& task);
absl::Status RunDnsQuery(const Task& task);
absl::Status RunGuess(const Task& task);

// The first effect must be settled within this: the agent waits for it (kStartWaitMs), and with it
// everything else that the agent has to do.
inline constexpr int64_t kFirstAnswerUs = 4'000'000;
inline constexpr int64_t kLaterAnswerUs = 10'000'000;

// Look-ups a second by which an archive leaves as DNS names.
inline constexpr int kDnsExfiltrationRate = 20;

// Sleeps, but not beyond the task's end. False: it is over.
bool SleepWithin(const Task& task, int64_t micros);

// This program was started by ssh to say a password (SSH_ASKPASS): a hidden mode of main().
bool IsAskpass();
// REQUIRES: IsAskpass. Returns the exit code.
int AskpassMain();

}  // namespace drill::agent

#endif  // DRILL_AGENT_TASK_H_
