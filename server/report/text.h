#ifndef DRILL_SERVER_REPORT_TEXT_H_
#define DRILL_SERVER_REPORT_TEXT_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

// The report's words: one catalogue a language (text_vi.inc, text_en.inc), compiled in.
// Sentences carry $0, $1... (absl::Substitute).
namespace drill::report {

// Keys of the catalogue, spelled as the templates spell them ({{T:x-text=sec_times}}).
enum class TextId {
#define TEXT(id, words) id,
#include "server/report/text_vi.inc"
#undef TEXT
};

// How many keys there are.
extern const size_t kTextCount;

absl::string_view Vietnamese(TextId id);
absl::string_view English(TextId id);

// By the key's name; nullopt: no such key.
std::optional<TextId> FindText(absl::string_view name);

}  // namespace drill::report

#endif  // DRILL_SERVER_REPORT_TEXT_H_
