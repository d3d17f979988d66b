// When the owner lets orders start.

#include "agent/policy_time.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "common/yaml/load.h"
#include "tests/support/status.h"

namespace drill::agent {
namespace {

using ::drill::testing::StatusIs;
using ::testing::HasSubstr;

v1::Policy PolicyOf(const std::string& yaml) {
  v1::Policy policy;
  EXPECT_OK(yaml::Load(yaml, "policy.yaml", &policy));
  return policy;
}

int64_t At(int month, int day, int hour, int minute) {
  return absl::ToUnixMicros(absl::FromCivil(absl::CivilMinute(2026, month, day, hour, minute),
                                            absl::FixedTimeZone(7 * 3600)));
}

bool Allows(const std::string& yaml, int64_t wall_us) {
  return AllowTime(PolicyOf(yaml), wall_us).ok();
}

TEST(PolicyTime, AnEmptyPolicyAllowsEveryTime) { EXPECT_TRUE(Allows("{}", At(11, 22, 3, 0))); }

// 2026-11-22 is a Sunday.
TEST(PolicyTime, HoursAreHalfOpen) {
  const char yaml[] = "hours: [{from: \"08:00\", to: \"17:30\"}]";
  EXPECT_FALSE(Allows(yaml, At(11, 22, 7, 59)));
  EXPECT_TRUE(Allows(yaml, At(11, 22, 8, 0)));
  EXPECT_TRUE(Allows(yaml, At(11, 22, 17, 29)));
  EXPECT_FALSE(Allows(yaml, At(11, 22, 17, 30)));
}

TEST(PolicyTime, HoursOverMidnightBelongToTheDayOnWhichTheyBegin) {
  const char yaml[] = "hours: [{days: [6], from: \"22:00\", to: \"05:00\"}]";
  EXPECT_FALSE(Allows(yaml, At(11, 21, 21, 59)));
  EXPECT_TRUE(Allows(yaml, At(11, 21, 22, 0)));  // Saturday
  EXPECT_TRUE(Allows(yaml, At(11, 22, 4, 59)));  // Sunday, of Saturday's night
  EXPECT_FALSE(Allows(yaml, At(11, 22, 5, 0)));
  EXPECT_FALSE(Allows(yaml, At(11, 22, 22, 0)));  // Sunday's own night
}

TEST(PolicyTime, AnyOfTheHoursIsEnough) {
  const char yaml[] =
      "hours: [{days: [1,2,3,4,5], from: \"12:00\", to: \"13:00\"}, {days: [7], from: \"00:00\", "
      "to: \"24:00\"}]";
  EXPECT_TRUE(Allows(yaml, At(11, 22, 23, 59)));
  EXPECT_TRUE(Allows(yaml, At(11, 23, 12, 30)));
  EXPECT_FALSE(Allows(yaml, At(11, 21, 12, 30)));
}

TEST(PolicyTime, BlackoutsWinOverHoursFirstAndLastDayIncluded) {
  const char yaml[] =
      "hours: [{from: \"00:00\", to: \"24:00\"}]\n"
      "blackouts: [{from: 2026-12-24, to: 2026-12-26, why: bầu cử}]";
  EXPECT_TRUE(Allows(yaml, At(12, 23, 23, 59)));
  EXPECT_FALSE(Allows(yaml, At(12, 24, 0, 0)));
  EXPECT_FALSE(Allows(yaml, At(12, 26, 23, 59)));
  EXPECT_TRUE(Allows(yaml, At(12, 27, 0, 0)));
  EXPECT_THAT(AllowTime(PolicyOf(yaml), At(12, 25, 9, 0)),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("2026-12-25: bầu cử")));
}

TEST(PolicyTime, SaysTheHoursAndWhatTimeItIs) {
  EXPECT_THAT(
      AllowTime(PolicyOf("hours: [{days: [1], from: \"08:00\", to: \"09:00\"}]"), At(11, 23, 9, 5)),
      StatusIs(absl::StatusCode::kPermissionDenied,
               HasSubstr("08:00-09:00 on days 1 (+07:00); it is 09:05")));
}

TEST(PolicyTime, AllFaultsAtOnce) {
  FaultList faults;
  CheckPolicyTimes(PolicyOf("hours: [{from: \"25:00\", to: \"26:00\"}, {from: \"9:00\", to: "
                            "\"10:00\"}, {days: [0, 8], from: \"08:00\", to: \"08:00\"}]\n"
                            "blackouts: [{from: 2026-12-26, to: 2026-12-24, why: ngược}, {why: "
                            "trống}]"),
                   &faults);
  const std::string all(faults.ToStatus("policy").message());
  for (const char* fault : {"\"25:00\" to \"26:00\"", "\"9:00\" to \"10:00\"",
                            "\"08:00\" to \"08:00\"", "day 0", "day 8", "\"ngược\"", "\"trống\""}) {
    EXPECT_THAT(all, HasSubstr(fault));
  }
}

}  // namespace
}  // namespace drill::agent
