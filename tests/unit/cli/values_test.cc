#include "cli/values.h"

#include <gmock/gmock.h>

#include "tests/support/status.h"

namespace drill::cli {
namespace {

using ::drill::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kSecond = 1'000'000;
// 2026-11-22 10:00:00 +07:00
constexpr int64_t kNow = int64_t{1'795'316'400} * kSecond;
const ParseContext kContext{Language::kEnglish, kNow};

TEST(ParseSpan, ReadsYamlsDurationsLongerThanNothing) {
  EXPECT_EQ(*ParseSpan("90d"), int64_t{90} * 86'400 * kSecond);
  EXPECT_EQ(*ParseSpan("1h30m"), 5400 * kSecond);
  EXPECT_EQ(*ParseSpan("500ms"), 500'000);
  for (const char* bad : {"", "0s", "-5s", "90", "1x", "5 s", "1m1h"}) {
    EXPECT_THAT(ParseSpan(bad), Not(IsOk())) << bad;
  }
}

TEST(ParseMoment, IsPlus7UnlessAZoneIsGiven) {
  EXPECT_EQ(*ParseMoment("now", kNow), kNow);
  EXPECT_EQ(*ParseMoment("10:05", kNow), kNow + 300 * kSecond);
  EXPECT_EQ(*ParseMoment("09:59:59.5", kNow), kNow - kSecond / 2);
  EXPECT_EQ(*ParseMoment("2026-11-22T10:05", kNow), kNow + 300 * kSecond);
  EXPECT_EQ(*ParseMoment("2026-11-22 10:05:01", kNow), kNow + 301 * kSecond);
  EXPECT_EQ(*ParseMoment("2026-11-22T03:00:00Z", kNow), kNow);
  EXPECT_EQ(*ParseMoment("2026-11-22T10:00:00+07:00", kNow), kNow);
}

TEST(ParseMoment, ATimeOfDayIsTodayInPlus7EvenWhenUtcIsStillYesterday) {
  // 2026-11-23 01:00 +07:00 is 2026-11-22 18:00 UTC.
  const int64_t night = kNow + 15 * 3600 * kSecond;
  EXPECT_EQ(*ParseMoment("00:30", night), night - 1800 * kSecond);
}

TEST(ParseMoment, RefusesWhatIsNoTime) {
  for (const char* bad : {"", "25:00", "10:60", "10:5x", "2026-13-01T10:00", "2026-11-22",
                          "yesterday", "10:00:60", "2026-11-22T"}) {
    EXPECT_THAT(ParseMoment(bad, kNow), Not(IsOk())) << bad;
  }
}

TEST(ParseExerciseTime, ReadsWhatTheTimelineShows) {
  EXPECT_EQ(*ParseExerciseTime("T+00:12.3"), 12'300'000);
  EXPECT_EQ(*ParseExerciseTime("T+90:00"), 5400 * kSecond);
  EXPECT_EQ(*ParseExerciseTime("T+1:30:00"), 5400 * kSecond);
  EXPECT_EQ(*ParseExerciseTime("1h30m"), 5400 * kSecond);
  EXPECT_EQ(*ParseExerciseTime("0"), 0);
  for (const char* bad : {"", "T+", "T+12", "T-00:10", "T+1:60:00", "T+00:60", "T+1:2:3:4", "12"}) {
    EXPECT_THAT(ParseExerciseTime(bad), Not(IsOk())) << bad;
  }
}

TEST(Parsers, SayWhatWasFoundAndWhatIsExpected) {
  int64_t value = 0;
  const auto set = [&value](int64_t v) { value = v; };
  EXPECT_OK(Number(0, 1000, set)({"1000"}, kContext));
  EXPECT_EQ(value, 1000);
  const absl::Status status = Number(0, 1000, set)({"1001"}, kContext);
  EXPECT_THAT(std::string(status.message()), HasSubstr("«1001»"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("from 0 to 1000"));
  EXPECT_EQ(value, 1000);
  EXPECT_THAT(std::string(Span(set)({"soon"}, kContext).message()), HasSubstr("1h30m"));
  EXPECT_THAT(Number(0, 9, set)({"1 "}, ParseContext{Language::kVietnamese, 0}), Not(IsOk()))
      << "only a number is a number";
}

TEST(Parsers, OneOfIsNotCaseSensitiveAndListsItsWords) {
  int value = 0;
  const Parser parser = OneOf({{"P", 1}, {"S", 2}}, [&value](int v) { value = v; });
  EXPECT_OK(parser({"s"}, kContext));
  EXPECT_EQ(value, 2);
  EXPECT_THAT(std::string(parser({"X"}, kContext).message()), HasSubstr("P, S"));
}

TEST(Parsers, PairsKeepWhatFollowsTheFirstSign) {
  std::vector<std::string> got;
  const Parser parser =
      Pairs([&got](const std::string& left, const std::string& right, const ParseContext&) {
        got.push_back(left + "|" + right);
        return absl::OkStatus();
      });
  EXPECT_OK(parser({"a=b", "c=d=e"}, kContext));
  EXPECT_THAT(got, ElementsAre("a|b", "c|d=e"));
  for (const char* bad : {"a", "=b", "a="}) EXPECT_THAT(parser({bad}, kContext), Not(IsOk()));
}

TEST(Parsers, ArtefactsAreNormalisedAsTheVocabularySays) {
  google::protobuf::RepeatedPtrField<v1::Artefact> list;
  const std::string hash(64, 'A');
  EXPECT_OK(Artefacts(v1::ARTEFACT_KIND_SHA256, &list)({hash}, kContext));
  EXPECT_EQ(list[0].value(), std::string(64, 'a'));
  EXPECT_THAT(Artefacts(v1::ARTEFACT_KIND_SHA256, &list)({"abc"}, kContext), Not(IsOk()));
  EXPECT_THAT(Artefacts(v1::ARTEFACT_KIND_PATH, &list)({"tmp/x"}, kContext), Not(IsOk()));
  EXPECT_OK(Artefacts(v1::ARTEFACT_KIND_LOG_LINE, &list)({"[a,b]", " x "}, kContext));
  EXPECT_EQ(list.size(), 3);
  EXPECT_EQ(list[1].value(), "[a,b]");
  EXPECT_EQ(list[2].value(), " x ");
}

}  // namespace
}  // namespace drill::cli
