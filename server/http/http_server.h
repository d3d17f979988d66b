#ifndef DRILL_SERVER_HTTP_HTTP_SERVER_H_
#define DRILL_SERVER_HTTP_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/http/io_thread.h"
#include "server/http/router.h"

namespace drill {

struct HttpLimits {
  size_t header_bytes = 8 << 10;
  size_t headers = 64;
  size_t connections = 1024;  // more are closed as they come
  // To the end of a request's head, from the connection or the answer before it.
  absl::Duration head_time = absl::Seconds(30);
  absl::Duration handshake_time = absl::Seconds(15);
  // For each 16 KiB of a body, and for each answer: slower peers are cut off.
  absl::Duration piece_time = absl::Seconds(15);
  absl::Duration request_time = absl::Minutes(10);  // for the whole of it
};

struct HttpTls {
  std::string key_pem;
  std::string chain_pem;
};

struct HttpServerOptions {
  std::string name = "http";  // in error messages
  std::string host;           // IP address
  int port = 0;               // 0: a free one
  std::optional<HttpTls> tls;
  HttpLimits limits = {};
};

// HTTP/1.1 over TCP or TLS 1.2 and later: parses within limits, routes, answers. No logic.
//
// Malformed heads are answered 400, 413, 431 and the connection closed; whatever a peer sends or
// omits costs at most the limits. Runs on the I/O thread; made and stopped on another one.
class HttpServer {
 public:
  // `io` and `router` outlive the server. FailedPrecondition: the port is in use;
  // PermissionDenied: not permitted; InvalidArgument: no address of this machine, or a PEM that
  // cannot be used.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(IoThread* io, HttpServerOptions options,
                                                           const HttpRouter* router);
  ~HttpServer();  // Stop(0)

  int port() const;
  // Connections open now. Any thread.
  size_t connections() const;

  // Takes no new connections, lets requests that are under way end for `grace`, cuts off the rest.
  void Stop(absl::Duration grace);

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace drill

#endif  // DRILL_SERVER_HTTP_HTTP_SERVER_H_
