#ifndef DRILL_CORE_SCORING_FOLD_H_
#define DRILL_CORE_SCORING_FOLD_H_

#include <string>

#include "absl/strings/string_view.h"

namespace drill::scoring {

// The form in which two words are the same answer: white space at both ends taken off, upper case
// made lower for ASCII and for the Vietnamese letters of UTF-8 in composed form (NFC): "MÃ HÓA" is
// "mã hóa". Diacritics stay: "ma hoa" is another answer. Bytes that are not UTF-8 stay as they are.
std::string FoldCase(absl::string_view text);

}  // namespace drill::scoring

#endif  // DRILL_CORE_SCORING_FOLD_H_
