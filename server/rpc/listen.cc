#include "server/rpc/listen.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/os/file.h"

namespace drill {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// 0, or why this address cannot be listened on.
int TryToListen(const addrinfo& address) {
  const os::Fd socket_fd(socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket_fd) return errno;
  const int on = 1;  // as gRPC does: a port in TIME_WAIT is free
  setsockopt(socket_fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(socket_fd.get(), address.ai_addr, address.ai_addrlen) != 0) return errno;
  if (listen(socket_fd.get(), 1) != 0) return errno;
  return 0;
}

}  // namespace

absl::Status ExplainListenFailure(const std::string& what, const HostPort& address) {
  const std::string where =
      absl::StrCat(what, ": cannot listen on ", FormatHostPort(address.host, address.port), ": ");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int unresolved =
      getaddrinfo(address.host.c_str(), absl::StrCat(address.port).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, FreeAddresses> list(found);
  if (unresolved != 0) {
    return absl::InvalidArgumentError(absl::StrCat(where, gai_strerror(unresolved)));
  }
  for (const addrinfo* at = list.get(); at != nullptr; at = at->ai_next) {
    const int error = TryToListen(*at);
    switch (error) {
      case 0:
        continue;
      case EADDRINUSE:
        return absl::FailedPreconditionError(
            absl::StrCat(where,
                         "address already in use: another drilld? (ss -ltnp shows who; or choose "
                         "another port)"));
      case EACCES:
        return absl::PermissionDeniedError(
            absl::StrCat(where, "not permitted: choose a port above 1023"));
      case EADDRNOTAVAIL:
        return absl::InvalidArgumentError(absl::StrCat(where, "this machine has no such address"));
      default:
        return absl::InternalError(absl::StrCat(where, std::strerror(error)));
    }
  }
  return absl::InternalError(absl::StrCat(
      where,
      "the address is free, so the certificate or its key (DIR/pki/server.crt, server.key) "
      "was refused: remove both and start again"));
}

}  // namespace drill
