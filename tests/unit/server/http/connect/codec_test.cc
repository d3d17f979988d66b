// The Connect protocol's bytes, by its specification.
#include "server/http/connect/codec.h"

#include "drill/v1/api.pb.h"
#include "tests/support/status.h"

namespace drill::connect {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

TEST(ContentType, FourAreTheProtocols) {
  const auto json = ParseContentType("Application/JSON; charset=utf-8");
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json->format, Format::kJson);
  EXPECT_FALSE(json->stream);
  for (const char* own : {"application/json", "application/proto", "application/connect+json",
                          "application/connect+proto"}) {
    const auto type = ParseContentType(own);
    ASSERT_TRUE(type.has_value()) << own;
    EXPECT_EQ(ContentTypeOf(*type), own);
  }
  for (const char* other : {"", "text/plain", "application/grpc", "application/jsonx"}) {
    EXPECT_FALSE(ParseContentType(other).has_value()) << other;
  }
}

TEST(Decode, JsonOfAMessageAndNothingElse) {
  v1::GetDutyRequest request;
  EXPECT_OK(Decode(Format::kJson, R"({"year": 2026})", &request));
  EXPECT_EQ(request.year(), 2026);
  request.Clear();
  EXPECT_OK(Decode(Format::kJson, " \n", &request));  // curl without -d
  EXPECT_THAT(Decode(Format::kJson, R"({"jahr": 2026})", &request),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("jahr")));
  for (const char* bad : {"[", "[]", "2026", R"({"year": "x"})", R"({"year": 99999999999})"}) {
    EXPECT_THAT(Decode(Format::kJson, bad, &request),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("drill.v1.GetDutyRequest")))
        << bad;
  }
}

TEST(Decode, ADeepNestIsRefusedNotFollowed) {
  v1::SubmitRequest request;
  const std::string deep = std::string(100'000, '{');
  EXPECT_THAT(Decode(Format::kJson, deep, &request), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Decode, Proto) {
  v1::GetDutyRequest request;
  request.set_year(2026);
  v1::GetDutyRequest read;
  EXPECT_OK(Decode(Format::kProto, Encode(Format::kProto, request), &read));
  EXPECT_EQ(read.year(), 2026);
  EXPECT_THAT(Decode(Format::kProto, "\xff", &read), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Encode, LongNumbersAreStringsAndVietnameseStaysAsItIs) {
  v1::ExerciseSummary summary;
  summary.set_start_us(1'795'305'600'000'001);
  summary.mutable_title()->set_vi("Diễn tập thực chiến «Cổng tỉnh»");
  EXPECT_EQ(Encode(Format::kJson, summary),
            R"({"title":{"vi":"Diễn tập thực chiến «Cổng tỉnh»"},"startUs":"1795305600000001"})");
}

TEST(Envelope, FlagsLengthAndPayload) {
  EXPECT_EQ(Envelope("abc", false), std::string("\0\0\0\0\x03"
                                                "abc",
                                                8));
  EXPECT_EQ(Envelope("{}", true), std::string("\x02\0\0\0\x02{}", 7));
  const auto only = OnlyEnvelope(Envelope("abc", false));
  ASSERT_OK(only);
  EXPECT_EQ(*only, "abc");
}

TEST(Envelope, OnlyOneWholeUncompressedMessageIsTaken) {
  const std::string good = Envelope("abc", false);
  for (const std::string& bad : {std::string(), good.substr(0, 4), good.substr(0, 7), good + "x",
                                 good + good, Envelope("abc", true)}) {
    EXPECT_THAT(OnlyEnvelope(bad), StatusIs(absl::StatusCode::kInvalidArgument));
  }
  std::string compressed = good;
  compressed[0] = 1;
  EXPECT_THAT(OnlyEnvelope(compressed), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST(Errors, AsTheProtocolSays) {
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kUnauthenticated), 401);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kPermissionDenied), 403);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kFailedPrecondition), 400);
  EXPECT_EQ(HttpStatusOf(absl::StatusCode::kUnavailable), 503);
  EXPECT_EQ(ErrorJson(absl::NotFoundError("no \"x\"\n")),
            R"({"code":"not_found","message":"no \"x\"\n"})");
  EXPECT_EQ(EndOfStreamJson(absl::OkStatus()), "{}");
  EXPECT_EQ(EndOfStreamJson(absl::AbortedError("slow")),
            R"({"error":{"code":"aborted","message":"slow"}})");
}

}  // namespace
}  // namespace drill::connect
