#ifndef DRILL_SERVER_INGEST_FORMATS_H_
#define DRILL_SERVER_INGEST_FORMATS_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "drill/v1/exercise.pb.h"
#include "drill/v1/register.pb.h"
#include "server/ingest/json.h"

// One function a format; parse.cc has the table. nullopt: well-formed, but no alert.
// InvalidArgument: malformed, with place and reason. Pure.
namespace drill::ingest {

using MaybeAlert = absl::StatusOr<std::optional<v1::AlertReceived>>;

struct Source {
  const v1::Sensor& sensor;
  int64_t received_us;
  int zone_minutes() const { return sensor.has_zone_minutes() ? sensor.zone_minutes() : 420; }
};

MaybeAlert FromWazuh(const Source& source, const Json& event);
MaybeAlert FromEve(const Source& source, const Json& event);
MaybeAlert FromFalco(const Source& source, const Json& event);
MaybeAlert FromCef(const Source& source, absl::string_view line);
MaybeAlert FromSyslog(const Source& source, absl::string_view line);

}  // namespace drill::ingest

#endif  // DRILL_SERVER_INGEST_FORMATS_H_
