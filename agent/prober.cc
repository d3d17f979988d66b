#include "agent/prober.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/os/clock.h"

namespace drill::agent {

Prober::Prober(std::string request, int64_t timeout_us, OnEnd on_end)
    : request_(std::move(request)), timeout_us_(timeout_us), on_end_(std::move(on_end)) {}

int Prober::Start(const SocketAddress& address) {
  DRILL_CHECK(!full());
  Attempt attempt;
  attempt.fd = os::Fd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!attempt.fd) return errno;
  const linger at_once{1, 0};
  setsockopt(attempt.fd.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  if (connect(attempt.fd.get(), address.get(), address.size) != 0 && errno != EINPROGRESS) {
    return errno;
  }
  attempt.deadline_us = os::MonotonicMicros() + timeout_us_;
  attempts_.push_back(std::move(attempt));
  return 0;
}

int Prober::Advance(Attempt& attempt, short events) const {
  if (events == 0) return os::MonotonicMicros() < attempt.deadline_us ? EAGAIN : ETIMEDOUT;
  if (!attempt.sent) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(attempt.fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0 || request_.empty()) return error;
    // A request is far smaller than an empty socket's buffer.
    if (send(attempt.fd.get(), request_.data(), request_.size(), MSG_NOSIGNAL) < 0) return errno;
    attempt.sent = true;
    return EAGAIN;
  }
  char buffer[4096];
  const ssize_t got = recv(attempt.fd.get(), buffer, sizeof buffer, 0);
  if (got > 0) return 0;
  return got == 0 ? ECONNRESET : errno;
}

void Prober::Poll(int64_t wait_us) {
  std::vector<pollfd> wait;
  int64_t until_us = os::MonotonicMicros() + wait_us;
  for (const Attempt& attempt : attempts_) {
    wait.push_back({attempt.fd.get(), attempt.sent ? short{POLLIN} : short{POLLOUT}, 0});
    until_us = std::min(until_us, attempt.deadline_us);
  }
  const int64_t left = std::max<int64_t>(0, until_us - os::MonotonicMicros());
  if (wait.empty()) return os::SleepMicros(left);
  if (poll(wait.data(), wait.size(), static_cast<int>((left + 999) / 1000)) < 0) return;
  std::vector<Attempt> rest;
  std::vector<int> ended;
  for (size_t i = 0; i < attempts_.size(); ++i) {
    const int error = Advance(attempts_[i], wait[i].revents);
    if (error == EAGAIN) {
      rest.push_back(std::move(attempts_[i]));
    } else {
      ended.push_back(error);
    }
  }
  attempts_ = std::move(rest);
  for (const int error : ended) on_end_(error);
}

}  // namespace drill::agent
