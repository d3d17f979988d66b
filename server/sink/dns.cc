#include "server/sink/dns.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/exercise/mark.h"

namespace drill {
namespace {

constexpr size_t kHeaderBytes = 12;
constexpr size_t kLabelMax = 63;
constexpr size_t kNameMax = 255;
constexpr size_t kZoneMax = 100;
constexpr int64_t kNumberMax = 1'000'000;
constexpr size_t kSha256Bytes = 32;

uint16_t Read16(absl::string_view packet, size_t at) {
  return static_cast<uint16_t>(static_cast<uint8_t>(packet[at]) << 8 |
                               static_cast<uint8_t>(packet[at + 1]));
}

void Write16(std::string* out, unsigned value) {
  out->push_back(static_cast<char>(value >> 8 & 0xFF));
  out->push_back(static_cast<char>(value & 0xFF));
}

}  // namespace

std::optional<DnsQuestion> ParseDnsQuery(absl::string_view packet, DnsCode* code) {
  *code = DnsCode::kNoError;
  if (packet.size() < kHeaderBytes || packet.size() > kDnsPacketMax) return std::nullopt;
  const uint8_t flags = static_cast<uint8_t>(packet[2]);
  if ((flags & 0x80) != 0) return std::nullopt;  // an answer: never answered, or two would go on
  *code = DnsCode::kNotImplemented;
  if ((flags & 0x78) != 0) return std::nullopt;  // another operation than a query
  *code = DnsCode::kFormatError;
  if (Read16(packet, 4) != 1) return std::nullopt;
  DnsQuestion question;
  size_t at = kHeaderBytes;
  for (;;) {
    if (at >= packet.size()) return std::nullopt;
    const size_t length = static_cast<uint8_t>(packet[at]);
    ++at;
    if (length == 0) break;
    // Compression has no place in a question.
    if (length > kLabelMax || length > packet.size() - at) return std::nullopt;
    if (at + length - kHeaderBytes >= kNameMax) return std::nullopt;
    question.labels.push_back(absl::AsciiStrToLower(packet.substr(at, length)));
    at += length;
  }
  if (packet.size() - at < 4) return std::nullopt;
  question.type = Read16(packet, at);
  question.klass = Read16(packet, at + 2);
  question.end = at + 4;
  *code = DnsCode::kNoError;
  return question;
}

std::string DnsAnswer(absl::string_view packet, const DnsQuestion* question, DnsCode code,
                      bool address) {
  std::string out(packet.substr(0, 2));
  const bool wanted = (static_cast<uint8_t>(packet[2]) & 0x01) != 0;  // recursion: echoed
  // Answer, authoritative.
  out.push_back(static_cast<char>(0x84 | (wanted ? 0x01 : 0x00)));
  out.push_back(static_cast<char>(code));
  Write16(&out, question != nullptr ? 1 : 0);
  Write16(&out, address ? 1 : 0);
  Write16(&out, 0);
  Write16(&out, 0);
  if (question == nullptr) return out;
  out.append(packet.data() + kHeaderBytes, question->end - kHeaderBytes);
  if (!address) return out;
  Write16(&out, 0xC000 | kHeaderBytes);  // the question's name
  Write16(&out, kDnsTypeA);
  Write16(&out, kDnsClassIn);
  Write16(&out, 0);  // TTL
  Write16(&out, 0);
  Write16(&out, 4);
  out.append(4, '\0');
  return out;
}

InZone ParseSinkName(const std::vector<std::string>& labels, const std::vector<std::string>& zone,
                     SinkName* name) {
  if (labels.size() < zone.size() || !std::equal(zone.rbegin(), zone.rend(), labels.rbegin())) {
    return InZone::kNo;
  }
  const size_t own = labels.size() - zone.size();
  if (own < 2 || !IsMark(labels[own - 1])) return InZone::kOther;
  name->mark = labels[own - 1];
  const std::string& number = labels[own - 2];
  std::string text;
  for (size_t i = 0; i + 2 < own; ++i) text += labels[i];
  name->end = number == "end";
  const bool digits = std::all_of(number.begin(), number.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  const bool numbered =
      digits && absl::SimpleAtoi(number, &name->number) && name->number <= kNumberMax;
  name->shaped = (numbered || name->end) && Base32Decode(text, &name->payload).ok() &&
                 (!name->end || name->payload.size() == kSha256Bytes);
  return InZone::kSink;
}

absl::Status ParseZone(absl::string_view zone, std::vector<std::string>* labels) {
  *labels = absl::StrSplit(zone, '.');
  const auto good = [](const std::string& label) {
    return !label.empty() && label.size() <= kLabelMax && label.front() != '-' &&
           label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
             return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
  };
  if (zone.size() <= kZoneMax && std::all_of(labels->begin(), labels->end(), good)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("sink zone '", zone.substr(0, kZoneMax),
                   "': expected a domain name in lower case, such as drill.invalid"));
}

absl::Status Base32Decode(absl::string_view text, std::string* bytes) {
  bytes->clear();
  unsigned bits = 0;
  unsigned count = 0;
  for (char c : text) {
    unsigned value = 0;
    if (c >= 'a' && c <= 'z') {
      value = static_cast<unsigned>(c - 'a');
    } else if (c >= '2' && c <= '7') {
      value = static_cast<unsigned>(c - '2') + 26;
    } else {
      return absl::InvalidArgumentError("base32: a character outside a-z and 2-7");
    }
    bits = (bits << 5 | value) & 0xFFF;
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes->push_back(static_cast<char>(bits >> count & 0xFF));
    }
  }
  if (count >= 5 || (bits & ((1U << count) - 1)) != 0) {
    return absl::InvalidArgumentError("base32: cut off, or bits left over");
  }
  return absl::OkStatus();
}

}  // namespace drill
