#include "server/http/listen.h"

#include <boost/asio/ip/address.hpp>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace drill {
namespace {

using boost::system::error_code;

absl::Status Explain(const std::string& name, const std::string& host, int port,
                     const error_code& error) {
  const std::string where = absl::StrCat(name, ": cannot listen on ", host, " port ", port, ": ");
  if (error == boost::asio::error::address_in_use) {
    return absl::FailedPreconditionError(
        absl::StrCat(where, "in use (ss -lntup shows by whom); choose another port"));
  }
  if (error == boost::asio::error::access_denied) {
    return absl::PermissionDeniedError(
        absl::StrCat(where, "not permitted; choose a port above 1023"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat(where, error.message(), "; expected an IP address of this machine"));
}

}  // namespace

absl::Status ListenTcp(const std::string& name, const std::string& host, int port,
                       boost::asio::ip::tcp::acceptor* acceptor) {
  using boost::asio::ip::tcp;
  error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (error) return Explain(name, host, port, error);
  const tcp::endpoint endpoint(address, static_cast<uint16_t>(port));
  acceptor->open(endpoint.protocol(), error);
  // A port in TIME_WAIT is free.
  if (!error) acceptor->set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor->bind(endpoint, error);
  if (!error) acceptor->listen(tcp::acceptor::max_listen_connections, error);
  return error ? Explain(name, host, port, error) : absl::OkStatus();
}

absl::Status ListenUdp(const std::string& name, const std::string& host, int port,
                       boost::asio::ip::udp::socket* socket) {
  error_code error;
  const auto address = boost::asio::ip::make_address(host, error);
  if (error) return Explain(name, host, port, error);
  const boost::asio::ip::udp::endpoint endpoint(address, static_cast<uint16_t>(port));
  socket->open(endpoint.protocol(), error);
  if (!error) socket->bind(endpoint, error);
  return error ? Explain(name, host, port, error) : absl::OkStatus();
}

}  // namespace drill
