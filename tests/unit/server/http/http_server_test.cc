// What any peer can send to the bones, and what it gets.
#include "server/http/http_server.h"

#include <future>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/status.h"
#include "tests/unit/server/http/raw_client.h"

namespace drill {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::RawClient;
using ::testing::StartsWith;
using testing::StatusIs;

constexpr uint64_t kBodyMax = 100'000;

// Answers with what it was told; "/later/" holds its answer until the test lets go.
class Echo : public HttpHandler {
 public:
  struct Exchange : HttpExchange {
    Exchange(Echo* owner, const HttpRequest& asked) : echo(owner), request(asked) {}
    void OnBody(absl::string_view piece) override { bytes += piece.size(); }
    void Finish(std::function<void(HttpResponse)> reply) override {
      HttpResponse response;
      response.body = absl::StrCat(request.method, " ", request.path, " ?", request.query, " ",
                                   request.Header("x-WORD"), " ", bytes, "\n");
      if (!absl::StartsWith(request.path, "/echo/later")) return reply(std::move(response));
      echo->waiting.set_value([reply, response] { reply(response); });
    }
    Echo* const echo;
    const HttpRequest request;
    size_t bytes = 0;
  };

  std::unique_ptr<HttpExchange> Begin(const HttpRequest& request, HttpResponse* refusal) override {
    if (request.Header("X-Refuse").empty()) return std::make_unique<Exchange>(this, request);
    refusal->status = 403;
    refusal->body = "refused\n";
    return nullptr;
  }

  std::promise<std::function<void()>> waiting;
};

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() { router_.Add({"POST", "/echo/", kBodyMax, echo_}); }

  void Start(HttpLimits limits = {}) {
    auto server = HttpServer::Start(&io_, {"test", "127.0.0.1", 0, std::nullopt, limits}, &router_);
    ASSERT_OK(server);
    server_ = *std::move(server);
  }
  // One request on a connection of its own, and all that comes back.
  std::string Ask(const std::string& request) {
    RawClient client(server_->port());
    client.Send(request);
    return client.ReadAll();
  }

  std::shared_ptr<Echo> echo_ = std::make_shared<Echo>();
  HttpRouter router_;
  IoThread io_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, HandsOnHeadAndBodyAndKeepsTheConnection) {
  Start();
  RawClient client(server_->port());
  for (int i = 0; i < 3; ++i) {
    client.Send(
        "POST /echo/a?b=c HTTP/1.1\r\nHost: x\r\nX-Word: hi\r\nContent-Length: 5\r\n\r\n12345");
    EXPECT_THAT(client.ReadUntil("hi 5\n"),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("POST /echo/a ?b=c hi 5\n")));
  }
}

TEST_F(HttpServerTest, TakesChunksAndAnswersExpectations) {
  Start();
  RawClient client(server_->port());
  client.Send(
      "POST /echo/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
  client.Send("3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  EXPECT_THAT(client.ReadUntil(" 7\n"), EndsWith(" 7\n"));
}

TEST_F(HttpServerTest, RefusesWhatIsMalformedTooLargeOrElsewhere) {
  HttpLimits limits;
  limits.headers = 4;
  Start(limits);
  const std::string many(9000, 'a');
  const struct {
    std::string request;
    const char* answer;
  } kTable[] = {
      {"GET /echo/a HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405 "},
      {"POST /elsewhere HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 "},
      {"POST /echo HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404 "},
      {"POST http://a/echo/ HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 "},
      {"POST * HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 "},
      {"nonsense\r\n\r\n", "HTTP/1.1 400 "},
      {"POST /echo/ HTTP/9.9\r\n\r\n", "HTTP/1.1 400 "},
      {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), "HTTP/1.1 400 "},
      {"POST /echo/ HTTP/1.1\r\nBad Name: x\r\n\r\n", "HTTP/1.1 400 "},
      {"POST /echo/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 400 "},
      {"POST /echo/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 400 "},
      {"POST /echo/ HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
       "HTTP/1.1 400 "},
      {"POST /echo/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 400 "},
      {"POST /echo/ HTTP/1.1\r\nContent-Length: 100001\r\n\r\n", "HTTP/1.1 413 "},
      {absl::StrCat("POST /echo/ HTTP/1.1\r\nX-Long: ", many, "\r\n\r\n"), "HTTP/1.1 431 "},
      {absl::StrCat("POST /echo/", many, " HTTP/1.1\r\n\r\n"), "HTTP/1.1 431 "},
      {"POST /echo/ HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n\r\n", "HTTP/1.1 431 "},
      {"POST /echo/ HTTP/1.1\r\nX-Refuse: 1\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 403 "},
  };
  for (const auto& [request, answer] : kTable) {
    EXPECT_THAT(Ask(request), StartsWith(answer)) << request.substr(0, 80);
  }
}

TEST_F(HttpServerTest, CutsOffChunkedBodiesAtTheRoutesLimit) {
  Start();
  const std::string chunk = absl::StrCat("8000\r\n", std::string(0x8000, 'x'), "\r\n");
  EXPECT_THAT(Ask(absl::StrCat("POST /echo/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", chunk,
                               chunk, chunk, chunk, "0\r\n\r\n")),
              StartsWith("HTTP/1.1 413 "));
}

// Every prefix and many one-byte changes of a good request: answered or closed, never a crash.
TEST_F(HttpServerTest, SurvivesMutatedRequests) {
  HttpLimits limits;
  limits.head_time = absl::Milliseconds(200);
  limits.piece_time = absl::Milliseconds(200);
  Start(limits);
  const std::string good =
      "POST /echo/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  for (size_t at = 0; at < good.size(); at += 2) {
    for (const char byte : {'\0', '\xFF', '\n', ' '}) {
      std::string bad = good;
      bad[at] = byte;
      RawClient client(server_->port());
      client.Send(bad);
    }
  }
  EXPECT_THAT(Ask("POST /echo/a HTTP/1.1\r\nConnection: close\r\nContent-Length: 1\r\n\r\n1"),
              StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, ClosesSlowPeers) {
  HttpLimits limits;
  limits.head_time = absl::Milliseconds(50);
  limits.piece_time = absl::Milliseconds(50);
  Start(limits);
  EXPECT_EQ(Ask(""), "");
  EXPECT_EQ(Ask("POST /ec"), "");
  EXPECT_EQ(Ask("POST /echo/ HTTP/1.1\r\nContent-Length: 10\r\n\r\n123"), "");
}

TEST_F(HttpServerTest, BoundsTheConnections) {
  HttpLimits limits;
  limits.connections = 1;
  Start(limits);
  RawClient first(server_->port());
  first.Send("POST /echo/ HTTP/1.1\r\nContent-Length: 1\r\n\r\n1");
  EXPECT_THAT(first.ReadUntil("1\n"), StartsWith("HTTP/1.1 200 "));
  RawClient second(server_->port());
  EXPECT_EQ(second.ReadAll(), "");
}

TEST_F(HttpServerTest, LetsARequestUnderWayEndWhenItStops) {
  Start();
  RawClient idle(server_->port());
  RawClient busy(server_->port());
  busy.Send("POST /echo/later HTTP/1.1\r\nContent-Length: 1\r\n\r\n1");
  const std::function<void()> answer = echo_->waiting.get_future().get();
  std::thread stopper([&] { server_->Stop(absl::Minutes(1)); });
  EXPECT_EQ(idle.ReadAll(), "");  // the stop has begun
  answer();
  EXPECT_THAT(busy.ReadAll(),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close"), EndsWith(" 1\n")));
  stopper.join();
  EXPECT_FALSE(RawClient(server_->port()).connected());
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
  Start();
  EXPECT_THAT(
      HttpServer::Start(&io_, {"second", "127.0.0.1", server_->port(), std::nullopt}, &router_),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("second")));
  EXPECT_THAT(HttpServer::Start(&io_, {"test", "localhost", 0, std::nullopt}, &router_),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("IP address")));
  EXPECT_THAT(
      HttpServer::Start(&io_, {"test", "127.0.0.1", 0, HttpTls{"no key", "no chain"}}, &router_),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("certificate")));
}

}  // namespace
}  // namespace drill
