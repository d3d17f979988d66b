#ifndef DRILL_COMMON_RPC_CHANNEL_H_
#define DRILL_COMMON_RPC_CHANNEL_H_

#include <grpcpp/support/channel_arguments.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct grpc_ssl_session_cache;

namespace drill {

// Remembers TLS sessions, so that a reconnection skips the expensive half of the handshake.
// Thread-safe. Channels that use it keep it alive. One per identity: a session resumed with
// another agent's cache would speak as that agent.
class TlsSessionCache {
 public:
  TlsSessionCache();
  ~TlsSessionCache();
  TlsSessionCache(const TlsSessionCache&) = delete;
  TlsSessionCache& operator=(const TlsSessionCache&) = delete;

  void AddTo(grpc::ChannelArguments* arguments) const;

 private:
  grpc_ssl_session_cache* cache_;
};

enum class ConnectionSharing {
  kShared,  // gRPC's default: channels of one process to one target share a connection
  kOwn,     // one connection a channel: what many agents in one test or bench process must have
};

// What every client of a controller sets: the server's name in the certificate, message and
// metadata limits, keepalive pings.
// REQUIRES: `received_bytes_max` is kControllerFrameBytesMax or kReplyBytesMax.
grpc::ChannelArguments ClientArguments(int received_bytes_max,
                                       ConnectionSharing sharing = ConnectionSharing::kShared);

// "host:port" or "[v6]:port" split at the last colon.
struct HostPort {
  std::string host;
  int port = 0;
};
// InvalidArgument: no such form, or a port outside 0..65535 (0 means any, only for listening).
absl::StatusOr<HostPort> ParseHostPort(absl::string_view address);
// The reverse; brackets around an IPv6 address.
std::string FormatHostPort(absl::string_view host, int port);

}  // namespace drill

#endif  // DRILL_COMMON_RPC_CHANNEL_H_
