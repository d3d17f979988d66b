#ifndef DRILL_SERVER_HTTP_ROUTER_H_
#define DRILL_SERVER_HTTP_ROUTER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

// What a handler of server/http sees: no sockets, no Boost.
namespace drill {

// Head of a request; its body comes in pieces.
struct HttpRequest {
  std::string method;  // "POST"
  std::string path;    // up to '?', as it came: not decoded
  std::string query;   // behind '?'
  std::string peer;    // IP address
  bool secure = false;
  std::vector<std::pair<std::string, std::string>> headers;

  // Value of the first header of this name, whatever its case; "" when absent.
  std::string Header(absl::string_view name) const;
};

// A body without a known end, sent piece by piece as chunks (RFC 9112 §7.1).
class HttpBody {
 public:
  // Destroyed when it has ended, or when the peer has gone.
  virtual ~HttpBody() = default;
  // On the I/O thread, one at a time. `ready` is to be called once, on any thread; nullopt: the
  // end. Called after the body is gone it does nothing.
  virtual void Next(std::function<void(std::optional<std::string>)> ready) = 0;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::shared_ptr<HttpBody> stream;  // in place of `body`
  std::string cache_control = "no-store";
  std::vector<std::pair<std::string, std::string>> headers;  // further ones
};

// One request that a handler took. On the I/O thread; destroyed when answered, or when the peer
// went away before its body was whole.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual void OnBody(absl::string_view piece) = 0;
  // The body is whole. `reply` is to be called once, on any thread; a reply after the peer has
  // gone is dropped.
  virtual void Finish(std::function<void(HttpResponse)> reply) = 0;
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  // Null: refused with `*refusal` before its body is read.
  virtual std::unique_ptr<HttpExchange> Begin(const HttpRequest& request,
                                              HttpResponse* refusal) = 0;
};

struct HttpRoute {
  std::string method;
  // A path, or with '/' at its end every path below it.
  std::string path;
  uint64_t body_bytes_max = 0;
  std::shared_ptr<HttpHandler> handler;
};

// Which handler takes a request. Constant once a server uses it.
class HttpRouter {
 public:
  void Add(HttpRoute route) { routes_.push_back(std::move(route)); }

  // The route, the longest path first; null with 404 or 405 in `*refusal`.
  const HttpRoute* Find(absl::string_view method, absl::string_view path,
                        HttpResponse* refusal) const;

 private:
  std::vector<HttpRoute> routes_;
};

}  // namespace drill

#endif  // DRILL_SERVER_HTTP_ROUTER_H_
