#include "cli/values.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/render.h"
#include "common/base/status.h"
#include "common/yaml/scalars.h"

namespace drill::cli {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kDay = 86'400 * kSecond;
// +07:00, the zone of every time shown and of those given without one.
constexpr int64_t kZone = 7 * 3600 * kSecond;

absl::Status Bad(const ParseContext& context, Msg expected, const std::string& found) {
  return absl::InvalidArgumentError(Say(context.language, expected, Quote(found)));
}

absl::Status NoForm() { return absl::InvalidArgumentError(""); }

// "5", "05.25" → microseconds; at most two digits before the point, six after it.
bool ParseSeconds(absl::string_view text, int64_t* us) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('.', 1));
  int seconds = 0;
  if (parts.first.empty() || parts.first.size() > 2 ||
      !absl::ascii_isdigit(static_cast<unsigned char>(parts.first[0])) ||
      !absl::SimpleAtoi(parts.first, &seconds) || seconds > 59) {
    return false;
  }
  *us = seconds * kSecond;
  if (text.size() == parts.first.size()) return true;
  if (parts.second.empty() || parts.second.size() > 6) return false;
  int64_t unit = kSecond / 10;
  for (const char c : parts.second) {
    if (c < '0' || c > '9') return false;
    *us += (c - '0') * unit;
    unit /= 10;
  }
  return true;
}

// Digits only, within [0, max].
bool ParseDigits(absl::string_view text, size_t digits_max, int64_t max, int64_t* value) {
  if (text.empty() || text.size() > digits_max) return false;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return absl::SimpleAtoi(text, value) && *value <= max;
}

// "15:04", "15:04:05.2" → microseconds since midnight.
bool ParseTimeOfDay(absl::string_view text, int64_t* us) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second_us = 0;
  if (parts.size() < 2 || parts.size() > 3 || !ParseDigits(parts[0], 2, 23, &hour) ||
      !ParseDigits(parts[1], 2, 59, &minute) ||
      (parts.size() == 3 && !ParseSeconds(parts[2], &second_us))) {
    return false;
  }
  *us = (hour * 3600 + minute * 60) * kSecond + second_us;
  return true;
}

Parser Converted(Msg expected,
                 std::function<absl::StatusOr<int64_t>(absl::string_view, int64_t)> parse,
                 std::function<void(int64_t)> set) {
  return [=](const std::vector<std::string>& words, const ParseContext& context) {
    const absl::StatusOr<int64_t> value = parse(words[0], context.now_us);
    if (!value.ok()) return Bad(context, expected, words[0]);
    set(*value);
    return absl::OkStatus();
  };
}

}  // namespace

Parser Into(std::string* text) {
  return [text](const std::vector<std::string>& words, const ParseContext&) {
    *text = words[0];
    return absl::OkStatus();
  };
}

Parser Into(std::vector<std::string>* texts) {
  return [texts](const std::vector<std::string>& words, const ParseContext&) {
    *texts = words;
    return absl::OkStatus();
  };
}

Parser Into(google::protobuf::RepeatedPtrField<std::string>* texts) {
  return [texts](const std::vector<std::string>& words, const ParseContext&) {
    texts->Assign(words.begin(), words.end());
    return absl::OkStatus();
  };
}

Parser Number(int64_t min, int64_t max, std::function<void(int64_t)> set) {
  return [=](const std::vector<std::string>& words, const ParseContext& context) {
    absl::int128 value = 0;
    if (!yaml::ParseInteger(words[0], min, max, &value).ok()) {
      return absl::InvalidArgumentError(
          Say(context.language, Msg::kUsageNumber, Quote(words[0]), min, max));
    }
    set(static_cast<int64_t>(value));
    return absl::OkStatus();
  };
}

Parser Span(std::function<void(int64_t)> set) {
  return Converted(
      Msg::kUsageSpan, [](absl::string_view text, int64_t) { return ParseSpan(text); },
      std::move(set));
}

Parser Moment(std::function<void(int64_t)> set) {
  return Converted(Msg::kUsageMoment, ParseMoment, std::move(set));
}

Parser ExerciseTime(std::function<void(int64_t)> set) {
  return Converted(
      Msg::kUsageExerciseTime,
      [](absl::string_view text, int64_t) { return ParseExerciseTime(text); }, std::move(set));
}

Parser Day(std::function<v1::Date*()> date) {
  return [=](const std::vector<std::string>& words, const ParseContext& context) {
    yaml::Day day;
    if (!yaml::ParseDay(words[0], &day).ok()) return Bad(context, Msg::kUsageDay, words[0]);
    v1::Date* to = date();
    to->set_year(day.year);
    to->set_month(day.month);
    to->set_day(day.day);
    return absl::OkStatus();
  };
}

Parser OneOf(std::vector<std::pair<std::string, int>> words, std::function<void(int)> set) {
  return [words = std::move(words), set = std::move(set)](const std::vector<std::string>& given,
                                                          const ParseContext& context) {
    for (const auto& [word, value] : words) {
      if (absl::EqualsIgnoreCase(word, given[0])) {
        set(value);
        return absl::OkStatus();
      }
    }
    const std::string all = absl::StrJoin(
        words, ", ", [](std::string* out, const auto& entry) { out->append(entry.first); });
    return absl::InvalidArgumentError(
        Say(context.language, Msg::kUsageOneOf, Quote(given[0]), all));
  };
}

Parser Pairs(
    std::function<absl::Status(const std::string&, const std::string&, const ParseContext&)> add) {
  return
      [add = std::move(add)](const std::vector<std::string>& words, const ParseContext& context) {
        for (const std::string& word : words) {
          const size_t sign = word.find('=');
          if (sign == std::string::npos || sign == 0 || sign + 1 == word.size()) {
            return Bad(context, Msg::kUsagePair, word);
          }
          RETURN_IF_ERROR(add(word.substr(0, sign), word.substr(sign + 1), context));
        }
        return absl::OkStatus();
      };
}

Parser Artefacts(v1::ArtefactKind kind, google::protobuf::RepeatedPtrField<v1::Artefact>* list) {
  return [=](const std::vector<std::string>& words, const ParseContext& context) {
    for (const std::string& word : words) {
      std::string value = word;
      if (kind == v1::ARTEFACT_KIND_SHA256) {
        absl::AsciiStrToLower(&value);
        const bool hex =
            value.size() == 64 && value.find_first_not_of("0123456789abcdef") == std::string::npos;
        if (!hex) return Bad(context, Msg::kUsageSha256, word);
      }
      if (kind == v1::ARTEFACT_KIND_PATH && !absl::StartsWith(value, "/")) {
        return Bad(context, Msg::kUsagePath, word);
      }
      v1::Artefact* artefact = list->Add();
      artefact->set_kind(kind);
      artefact->set_value(value);
    }
    return absl::OkStatus();
  };
}

absl::StatusOr<int64_t> ParseSpan(absl::string_view text) {
  yaml::Instant span;
  RETURN_IF_ERROR(yaml::ParseDuration(text, &span));
  const int64_t us = span.seconds * kSecond + span.nanos / 1000;
  if (us <= 0) return NoForm();
  return us;
}

absl::StatusOr<int64_t> ParseMoment(absl::string_view text, int64_t now_us) {
  if (text == "now") return now_us;
  int64_t of_day = 0;
  if (ParseTimeOfDay(text, &of_day)) {
    const int64_t local = now_us + kZone;
    return local - local % kDay + of_day - kZone;
  }
  std::string full(text);
  // A date and time without a zone is +07:00, seconds may be left out.
  const size_t t = full.find_first_of("T ");
  if (t != std::string::npos && ParseTimeOfDay(absl::string_view(full).substr(t + 1), &of_day)) {
    yaml::Day day;
    RETURN_IF_ERROR(yaml::ParseDay(full.substr(0, t), &day));
    full = absl::StrCat(full.substr(0, t), "T00:00:00+07:00");
  } else {
    of_day = 0;
  }
  yaml::Instant instant;
  RETURN_IF_ERROR(yaml::ParseTimestamp(full, &instant));
  return instant.seconds * kSecond + instant.nanos / 1000 + of_day;
}

absl::StatusOr<int64_t> ParseExerciseTime(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "T+")) {
    if (text == "0") return 0;
    return ParseSpan(text);
  }
  std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  int64_t hours = 0;
  int64_t minutes = 0;
  int64_t second_us = 0;
  if (parts.size() == 3 && !ParseDigits(parts[0], 4, 9999, &hours)) return NoForm();
  if (parts.size() < 2 || parts.size() > 3) return NoForm();
  const int64_t minutes_max = parts.size() == 3 ? 59 : 9999;
  if (!ParseDigits(parts[parts.size() - 2], 4, minutes_max, &minutes) ||
      !ParseSeconds(parts.back(), &second_us)) {
    return NoForm();
  }
  return (hours * 3600 + minutes * 60) * kSecond + second_us;
}

}  // namespace drill::cli
