#include "agent/probes/watcher.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "agent/actions/action.h"
#include "common/os/clock.h"

namespace drill::agent {

Watcher::Watcher(PolicySource policy, std::string directory, WatcherEvents* events)
    : policy_(std::move(policy)), directory_(std::move(directory)), events_(events) {
  ReadPolicy();
  thread_ = std::thread([this] { Run(); });
}

Watcher::~Watcher() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

void Watcher::ReadPolicy() {
  const absl::StatusOr<LoadedPolicy> loaded = policy_();
  if (!loaded.ok() || loaded->sha256 == policy_sha256_) return;
  if (!CheckPolicy(loaded->policy, ActionNames()).ok()) return;
  policy_sha256_ = loaded->sha256;
  checks_ = ChecksOf(loaded->policy, directory_);
  std::vector<std::string> names;
  std::map<std::string, int64_t> next;
  for (const HostCheck& check : checks_) {
    names.push_back(check.name);
    next[check.name] = next_us_.count(check.name) != 0 ? next_us_[check.name] : 0;
  }
  next_us_ = std::move(next);
  events_->OnChecks(std::move(names));
}

void Watcher::Run() {
  int64_t next_policy_us = os::MonotonicMicros() + kPolicyEveryUs;
  for (;;) {
    int64_t next = next_policy_us;
    for (const HostCheck& check : checks_) next = std::min(next, next_us_[check.name]);
    if (!WaitUntil(next)) return;
    if (os::MonotonicMicros() >= next_policy_us) {
      ReadPolicy();
      next_policy_us = os::MonotonicMicros() + kPolicyEveryUs;
    }
    for (const HostCheck& check : checks_) {
      const int64_t now = os::MonotonicMicros();
      if (now < next_us_[check.name]) continue;
      // Counted from its beginning, but never without a breath.
      next_us_[check.name] = now + check.every_us;
      Reading reading = check.look([this] { return stopping_.load(); });
      if (stopping_) return;
      events_->OnReading(std::move(reading));
    }
  }
}

bool Watcher::WaitUntil(int64_t until_us) {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (os::MonotonicMicros() >= until_us) return true;
    lock.WaitUntil(stop_,
                   std::chrono::steady_clock::time_point(std::chrono::microseconds(until_us)));
  }
  return false;
}

}  // namespace drill::agent
