#include "core/scenario/words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace drill {
namespace {

constexpr size_t kQuotedBytesMax = 80;

// "ANCHOR_DETECTED" → "detected"; value 0 of every enum says nothing.
template <typename Enum>
std::string EnumWord(Enum value, const std::string& (*name)(Enum), absl::string_view prefix) {
  if (value == 0) return "";
  return absl::AsciiStrToLower(absl::StripPrefix(name(value), prefix));
}

}  // namespace

std::string AnchorName(v1::Anchor anchor) {
  return EnumWord(anchor, &v1::Anchor_Name<v1::Anchor>, "ANCHOR_");
}

std::string ExpectationName(v1::ExpectationKind kind) {
  return EnumWord(kind, &v1::ExpectationKind_Name<v1::ExpectationKind>, "EXPECTATION_KIND_");
}

std::string ActionName(const v1::Action& action) {
  if (action.kind_case() == v1::Action::KIND_NOT_SET) return "";
  std::string name = v1::Action::descriptor()->FindFieldByNumber(action.kind_case())->name();
  // The field is family_verb: the first underscore stands for the dot.
  if (const size_t dot = name.find('_'); dot != std::string::npos) name[dot] = '.';
  return name;
}

std::string DurationText(int64_t us) {
  struct Unit {
    int64_t us;
    absl::string_view name;
  };
  constexpr Unit kUnits[] = {{86'400'000'000, "d"}, {3'600'000'000, "h"}, {60'000'000, "m"},
                             {1'000'000, "s"},      {1'000, "ms"},        {1, "us"}};
  if (us == 0) return "0s";
  std::string text = us < 0 ? "-" : "";
  // Unsigned: the lowest int64_t has no positive twin.
  uint64_t rest = us < 0 ? 0 - static_cast<uint64_t>(us) : static_cast<uint64_t>(us);
  for (const Unit& unit : kUnits) {
    const uint64_t count = rest / static_cast<uint64_t>(unit.us);
    rest %= static_cast<uint64_t>(unit.us);
    if (count > 0) absl::StrAppend(&text, count, unit.name);
  }
  return text;
}

std::string Quoted(absl::string_view text) {
  if (text.size() <= kQuotedBytesMax) return absl::StrCat("'", absl::Utf8SafeCHexEscape(text), "'");
  size_t end = kQuotedBytesMax;
  // Not through the middle of a character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat("'", absl::Utf8SafeCHexEscape(text.substr(0, end)), "…'");
}

bool IsTechnique(absl::string_view id) {
  const auto digits = [](absl::string_view text) {
    return std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  };
  if (!absl::StartsWith(id, "T") || (id.size() != 5 && id.size() != 9)) return false;
  return digits(id.substr(1, 4)) && (id.size() == 5 || (id[5] == '.' && digits(id.substr(6))));
}

}  // namespace drill
