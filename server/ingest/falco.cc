// Falco's JSON output.

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/ingest/builder.h"
#include "server/ingest/formats.h"
#include "server/ingest/stamp.h"

namespace drill::ingest {
namespace {

// As syslog counts: 0 is the worst.
int Severity(absl::string_view priority) {
  static constexpr std::array<absl::string_view, 8> kNames = {
      "emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"};
  const std::string lower = absl::AsciiStrToLower(priority);
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (lower == kNames[i]) return static_cast<int>(i);
  }
  return static_cast<int>(kNames.size()) - 2;  // "Info" in some versions
}

// "10.0.0.1:443->10.0.0.2:5555", a path, or something else.
void Descriptor(const std::string& name, Builder* out) {
  const size_t arrow = name.find("->");
  if (arrow == std::string::npos) return out->Path(name);
  for (const std::string& end : {name.substr(0, arrow), name.substr(arrow + 2)}) {
    const size_t colon = end.rfind(':');
    if (colon != std::string::npos) out->Address(end.substr(0, colon), end.substr(colon + 1));
  }
}

absl::StatusOr<int64_t> When(const Source& source, const Json& event) {
  const std::string stamp = event["time"].Text();
  if (!stamp.empty()) {
    const auto at = ParseStamp(stamp, source.zone_minutes());
    if (at.has_value()) return *at;
    return absl::InvalidArgumentError(absl::StrCat("time: '", stamp, "' is no time"));
  }
  const std::string nanos = event["output_fields"]["evt.time"].Text();
  int64_t ns = 0;
  if (nanos.empty()) return 0;
  if (!absl::SimpleAtoi(nanos, &ns) || ns < 0) {
    return absl::InvalidArgumentError(absl::StrCat("evt.time: '", nanos, "' is no time"));
  }
  return ns / 1000;
}

}  // namespace

MaybeAlert FromFalco(const Source& source, const Json& event) {
  Builder out(source.sensor.id());
  out.Rule(event["rule"].Text());
  if (out->rule().empty()) return absl::InvalidArgumentError("rule: missing; no alert of Falco");
  const absl::StatusOr<int64_t> at = When(source, event);
  if (!at.ok()) return at.status();
  out->set_sensor_us(*at);
  out->set_severity(Severity(event["priority"].Text()));
  out.Text(event["output"].Text());
  const Json tags = event["tags"];
  for (size_t i = 0; i < tags.Size(); ++i) out.Technique(tags.At(i).Text());
  out.Host(event["hostname"].Text());
  const Json fields = event["output_fields"];
  Descriptor(fields["fd.name"].Text(), &out);
  out.Path(fields["fs.path.name"].Text());
  out.Artefact(v1::ARTEFACT_KIND_PROCESS, fields["proc.name"].Text());
  out.Path(fields["proc.exepath"].Text());
  out.Artefact(v1::ARTEFACT_KIND_ACCOUNT, fields["user.name"].Text());
  out.Address(fields["fd.sip"].Text(), fields["fd.sport"].Text());
  out.Address(fields["fd.cip"].Text(), fields["fd.cport"].Text());
  return out.Take();
}

}  // namespace drill::ingest
