#include "server/report/text.h"

#include <array>

#include "absl/container/flat_hash_map.h"

namespace drill::report {
namespace {

constexpr const char* kVietnamese[] = {
#define TEXT(id, words) words,
#include "server/report/text_vi.inc"
#undef TEXT
};
constexpr const char* kNames[] = {
#define TEXT(id, words) #id,
#include "server/report/text_vi.inc"
#undef TEXT
};
constexpr size_t kCount = sizeof(kVietnamese) / sizeof(kVietnamese[0]);

// Filled by key, so that the two files may be in different order but never of different keys.
constexpr std::array<const char*, kCount> FillEnglish() {
  std::array<const char*, kCount> words{};
#define TEXT(id, english) words[static_cast<size_t>(TextId::id)] = english;
#include "server/report/text_en.inc"
#undef TEXT
  return words;
}
constexpr std::array<const char*, kCount> kEnglish = FillEnglish();

constexpr bool Complete() {
  for (const char* words : kEnglish) {
    if (words == nullptr) return false;
  }
  return true;
}
static_assert(Complete(), "a key of text_vi.inc is missing in text_en.inc");

}  // namespace

const size_t kTextCount = kCount;

absl::string_view Vietnamese(TextId id) { return kVietnamese[static_cast<size_t>(id)]; }
absl::string_view English(TextId id) { return kEnglish[static_cast<size_t>(id)]; }

std::optional<TextId> FindText(absl::string_view name) {
  static const auto* const by_name = [] {
    auto* map = new absl::flat_hash_map<absl::string_view, TextId>();
    for (size_t i = 0; i < kCount; ++i) map->emplace(kNames[i], static_cast<TextId>(i));
    return map;
  }();
  const auto found = by_name->find(name);
  if (found == by_name->end()) return std::nullopt;
  return found->second;
}

}  // namespace drill::report
