// Suricata's EVE.

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/ingest/builder.h"
#include "server/ingest/formats.h"
#include "server/ingest/stamp.h"

namespace drill::ingest {

MaybeAlert FromEve(const Source& source, const Json& event) {
  const std::string type = event["event_type"].Text();
  if (type.empty()) return absl::InvalidArgumentError("event_type: missing; no event of Suricata");
  const std::string stamp = event["timestamp"].Text();
  const auto at = ParseStamp(stamp, source.zone_minutes());
  if (!at.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("timestamp: '", stamp, "' is no time"));
  }
  if (type != "alert") return std::nullopt;
  const Json alert = event["alert"];
  Builder out(source.sensor.id());
  out.Rule(alert["signature_id"].Text());
  if (out->rule().empty()) return absl::InvalidArgumentError("alert.signature_id: missing");
  out->set_sensor_us(*at);
  int severity = 0;
  if (absl::SimpleAtoi(alert["severity"].Text(), &severity)) out->set_severity(severity);
  out.Text(alert["signature"].Text());
  const Json techniques = alert["metadata"]["mitre_technique_id"];
  for (size_t i = 0; i < techniques.Size(); ++i) out.Technique(techniques.At(i).Text());

  out.Host(event["dest_ip"].Text());
  out.Host(event["src_ip"].Text());
  out.Host(event["host"].Text());
  out.Address(event["src_ip"].Text(), event["src_port"].Text());
  out.Address(event["dest_ip"].Text(), event["dest_port"].Text());
  out.Sha256(event["fileinfo"]["sha256"].Text());
  out.Path(event["fileinfo"]["filename"].Text());
  const Json files = event["files"];
  for (size_t i = 0; i < files.Size(); ++i) out.Sha256(files.At(i)["sha256"].Text());
  return out.Take();
}

}  // namespace drill::ingest
