#ifndef DRILL_TESTS_SUPPORT_FAKE_SINK_H_
#define DRILL_TESTS_SUPPORT_FAKE_SINK_H_

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/os/file.h"

namespace drill::testing {

// A sink on free ports of the loopback, that writes down all it gets. One thread of its own, which
// serves one connection after the other. Also stands in for a host that is scanned or flooded.
class FakeSink {
 public:
  // With `ca_dir`, HTTPS with a certificate of the CA kept there (server/pki), made if need be.
  explicit FakeSink(const std::string& ca_dir = "");
  ~FakeSink();
  FakeSink(const FakeSink&) = delete;
  FakeSink& operator=(const FakeSink&) = delete;

  int http_port() const { return http_port_; }
  int https_port() const { return https_port_; }
  int tcp_port() const { return tcp_port_; }
  int dns_port() const { return dns_port_; }
  const std::string& ca_pem() const { return ca_pem_; }

  // Of every HTTP(S) answer from now on.
  void AnswerWith(int http_status);

  struct Request {
    std::string head;
    std::string body;
    bool tls = false;
  };
  // What came, in order, once there are `count` of them; fewer after 30 s.
  std::vector<Request> AwaitRequests(size_t count);
  std::vector<std::string> AwaitTransfers(size_t count);  // TCP, each connection's bytes
  std::vector<std::string> AwaitNames(size_t count);      // DNS

 private:
  struct Tls;
  void Run();
  void ServeHttp(int fd, bool tls);
  void ServeTcp(int fd);
  void ServeDns();
  template <typename T>
  std::vector<T> Await(const std::vector<T>& from, size_t count);

  os::Fd http_;
  os::Fd https_;
  os::Fd tcp_;
  os::Fd dns_;
  os::Fd stop_;
  int http_port_ = 0;
  int https_port_ = 0;
  int tcp_port_ = 0;
  int dns_port_ = 0;
  std::string ca_pem_;
  std::shared_ptr<Tls> tls_;

  std::mutex mutex_;
  std::condition_variable changed_;
  int status_ = 200;
  std::vector<Request> requests_;
  std::vector<std::string> transfers_;
  std::vector<std::string> names_;
  std::thread thread_;  // last
};

// A TCP port of the loopback on which nobody listens now.
int FreePort();

}  // namespace drill::testing

#endif  // DRILL_TESTS_SUPPORT_FAKE_SINK_H_
