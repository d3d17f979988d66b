#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "agent/pace.h"
#include "agent/task.h"
#include "agent/task_net.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/file.h"

namespace drill::agent {
namespace {

constexpr int kListenBacklog = 16;
// A scanner that finds the port shall not cost the host anything.
constexpr int kAnswersPerSecond = 50;
constexpr int64_t kLookEveryUs = 1'000'000;

}  // namespace

void Task::Count(const absl::Status& status, int64_t bytes) const {
  ++counts->done;
  if (!status.ok()) ++counts->failed;
  counts->bytes += bytes;
}

bool SleepWithin(const Task& task, int64_t micros) {
  const int64_t left = task.end_us - os::MonotonicMicros();
  if (left <= 0) return false;
  os::SleepMicros(std::clamp<int64_t>(micros, 0, left));
  return os::MonotonicMicros() < task.end_us;
}

absl::Status RunNetworkTask(const Task& task) {
  switch (task.network().action().kind_case()) {
    case v1::Action::kNetworkListen:
      return RunListen(task);
    case v1::Action::kNetworkBeacon:
      return RunBeacon(task);
    case v1::Action::kFilesExfiltrate:
      return RunExfiltrate(task);
    case v1::Action::kNetworkScan:
      return RunScan(task);
    case v1::Action::kNetworkFlood:
      return RunFlood(task);
    case v1::Action::kDnsQuery:
      return RunDnsQuery(task);
    case v1::Action::kAuthGuess:
      return RunGuess(task);
    default:
      return absl::InternalError("a network task of no kind");
  }
}

absl::Status RunListen(const Task& task) {
  const v1::NetworkListen& listen_as = task.network().action().network_listen();
  ASSIGN_OR_RETURN(const SocketAddress address, ParseAddress("0.0.0.0", listen_as.port()));
  const std::string what = absl::StrCat("port ", listen_as.port());
  const os::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return NetworkError(errno, what);
  // Connections of an earlier drill that the kernel still remembers are no reason to fail.
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd.get(), address.get(), address.size) != 0 || listen(fd.get(), kListenBacklog) != 0) {
    if (errno == EADDRINUSE) {
      return absl::FailedPreconditionError(
          absl::StrCat(what, " is in use by another program of this host; name another"));
    }
    return NetworkError(errno, what);
  }
  task.runs();
  const std::string banner = absl::StrCat(listen_as.banner(), "\r\n");
  TokenBucket pace(kAnswersPerSecond, kAnswersPerSecond, os::MonotonicMicros());
  while (os::MonotonicMicros() < task.end_us) {
    pollfd wait{fd.get(), POLLIN, 0};
    if (poll(&wait, 1, static_cast<int>(kLookEveryUs / 1000)) <= 0) continue;
    if (const int64_t pause = pace.Take(os::MonotonicMicros()); pause > 0) {
      SleepWithin(task, pause);
      continue;
    }
    const os::Fd peer(accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!peer) continue;
    const ssize_t put = send(peer.get(), banner.data(), banner.size(), MSG_NOSIGNAL);
    shutdown(peer.get(), SHUT_WR);
    task.Count(put < 0 ? NetworkError(errno, what) : absl::OkStatus(), std::max<ssize_t>(put, 0));
  }
  return absl::OkStatus();
}

}  // namespace drill::agent
