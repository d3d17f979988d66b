#ifndef DRILL_SERVER_RPC_LISTEN_H_
#define DRILL_SERVER_RPC_LISTEN_H_

#include <string>

#include "absl/status/status.h"
#include "common/rpc/channel.h"

namespace drill {

// gRPC says only that it could not listen. This asks the system the same question once more and
// says why. FailedPrecondition: somebody else listens there; PermissionDenied: a port below 1024;
// InvalidArgument: no address of this machine, or unknown name; Internal: the address is free, so
// the certificate was at fault. Never OK. `what` names the listener.
absl::Status ExplainListenFailure(const std::string& what, const HostPort& address);

}  // namespace drill

#endif  // DRILL_SERVER_RPC_LISTEN_H_
