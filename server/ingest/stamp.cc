#include "server/ingest/stamp.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace drill::ingest {
namespace {

constexpr int64_t kMinuteUs = 60'000'000;
constexpr int64_t kDayUs = 24 * 60 * kMinuteUs;

// Takes `width` digits off the front.
bool Take(absl::string_view* text, size_t width, int* value) {
  if (text->size() < width) return false;
  *value = 0;
  for (const char c : text->substr(0, width)) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
    *value = *value * 10 + (c - '0');
  }
  text->remove_prefix(width);
  return true;
}

bool TakeChar(absl::string_view* text, absl::string_view any) {
  if (text->empty() || any.find(text->front()) == absl::string_view::npos) return false;
  text->remove_prefix(1);
  return true;
}

struct Fields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;

  std::optional<int64_t> Micros() const {
    // A leap second is the one after it.
    const absl::CivilSecond civil(year, month, day, hour, minute, second == 60 ? 59 : second);
    if (civil.month() != month || civil.day() != day || civil.hour() != hour ||
        civil.minute() != minute || second > 60) {
      return std::nullopt;
    }
    return absl::ToUnixMicros(absl::FromCivil(civil, absl::UTCTimeZone())) +
           (second == 60 ? 1'000'000 : 0);
  }
};

bool TakeClock(absl::string_view* text, Fields* fields) {
  return Take(text, 2, &fields->hour) && TakeChar(text, ":") && Take(text, 2, &fields->minute) &&
         TakeChar(text, ":") && Take(text, 2, &fields->second);
}

// "", "Z", "+07:00", "-0600".
bool TakeZone(absl::string_view* text, int* minutes) {
  if (text->empty() || TakeChar(text, "Zz")) {
    if (!text->empty()) return false;
    return true;
  }
  const bool west = text->front() == '-';
  int hours = 0, rest = 0;
  if (!TakeChar(text, "+-") || !Take(text, 2, &hours)) return false;
  TakeChar(text, ":");
  if (!Take(text, 2, &rest) || !text->empty() || hours > 18 || rest > 59) return false;
  *minutes = (west ? -1 : 1) * (hours * 60 + rest);
  return true;
}

}  // namespace

std::optional<int64_t> ParseStamp(absl::string_view text, int zone_minutes) {
  Fields fields;
  if (!Take(&text, 4, &fields.year) || !TakeChar(&text, "-") || !Take(&text, 2, &fields.month) ||
      !TakeChar(&text, "-") || !Take(&text, 2, &fields.day) || !TakeChar(&text, "Tt ") ||
      !TakeClock(&text, &fields)) {
    return std::nullopt;
  }
  int64_t fraction_us = 0;
  if (TakeChar(&text, ".,")) {
    int digits = 0;
    for (int64_t unit = 100'000; !text.empty() && absl::ascii_isdigit(text.front());
         text.remove_prefix(1), unit /= 10, ++digits) {
      fraction_us += unit * (text.front() - '0');
    }
    if (digits == 0 || digits > 9) return std::nullopt;
  }
  if (!text.empty()) zone_minutes = 0;
  if (!TakeZone(&text, &zone_minutes)) return std::nullopt;
  const std::optional<int64_t> whole = fields.Micros();
  if (!whole.has_value()) return std::nullopt;
  return *whole + fraction_us - zone_minutes * kMinuteUs;
}

std::optional<int64_t> ParseYearless(absl::string_view text, int zone_minutes,
                                     int64_t received_us) {
  static constexpr std::array<absl::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Fields fields;
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (text.substr(0, 3) == kMonths[i]) fields.month = static_cast<int>(i) + 1;
  }
  if (fields.month == 0) return std::nullopt;
  text.remove_prefix(3);
  if (!TakeChar(&text, " ")) return std::nullopt;
  const size_t width = TakeChar(&text, " ") ? 1 : 2;
  if (!Take(&text, width, &fields.day) || !TakeChar(&text, " ") || !TakeClock(&text, &fields) ||
      !text.empty()) {
    return std::nullopt;
  }
  const int64_t offset_us = zone_minutes * kMinuteUs;
  const absl::CivilYear year(
      absl::ToCivilYear(absl::FromUnixMicros(received_us + offset_us), absl::UTCTimeZone()));
  // 29 February may be four years back.
  for (int back = -1; back <= 8; ++back) {
    fields.year = static_cast<int>(year.year()) - back;
    const std::optional<int64_t> at = fields.Micros();
    if (at.has_value() && *at - offset_us <= received_us + kDayUs) return *at - offset_us;
  }
  return std::nullopt;
}

}  // namespace drill::ingest
