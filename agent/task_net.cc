#include "agent/task_net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/dns_packet.h"
#include "common/base/status.h"
#include "common/keys/openssl.h"
#include "common/os/clock.h"
#include "common/os/random.h"

namespace drill::agent {
namespace {

constexpr size_t kReceiveBytes = 16 << 10;
constexpr size_t kHttpHeadBytesMax = 64 << 10;

}  // namespace

absl::StatusOr<SocketAddress> ParseAddress(const std::string& ip, int port) {
  SocketAddress address;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  const uint16_t network_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, ip.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = network_port;
    address.size = sizeof *v4;
  } else if (inet_pton(AF_INET6, ip.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = network_port;
    address.size = sizeof *v6;
  } else {
    return absl::InvalidArgumentError(absl::StrCat("\"", ip, "\" is no IP address"));
  }
  return address;
}

std::string AddressText(const std::string& ip, int port) {
  return ip.find(':') == std::string::npos ? absl::StrCat(ip, ":", port)
                                           : absl::StrCat("[", ip, "]:", port);
}

bool IsTurnedBack(int error) {
  switch (error) {
    case EPERM:
    case EACCES:
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
      return true;
    default:
      return false;
  }
}

absl::Status NetworkError(int error, absl::string_view what) {
  const std::string text = absl::StrCat(what, ": ", strerror(error));
  switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case ETIMEDOUT:
    case EPIPE:
      return absl::PermissionDeniedError(text);
    default:
      return IsTurnedBack(error) ? absl::PermissionDeniedError(text) : absl::UnavailableError(text);
  }
}

absl::Status WaitFor(int fd, short events, int64_t deadline_us, absl::string_view what) {
  for (;;) {
    const int64_t left = deadline_us - os::MonotonicMicros();
    pollfd wait{fd, events, 0};
    const int ready = left <= 0 ? 0 : poll(&wait, 1, static_cast<int>(left / 1000 + 1));
    if (ready > 0) return absl::OkStatus();
    if (ready == 0) return absl::PermissionDeniedError(absl::StrCat(what, ": no answer in time"));
    if (errno != EINTR) return NetworkError(errno, what);
  }
}

struct Stream::Tls {
  std::unique_ptr<SSL_CTX, ssl::Deleter<SSL_CTX_free>> context;
  std::unique_ptr<SSL, ssl::Deleter<SSL_free>> ssl;
};

Stream::Stream(os::Fd fd, std::string peer) : fd_(std::move(fd)), peer_(std::move(peer)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

absl::StatusOr<Stream> Stream::Connect(const std::string& ip, int port, int64_t deadline_us) {
  ASSIGN_OR_RETURN(const SocketAddress address, ParseAddress(ip, port));
  const std::string peer = AddressText(ip, port);
  os::Fd fd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return NetworkError(errno, peer);
  if (connect(fd.get(), address.get(), address.size) != 0) {
    if (errno != EINPROGRESS) return NetworkError(errno, peer);
    RETURN_IF_ERROR(WaitFor(fd.get(), POLLOUT, deadline_us, peer));
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) return NetworkError(error, peer);
  }
  return Stream(std::move(fd), peer);
}

absl::Status Stream::StartTls(const std::string& ca_pem, const std::string& name,
                              int64_t deadline_us) {
  ASSIGN_OR_RETURN(const ssl::Certificate ca, ssl::ReadCertificate(ca_pem));
  auto tls = std::make_unique<Tls>();
  tls->context.reset(SSL_CTX_new(TLS_client_method()));
  if (!tls->context || SSL_CTX_set_min_proto_version(tls->context.get(), TLS1_2_VERSION) != 1 ||
      X509_STORE_add_cert(SSL_CTX_get_cert_store(tls->context.get()), ca.get()) != 1) {
    return ssl::Error("TLS");
  }
  SSL_CTX_set_verify(tls->context.get(), SSL_VERIFY_PEER, nullptr);
  tls->ssl.reset(SSL_new(tls->context.get()));
  if (!tls->ssl || SSL_set1_host(tls->ssl.get(), name.c_str()) != 1 ||
      SSL_set_tlsext_host_name(tls->ssl.get(), name.c_str()) != 1 ||
      SSL_set_fd(tls->ssl.get(), fd_.get()) != 1) {
    return ssl::Error("TLS");
  }
  tls_ = std::move(tls);
  for (;;) {
    ERR_clear_error();
    const int result = SSL_connect(tls_->ssl.get());
    if (result == 1) return absl::OkStatus();
    const long verified = SSL_get_verify_result(tls_->ssl.get());
    if (verified != X509_V_OK) {
      // Somebody answers in the controller's place.
      return absl::PermissionDeniedError(
          absl::StrCat(peer_, ": answered with a certificate that is not the controller's: ",
                       X509_verify_cert_error_string(verified)));
    }
    RETURN_IF_ERROR(WaitTls(result, deadline_us, "TLS handshake"));
  }
}

// After an operation of OpenSSL that did not succeed: waits for what it needs, or says why not.
absl::Status Stream::WaitTls(int result, int64_t deadline_us, absl::string_view what) {
  const std::string text = absl::StrCat(peer_, ": ", what);
  switch (SSL_get_error(tls_->ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return WaitFor(fd_.get(), POLLIN, deadline_us, text);
    case SSL_ERROR_WANT_WRITE:
      return WaitFor(fd_.get(), POLLOUT, deadline_us, text);
    case SSL_ERROR_SYSCALL:
      return NetworkError(errno == 0 ? ECONNRESET : errno, text);
    default:
      return absl::PermissionDeniedError(absl::StrCat(text, ": the connection was broken off"));
  }
}

absl::Status Stream::Send(absl::string_view bytes, int64_t deadline_us) {
  while (!bytes.empty()) {
    if (tls_) {
      ERR_clear_error();
      size_t put = 0;
      const int result = SSL_write_ex(tls_->ssl.get(), bytes.data(), bytes.size(), &put);
      if (result == 1) {
        bytes.remove_prefix(put);
      } else {
        RETURN_IF_ERROR(WaitTls(result, deadline_us, "send"));
      }
      continue;
    }
    const ssize_t put = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put >= 0) {
      bytes.remove_prefix(static_cast<size_t>(put));
    } else if (errno == EAGAIN) {
      RETURN_IF_ERROR(WaitFor(fd_.get(), POLLOUT, deadline_us, peer_));
    } else if (errno != EINTR) {
      return NetworkError(errno, peer_);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Stream::Receive(int64_t deadline_us) {
  std::string buffer(kReceiveBytes, '\0');
  for (;;) {
    if (tls_) {
      ERR_clear_error();
      size_t got = 0;
      const int result = SSL_read_ex(tls_->ssl.get(), buffer.data(), buffer.size(), &got);
      if (result == 1) return buffer.substr(0, got);
      if (SSL_get_error(tls_->ssl.get(), result) == SSL_ERROR_ZERO_RETURN) return std::string();
      RETURN_IF_ERROR(WaitTls(result, deadline_us, "receive"));
      continue;
    }
    const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (got >= 0) return buffer.substr(0, static_cast<size_t>(got));
    if (errno == EAGAIN) {
      RETURN_IF_ERROR(WaitFor(fd_.get(), POLLIN, deadline_us, peer_));
    } else if (errno != EINTR) {
      return NetworkError(errno, peer_);
    }
  }
}

absl::StatusOr<int> Exchange(Stream& stream, const HttpRequest& request, int64_t deadline_us) {
  std::string head = absl::StrCat(request.method, " ", request.path,
                                  " HTTP/1.1\r\nHost: ", request.host, "\r\nConnection: close\r\n");
  if (!request.user_agent.empty()) {
    absl::StrAppend(&head, "User-Agent: ", request.user_agent, "\r\n");
  }
  if (request.method != "GET") {
    absl::StrAppend(&head, "Content-Type: application/octet-stream\r\nContent-Length: ",
                    request.body.size(), "\r\n");
  }
  RETURN_IF_ERROR(stream.Send(absl::StrCat(head, request.headers, "\r\n"), deadline_us));
  RETURN_IF_ERROR(stream.Send(request.body, deadline_us));
  std::string answer;
  while (answer.find("\r\n") == std::string::npos && answer.size() < kHttpHeadBytesMax) {
    ASSIGN_OR_RETURN(const std::string more, stream.Receive(deadline_us));
    if (more.empty()) break;
    answer += more;
  }
  // "HTTP/1.1 200 ..."
  absl::string_view line = answer;
  int status = 0;
  if (!absl::ConsumePrefix(&line, "HTTP/1.") || line.size() < 5 ||
      !absl::SimpleAtoi(line.substr(2, 3), &status)) {
    return absl::PermissionDeniedError(
        absl::StrCat(request.host, ": the connection was broken off without an HTTP answer"));
  }
  return status;
}

bool IsTurnedAway(int http_status) {
  return http_status == 401 || http_status == 403 || http_status == 407 || http_status == 451;
}

absl::StatusOr<int> AskDns(const std::string& ip, int port, const std::string& name,
                           int64_t deadline_us) {
  const std::string random = os::RandomBytes(2);
  uint16_t id = 0;
  memcpy(&id, random.data(), sizeof id);
  ASSIGN_OR_RETURN(const std::string query, EncodeDnsQuery(id, name));
  ASSIGN_OR_RETURN(const SocketAddress address, ParseAddress(ip, port));
  const std::string peer = absl::StrCat("DNS ", AddressText(ip, port));
  const os::Fd fd(socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // Connected, so that only this peer's answer is taken, and a refusal is told.
  if (!fd || connect(fd.get(), address.get(), address.size) != 0 ||
      send(fd.get(), query.data(), query.size(), MSG_NOSIGNAL) < 0) {
    return NetworkError(errno, peer);
  }
  for (;;) {
    RETURN_IF_ERROR(WaitFor(fd.get(), POLLIN, deadline_us, peer));
    char buffer[kDnsPacketBytesMax * 4];
    const ssize_t got = recv(fd.get(), buffer, sizeof buffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) return NetworkError(errno, peer);
    const auto reply = DecodeDns(absl::string_view(buffer, static_cast<size_t>(got)));
    if (reply.ok() && reply->reply && reply->id == id) return reply->code;
  }
}

}  // namespace drill::agent
