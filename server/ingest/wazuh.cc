// Wazuh: alerts.json, an integration's webhook, or a hit of its index (`_source`).

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/ingest/builder.h"
#include "server/ingest/formats.h"
#include "server/ingest/stamp.h"

namespace drill::ingest {

MaybeAlert FromWazuh(const Source& source, const Json& event) {
  const Json wrapped = event["_source"];
  const Json& alert = wrapped.IsObject() ? wrapped : event;
  const Json rule = alert["rule"];
  if (!rule.IsObject()) return absl::InvalidArgumentError("rule: missing; no alert of Wazuh");
  Builder out(source.sensor.id());
  out.Rule(rule["id"].Text());
  if (out->rule().empty()) return absl::InvalidArgumentError("rule.id: missing");
  std::string stamp = alert["timestamp"].Text();
  if (stamp.empty()) stamp = alert["@timestamp"].Text();
  if (!stamp.empty()) {
    const auto at = ParseStamp(stamp, source.zone_minutes());
    if (!at.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("timestamp: '", stamp, "' is no time"));
    }
    out->set_sensor_us(*at);
  }
  int severity = 0;
  if (absl::SimpleAtoi(rule["level"].Text(), &severity)) out->set_severity(severity);
  const Json techniques = rule["mitre"]["id"];
  for (size_t i = 0; i < techniques.Size(); ++i) out.Technique(techniques.At(i).Text());
  const Json agent = alert["agent"];
  out.Host(agent["name"].Text());
  out.Host(agent["ip"].Text());
  out.Host(alert["predecoder"]["hostname"].Text());

  const Json sys = alert["syscheck"];
  out.Path(sys["path"].Text());
  out.Sha256(sys["sha256_after"].Text());
  const Json data = alert["data"];
  const Json audit = data["audit"];
  if (!audit["exe"].IsNull()) out.Process(audit["exe"].Text());
  out.Path(audit["file"]["name"].Text());
  const Json columns = data["osquery"]["columns"];
  out.Path(columns["path"].Text());
  if (!columns["pid"].IsNull()) out.Artefact(v1::ARTEFACT_KIND_PROCESS, columns["name"].Text());
  out.Artefact(v1::ARTEFACT_KIND_ACCOUNT, columns["username"].Text());
  out.Address(data["srcip"].Text(), data["srcport"].Text());
  out.Address(data["dstip"].Text(), data["dstport"].Text());
  out.Artefact(v1::ARTEFACT_KIND_ACCOUNT, data["dstuser"].Text());
  out.Artefact(v1::ARTEFACT_KIND_ACCOUNT, data["srcuser"].Text());
  const std::string log = alert["full_log"].Text();
  if (log.find('\n') == std::string::npos) out.Artefact(v1::ARTEFACT_KIND_LOG_LINE, log);
  const std::string description = rule["description"].Text();
  out.Text(description.empty() ? log : description);
  return out.Take();
}

}  // namespace drill::ingest
