#include "core/scoring/fold.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace drill::scoring {
namespace {

// Lower case of a code point; itself where it has none here. Both need equally many bytes.
uint32_t Lower(uint32_t c) {
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 0x20;  // À Á Â Ã È ... Ý, not ×
  switch (c) {
    case 0x102:  // Ă
    case 0x110:  // Đ
    case 0x128:  // Ĩ
    case 0x168:  // Ũ
    case 0x1A0:  // Ơ
    case 0x1AF:  // Ư
      return c + 1;
    default:
      break;
  }
  // Ạ .. ỹ: upper case is even.
  if (c >= 0x1EA0 && c <= 0x1EF9) return c | 1;
  return c;
}

bool Continues(char byte) { return (static_cast<uint8_t>(byte) & 0xC0) == 0x80; }
uint32_t Low6(char byte) { return static_cast<uint8_t>(byte) & 0x3F; }
char Tail(uint32_t c) { return static_cast<char>(0x80 | (c & 0x3F)); }

}  // namespace

std::string FoldCase(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const uint8_t lead = static_cast<uint8_t>(text[i]);
    if (lead >= 0xC2 && lead <= 0xDF && i + 1 < text.size() && Continues(text[i + 1])) {
      const uint32_t c = Lower(uint32_t{lead & 0x1Fu} << 6 | Low6(text[i + 1]));
      out.push_back(static_cast<char>(0xC0 | (c >> 6)));
      out.push_back(Tail(c));
      i += 2;
    } else if (lead >= 0xE0 && lead <= 0xEF && i + 2 < text.size() && Continues(text[i + 1]) &&
               Continues(text[i + 2])) {
      const uint32_t c =
          Lower(uint32_t{lead & 0x0Fu} << 12 | Low6(text[i + 1]) << 6 | Low6(text[i + 2]));
      out.push_back(static_cast<char>(0xE0 | (c >> 12)));
      out.push_back(Tail(c >> 6));
      out.push_back(Tail(c));
      i += 3;
    } else {
      out.push_back(absl::ascii_tolower(lead));
      i += 1;
    }
  }
  return out;
}

}  // namespace drill::scoring
