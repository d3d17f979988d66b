#ifndef DRILL_SERVER_INGEST_PARSE_H_
#define DRILL_SERVER_INGEST_PARSE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "drill/v1/exercise.pb.h"
#include "drill/v1/register.pb.h"

namespace drill::ingest {

// A piece of the input that could not be read; kept aside by the caller.
struct Malformed {
  std::string raw;
  std::string why;  // English: place and reason, "byte 17: ..." or "timestamp: ..."
};

struct Parsed {
  // `hosts` are names and addresses as the sensor gave them; ids and clocks are the engine's.
  std::vector<v1::AlertReceived> alerts;
  std::vector<Malformed> malformed;
  int64_t no_alert = 0;  // well-formed, but nothing was alerted (EVE's flows, unmapped lines)
};

// What `sensor` said in these bytes: for the JSON formats one object, an array of them, or one a
// line; for the others one message a line. Whatever the bytes are, every piece of them is in
// exactly one of the three. `received_us` dates stamps without a year. Pure.
Parsed Parse(const v1::Sensor& sensor, absl::string_view bytes, int64_t received_us);

// The same of one message that its transport has framed already; it may hold line feeds.
Parsed ParseMessage(const v1::Sensor& sensor, absl::string_view message, int64_t received_us);

}  // namespace drill::ingest

#endif  // DRILL_SERVER_INGEST_PARSE_H_
