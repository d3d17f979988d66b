#include "server/app/web.h"

#include <utility>

#include "common/base/status.h"
#include "common/rpc/limits.h"
#include "drill/v1/api.pb.h"
#include "server/console/pages.h"
#include "server/console/sessions.h"
#include "server/http/connect/bridge.h"

namespace drill {
namespace {

using Reply = std::function<void(HttpResponse)>;

// A read without a body.
class Simple final : public HttpHandler {
 public:
  explicit Simple(std::function<void(Reply)> answer) : answer_(std::move(answer)) {}
  std::unique_ptr<HttpExchange> Begin(const HttpRequest&, HttpResponse*) override {
    return std::make_unique<Exchange>(answer_);
  }

 private:
  struct Exchange final : HttpExchange {
    explicit Exchange(std::function<void(Reply)> how) : answer(std::move(how)) {}
    void OnBody(absl::string_view) override {}
    void Finish(Reply reply) override { answer(std::move(reply)); }
    const std::function<void(Reply)> answer;
  };
  const std::function<void(Reply)> answer_;
};

HttpResponse Plain(int status, const char* text) {
  HttpResponse response;
  response.status = status;
  response.body = text;
  return response;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Web>> Web::Start(IoThread* io, WebOptions options) {
  std::unique_ptr<Web> web(new Web());
  const auto* file = v1::SubmitRequest::descriptor()->file();
  const auto* service = file->FindServiceByName("Drill");
  const std::string path = connect::BridgePath(service);
  console::SessionHandlers console =
      console::MakeSessions(connect::MakeBridge(service, std::move(options.services)), path);
  web->router_.Add({"POST", path, kRequestBytesMax, std::move(console.services)});
  web->router_.Add({"POST", "/session", console::kTokenBytesMax, std::move(console.sign_in)});
  web->router_.Add({"DELETE", "/session", 0, console.sign_out});
  web->router_.Add({"DELETE", "/session/all", 0, std::move(console.sign_out)});
  web->router_.Add({"GET", "/", 0, console::MakePages(console::EmbeddedFiles())});
  web->router_.Add({"GET", "/healthz", 0,
                    std::make_shared<Simple>([](Reply reply) { reply(Plain(200, "ok\n")); })});
  web->router_.Add(
      {"GET", "/readyz", 0, std::make_shared<Simple>([ping = std::move(options.ping)](Reply reply) {
         if (!ping([reply] { reply(Plain(200, "ok\n")); })) {
           reply(Plain(503, "the engine does not answer\n"));
         }
       })});
  HttpServerOptions http;
  http.name = "https";
  http.host = std::move(options.host);
  http.port = options.port;
  http.tls = std::move(options.tls);
  ASSIGN_OR_RETURN(web->server_, HttpServer::Start(io, std::move(http), &web->router_));
  return web;
}

}  // namespace drill
