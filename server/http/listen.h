#ifndef DRILL_SERVER_HTTP_LISTEN_H_
#define DRILL_SERVER_HTTP_LISTEN_H_

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <string>
#include <utility>  // first: Asio 1.74 uses std::exchange without it

#include "absl/status/status.h"

// Opening of Asio's sockets, for .cc files only: this header is slow to compile.
namespace drill {

// FailedPrecondition: in use; PermissionDenied: not permitted; InvalidArgument: `host` is no IP
// address of this machine. `name` says which listener.
absl::Status ListenTcp(const std::string& name, const std::string& host, int port,
                       boost::asio::ip::tcp::acceptor* acceptor);
absl::Status ListenUdp(const std::string& name, const std::string& host, int port,
                       boost::asio::ip::udp::socket* socket);

}  // namespace drill

#endif  // DRILL_SERVER_HTTP_LISTEN_H_
