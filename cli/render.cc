#include "cli/render.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "common/base/check.h"
#include "common/yaml/words.h"

namespace drill::cli {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Range {
  char32_t first;
  char32_t last;
};

// Combining marks and characters without width of their own (Unicode 15, Mn, Me and Cf of the
// scripts that this program meets).
constexpr Range kZeroWidth[] = {
    {0x0300, 0x036F}, {0x0483, 0x0489},  {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},  {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200F}, {0x2060, 0x2064},  {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};
// East Asian Wide and Fullwidth, and emoji.
constexpr Range kDoubleWidth[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},  {0x2E80, 0x303E}, {0x3041, 0x33FF},
    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},  {0xA960, 0xA97F}, {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

template <size_t n>
bool In(const Range (&ranges)[n], char32_t c) {
  return std::any_of(ranges, ranges + n,
                     [c](const Range& r) { return r.first <= c && c <= r.last; });
}

// Would move the cursor, change the terminal's state or the order of what is read.
bool Unsafe(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
}

std::string CleanText(absl::string_view text, bool keep_lines) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    char32_t c = 0;
    const size_t length = yaml::DecodeUtf8(text, &c);
    if (c == '\n' && keep_lines && length == 1) {
      clean += '\n';
    } else if (length == 1 && (c == '\n' || c == '\t' || c == '\r')) {
      clean += ' ';
    } else if (length == 0 || Unsafe(c)) {
      absl::StrAppend(&clean, kReplacement);
    } else {
      clean.append(text.data(), length);
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return clean;
}

absl::TimeZone Zone() { return absl::FixedTimeZone(7 * 3600); }

}  // namespace

std::string Clean(absl::string_view text) { return CleanText(text, false); }
std::string CleanLines(absl::string_view text) { return CleanText(text, true); }
std::string Quote(absl::string_view text) { return absl::StrCat("«", Clean(text), "»"); }

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    char32_t c = 0;
    const size_t length = yaml::DecodeUtf8(text, &c);
    if (length == 0) {
      ++width;
    } else if (!In(kZeroWidth, c)) {
      width += In(kDoubleWidth, c) ? 2 : 1;
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return width;
}

std::string Fit(absl::string_view text, size_t columns) {
  size_t used = 0;
  size_t bytes = 0;
  while (bytes < text.size()) {
    char32_t c = 0;
    const size_t length = std::max<size_t>(yaml::DecodeUtf8(text.substr(bytes), &c), 1);
    used += DisplayWidth(text.substr(bytes, length));
    if (used > columns) break;
    bytes += length;
  }
  return std::string(text.substr(0, bytes));
}

std::string FormatTime(int64_t us) {
  if (us == 0) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%E3S %Ez", absl::FromUnixMicros(us), Zone());
}

std::string FormatTimeOfDay(int64_t us) {
  if (us == 0) return "-";
  return absl::FormatTime("%H:%M:%E3S", absl::FromUnixMicros(us), Zone());
}

std::string FormatExerciseTime(int64_t ex_us) {
  const char sign = ex_us < 0 ? '-' : '+';
  // Towards -infinity before 0 and towards 0 after it: a moment is never shown before its tenth.
  const int64_t tenths = (ex_us < 0 ? -ex_us : ex_us) / 100'000;
  const int64_t hours = tenths / 36'000;
  const int64_t minutes = tenths / 600 % 60;
  const std::string rest = absl::StrFormat("%02d:%02d.%d", minutes, tenths / 10 % 60, tenths % 10);
  return hours == 0 ? absl::StrFormat("T%c%s", sign, rest)
                    : absl::StrFormat("T%c%d:%s", sign, hours, rest);
}

std::string FormatSpan(int64_t us) {
  if (us < 0) return absl::StrCat("-", FormatSpan(-us));
  if (us < 1'000'000) return absl::StrFormat("%d ms", us / 1000);
  if (us < 60'000'000) return absl::StrFormat("%d.%d s", us / 1'000'000, us / 100'000 % 10);
  const int64_t seconds = us / 1'000'000;
  if (seconds < 3600) return absl::StrFormat("%d min %d s", seconds / 60, seconds % 60);
  if (seconds < 172'800) return absl::StrFormat("%d h %d min", seconds / 3600, seconds / 60 % 60);
  return absl::StrFormat("%d d %d h", seconds / 86'400, seconds / 3600 % 24);
}

std::string FormatPoints(int64_t mp) {
  if (mp < 0) return "-";
  return absl::StrFormat("%d.%03d", mp / 1000, mp % 1000);
}

std::string FormatDate(const v1::Date& date) {
  if (date.year() == 0) return "-";
  return absl::StrFormat("%04d-%02d-%02d", date.year(), date.month(), date.day());
}

std::string ToJson(const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  // Fails only for an Any of an unknown type; the vocabulary has no Any.
  DRILL_CHECK(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  if (json.empty() || json.back() != '\n') json += '\n';
  return json;
}

std::string Paint(absl::string_view text, Colour colour, bool wanted) {
  if (!wanted || colour == Colour::kNone) return std::string(text);
  absl::string_view code;
  switch (colour) {
    case Colour::kNone:
      break;
    case Colour::kBold:
      code = "1";
      break;
    case Colour::kGreen:
      code = "32";
      break;
    case Colour::kYellow:
      code = "33";
      break;
    case Colour::kRed:
      code = "31";
      break;
  }
  return absl::StrCat("\x1b[", code, "m", text, "\x1b[0m");
}

void Table::Row(std::vector<Cell> cells) {
  DRILL_CHECK(cells.size() == titles_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::Print(bool colours) const {
  std::vector<size_t> widths;
  for (const std::string& title : titles_) widths.push_back(DisplayWidth(title));
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i].text));
    }
  }
  std::string out;
  const auto put = [&](size_t i, absl::string_view text, Colour colour, bool right) {
    const bool last = i + 1 == titles_.size();
    const std::string padding(widths[i] - DisplayWidth(text), ' ');
    absl::StrAppend(&out, right ? padding : "", Paint(text, colour, colours),
                    right || last ? "" : padding, last ? "\n" : "  ");
  };
  for (size_t i = 0; i < titles_.size(); ++i) {
    const bool right = !rows_.empty() && rows_[0][i].right;
    put(i, titles_[i], Colour::kBold, right);
  }
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) put(i, row[i].text, row[i].colour, row[i].right);
  }
  return out;
}

}  // namespace drill::cli
