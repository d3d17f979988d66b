#ifndef DRILL_AGENT_PROBER_H_
#define DRILL_AGENT_PROBER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "agent/task_net.h"
#include "common/os/file.h"

namespace drill::agent {

// Many short TCP connections at once: each is opened, may say one request and take the first bytes
// of an answer, and is closed at once, without the wait of an orderly end that would keep a port of
// this host busy. One thread.
class Prober {
 public:
  // 0, or an errno; ETIMEDOUT: nothing came within `timeout_us`.
  using OnEnd = std::function<void(int error)>;
  // `request` empty: a connection is a success by itself.
  Prober(std::string request, int64_t timeout_us, OnEnd on_end);

  bool full() const { return attempts_.size() >= kAttemptsMax; }
  bool idle() const { return attempts_.empty(); }
  // 0: on its way, OnEnd follows. Otherwise it is over, and why. REQUIRES: not full.
  int Start(const SocketAddress& address);
  // Waits for at most so long for something to end.
  void Poll(int64_t wait_us);

 private:
  struct Attempt {
    os::Fd fd;
    int64_t deadline_us = 0;
    bool sent = false;
  };
  static constexpr size_t kAttemptsMax = 256;

  // 0: over, well. EAGAIN: not over.
  int Advance(Attempt& attempt, short events) const;

  const std::string request_;
  const int64_t timeout_us_;
  const OnEnd on_end_;
  std::vector<Attempt> attempts_;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_PROBER_H_
