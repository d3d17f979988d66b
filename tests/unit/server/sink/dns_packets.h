#ifndef DRILL_TESTS_UNIT_SERVER_SINK_DNS_PACKETS_H_
#define DRILL_TESTS_UNIT_SERVER_SINK_DNS_PACKETS_H_

#include <string>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace drill::testing {

// A recursive query for one name, as a resolver library writes it.
inline std::string DnsQueryFor(absl::string_view name, uint16_t type = 1) {
  std::string out("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  for (absl::string_view label : absl::StrSplit(name, '.')) {
    out.push_back(static_cast<char>(label.size()));
    out.append(label.data(), label.size());
  }
  out.push_back('\0');
  out.push_back(static_cast<char>(type >> 8));
  out.push_back(static_cast<char>(type & 0xFF));
  out += std::string("\x00\x01", 2);
  return out;
}

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_SERVER_SINK_DNS_PACKETS_H_
