#include "tests/support/fake_sink.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/dns_packet.h"
#include "common/base/check.h"
#include "common/keys/openssl.h"
#include "server/pki/pki.h"

namespace drill::testing {
namespace {

int PortOf(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  DRILL_CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

os::Fd Bound(int type) {
  os::Fd fd(socket(AF_INET, type | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  DRILL_CHECK(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  if (type == SOCK_STREAM) DRILL_CHECK(listen(fd.get(), 128) == 0);
  return fd;
}

using Read = std::function<std::string()>;
using Write = std::function<void(const std::string&)>;

std::string ReadFd(int fd) {
  char buffer[16384];
  const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
  return got <= 0 ? "" : std::string(buffer, static_cast<size_t>(got));
}

size_t ContentLength(const std::string& head) {
  const std::string lower = absl::AsciiStrToLower(head);
  const size_t at = lower.find("content-length: ");
  size_t length = 0;
  if (at != std::string::npos) {
    const size_t from = at + 16;
    DRILL_CHECK(absl::SimpleAtoi(lower.substr(from, lower.find('\r', from) - from), &length));
  }
  return length;
}

}  // namespace

struct FakeSink::Tls {
  std::unique_ptr<SSL_CTX, ssl::Deleter<SSL_CTX_free>> context;
  ssl::Key key;
  ssl::Certificate certificate;
};

FakeSink::FakeSink(const std::string& ca_dir)
    : http_(Bound(SOCK_STREAM)),
      https_(Bound(SOCK_STREAM)),
      tcp_(Bound(SOCK_STREAM)),
      dns_(Bound(SOCK_DGRAM)),
      stop_(eventfd(0, EFD_CLOEXEC)),
      http_port_(PortOf(http_.get())),
      https_port_(PortOf(https_.get())),
      tcp_port_(PortOf(tcp_.get())),
      dns_port_(PortOf(dns_.get())) {
  if (!ca_dir.empty()) {
    auto ca = Ca::OpenOrCreate(ca_dir);
    DRILL_CHECK(ca.ok());
    auto identity = ca->IssueServer({});
    DRILL_CHECK(identity.ok());
    ca_pem_ = ca->CaPem();
    tls_ = std::make_shared<Tls>();
    tls_->context.reset(SSL_CTX_new(TLS_server_method()));
    tls_->key = *ssl::ReadKey(identity->key_pem);
    tls_->certificate = *ssl::ReadCertificate(identity->chain_pem);
    DRILL_CHECK(SSL_CTX_use_certificate(tls_->context.get(), tls_->certificate.get()) == 1);
    DRILL_CHECK(SSL_CTX_use_PrivateKey(tls_->context.get(), tls_->key.get()) == 1);
  }
  thread_ = std::thread([this] { Run(); });
}

FakeSink::~FakeSink() {
  const uint64_t one = 1;
  DRILL_CHECK(write(stop_.get(), &one, sizeof one) == sizeof one);
  thread_.join();
}

void FakeSink::Run() {
  for (;;) {
    pollfd wait[] = {{stop_.get(), POLLIN, 0},
                     {http_.get(), POLLIN, 0},
                     {https_.get(), POLLIN, 0},
                     {tcp_.get(), POLLIN, 0},
                     {dns_.get(), POLLIN, 0}};
    if (poll(wait, 5, -1) < 0) continue;
    if (wait[0].revents != 0) return;
    for (int i = 1; i <= 3; ++i) {
      if (wait[i].revents == 0) continue;
      const os::Fd peer(accept4(wait[i].fd, nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer) continue;
      const timeval patience{5, 0};
      setsockopt(peer.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      if (i == 3) {
        ServeTcp(peer.get());
      } else {
        ServeHttp(peer.get(), i == 2);
      }
    }
    if (wait[4].revents != 0) ServeDns();
  }
}

void FakeSink::ServeHttp(int fd, bool tls) {
  std::unique_ptr<SSL, ssl::Deleter<SSL_free>> ssl;
  if (tls) {
    if (!tls_) return;
    ssl.reset(SSL_new(tls_->context.get()));
    DRILL_CHECK(SSL_set_fd(ssl.get(), fd) == 1);
    if (SSL_accept(ssl.get()) != 1) return;
  }
  const auto receive = [&]() -> std::string {
    if (!tls) return ReadFd(fd);
    char buffer[16384];
    const int got = SSL_read(ssl.get(), buffer, sizeof buffer);
    return got <= 0 ? "" : std::string(buffer, static_cast<size_t>(got));
  };
  Request request;
  request.tls = tls;
  std::string text;
  size_t end = std::string::npos;
  while ((end = text.find("\r\n\r\n")) == std::string::npos) {
    const std::string more = receive();
    if (more.empty()) return;
    text += more;
  }
  request.head = text.substr(0, end + 2);
  request.body = text.substr(end + 4);
  while (request.body.size() < ContentLength(request.head)) {
    const std::string more = receive();
    if (more.empty()) return;
    request.body += more;
  }
  std::string answer;
  {
    // Written down before it is answered: who has the answer finds it here.
    const std::lock_guard<std::mutex> lock(mutex_);
    answer = absl::StrCat("HTTP/1.1 ", status_, " X\r\nContent-Length: 0\r\n\r\n");
    requests_.push_back(std::move(request));
  }
  changed_.notify_all();
  if (tls) {
    SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(ssl.get());
  } else {
    send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
}

void FakeSink::ServeTcp(int fd) {
  std::string text;
  size_t wanted = std::string::npos;
  while (text.size() < wanted) {
    const std::string more = ReadFd(fd);
    if (more.empty()) break;
    text += more;
    const size_t line = text.find('\n');
    if (wanted != std::string::npos || line == std::string::npos) continue;
    // "DRILL mark size sha"
    const size_t size_at = text.find(' ', 6) + 1;
    size_t size = 0;
    if (!absl::SimpleAtoi(text.substr(size_at, text.find(' ', size_at) - size_at), &size)) break;
    wanted = line + 1 + size;
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    transfers_.push_back(text);
  }
  changed_.notify_all();
  if (text.size() == wanted) send(fd, "OK\n", 3, MSG_NOSIGNAL);
}

void FakeSink::ServeDns() {
  char buffer[2048];
  sockaddr_in from{};
  socklen_t size = sizeof from;
  const ssize_t got =
      recvfrom(dns_.get(), buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from), &size);
  if (got <= 0) return;
  std::string packet(buffer, static_cast<size_t>(got));
  const auto query = agent::DecodeDns(packet);
  if (!query.ok() || query->reply) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    names_.push_back(query->name);
  }
  changed_.notify_all();
  packet[2] = static_cast<char>(0x85);  // an answer, with authority, without a record
  sendto(dns_.get(), packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
}

void FakeSink::AnswerWith(int http_status) {
  const std::lock_guard<std::mutex> lock(mutex_);
  status_ = http_status;
}

template <typename T>
std::vector<T> FakeSink::Await(const std::vector<T>& from, size_t count) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, std::chrono::seconds(30), [&] { return from.size() >= count; });
  return from;
}

std::vector<FakeSink::Request> FakeSink::AwaitRequests(size_t count) {
  return Await(requests_, count);
}
std::vector<std::string> FakeSink::AwaitTransfers(size_t count) { return Await(transfers_, count); }
std::vector<std::string> FakeSink::AwaitNames(size_t count) { return Await(names_, count); }

int FreePort() { return PortOf(Bound(SOCK_STREAM).get()); }

}  // namespace drill::testing
