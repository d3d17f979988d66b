#include "common/yaml/scalars.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"

namespace drill::yaml {

namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
// Enough for any value in range, few enough not to overflow an int128.
constexpr size_t kMaxDigits = 20;

struct Unit {
  absl::string_view name;
  int64_t nanos;
};
constexpr Unit kUnits[] = {{"d", 86'400 * kNanosPerSecond},
                           {"h", 3'600 * kNanosPerSecond},
                           {"m", 60 * kNanosPerSecond},
                           {"s", kNanosPerSecond},
                           {"ms", 1'000'000},
                           {"us", 1'000},
                           {"ns", 1}};

absl::Status Bad(absl::string_view hint = "") { return absl::InvalidArgumentError(hint); }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes the characters at the front that `accept` accepts.
template <typename Accept>
absl::string_view Take(absl::string_view* text, Accept accept) {
  const auto end = std::find_if_not(text->begin(), text->end(), accept);
  const absl::string_view taken = text->substr(0, static_cast<size_t>(end - text->begin()));
  text->remove_prefix(taken.size());
  return taken;
}

// Takes exactly `count` digits.
bool TakeNumber(absl::string_view* text, size_t count, int* value) {
  if (text->size() < count || !std::all_of(text->begin(), text->begin() + count, IsDigit)) {
    return false;
  }
  *value = 0;
  for (char c : text->substr(0, count)) *value = *value * 10 + (c - '0');
  text->remove_prefix(count);
  return true;
}

absl::int128 Number(absl::string_view digits) {
  absl::int128 value = 0;
  for (char c : digits) value = value * 10 + (c - '0');
  return value;
}

// Takes YYYY-MM-DD at the front.
absl::Status TakeDay(absl::string_view* text, Day* day) {
  Day d;
  if (!TakeNumber(text, 4, &d.year) || !absl::ConsumePrefix(text, "-") ||
      !TakeNumber(text, 2, &d.month) || !absl::ConsumePrefix(text, "-") ||
      !TakeNumber(text, 2, &d.day)) {
    return Bad();
  }
  // CivilDay carries over what the month does not have.
  const absl::CivilDay civil(d.year, d.month, d.day);
  if (d.year < 1 || civil.year() != d.year || civil.month() != d.month || civil.day() != d.day) {
    return Bad("no such day in the calendar");
  }
  *day = d;
  return absl::OkStatus();
}

// Takes HH:MM:SS and an optional fraction of up to nine digits.
bool TakeTimeOfDay(absl::string_view* text, Instant* since_midnight) {
  int hour = 0, minute = 0, second = 0;
  if (!TakeNumber(text, 2, &hour) || !absl::ConsumePrefix(text, ":") ||
      !TakeNumber(text, 2, &minute) || !absl::ConsumePrefix(text, ":") ||
      !TakeNumber(text, 2, &second) || hour > 23 || minute > 59 || second > 59) {
    return false;
  }
  int32_t nanos = 0;
  if (absl::ConsumePrefix(text, ".")) {
    const absl::string_view digits = Take(text, IsDigit);
    if (digits.empty() || digits.size() > 9) return false;
    for (size_t i = 0; i < 9; ++i) {
      nanos = nanos * 10 + (i < digits.size() ? digits[i] - '0' : 0);
    }
  }
  *since_midnight = {hour * 3600 + minute * 60 + second, nanos};
  return true;
}

// Takes Z or +HH:MM.
bool TakeZone(absl::string_view* text, int* offset_seconds) {
  *offset_seconds = 0;
  if (absl::ConsumePrefix(text, "Z") || absl::ConsumePrefix(text, "z")) return true;
  const bool west = absl::StartsWith(*text, "-");
  int hour = 0, minute = 0;
  if (!(absl::ConsumePrefix(text, "+") || absl::ConsumePrefix(text, "-")) ||
      !TakeNumber(text, 2, &hour) || !absl::ConsumePrefix(text, ":") ||
      !TakeNumber(text, 2, &minute) || hour > 23 || minute > 59) {
    return false;
  }
  *offset_seconds = (hour * 3600 + minute * 60) * (west ? -1 : 1);
  return true;
}

}  // namespace

absl::Status ParseInteger(absl::string_view text, absl::int128 min, absl::int128 max,
                          absl::int128* value) {
  const bool negative = absl::StartsWith(text, "-");
  if (negative || absl::StartsWith(text, "+")) text.remove_prefix(1);
  if (text.empty() || !std::all_of(text.begin(), text.end(), IsDigit)) return Bad();
  // 0644 is octal to some readers and decimal to others.
  if (text.size() > 1 && text[0] == '0') return Bad("write it without leading zeros");
  if (text.size() > kMaxDigits) return Bad("out of range");
  const absl::int128 number = negative ? -Number(text) : Number(text);
  if (number < min || number > max) return Bad("out of range");
  *value = number;
  return absl::OkStatus();
}

absl::Status ParseDuration(absl::string_view text, Instant* duration) {
  if (absl::StartsWith(text, "-")) return Bad("it cannot be negative");
  if (!text.empty() && std::all_of(text.begin(), text.end(), IsDigit)) {
    return Bad(absl::StrCat("the unit is missing, write ", text.substr(0, kMaxDigits), "s"));
  }
  if (text.empty()) return Bad();
  absl::int128 nanos = 0;
  const Unit* previous = nullptr;
  while (!text.empty()) {
    const absl::string_view digits = Take(&text, IsDigit);
    const absl::string_view name = Take(&text, absl::ascii_islower);
    const Unit* unit = std::find_if(std::begin(kUnits), std::end(kUnits),
                                    [&](const Unit& u) { return u.name == name; });
    if (digits.empty() || unit == std::end(kUnits)) return Bad("units are d, h, m, s, ms");
    if (previous != nullptr && unit <= previous) {
      return Bad("units go from the longest to the shortest, each once");
    }
    if (digits.size() > kMaxDigits) return Bad("too long");
    nanos += Number(digits) * unit->nanos;
    previous = unit;
  }
  const absl::int128 seconds = nanos / kNanosPerSecond;
  if (seconds > kMaxDurationSeconds) return Bad("too long");
  *duration = {static_cast<int64_t>(seconds), static_cast<int32_t>(nanos % kNanosPerSecond)};
  return absl::OkStatus();
}

std::string FormatDuration(const Instant& duration) {
  absl::int128 rest = absl::int128(duration.seconds) * kNanosPerSecond + duration.nanos;
  std::string out;
  for (const Unit& unit : kUnits) {
    const auto count = static_cast<int64_t>(rest / unit.nanos);
    if (count > 0) absl::StrAppend(&out, count, unit.name);
    rest %= unit.nanos;
  }
  return out.empty() ? "0s" : out;
}

absl::Status ParseTimestamp(absl::string_view text, Instant* timestamp) {
  Day day;
  if (absl::Status status = TakeDay(&text, &day); !status.ok()) return status;
  if (!absl::ConsumePrefix(&text, "T") && !absl::ConsumePrefix(&text, "t") &&
      !absl::ConsumePrefix(&text, " ")) {
    return Bad(text.empty() ? "the time of day is missing" : "");
  }
  Instant time_of_day;
  if (!TakeTimeOfDay(&text, &time_of_day)) return Bad();
  absl::ConsumePrefix(&text, " ");
  if (text.empty()) return Bad("the zone is missing, give +07:00 or Z");
  int offset = 0;
  if (!TakeZone(&text, &offset) || !text.empty()) return Bad();
  const int64_t days = absl::CivilDay(day.year, day.month, day.day) - absl::CivilDay(1970, 1, 1);
  const int64_t seconds = days * 86'400 + time_of_day.seconds - offset;
  if (seconds < kMinTimestampSeconds || seconds > kMaxTimestampSeconds) return Bad("out of range");
  *timestamp = {seconds, time_of_day.nanos};
  return absl::OkStatus();
}

std::string FormatTimestamp(const Instant& timestamp) {
  constexpr int64_t kVietnam = 7 * 3600;
  // The last seven hours of year 9999 have no four-digit year there.
  const bool local = timestamp.seconds <= kMaxTimestampSeconds - kVietnam;
  const absl::CivilSecond time =
      absl::CivilSecond(1970, 1, 1) + timestamp.seconds + (local ? kVietnam : 0);
  std::string fraction;
  if (timestamp.nanos > 0) {
    fraction = absl::StrFormat(".%09d", timestamp.nanos);
    fraction.erase(fraction.find_last_not_of('0') + 1);
  }
  return absl::StrFormat("%04d-%02d-%02dT%02d:%02d:%02d%s%s", time.year(), time.month(), time.day(),
                         time.hour(), time.minute(), time.second(), fraction,
                         local ? "+07:00" : "Z");
}

absl::Status ParseDay(absl::string_view text, Day* day) {
  Day d;
  if (absl::Status status = TakeDay(&text, &d); !status.ok()) return status;
  if (!text.empty()) return Bad();
  *day = d;
  return absl::OkStatus();
}

std::string FormatDay(const Day& day) {
  return absl::StrFormat("%04d-%02d-%02d", day.year, day.month, day.day);
}

absl::Status ParseBase64(absl::string_view text, std::string* bytes) {
  std::string packed;
  packed.reserve(text.size());
  for (char c : text) {
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) continue;
    // Abseil also takes '.' for padding and does without it.
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '/' && c != '=') {
      return Bad();
    }
    packed += c;
  }
  if (packed.size() % 4 != 0) return Bad("it is cut short or lacks its padding");
  std::string decoded;
  if (!absl::Base64Unescape(packed, &decoded)) return Bad();
  *bytes = std::move(decoded);
  return absl::OkStatus();
}

std::string EnumWord(const google::protobuf::EnumValueDescriptor& value) {
  // ExerciseType -> EXERCISE_TYPE_
  std::string prefix;
  for (char c : value.type()->name()) {
    const auto u = static_cast<unsigned char>(c);
    if (absl::ascii_isupper(u) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(u);
  }
  prefix += '_';
  absl::string_view word(value.name());
  absl::ConsumePrefix(&word, prefix);
  return absl::AsciiStrToLower(word);
}

}  // namespace drill::yaml
