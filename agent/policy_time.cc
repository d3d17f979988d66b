#include "agent/policy_time.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace drill::agent {
namespace {

constexpr int kDayMinutes = 24 * 60;

// "09:05"; "24:00" only as an end.
std::optional<int> Minutes(absl::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (size_t i : {0, 1, 3, 4}) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + text[1] - '0';
  const int minutes = (text[3] - '0') * 10 + text[4] - '0';
  if (minutes > 59 || hours * 60 + minutes > kDayMinutes) return std::nullopt;
  return hours * 60 + minutes;
}

// Invalid dates change when they are brought into the calendar.
bool IsDay(const v1::Date& date) {
  const absl::CivilDay day(date.year(), date.month(), date.day());
  return date.year() > 0 && day.month() == date.month() && day.day() == date.day();
}

absl::CivilDay Day(const v1::Date& date) {
  return absl::CivilDay(date.year(), date.month(), date.day());
}

// Monday is 1.
int WeekDay(absl::CivilDay day) { return static_cast<int>(absl::GetWeekday(day)) + 1; }

bool OnDay(const v1::Hours& hours, absl::CivilDay day) {
  return hours.days().empty() ||
         std::find(hours.days().begin(), hours.days().end(), WeekDay(day)) != hours.days().end();
}

// Hours over midnight belong to the day on which they begin.
bool Within(const v1::Hours& hours, absl::CivilDay day, int minute) {
  const int from = *Minutes(hours.from());
  const int to = *Minutes(hours.to());
  if (from < to) return OnDay(hours, day) && from <= minute && minute < to;
  return (OnDay(hours, day) && minute >= from) || (OnDay(hours, day - 1) && minute < to);
}

std::string Show(const v1::Hours& hours) {
  return absl::StrCat(hours.from(), "-", hours.to(), hours.days().empty() ? "" : " on days ",
                      absl::StrJoin(hours.days(), ","));
}

}  // namespace

void CheckPolicyTimes(const v1::Policy& policy, FaultList* faults) {
  for (const v1::Hours& hours : policy.hours()) {
    const auto from = Minutes(hours.from());
    const auto to = Minutes(hours.to());
    faults->AddUnless(from && to && *from < kDayMinutes && *from != *to,
                      absl::StrCat("hours \"", hours.from(), "\" to \"", hours.to(),
                                   "\": expected two different times such as 22:00 and 05:00"));
    for (int day : hours.days()) {
      faults->AddUnless(day >= 1 && day <= 7,
                        absl::StrCat("hours: day ", day, " is none; Monday is 1, Sunday 7"));
    }
  }
  for (const v1::DateSpan& span : policy.blackouts()) {
    faults->AddUnless(
        IsDay(span.from()) && IsDay(span.to()) && Day(span.from()) <= Day(span.to()),
        absl::StrCat("blackout \"", span.why(),
                     "\": expected two days, the first not after the last, such as 2026-12-24"));
  }
}

absl::Status AllowTime(const v1::Policy& policy, int64_t wall_us) {
  const absl::CivilMinute now =
      absl::ToCivilMinute(absl::FromUnixMicros(wall_us), absl::FixedTimeZone(7 * 3600));
  const absl::CivilDay day(now);
  for (const v1::DateSpan& span : policy.blackouts()) {
    if (day < Day(span.from()) || day > Day(span.to())) continue;
    return absl::PermissionDeniedError(absl::StrCat("the owner's policy lets nothing start on ",
                                                    absl::FormatCivilTime(day),
                                                    span.why().empty() ? "" : ": ", span.why()));
  }
  if (policy.hours().empty()) return absl::OkStatus();
  std::string all;
  for (const v1::Hours& hours : policy.hours()) {
    if (Within(hours, day, static_cast<int>(now - absl::CivilMinute(day)))) return absl::OkStatus();
    absl::StrAppend(&all, all.empty() ? "" : ", ", Show(hours));
  }
  return absl::PermissionDeniedError(
      absl::StrFormat("the owner's policy lets orders start only at %s (+07:00); it is %02d:%02d",
                      all, now.hour(), now.minute()));
}

}  // namespace drill::agent
