#ifndef DRILL_SERVER_RPC_RPC_SERVER_H_
#define DRILL_SERVER_RPC_RPC_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/rpc/backend.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace drill {

struct RpcServerOptions {
  // HOST:PORT to listen on; port 0 takes a free one (tests). Not in 32768..60999, where the
  // system may have lent the port to a client.
  std::string people_address = "0.0.0.0:7443";
  std::string agents_address = "0.0.0.0:7444";
  // HOST:PORT that enrolment offers tell agents to dial. Empty: the address listened on, with this
  // machine's name for a wildcard, and the bound port.
  std::string advertised_people_address;
  std::string advertised_agents_address;

  // From server/pki.
  std::string ca_pem;
  std::string server_key_pem;
  std::string server_chain_pem;

  // Stamps agents' frames as they are read. Any thread.
  std::function<int64_t()> engine_clock;
};

// The network of the controller: two gRPC servers. People and enrolment on one port (server
// certificate, bearer token a call), agents on the other (client certificate of our CA required).
// Decodes, authenticates, posts to the backend, and answers when told; no logic.
//
// Made and destroyed on one thread. Destroy in this order: whatever uses InProcessChannel(), the
// RpcServer, the Backend. The engine may keep sinks beyond that; they are closed.
class RpcServer {
 public:
  // The backend may be called before this returns.
  // InvalidArgument: an address or PEM cannot be used; FailedPrecondition: a port is in use;
  // PermissionDenied: a port is not permitted. Neither port stays open on error.
  static absl::StatusOr<std::unique_ptr<RpcServer>> Start(RpcServerOptions options,
                                                          Backend* backend);
  // Shutdown() without grace, unless it was called.
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  int people_port() const;
  int agents_port() const;
  // As offers name them.
  std::string people_address() const;
  std::string agents_address() const;

  // The people's services without a network, for server/http; the same authentication.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // Takes no new calls, ends every stream with UNAVAILABLE, gives calls that the backend is still
  // answering `grace` to end, and cancels what is left. Blocks until every reactor is gone.
  // Afterwards the backend is not called again. Later calls change nothing.
  void Shutdown(absl::Duration grace);

  // Streams open now, of people and agents.
  size_t open_streams() const;

 private:
  struct State;
  explicit RpcServer(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace drill

#endif  // DRILL_SERVER_RPC_RPC_SERVER_H_
