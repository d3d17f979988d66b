#include "core/duty/day.h"

#include "common/base/check.h"

namespace drill {
namespace {

constexpr int64_t kOffsetUs = int64_t{7} * 3600 * 1'000'000;
constexpr int64_t kDayUs = int64_t{24} * 3600 * 1'000'000;
constexpr absl::CivilDay kEpoch(1970, 1, 1);

int64_t FloorDivide(int64_t n, int64_t d) { return n / d - (n % d < 0 ? 1 : 0); }

}  // namespace

absl::CivilDay DayInVietNam(int64_t time_us) {
  return kEpoch + FloorDivide(time_us + kOffsetUs, kDayUs);
}

int64_t StartOfDay(absl::CivilDay day) { return (day - kEpoch) * kDayUs - kOffsetUs; }

v1::Date ToDate(absl::CivilDay day) {
  v1::Date date;
  date.set_year(static_cast<int32_t>(day.year()));
  date.set_month(day.month());
  date.set_day(day.day());
  return date;
}

bool IsAbsent(const v1::Date& date) {
  return date.year() == 0 && date.month() == 0 && date.day() == 0;
}

bool IsValid(const v1::Date& date) {
  // CivilDay carries what is too much over into the next unit; a real day stays as it is.
  const absl::CivilDay day(date.year(), date.month(), date.day());
  return date.year() > 0 && day.year() == date.year() && day.month() == date.month() &&
         day.day() == date.day();
}

absl::CivilDay ToDay(const v1::Date& date) {
  DRILL_CHECK(IsValid(date));
  return absl::CivilDay(date.year(), date.month(), date.day());
}

}  // namespace drill
