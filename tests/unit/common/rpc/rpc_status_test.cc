#include "common/rpc/channel.h"
#include "common/rpc/limits.h"
#include "common/rpc/status.h"
#include "tests/support/status.h"

namespace drill {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::StatusIs;

TEST(StatusMapping, EveryCodeComesBackWithItsMessage) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status sent(static_cast<absl::StatusCode>(code), "vì sao: lý do");
    EXPECT_EQ(FromGrpc(ToGrpc(sent)), sent);
    EXPECT_EQ(static_cast<int>(ToGrpc(sent).error_code()), code);
  }
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_OK(FromGrpc(grpc::Status::OK));
}

TEST(StatusMapping, AMessageAtTheLimitIsWholeAndALongerOneIsCutBetweenCharacters) {
  const std::string whole(kStatusMessageBytesMax, 'x');
  EXPECT_EQ(ToGrpc(absl::InvalidArgumentError(whole)).error_message(), whole);

  for (size_t shift = 0; shift < 4; ++shift) {
    std::string text(shift, 'x');
    while (text.size() <= kStatusMessageBytesMax) text += "ệ";  // three bytes
    const std::string cut = ToGrpc(absl::InvalidArgumentError(text)).error_message();
    EXPECT_LE(cut.size(), kStatusMessageBytesMax);
    EXPECT_GT(cut.size(), kStatusMessageBytesMax - 4);
    EXPECT_THAT(cut, EndsWith("..."));
    EXPECT_EQ((cut.size() - 3 - shift) % 3, 0u);
  }
}

TEST(HostPort, SplitsAndJoins) {
  for (const auto& [text, host, port] :
       {std::tuple{"127.0.0.1:0", "127.0.0.1", 0},
        {"[::]:7443", "::", 7443},
        {"drill.example.gov.vn:65535", "drill.example.gov.vn", 65535}}) {
    const auto parsed = ParseHostPort(text);
    ASSERT_OK(parsed);
    EXPECT_EQ(parsed->host, host);
    EXPECT_EQ(parsed->port, port);
    EXPECT_EQ(FormatHostPort(parsed->host, parsed->port), text);
  }
}

TEST(HostPort, RefusesWhatIsNotOneAndRepeatsIt) {
  for (const char* wrong :
       {"", "host", ":7443", "host:", "host:x", "host:-1", "host:+1", "host:65536", "::1:7443",
        "[host]:1", "[::1]", "https://h:1", "a b:1", "host:99999999999"}) {
    EXPECT_THAT(ParseHostPort(wrong), StatusIs(absl::StatusCode::kInvalidArgument,
                                               HasSubstr(absl::StrCat("\"", wrong, "\""))));
  }
}

}  // namespace
}  // namespace drill
