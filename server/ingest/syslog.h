#ifndef DRILL_SERVER_INGEST_SYSLOG_H_
#define DRILL_SERVER_INGEST_SYSLOG_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace drill::ingest {

// One syslog message, taken apart; views into it. RFC 5424 where a version follows the priority,
// else RFC 3164 as far as it goes: a line without any header is all message.
struct SyslogMessage {
  int priority = -1;  // -1: none
  int64_t at_us = 0;  // 0: not said
  absl::string_view host;
  absl::string_view program;
  absl::string_view message;
  absl::string_view line;  // without its priority
};

// InvalidArgument: says that it is RFC 5424 and is not, with the byte.
absl::StatusOr<SyslogMessage> ReadSyslog(absl::string_view text, int zone_minutes,
                                         int64_t received_us);

}  // namespace drill::ingest

#endif  // DRILL_SERVER_INGEST_SYSLOG_H_
