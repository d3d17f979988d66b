#ifndef DRILL_SERVER_HTTP_CONNECT_BRIDGE_H_
#define DRILL_SERVER_HTTP_CONNECT_BRIDGE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "server/http/router.h"

namespace google::protobuf {
class ServiceDescriptor;
}
namespace grpc {
class Channel;
}

namespace drill::connect {

// Calls without Connect-Timeout-Ms end after kTimeoutDefault; streams do not.
inline constexpr int64_t kTimeoutDefaultMs = 60'000;

// Takes every method of a gRPC service by the Connect protocol: POST /PACKAGE.SERVICE/METHOD, unary
// and server streaming, JSON or binary. Methods come from the descriptor and go over `channel` as
// bytes: a new RPC needs no code here. The "authorization" header is forwarded as it is, and the
// service behind the channel decides; nothing is authorised here.
//
// The handler runs on the I/O thread; gRPC's threads finish calls. A peer that goes away cancels
// its call. Destroy it after the HTTP server has stopped and before the I/O thread: it cancels the
// calls that are left and waits for them.
std::shared_ptr<HttpHandler> MakeBridge(const google::protobuf::ServiceDescriptor* service,
                                        std::shared_ptr<grpc::Channel> channel);

// "/drill.v1.Drill/": the route's path.
std::string BridgePath(const google::protobuf::ServiceDescriptor* service);

}  // namespace drill::connect

#endif  // DRILL_SERVER_HTTP_CONNECT_BRIDGE_H_
