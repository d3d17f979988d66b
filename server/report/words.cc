#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/base/check.h"
#include "server/report/page.h"

namespace drill::report {
namespace {

constexpr int64_t kMillisecond = 1'000;
constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;

std::string Format(const char* format, int64_t us) {
  return absl::FormatTime(format, absl::FromUnixMicros(us), absl::FixedTimeZone(7 * 60 * 60));
}

// absl::Substitute takes its arguments one by one; ours come in a list.
std::string Fill(absl::string_view words, std::initializer_list<Pair> arguments, bool secondary) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] != '$' || i + 1 == words.size()) {
      out += words[i];
      continue;
    }
    const size_t index = static_cast<size_t>(words[++i] - '0');
    DRILL_CHECK(index < arguments.size());
    const Pair& argument = arguments.begin()[index];
    out += secondary && !argument.secondary.empty() ? argument.secondary : argument.primary;
  }
  return out;
}

// The sign is kept for values between -1 and 0.
std::string Exact(int64_t thousandths, char decimal_sign) {
  const std::string sign = thousandths < 0 ? "-" : "";
  const int64_t whole = std::abs(thousandths / 1000);
  int64_t rest = std::abs(thousandths % 1000);
  if (rest == 0) return absl::StrCat(sign, whole);
  int digits = 3;
  while (rest % 10 == 0) {
    rest /= 10;
    --digits;
  }
  return absl::StrFormat("%s%d%c%0*d", sign, whole, decimal_sign, digits, rest);
}

}  // namespace

// ---- Words -------------------------------------------------------------------------------------

Pair Words::Choose(std::string vi, std::string en) const {
  switch (language_) {
    case Language::kVi:
      return Pair(std::move(vi), "");
    case Language::kEn:
      return Pair(std::move(en), "");
    case Language::kBoth:
      break;
  }
  if (vi == en) en.clear();
  return Pair(std::move(vi), std::move(en));
}

Pair Words::Say(TextId id) const {
  return Choose(std::string(Vietnamese(id)), std::string(English(id)));
}

Pair Words::Say(TextId id, std::initializer_list<Pair> arguments) const {
  switch (language_) {
    case Language::kVi:
      return Pair(Fill(Vietnamese(id), arguments, false), "");
    case Language::kEn:
      return Pair(Fill(English(id), arguments, false), "");
    case Language::kBoth:
      break;
  }
  return Choose(Fill(Vietnamese(id), arguments, false), Fill(English(id), arguments, true));
}

Pair Words::Of(const v1::Text& text, const Pair& otherwise) const {
  if (text.vi().empty() && text.en().empty()) return otherwise;
  const std::string& vi = text.vi().empty() ? text.en() : text.vi();
  const std::string& en = text.en().empty() ? text.vi() : text.en();
  return Choose(vi, en);
}

Pair Words::Join(std::initializer_list<Pair> parts, absl::string_view glue) const {
  Pair out;
  bool two = false;
  for (const Pair& part : parts) two = two || !part.secondary.empty();
  for (const Pair& part : parts) {
    if (part.empty()) continue;
    if (!out.primary.empty()) absl::StrAppend(&out.primary, glue);
    out.primary += part.primary;
    if (!two) continue;
    if (!out.secondary.empty()) absl::StrAppend(&out.secondary, glue);
    out.secondary += part.secondary.empty() ? part.primary : part.secondary;
  }
  return out;
}

Pair Words::Duration(int64_t us) const {
  if (us < 0) us = 0;
  if (us > 0 && us < kSecond) {
    return Say(TextId::d_millis, {absl::StrCat((us + kMillisecond / 2) / kMillisecond)});
  }
  const int64_t rounded = (us + kSecond / 2) / kSecond * kSecond;
  const int64_t parts[] = {rounded / kDay, rounded % kDay / kHour, rounded % kHour / kMinute,
                           rounded % kMinute / kSecond};
  const Pair days = parts[0] == 0 ? Pair() : Say(TextId::d_days, {absl::StrCat(parts[0])});
  const Pair hours = parts[1] == 0 ? Pair() : Say(TextId::d_hours, {absl::StrCat(parts[1])});
  const Pair minutes = parts[2] == 0 ? Pair() : Say(TextId::d_minutes, {absl::StrCat(parts[2])});
  const Pair seconds =
      parts[3] == 0 && rounded != 0 ? Pair() : Say(TextId::d_seconds, {absl::StrCat(parts[3])});
  // Number and unit stay on one line.
  return Join({days, hours, minutes, seconds}, " ");
}

std::string Words::Thousandths(int64_t value) const { return Exact(value, comma() ? ',' : '.'); }

std::string Words::Score(int64_t score_mp) const {
  return score_mp < 0 ? "–" : Thousandths(score_mp);
}

std::string Words::Count(int64_t value) const {
  std::string digits = absl::StrCat(value);
  const size_t first = digits[0] == '-' ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) {
    at -= 3;
    digits.insert(at, 1, comma() ? '.' : ',');
  }
  return digits;
}

std::string Words::ClockError(int64_t us) const {
  if (us >= kSecond) return absl::StrCat("± ", Thousandths(us / kMillisecond), "\u00a0s");
  return absl::StrCat("± ", Thousandths(us), "\u00a0ms");
}

// ---- times -------------------------------------------------------------------------------------

std::string FullTime(int64_t us) { return us == 0 ? "–" : Format("%d/%m/%Y %H:%M:%S", us); }

std::string Day(const v1::Date& date) {
  if (date.year() == 0 || date.month() == 0 || date.day() == 0) return "";
  return absl::StrFormat("%02d/%02d/%04d", date.day(), date.month(), date.year());
}

std::string DayOf(int64_t us) { return us == 0 ? "–" : Format("%d/%m/%Y", us); }

std::string TimeOfDay(int64_t us, int64_t reference_us) {
  return Format(DayOf(us) == DayOf(reference_us) ? "%H:%M:%S" : "%d/%m %H:%M:%S", us);
}

std::string AxisTime(int64_t us, bool with_day, bool with_seconds) {
  if (with_seconds) return Format(with_day ? "%d/%m %H:%M:%S" : "%H:%M:%S", us);
  return Format(with_day ? "%d/%m %H:%M" : "%H:%M", us);
}

std::string Stopwatch(int64_t us) {
  const int64_t seconds = std::abs(us + (us < 0 ? -kSecond : kSecond) / 2) / kSecond;
  return absl::StrFormat("%s%d:%02d:%02d", us < 0 && seconds != 0 ? "−" : "", seconds / 3600,
                         seconds / 60 % 60, seconds % 60);
}

std::string ExerciseClockLabel(int64_t ex_us, bool with_seconds) {
  const int64_t seconds = ex_us / kSecond;
  std::string label = absl::StrFormat("T+%d:%02d", seconds / 3600, seconds / 60 % 60);
  if (with_seconds) absl::StrAppend(&label, absl::StrFormat(":%02d", seconds % 60));
  return label;
}

}  // namespace drill::report
