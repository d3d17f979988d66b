#include "cli/text.h"

#include "absl/strings/str_cat.h"
#include "cli/judging_text.h"

namespace drill::cli {
namespace {

absl::string_view Find(Language language, absl::string_view key) {
  const absl::string_view word =
      language == Language::kVietnamese ? FindWordVietnamese(key) : FindWordEnglish(key);
  return word.empty() ? FindJudgingWord(language, key) : word;
}

}  // namespace

std::string Pick(Language language, const v1::Text& text) {
  const bool vi = language == Language::kVietnamese ? !text.vi().empty() : text.en().empty();
  return vi ? text.vi() : text.en();
}

absl::string_view EnumWord(Language language, absl::string_view name) {
  const absl::string_view word = Find(language, name);
  return word.empty() ? name : word;
}

absl::string_view CommandHelp(Language language, absl::string_view path) {
  return Find(language, absl::StrCat("drillctl", path.empty() ? "" : " ", path));
}

absl::string_view ParameterHelp(Language language, absl::string_view path,
                                absl::string_view parameter) {
  const absl::string_view own = Find(language, absl::StrCat(path, " ", parameter));
  return own.empty() ? Find(language, parameter) : own;
}

}  // namespace drill::cli
