// The controller's HTTPS, as curl and a browser meet it: the same services, the same rights.

#include "absl/strings/str_cat.h"
#include "common/yaml/load.h"
#include "tests/integration/drill_fixture.h"
#include "tests/unit/server/http/raw_client.h"

namespace drill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpsTest : public DrillTest {
 protected:
  // One request on a connection of its own, over TLS that believes the controller's CA alone.
  std::string Ask(const std::string& head, const std::string& body = "") {
    RawClient client(endpoint().https_port(), Read(data_ + "/pki/ca.crt"));
    EXPECT_TRUE(client.connected());
    client.Send(absl::StrCat(head, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", extra_,
                             "Content-Length: ", body.size(), "\r\n\r\n", body));
    return client.ReadAll();
  }
  std::string Call(const std::string& person, const std::string& method, const std::string& body) {
    v1::Context context;
    EXPECT_OK(yaml::Load(Read(Path("people/" + person + ".context")), "context", &context));
    extra_ = absl::StrCat("Content-Type: application/json\r\nAuthorization: Bearer ",
                          context.token(), "\r\n");
    const std::string answer = Ask("POST /drill.v1.Drill/" + method, body);
    extra_.clear();
    return answer;
  }

  std::string extra_;
};

TEST_F(HttpsTest, TheSameServicesAndTheSameRights) {
  ASSERT_OK(MakeReady());
  EXPECT_THAT(Ask("GET /healthz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ask("GET /readyz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Ask("GET /nothing"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask("GET /../../etc/passwd"), StartsWith("HTTP/1.1 404 "));

  EXPECT_THAT(Call("giam-doc", "WhoAmI", ""),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("\"id\":\"giam-doc\"")));
  const std::string ask = absl::StrCat("{\"exercise\":\"", kExercise, "\"}");
  EXPECT_THAT(Call("giam-doc", "GetExercise", ask),
              AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("\"phase\":\"PHASE_READY\"")));
  // A responder learns of no exercise before it runs, here as there.
  EXPECT_THAT(Call("an", "GetExercise", ask),
              AllOf(StartsWith("HTTP/1.1 404 "), HasSubstr("\"code\":\"not_found\"")));
  // A change is a change: decided, durable, and by the person of the token.
  const std::string start =
      absl::StrCat("{\"requestId\":\"r1\",\"command\":{\"startExercise\":", ask, "}}");
  EXPECT_THAT(Call("an", "Submit", start), Not(StartsWith("HTTP/1.1 200 ")));
  EXPECT_THAT(Call("giam-doc", "Submit", start), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(View().summary().phase(), v1::PHASE_RUNNING);
}

TEST_F(HttpsTest, TheConsoleAndItsSessions) {
  ASSERT_OK(MakeReady());
  EXPECT_THAT(Ask("GET /"), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("<html lang=\"vi\""),
                                  HasSubstr("Content-Security-Policy: default-src 'none'; ")));
  v1::Context context;
  ASSERT_OK(yaml::Load(Read(Path("people/giam-doc.context")), "context", &context));
  const std::string own = "Connect-Protocol-Version: 1\r\nOrigin: https://x\r\n";
  extra_ = own;
  EXPECT_THAT(Ask("POST /session", "drl_wrong"), StartsWith("HTTP/1.1 401 "));
  const std::string answer = Ask("POST /session", context.token());
  ASSERT_THAT(answer, AllOf(StartsWith("HTTP/1.1 204 "), HasSubstr("Set-Cookie: __Host-drill=")));
  const size_t from = answer.find("__Host-drill=");
  const std::string cookie = answer.substr(from, answer.find(';', from) - from);

  const auto who = [&](const std::string& headers) {
    extra_ = absl::StrCat(headers, "Content-Type: application/json\r\nCookie: ", cookie, "\r\n");
    return Ask("POST /drill.v1.Drill/WhoAmI", "{}");
  };
  EXPECT_THAT(who(own), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("\"id\":\"giam-doc\"")));
  EXPECT_THAT(who("Connect-Protocol-Version: 1\r\nOrigin: https://other\r\n"),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(who(""), StartsWith("HTTP/1.1 403 "));
  extra_ = absl::StrCat(own, "Cookie: ", cookie, "\r\n");
  EXPECT_THAT(Ask("DELETE /session"), StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(who(own), StartsWith("HTTP/1.1 401 "));
}

}  // namespace
}  // namespace drill::testing
