#include "agent/dns_packet.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace drill::agent {
namespace {

constexpr size_t kHeaderBytes = 12;
constexpr uint16_t kRecursionDesired = 0x0100;
constexpr uint16_t kReply = 0x8000;
constexpr uint16_t kTypeA = 1;
constexpr uint16_t kClassIn = 1;
constexpr size_t kBitsPerDigit = 5;

void Put16(std::string* out, uint16_t value) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value & 0xFF));
}

uint16_t Get16(absl::string_view bytes, size_t at) {
  return static_cast<uint16_t>((static_cast<unsigned char>(bytes[at]) << 8) |
                               static_cast<unsigned char>(bytes[at + 1]));
}

size_t DigitsOf(size_t bytes) { return (bytes * 8 + kBitsPerDigit - 1) / kBitsPerDigit; }

}  // namespace

absl::StatusOr<std::string> EncodeDnsQuery(uint16_t id, absl::string_view name) {
  name = absl::StripSuffix(name, ".");
  if (name.empty() || name.size() > kDnsNameBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("DNS name of ", name.size(), " bytes; 1 to 253 are possible"));
  }
  std::string packet;
  Put16(&packet, id);
  Put16(&packet, kRecursionDesired);
  for (const int count : {1, 0, 0, 0}) Put16(&packet, static_cast<uint16_t>(count));
  for (const absl::string_view label : absl::StrSplit(name, '.')) {
    if (label.empty() || label.size() > kDnsLabelBytesMax) {
      return absl::InvalidArgumentError(absl::StrCat("DNS label of ", label.size(), " bytes in ",
                                                     name, "; 1 to 63 are possible"));
    }
    packet.push_back(static_cast<char>(label.size()));
    packet.append(label.data(), label.size());
  }
  packet.push_back('\0');
  Put16(&packet, kTypeA);
  Put16(&packet, kClassIn);
  return packet;
}

absl::StatusOr<DnsMessage> DecodeDns(absl::string_view packet) {
  const absl::Status bad = absl::InvalidArgumentError("no DNS message with one question");
  if (packet.size() < kHeaderBytes || Get16(packet, 4) != 1) return bad;
  DnsMessage message;
  message.id = Get16(packet, 0);
  message.reply = (Get16(packet, 2) & kReply) != 0;
  message.code = Get16(packet, 2) & 0xF;
  message.answers = Get16(packet, 6);
  size_t at = kHeaderBytes;
  for (;;) {
    if (at >= packet.size()) return bad;
    const size_t size = static_cast<unsigned char>(packet[at++]);
    if (size == 0) break;
    // The first name of a message has nothing before it to point to.
    if (size > kDnsLabelBytesMax || at + size > packet.size()) return bad;
    if (!message.name.empty()) message.name += '.';
    absl::StrAppend(&message.name, absl::AsciiStrToLower(packet.substr(at, size)));
    if (message.name.size() > kDnsNameBytesMax) return bad;
    at += size;
  }
  if (at + 4 > packet.size()) return bad;
  return message;
}

std::string Base32(absl::string_view bytes) {
  constexpr char kDigits[] = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text;
  text.reserve(DigitsOf(bytes.size()));
  uint32_t held = 0;
  size_t bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= kBitsPerDigit; bits -= kBitsPerDigit) {
      text += kDigits[(held >> (bits - kBitsPerDigit)) & 31];
    }
    held &= (1U << bits) - 1;
  }
  if (bits > 0) text += kDigits[(held << (kBitsPerDigit - bits)) & 31];
  return text;
}

std::string PayloadName(absl::string_view payload, absl::string_view number, absl::string_view mark,
                        absl::string_view zone) {
  const std::string digits = Base32(payload);
  std::string name;
  for (size_t at = 0; at < digits.size(); at += kDnsLabelBytesMax) {
    absl::StrAppend(&name, absl::string_view(digits).substr(at, kDnsLabelBytesMax), ".");
  }
  return absl::StrCat(name, number, ".", mark, ".", zone);
}

size_t PayloadBytesMax(absl::string_view mark, absl::string_view zone) {
  // The largest number that an archive can need: one byte a name would still stay below it.
  constexpr size_t kSeqDigits = 9;
  const size_t rest = 1 + kSeqDigits + 1 + mark.size() + 1 + zone.size();
  if (rest >= kDnsNameBytesMax) return 0;
  size_t room = kDnsNameBytesMax - rest;
  // One dot behind each full label.
  room -= room / (kDnsLabelBytesMax + 1);
  return room * kBitsPerDigit / 8;
}

}  // namespace drill::agent
