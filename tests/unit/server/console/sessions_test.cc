#include "server/console/sessions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "drill/v1/api.pb.h"

namespace drill::console {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Knows the tokens "drl_PERSON..."; tells which authorization each call came with.
class FakeBridge final : public HttpHandler {
 public:
  std::unique_ptr<HttpExchange> Begin(const HttpRequest& request, HttpResponse*) override {
    seen = request.Header("Authorization");
    HttpResponse response;
    absl::string_view token = seen;
    if (!absl::ConsumePrefix(&token, "Bearer drl_")) {
      response.status = 401;
    } else {
      v1::Identity identity;
      identity.mutable_person()->set_id(std::string(token.substr(0, 2)));
      response.body = identity.SerializeAsString();
    }
    return std::make_unique<Exchange>(std::move(response));
  }
  std::string seen;

 private:
  struct Exchange final : HttpExchange {
    explicit Exchange(HttpResponse r) : response(std::move(r)) {}
    void OnBody(absl::string_view) override {}
    void Finish(std::function<void(HttpResponse)> reply) override { reply(response); }
    HttpResponse response;
  };
};

class SessionsTest : public ::testing::Test {
 protected:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  HttpResponse Ask(HttpHandler* handler, const std::string& path, const Headers& headers,
                   const std::string& body = "", const std::string& peer = "10.0.0.1") {
    HttpRequest request;
    request.path = path;
    request.peer = peer;
    request.headers = headers;
    request.headers.emplace_back("Host", "drill.example:8443");
    HttpResponse response;
    auto exchange = handler->Begin(request, &response);
    if (exchange == nullptr) return response;
    exchange->OnBody(body);
    exchange->Finish([&](HttpResponse r) { response = std::move(r); });
    return response;
  }
  HttpResponse SignIn(const std::string& token, const std::string& peer = "10.0.0.1") {
    return Ask(handlers_.sign_in.get(), "/session", kOwn, token, peer);
  }
  static std::string SetCookie(const HttpResponse& response) {
    for (const auto& [name, value] : response.headers) {
      if (name == "Set-Cookie") return value;
    }
    return "";
  }
  // "__Host-drill=..." as a browser sends it back.
  std::string Cookie(const std::string& token) {
    const std::string cookie = SetCookie(SignIn(token));
    return cookie.substr(0, cookie.find(';'));
  }
  int Call(const std::string& cookie, Headers headers = kOwn) {
    bridge_->seen.clear();
    headers.emplace_back("Cookie", absl::StrCat("a=b; ", cookie));
    return Ask(handlers_.services.get(), "/s/M", headers).status;
  }
  void SignOut(const std::string& cookie, const std::string& path) {
    Headers headers = kOwn;
    headers.emplace_back("Cookie", cookie);
    EXPECT_EQ(Ask(handlers_.sign_out.get(), path, headers).status, 204);
  }

  static inline const Headers kOwn = {{"Connect-Protocol-Version", "1"},
                                      {"Origin", "https://drill.example:8443"},
                                      {"Sec-Fetch-Site", "same-origin"}};
  int64_t now_us_ = 1;
  std::shared_ptr<FakeBridge> bridge_ = std::make_shared<FakeBridge>();
  SessionHandlers handlers_ = MakeSessions(bridge_, "/s/", [this] { return now_us_; });
};

TEST_F(SessionsTest, ATokenBecomesACookieThatNoScriptReads) {
  const HttpResponse response = SignIn(" drl_an-1\n");
  EXPECT_EQ(response.status, 204);
  EXPECT_THAT(SetCookie(response),
              AllOf(StartsWith("__Host-drill="), HasSubstr("; Path=/;"), HasSubstr("; HttpOnly"),
                    HasSubstr("; Secure"), HasSubstr("; SameSite=Strict")));
  EXPECT_THAT(SetCookie(response), ::testing::Not(HasSubstr("drl_")));
  EXPECT_EQ(Call(Cookie("drl_an-1")), 200);
  EXPECT_EQ(bridge_->seen, "Bearer drl_an-1");
}

TEST_F(SessionsTest, AWrongTokenGivesNoCookie) {
  const HttpResponse response = SignIn("guess");
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(SetCookie(response), "");
  EXPECT_EQ(Call("__Host-drill=invented"), 401);
  EXPECT_EQ(bridge_->seen, "");
}

TEST_F(SessionsTest, ACookieAloneIsNoCall) {
  const std::string cookie = Cookie("drl_an-1");
  EXPECT_EQ(Call(cookie, {}), 403);  // a form sends no header of its own
  EXPECT_EQ(Call(cookie, {{"Connect-Protocol-Version", "1"}, {"Origin", "https://evil.example"}}),
            403);
  EXPECT_EQ(Call(cookie, {{"Connect-Protocol-Version", "1"}, {"Origin", "null"}}), 403);
  EXPECT_EQ(Call(cookie, {{"Connect-Protocol-Version", "1"}, {"Sec-Fetch-Site", "same-site"}}),
            403);
  EXPECT_EQ(bridge_->seen, "");
  EXPECT_EQ(Ask(handlers_.sign_in.get(), "/session", {}, "drl_an-1").status, 403);
  EXPECT_EQ(Ask(handlers_.sign_out.get(), "/session", {{"Cookie", cookie}}).status, 403);
  EXPECT_EQ(Call(cookie), 200);
}

TEST_F(SessionsTest, ABearerGoesThroughAsItIs) {
  const std::string cookie = Cookie("drl_an-1");
  EXPECT_EQ(Call(cookie, {{"authorization", "Bearer drl_bi-2"}}), 200);
  EXPECT_EQ(bridge_->seen, "Bearer drl_bi-2");
}

TEST_F(SessionsTest, EndsWhenIdleNotWhileUsed) {
  const std::string cookie = Cookie("drl_an-1");
  for (int i = 0; i < 3; ++i) {
    now_us_ += kIdleMaxUs;
    EXPECT_EQ(Call(cookie), 200);
  }
  now_us_ += kIdleMaxUs + 1;
  EXPECT_EQ(Call(cookie), 401);
}

TEST_F(SessionsTest, SignOutHereAndEverywhere) {
  const std::string a = Cookie("drl_an-1");
  const std::string b = Cookie("drl_an-2");  // another token of the same person
  const std::string c = Cookie("drl_an-1");
  const std::string other = Cookie("drl_bi-1");
  SignOut(a, "/session");
  EXPECT_EQ(Call(a), 401);
  EXPECT_EQ(Call(b), 200);
  SignOut(b, "/session/all");
  EXPECT_EQ(Call(b), 401);
  EXPECT_EQ(Call(c), 401);
  EXPECT_EQ(Call(other), 200);
}

TEST_F(SessionsTest, GuessingIsSlow) {
  for (int i = 0; i < kFailuresPerMinute; ++i) EXPECT_EQ(SignIn("guess").status, 401);
  EXPECT_EQ(SignIn("drl_an-1").status, 429);
  EXPECT_EQ(SignIn("drl_an-1", "10.0.0.2").status, 204);
  now_us_ += 60'000'001;
  for (int i = 0; i < 2 * kFailuresPerMinute; ++i) EXPECT_EQ(SignIn("drl_an-1").status, 204);
}

}  // namespace
}  // namespace drill::console
