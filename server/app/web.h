#ifndef DRILL_SERVER_APP_WEB_H_
#define DRILL_SERVER_APP_WEB_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/http/http_server.h"

namespace grpc {
class Channel;
}

namespace drill {

struct WebOptions {
  std::string host;  // IP address
  int port = 0;      // 0: a free one
  HttpTls tls;
  // The people's services (RpcServer::InProcessChannel).
  std::shared_ptr<grpc::Channel> services;
  // Calls back once the engine answers, on any thread; false: it does not take the question.
  std::function<bool(std::function<void()>)> ping;
};

// HTTPS for browsers and curl: the people's gRPC services by the Connect protocol, /healthz (the
// process runs) and /readyz (the engine answers). Owned by App; stop before the RpcServer.
class Web {
 public:
  // Errors are HttpServer::Start's.
  static absl::StatusOr<std::unique_ptr<Web>> Start(IoThread* io, WebOptions options);

  int port() const { return server_->port(); }
  void Stop(absl::Duration grace) { server_->Stop(grace); }

 private:
  Web() = default;

  HttpRouter router_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace drill

#endif  // DRILL_SERVER_APP_WEB_H_
