// The people's services over HTTP/1.1, as curl and a browser call them.
#include "server/http/connect/bridge.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/keys/token.h"
#include "common/os/random.h"
#include "drill/v1/api.pb.h"
#include "server/http/connect/codec.h"
#include "server/http/http_server.h"
#include "tests/support/status.h"
#include "tests/unit/server/http/raw_client.h"
#include "tests/unit/server/rpc/rpc_fixture.h"

namespace drill::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class BridgeTest : public RpcFixture {
 protected:
  BridgeTest() {
    const auto* service = v1::SubmitRequest::descriptor()->file()->FindServiceByName("Drill");
    router_.Add({"POST", connect::BridgePath(service), 100'000,
                 connect::MakeBridge(service, server_->InProcessChannel())});
    auto http = HttpServer::Start(&io_, {"test", "127.0.0.1", 0, std::nullopt, {}}, &router_);
    EXPECT_OK(http);
    http_ = *std::move(http);
    const std::string secret = os::RandomBytes(kTokenBytes);
    backend_.persons[Sha256(secret)] = "an";
    token_ = TokenText(secret);
  }

  std::string Request(const std::string& method, const std::string& body,
                      const std::string& headers) const {
    return absl::StrCat("POST /drill.v1.Drill/", method,
                        " HTTP/1.1\r\nHost: x\r\nConnection: close",
                        "\r\nContent-Length: ", body.size(), "\r\n", headers, "\r\n", body);
  }
  std::string Bearer() const { return absl::StrCat("Authorization: Bearer ", token_, "\r\n"); }
  std::string Call(const std::string& method, const std::string& body,
                   const std::string& headers) const {
    RawClient client(http_->port());
    client.Send(Request(method, body, headers));
    return client.ReadAll();
  }

  const std::string json_ = "Content-Type: application/json\r\n";
  const std::string stream_ = "Content-Type: application/connect+json\r\n";
  std::string token_;
  IoThread io_;
  HttpRouter router_;
  std::unique_ptr<HttpServer> http_;
};

TEST_F(BridgeTest, AUnaryCallInJson) {
  backend_.on_query = [](const QueryRequest& request) {
    v1::DutyTable table;
    table.set_year(std::get<v1::GetDutyRequest>(request).year());
    return QueryReply(table);
  };
  EXPECT_THAT(Call("GetDuty", R"({"year":2026})", json_ + Bearer()),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Content-Type: application/json\r\n"),
                    HasSubstr("Cache-Control: no-store\r\n"), EndsWith("\r\n\r\n{\"year\":2026}")));
  EXPECT_THAT(backend_.querying, ::testing::ElementsAre("an"));
}

TEST_F(BridgeTest, ABinaryCall) {
  backend_.on_query = [](const QueryRequest&) {
    v1::DutyTable table;
    table.set_year(7);
    return QueryReply(table);
  };
  EXPECT_THAT(
      Call("GetDuty", "", "Content-Type: application/proto\r\n" + Bearer()),
      AllOf(HasSubstr("Content-Type: application/proto\r\n"), EndsWith("\r\n\r\n\x08\x07")));
}

TEST_F(BridgeTest, ErrorsOfTheServiceKeepCodeAndWords) {
  backend_.on_query = [](const QueryRequest&) -> absl::StatusOr<QueryReply> {
    return absl::NotFoundError("không có cuộc diễn tập 'x'");
  };
  EXPECT_THAT(Call("GetInbox", R"({"exercise":"x"})", json_ + Bearer()),
              AllOf(StartsWith("HTTP/1.1 404 "),
                    EndsWith(R"({"code":"not_found","message":"không có cuộc diễn tập 'x'"})")));
}

TEST_F(BridgeTest, WithoutATokenNobodyIsServed) {
  for (const char* header :
       {"", "Authorization: Bearer drl_x\r\n", "Authorization: Basic eDp5\r\n"}) {
    EXPECT_THAT(Call("WhoAmI", "{}", json_ + header),
                AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr(R"("code":"unauthenticated")")))
        << header;
  }
  EXPECT_TRUE(backend_.querying.empty());
}

// gRPC ends the process that gives it a header value which HTTP/2 does not allow.
TEST_F(BridgeTest, ATokenOfOtherBytesThanHeadersMayHaveIsRefused) {
  for (const char* token : {"\x80\xff", "a\tb", "đ"}) {
    for (const std::string& type : {json_, stream_}) {
      const std::string method = type == json_ ? "WhoAmI" : "Watch";
      const std::string body = type == json_ ? "{}" : connect::Envelope("{}", false);
      EXPECT_THAT(Call(method, body, absl::StrCat(type, "Authorization: Bearer ", token, "\r\n")),
                  AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr(R"("code":"unauthenticated")")));
    }
  }
  EXPECT_TRUE(backend_.querying.empty());
}

TEST_F(BridgeTest, WhatIsNoCallIsRefusedBeforeItReachesTheService) {
  const std::string auth = Bearer();
  EXPECT_THAT(Call("Nothing", "{}", json_ + auth), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Call("WhoAmI/x", "{}", json_ + auth), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Call("WhoAmI", "{}", auth), StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Call("WhoAmI", "{}", "Content-Type: text/plain\r\n" + auth),
              StartsWith("HTTP/1.1 415 "));
  EXPECT_THAT(Call("WhoAmI", "{}", stream_ + auth), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Call("Watch", "{}", json_ + auth), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Call("WhoAmI", "{", json_ + auth), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Call("WhoAmI", R"({"admin":true})", json_ + auth),
              AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("admin")));
  EXPECT_THAT(Call("WhoAmI", "{}", json_ + auth + "Content-Encoding: gzip\r\n"),
              StartsWith("HTTP/1.1 501 "));
  EXPECT_THAT(Call("WhoAmI", "{}", json_ + auth + "Connect-Timeout-Ms: -1\r\n"),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Call("GetDuty", std::string(100'001, ' '), json_ + auth),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(backend_.querying.empty());
}

TEST_F(BridgeTest, ACallEndsByItsOwnTimeLimit) {
  const std::string answer =
      Call("Submit", R"({"requestId":"r"})", json_ + Bearer() + "Connect-Timeout-Ms: 1\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 504 "));
  EXPECT_THAT(answer, HasSubstr(R"("code":"deadline_exceeded")"));
}

// Chunked: the envelopes of a stream, one after another.
TEST_F(BridgeTest, AStreamInJson) {
  RawClient client(http_->port());
  client.Send(Request("Watch", connect::Envelope(R"({"exercise":"drill","cursor":"4"})", false),
                      stream_ + Bearer()));
  ASSERT_TRUE(backend_.WaitFor([this] { return !backend_.watches.empty(); }));
  FakeBackend::Watching& watch = backend_.OnlyWatch();
  EXPECT_EQ(watch.person, "an");
  EXPECT_EQ(watch.request.exercise(), "drill");
  EXPECT_EQ(watch.request.cursor(), 4u);
  for (uint64_t cursor : {5u, 6u}) {
    auto event = std::make_shared<v1::WatchEvent>();
    event->set_cursor(cursor);
    EXPECT_TRUE(watch.sink->Push(event));
  }
  EXPECT_THAT(client.ReadUntil(R"({"cursor":"6"})"),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Transfer-Encoding: chunked\r\n"),
                    HasSubstr("Content-Type: application/connect+json\r\n"),
                    HasSubstr(std::string("\0\0\0\0\x0e{\"cursor\":\"5\"}", 19))));
  watch.sink->Close(absl::AbortedError("call again"));
  const std::string end = R"({"error":{"code":"aborted","message":"call again"}})";
  EXPECT_THAT(client.ReadAll(),
              AllOf(HasSubstr(connect::Envelope(end, true)), EndsWith("\r\n0\r\n\r\n")));
}

TEST_F(BridgeTest, AStreamThatIsRefusedSaysWhyInItsEnd) {
  backend_.on_watch = absl::NotFoundError("no such exercise");
  EXPECT_THAT(Call("Watch", connect::Envelope("{}", false), stream_ + Bearer()),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr(R"("code":"not_found")")));
  EXPECT_THAT(Call("Watch", "{}", stream_ + Bearer()),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr(R"("code":"invalid_argument")")));
}

TEST_F(BridgeTest, AReaderThatGoesAwayEndsItsWatch) {
  {
    RawClient client(http_->port());
    client.Send(Request("Watch", connect::Envelope("{}", false), stream_ + Bearer()));
    ASSERT_TRUE(backend_.WaitFor([this] { return !backend_.watches.empty(); }));
  }
  EXPECT_TRUE(backend_.WaitFor([this] { return backend_.OnlyWatch().stops == 1; }));
}

TEST_F(BridgeTest, StoppingCutsStreamsOff) {
  RawClient client(http_->port());
  client.Send(Request("Watch", connect::Envelope("{}", false), stream_ + Bearer()));
  ASSERT_TRUE(backend_.WaitFor([this] { return !backend_.watches.empty(); }));
  http_->Stop(absl::ZeroDuration());
  EXPECT_TRUE(backend_.WaitFor([this] { return backend_.OnlyWatch().stops == 1; }));
}

}  // namespace
}  // namespace drill::testing
