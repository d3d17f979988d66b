#ifndef DRILL_SERVER_SINK_DNS_H_
#define DRILL_SERVER_SINK_DNS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

// The little of DNS (RFC 1035) that the sink speaks: one question in, one answer out. Pure; never
// reads outside the packet, whatever is in it.
namespace drill {

inline constexpr size_t kDnsPacketMax = 512;

enum class DnsCode : uint8_t {
  kNoError = 0,
  kFormatError = 1,
  kNoSuchName = 3,
  kNotImplemented = 4,
  kRefused = 5,
};
inline constexpr uint16_t kDnsTypeA = 1;
inline constexpr uint16_t kDnsClassIn = 1;

struct DnsQuestion {
  std::vector<std::string> labels;  // lower case
  uint16_t type = 0;
  uint16_t klass = 0;
  size_t end = 0;  // of the question in the packet
};

// The packet's one question. Nullopt with a code: answer that. Nullopt with kNoError: no query at
// all, no answer.
std::optional<DnsQuestion> ParseDnsQuery(absl::string_view packet, DnsCode* code);

// Answer to `packet`; `question` may be null. `address`: one A record of 0.0.0.0 with TTL 0.
std::string DnsAnswer(absl::string_view packet, const DnsQuestion* question, DnsCode code,
                      bool address);

// What a name below the zone says: [payload labels.]number.mark, the payload in base32 (RFC 4648,
// lower case, no padding); the number "end" closes an archive with its SHA-256 as payload.
struct SinkName {
  std::string mark;
  bool shaped = false;  // false: something else before the mark, such as a generated name
  bool end = false;
  int64_t number = 0;
  std::string payload;
};
enum class InZone { kNo, kOther, kSink };
InZone ParseSinkName(const std::vector<std::string>& labels, const std::vector<std::string>& zone,
                     SinkName* name);

// "drill.invalid" → its labels. InvalidArgument: no lower-case domain name of 1..100 characters.
absl::Status ParseZone(absl::string_view zone, std::vector<std::string>* labels);

// InvalidArgument: another alphabet, an impossible length, bits that must be zero.
absl::Status Base32Decode(absl::string_view text, std::string* bytes);

}  // namespace drill

#endif  // DRILL_SERVER_SINK_DNS_H_
