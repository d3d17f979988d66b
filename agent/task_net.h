#ifndef DRILL_AGENT_TASK_NET_H_
#define DRILL_AGENT_TASK_NET_H_

#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/os/file.h"

// What a child of the agent needs of the network. Blocking with a deadline (MONOTONIC
// microseconds); one thread.
//
// Errors: PermissionDenied, whatever a firewall, a proxy or a filter does: refused, unreachable,
// reset, silent, another certificate. Unavailable: this host's own trouble. InvalidArgument: an
// address that is none.
namespace drill::agent {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};
// IPv4 or IPv6, no names.
absl::StatusOr<SocketAddress> ParseAddress(const std::string& ip, int port);
// "192.0.2.1:80", "[2001:db8::1]:80".
std::string AddressText(const std::string& ip, int port);

absl::Status NetworkError(int error, absl::string_view what);
// For errno of a connection attempt: does this say that the attempt never left, or was turned back
// by something in between, rather than that the peer does not listen?
bool IsTurnedBack(int error);

// PermissionDenied: nothing came in time.
absl::Status WaitFor(int fd, short events, int64_t deadline_us, absl::string_view what);

// One connection, over TLS or not.
class Stream {
 public:
  static absl::StatusOr<Stream> Connect(const std::string& ip, int port, int64_t deadline_us);
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;
  ~Stream();

  // Believes `ca_pem` only, and in a certificate for `name`.
  absl::Status StartTls(const std::string& ca_pem, const std::string& name, int64_t deadline_us);
  absl::Status Send(absl::string_view bytes, int64_t deadline_us);
  // Some bytes; empty: the peer has ended.
  absl::StatusOr<std::string> Receive(int64_t deadline_us);

 private:
  struct Tls;
  Stream(os::Fd fd, std::string peer);
  absl::Status WaitTls(int result, int64_t deadline_us, absl::string_view what);

  os::Fd fd_;
  std::string peer_;
  std::unique_ptr<Tls> tls_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string path = "/";
  std::string host;
  std::string user_agent;
  std::string headers;  // each with its end of line
  absl::string_view body;
};
// Sends it, reads the status line: 200. The connection is of no use afterwards.
absl::StatusOr<int> Exchange(Stream& stream, const HttpRequest& request, int64_t deadline_us);
// The answers with which proxies and filters turn requests away.
bool IsTurnedAway(int http_status);

// Sends a DNS query for `name` over UDP and waits for its answer: the reply's code.
absl::StatusOr<int> AskDns(const std::string& ip, int port, const std::string& name,
                           int64_t deadline_us);

}  // namespace drill::agent

#endif  // DRILL_AGENT_TASK_NET_H_
