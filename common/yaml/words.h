#ifndef DRILL_COMMON_YAML_WORDS_H_
#define DRILL_COMMON_YAML_WORDS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace drill::yaml {

// The text in double quotes, shortened and with control characters escaped, fit for a message.
std::string Quoted(absl::string_view text);

// The candidate that a writer of `word` most likely meant; empty if none is near.
absl::string_view Nearest(absl::string_view word, const std::vector<absl::string_view>& candidates);

// Decodes the code point at the front of `text`; returns its length, 0 if it is not valid UTF-8.
size_t DecodeUtf8(absl::string_view text, char32_t* code_point);

}  // namespace drill::yaml

#endif  // DRILL_COMMON_YAML_WORDS_H_
