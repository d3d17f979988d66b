#ifndef DRILL_CORE_DUTY_DAY_H_
#define DRILL_CORE_DUTY_DAY_H_

#include <cstdint>

#include "absl/time/civil_time.h"
#include "drill/v1/common.pb.h"

// Calendar days of Viet Nam: UTC+7 the whole year, every year that a drill can be in, so that
// arithmetic is enough and no time zone files are needed.
namespace drill {

absl::CivilDay DayInVietNam(int64_t time_us);
// The first microsecond of a day.
int64_t StartOfDay(absl::CivilDay day);

v1::Date ToDate(absl::CivilDay day);
// All zero.
bool IsAbsent(const v1::Date& date);
// A day that the calendar has: not 2026-02-30.
bool IsValid(const v1::Date& date);
// REQUIRES: IsValid(date).
absl::CivilDay ToDay(const v1::Date& date);

}  // namespace drill

#endif  // DRILL_CORE_DUTY_DAY_H_
