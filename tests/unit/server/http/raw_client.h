#ifndef DRILL_TESTS_UNIT_SERVER_HTTP_RAW_CLIENT_H_
#define DRILL_TESTS_UNIT_SERVER_HTTP_RAW_CLIENT_H_

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/keys/openssl.h"
#include "common/os/file.h"

namespace drill::testing {

// A peer of 127.0.0.1 that writes and reads exactly what a test says, over TCP or TLS. A read that
// waits for half a minute fails the test rather than hang it.
class RawClient {
 public:
  // `ca_pem`: speak TLS, believe that CA and take the certificate of 127.0.0.1 only.
  explicit RawClient(int port, const std::string& ca_pem = "")
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{30, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
    if (!ca_pem.empty()) StartTls(ca_pem);
  }

  bool connected() const { return connected_; }

  void Send(absl::string_view text) {
    while (!text.empty()) {
      const int count = static_cast<int>(std::min<size_t>(text.size(), 1 << 20));
      const ssize_t sent = ssl_ != nullptr
                               ? SSL_write(ssl_.get(), text.data(), count)
                               : ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the peer closed: the reading half of the test shows it
      text.remove_prefix(static_cast<size_t>(sent));
    }
  }

  // Up to and with `end`, or all there is until the peer closes.
  std::string ReadUntil(absl::string_view end) {
    while (unread_.find(std::string(end)) == std::string::npos) {
      if (!More()) return std::exchange(unread_, "");
    }
    const size_t size = unread_.find(std::string(end)) + end.size();
    const std::string out = unread_.substr(0, size);
    unread_.erase(0, size);
    return out;
  }
  std::string ReadAll() {
    while (More()) {
    }
    return std::exchange(unread_, "");
  }

 private:
  void StartTls(const std::string& ca_pem) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    const auto ca = ssl::ReadCertificate(ca_pem);
    DRILL_CHECK(ca.ok());
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), ca->get());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    ssl_.reset(SSL_new(context_.get()));
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), "127.0.0.1");
    SSL_set_fd(ssl_.get(), fd_.get());
    connected_ = connected_ && SSL_connect(ssl_.get()) == 1;
  }

  bool More() {
    char buffer[4096];
    const ssize_t got = ssl_ != nullptr ? SSL_read(ssl_.get(), buffer, sizeof(buffer))
                                        : ::recv(fd_.get(), buffer, sizeof(buffer), 0);
    if (got <= 0) return false;
    unread_.append(buffer, static_cast<size_t>(got));
    return true;
  }

  os::Fd fd_;
  bool connected_ = false;
  std::unique_ptr<SSL_CTX, ssl::Deleter<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, ssl::Deleter<SSL_free>> ssl_;
  std::string unread_;
};

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_SERVER_HTTP_RAW_CLIENT_H_
