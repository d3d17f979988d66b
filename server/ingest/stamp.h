#ifndef DRILL_SERVER_INGEST_STAMP_H_
#define DRILL_SERVER_INGEST_STAMP_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace drill::ingest {

// Microseconds of "2018-10-11T22:14:15.003Z": 'T' or a blank between date and time, up to nine
// digits of a second (those below a microsecond are cut off), zone Z, +07:00, -0600 or none, which
// is `zone_minutes` east of UTC. nullopt: no such stamp, or no such day.
std::optional<int64_t> ParseStamp(absl::string_view text, int zone_minutes);

// "Jan 18 11:07:53", "Jan  8 ...": of the year that puts it not more than a day after
// `received_us`.
std::optional<int64_t> ParseYearless(absl::string_view text, int zone_minutes, int64_t received_us);

}  // namespace drill::ingest

#endif  // DRILL_SERVER_INGEST_STAMP_H_
