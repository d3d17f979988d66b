#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "absl/strings/str_cat.h"
#include "common/yaml/scalars.h"
#include "drill/v1/register.pb.h"
#include "drill/v1/scenario.pb.h"
#include "tests/support/status.h"

namespace drill::yaml {
namespace {

using ::drill::testing::StatusIs;

constexpr int64_t kInt32Min = std::numeric_limits<int32_t>::min();
constexpr int64_t kInt32Max = std::numeric_limits<int32_t>::max();

TEST(ParseInteger, TakesPlainDecimalsUpToTheLimits) {
  const std::pair<const char*, int64_t> cases[] = {{"0", 0},
                                                   {"-0", 0},
                                                   {"+7", 7},
                                                   {"-12", -12},
                                                   {"2147483647", kInt32Max},
                                                   {"-2147483648", kInt32Min}};
  for (const auto& [text, expected] : cases) {
    SCOPED_TRACE(text);
    absl::int128 value = -1;
    ASSERT_OK(ParseInteger(text, kInt32Min, kInt32Max, &value));
    EXPECT_EQ(static_cast<int64_t>(value), expected);
  }
}

TEST(ParseInteger, RefusesEverythingElse) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"-", ""},
      {"+", ""},
      {"--1", ""},
      {"0x10", ""},
      {"1_000", ""},
      {"1e3", ""},
      {"1.0", ""},
      {" 1", ""},
      {"٣", ""},
      {"0644", "write it without leading zeros"},
      {"-01", "write it without leading zeros"},
      {"2147483648", "out of range"},
      {"-2147483649", "out of range"},
      {"340282366920938463463374607431768211457", "out of range"}};
  for (const auto& [text, hint] : cases) {
    SCOPED_TRACE(text);
    absl::int128 value = 42;
    EXPECT_THAT(ParseInteger(text, kInt32Min, kInt32Max, &value),
                StatusIs(absl::StatusCode::kInvalidArgument, hint));
    EXPECT_EQ(static_cast<int64_t>(value), 42);
  }
}

TEST(ParseInteger, ReachesTheEndsOfUint64) {
  absl::int128 value = 0;
  const absl::int128 max = std::numeric_limits<uint64_t>::max();
  ASSERT_OK(ParseInteger("18446744073709551615", 0, max, &value));
  EXPECT_EQ(static_cast<uint64_t>(value), std::numeric_limits<uint64_t>::max());
  EXPECT_FALSE(ParseInteger("18446744073709551616", 0, max, &value).ok());
  EXPECT_FALSE(ParseInteger("-1", 0, max, &value).ok());
}

TEST(ParseDuration, AddsUpItsUnits) {
  const std::pair<const char*, Instant> cases[] = {{"0s", {0, 0}},
                                                   {"90s", {90, 0}},
                                                   {"1h30m", {5400, 0}},
                                                   {"500ms", {0, 500'000'000}},
                                                   {"2d", {172'800, 0}},
                                                   {"1d2h3m4s5ms", {93'784, 5'000'000}},
                                                   {"1500ms", {1, 500'000'000}},
                                                   {"7us", {0, 7'000}},
                                                   {"3ns", {0, 3}},
                                                   {"90m", {5400, 0}},
                                                   {"315576000000s", {kMaxDurationSeconds, 0}}};
  for (const auto& [text, expected] : cases) {
    SCOPED_TRACE(text);
    Instant value;
    ASSERT_OK(ParseDuration(text, &value));
    EXPECT_EQ(value, expected);
  }
}

TEST(ParseDuration, RefusesEverythingElse) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"90", "the unit is missing, write 90s"},
      {"-5s", "it cannot be negative"},
      {"s", "units are d, h, m, s, ms"},
      {"1w", "units are d, h, m, s, ms"},
      {"1.5h", "units are d, h, m, s, ms"},
      {"1h 30m", "units are d, h, m, s, ms"},
      {"90S", "units are d, h, m, s, ms"},
      {"1h30", "units are d, h, m, s, ms"},
      {"30m1h", "units go from the longest to the shortest, each once"},
      {"1h1h", "units go from the longest to the shortest, each once"},
      {"315576000001s", "too long"},
      {"99999999999999999999d", "too long"},
      {"999999999999999999999s", "too long"}};
  for (const auto& [text, hint] : cases) {
    SCOPED_TRACE(text);
    Instant value{1, 1};
    EXPECT_THAT(ParseDuration(text, &value), StatusIs(absl::StatusCode::kInvalidArgument, hint));
    EXPECT_EQ(value, (Instant{1, 1}));
  }
}

TEST(FormatDuration, UsesTheFewestUnits) {
  EXPECT_EQ(FormatDuration({0, 0}), "0s");
  EXPECT_EQ(FormatDuration({5400, 0}), "1h30m");
  EXPECT_EQ(FormatDuration({86'401, 500'000'001}), "1d1s500ms1ns");
}

TEST(ParseTimestamp, NeedsAZoneAndTakesASpaceForT) {
  const std::pair<const char*, Instant> cases[] = {
      {"1970-01-01T00:00:00Z", {0, 0}},
      {"1970-01-01T07:00:00+07:00", {0, 0}},
      {"1970-01-01 07:00:00+07:00", {0, 0}},
      {"1970-01-01 07:00:00 +07:00", {0, 0}},
      {"1969-12-31T20:30:00-03:30", {0, 0}},
      {"1970-01-01t00:00:01.25z", {1, 250'000'000}},
      {"1969-12-31T23:59:59.999999999Z", {-1, 999'999'999}},
      {"2026-11-22T09:00:00+07:00", {1'795'312'800, 0}},
      {"0001-01-01T00:00:00Z", {kMinTimestampSeconds, 0}},
      {"9999-12-31T23:59:59Z", {kMaxTimestampSeconds, 0}}};
  for (const auto& [text, expected] : cases) {
    SCOPED_TRACE(text);
    Instant value;
    ASSERT_OK(ParseTimestamp(text, &value));
    EXPECT_EQ(value, expected);
  }
}

TEST(ParseTimestamp, RefusesEverythingElse) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"2026-11-22", "the time of day is missing"},
      {"2026-11-22T09:00:00", "the zone is missing, give +07:00 or Z"},
      {"2026-11-22 09:00:00.5", "the zone is missing, give +07:00 or Z"},
      {"2026-02-30T09:00:00Z", "no such day in the calendar"},
      {"2026-11-22T09:00Z", ""},
      {"2026-11-22T24:00:00Z", ""},
      {"2026-11-22T23:59:60Z", ""},
      {"2026-11-22T09:00:00.Z", ""},
      {"2026-11-22T09:00:00.1234567890Z", ""},
      {"2026-11-22T09:00:00+7", ""},
      {"2026-11-22T09:00:00+24:00", ""},
      {"2026-11-22T09:00:00Zulu", ""},
      {"22/11/2026 09:00", ""},
      {"0001-01-01T00:00:00+07:00", "out of range"},
      {"9999-12-31T23:59:59-00:01", "out of range"}};
  for (const auto& [text, hint] : cases) {
    SCOPED_TRACE(text);
    Instant value{1, 1};
    EXPECT_THAT(ParseTimestamp(text, &value), StatusIs(absl::StatusCode::kInvalidArgument, hint));
    EXPECT_EQ(value, (Instant{1, 1}));
  }
}

TEST(FormatTimestamp, ShowsVietnamTimeAndOnlyTheDigitsItNeeds) {
  EXPECT_EQ(FormatTimestamp({0, 0}), "1970-01-01T07:00:00+07:00");
  EXPECT_EQ(FormatTimestamp({-1, 120'000'000}), "1970-01-01T06:59:59.12+07:00");
  EXPECT_EQ(FormatTimestamp({kMaxTimestampSeconds, 0}), "9999-12-31T23:59:59Z");
  EXPECT_EQ(FormatTimestamp({kMinTimestampSeconds, 0}), "0001-01-01T07:00:00+07:00");
}

TEST(FormatThenParse, GivesTheSameMoment) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    const auto nanos = static_cast<int32_t>(random() % 1'000'000'000);
    const Instant length{static_cast<int64_t>(random() % kMaxDurationSeconds), nanos};
    Instant read;
    ASSERT_OK(ParseDuration(FormatDuration(length), &read));
    ASSERT_EQ(read, length) << FormatDuration(length);

    const Instant moment{
        kMinTimestampSeconds +
            static_cast<int64_t>(
                random() % static_cast<uint64_t>(kMaxTimestampSeconds - kMinTimestampSeconds)),
        nanos};
    ASSERT_OK(ParseTimestamp(FormatTimestamp(moment), &read));
    ASSERT_EQ(read, moment) << FormatTimestamp(moment);
  }
}

TEST(ParseDay, KnowsTheCalendar) {
  for (const char* text : {"2026-11-22", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"}) {
    Day day;
    ASSERT_OK(ParseDay(text, &day));
    EXPECT_EQ(FormatDay(day), text);
  }
  const std::pair<const char*, const char*> cases[] = {
      {"2026-02-29", "no such day in the calendar"},
      {"1900-02-29", "no such day in the calendar"},
      {"2026-13-01", "no such day in the calendar"},
      {"2026-00-01", "no such day in the calendar"},
      {"2026-04-31", "no such day in the calendar"},
      {"0000-01-01", "no such day in the calendar"},
      {"2026-1-2", ""},
      {"22/11/2026", ""},
      {"2026-11-22T00:00:00Z", ""},
      {"12026-11-22", ""},
      {"", ""}};
  for (const auto& [text, hint] : cases) {
    SCOPED_TRACE(text);
    Day day;
    EXPECT_THAT(ParseDay(text, &day), StatusIs(absl::StatusCode::kInvalidArgument, hint));
  }
}

TEST(ParseBase64, IsTheStandardAlphabetWithPadding) {
  std::string bytes;
  ASSERT_OK(ParseBase64("+/8=", &bytes));
  EXPECT_EQ(bytes, "\xFB\xFF");
  ASSERT_OK(ParseBase64("AQ\n  ID\tBA==", &bytes));
  EXPECT_EQ(bytes, "\x01\x02\x03\x04");
  ASSERT_OK(ParseBase64("", &bytes));
  EXPECT_EQ(bytes, "");
  for (const char* text : {"-_8=", "AQI", "AQI.", "A===", "xin chào", "=AQI", "AQ=I"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(ParseBase64(text, &bytes).ok());
  }
}

TEST(EnumWord, DropsThePrefixOfItsType) {
  EXPECT_EQ(EnumWord(*v1::Role_descriptor()->FindValueByNumber(v1::ROLE_DIRECTOR)), "director");
  EXPECT_EQ(EnumWord(*v1::ExerciseType_descriptor()->FindValueByNumber(v1::EXERCISE_TYPE_LIVE)),
            "live");
  EXPECT_EQ(EnumWord(*v1::ArtefactKind_descriptor()->FindValueByNumber(v1::ARTEFACT_KIND_LOG_LINE)),
            "log_line");
}

}  // namespace
}  // namespace drill::yaml
