#ifndef DRILL_AGENT_DNS_PACKET_H_
#define DRILL_AGENT_DNS_PACKET_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// Just enough of DNS (RFC 1035) to ask for one address and know the answer. Pure.
namespace drill::agent {

inline constexpr size_t kDnsNameBytesMax = 253;
inline constexpr size_t kDnsLabelBytesMax = 63;
inline constexpr size_t kDnsPacketBytesMax = 512;

inline constexpr int kDnsNoError = 0;
inline constexpr int kDnsNameError = 3;
inline constexpr int kDnsRefused = 5;

// A query for the IPv4 address of `name`, recursion desired.
// InvalidArgument: a name or a label of it is empty or too long.
absl::StatusOr<std::string> EncodeDnsQuery(uint16_t id, absl::string_view name);

struct DnsMessage {
  uint16_t id = 0;
  bool reply = false;
  int code = 0;
  int answers = 0;
  std::string name;  // of the first question, lower case
};
// InvalidArgument: not a message with one question.
absl::StatusOr<DnsMessage> DecodeDns(absl::string_view packet);

// RFC 4648 base 32 in lower case without padding: survives resolvers that change case.
std::string Base32(absl::string_view bytes);

// A name below `zone` that carries `payload`, cut into labels:
// "<payload labels>.<number>.<mark>.<zone>". The last one of an archive has kDnsEnd for a number,
// and the archive's SHA-256 as payload.
std::string PayloadName(absl::string_view payload, absl::string_view number, absl::string_view mark,
                        absl::string_view zone);
inline constexpr absl::string_view kDnsEnd = "end";
// Bytes of payload that such a name can carry, whatever the number. 0: zone and mark are too long.
size_t PayloadBytesMax(absl::string_view mark, absl::string_view zone);

}  // namespace drill::agent

#endif  // DRILL_AGENT_DNS_PACKET_H_
