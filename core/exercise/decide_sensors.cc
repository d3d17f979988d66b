// Sensors: alerts as observations.

#include <algorithm>

#include "absl/strings/numbers.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "core/exercise/decide_internal.h"
#include "core/exercise/match.h"
#include "core/register/check_sensors.h"

namespace drill::decide {
namespace {

constexpr int64_t kMinuteUs = 60'000'000;
// The same again within this is stood for by the first.
constexpr int64_t kRepeatUs = kMinuteUs;
// Records of one sensor in one exercise a minute; a flood is counted, not written.
constexpr int kAlertsPerMinute = 120;
constexpr int kHostsMax = 16;
constexpr int kArtefactsMax = 10;
constexpr size_t kValueMax = 4096;

// Names and addresses that mean a host: its id, its aliases, and either with a domain behind it.
bool Means(absl::string_view name, const v1::Host& host) {
  const std::string said = AliasKey(name);
  const std::string short_name = said.substr(0, said.find('.'));
  const bool address = said.find_first_not_of("0123456789.:abcdef") == std::string::npos &&
                       said.find_first_of(".:") != std::string::npos;
  const auto is = [&](absl::string_view own) {
    const std::string key = AliasKey(own);
    return key == said || (!address && key == short_name);
  };
  return is(host.id()) || std::any_of(host.aliases().begin(), host.aliases().end(),
                                      [&](const std::string& alias) { return is(alias); });
}

// Hosts of the exercise that the alert speaks of, ascending; a sensor of one system speaks of its
// hosts only.
std::vector<std::string> HostsOf(const Exercise& e, const v1::Sensor& sensor,
                                 const v1::AlertReceived& alert) {
  std::vector<std::string> out;
  for (const ExerciseHost& host : e.hosts) {
    if (sensor.has_system() && sensor.system() != host.system) continue;
    if (std::any_of(alert.hosts().begin(), alert.hosts().end(),
                    [&](const std::string& name) { return Means(name, host.host); })) {
      out.push_back(host.host.id());
      if (out.size() == kHostsMax) break;
    }
  }
  return out;
}

bool Same(const v1::AlertReceived& a, const v1::AlertReceived& b) {
  const auto artefact = [](const v1::Artefact& x, const v1::Artefact& y) {
    return x.kind() == y.kind() && x.value() == y.value();
  };
  return a.sensor() == b.sensor() && a.rule() == b.rule() &&
         std::equal(a.hosts().begin(), a.hosts().end(), b.hosts().begin(), b.hosts().end()) &&
         std::equal(a.artefacts().begin(), a.artefacts().end(), b.artefacts().begin(),
                    b.artefacts().end(), artefact);
}

// Numbered within the system of its first host: a team cannot count what others were told.
std::string NextId(const Exercise& e, const v1::AlertReceived& alert) {
  const ExerciseHost& host = e.hosts[static_cast<size_t>(e.FindHost(alert.hosts(0)))];
  const std::string prefix = absl::StrCat("alert-", host.system, "-");
  for (auto last = e.alerts.rbegin(); last != e.alerts.rend(); ++last) {
    const std::string& id = last->alert.alert();
    int64_t number = 0;
    if (id.compare(0, prefix.size(), prefix) == 0 &&
        absl::SimpleAtoi(id.substr(prefix.size()), &number)) {
      return absl::StrCat(prefix, number + 1);
    }
  }
  return absl::StrCat(prefix, 1);
}

enum class Fate { kRecorded, kAgain, kTooMany };

Fate Record(Context& c, const Exercise& e, v1::AlertReceived alert) {
  int lately = 0;
  for (auto last = e.alerts.rbegin(); last != e.alerts.rend(); ++last) {
    if (last->received_us <= c.now_us - kMinuteUs) break;
    if (last->received_us > c.now_us - kRepeatUs && Same(last->alert, alert)) {
      // A count of repeats that its sender has kept is news; the same thing once more is not.
      if (alert.repeats() == 0) return Fate::kAgain;
    }
    lately += last->alert.sensor() == alert.sensor() ? 1 : 0;
  }
  if (lately >= kAlertsPerMinute) return Fate::kTooMany;
  alert.set_alert(NextId(e, alert));
  alert.set_at_ex_us(e.clock.At(c.now_us));
  AlertState told;
  told.alert = alert;
  told.received_us = c.now_us;
  *c.Emit(e.id())->mutable_alert_received() = std::move(alert);
  for (v1::AlertMatched& match : NewAlertLinks(e, told)) {
    *c.Emit(e.id())->mutable_alert_matched() = std::move(match);
  }
  return Fate::kRecorded;
}

absl::Status CheckShape(const v1::AlertReceived& alert) {
  const bool large =
      std::any_of(alert.artefacts().begin(), alert.artefacts().end(),
                  [](const v1::Artefact& artefact) { return artefact.value().size() > kValueMax; });
  if (alert.artefacts_size() > kArtefactsMax || large || alert.text().size() > kValueMax ||
      alert.rule().size() > kValueMax) {
    return absl::InvalidArgumentError("no alert: larger than its limits");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status IssueSensorToken(Context& c, const v1::IssueSensorToken& issue) {
  if (!c.state.reg.sensors.contains(issue.sensor())) {
    return absl::NotFoundError(
        absl::StrCat("sensor '", issue.sensor(), "' is not in the register; apply it first"));
  }
  if (issue.sha256().size() != kSha256Bytes) {
    return absl::InvalidArgumentError("sha256: expected 32 bytes");
  }
  for (const auto& [sensor, sha256] : c.state.reg.sensor_tokens) {
    if (sha256 == issue.sha256()) {
      return absl::AlreadyExistsError("this token was issued before; make a new one");
    }
  }
  v1::SensorTokenIssued* issued = c.Emit(kRegister)->mutable_sensor_token_issued();
  issued->set_sensor(issue.sensor());
  issued->set_token_id(absl::StrCat("s", c.state.seq + 1));
  issued->set_sha256(issue.sha256());
  c.out.response.set_id(issued->token_id());
  return absl::OkStatus();
}

absl::Status AcknowledgeAlert(Context& c, const v1::AcknowledgeAlert& command) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, command.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_RUNNING, v1::PHASE_PAUSED}, "acknowledging an alert"));
  const std::string team = e->TeamOf(c.person);
  const auto alert = std::find_if(e->alerts.begin(), e->alerts.end(), [&](const AlertState& a) {
    return a.alert.alert() == command.alert();
  });
  if (alert == e->alerts.end() || WatchedHosts(c.state.reg, *e, team, alert->alert).empty()) {
    return absl::NotFoundError(absl::StrCat("your team has no alert '", command.alert(), "'"));
  }
  if (alert->acknowledged.contains(team)) return absl::OkStatus();
  v1::AlertAcknowledged* record = c.Emit(e->id())->mutable_alert_acknowledged();
  record->set_alert(command.alert());
  record->set_team(team);
  record->set_person(c.person);
  return absl::OkStatus();
}

// NotFound: names no host of a running exercise. AlreadyExists: stood for by an earlier one.
// ResourceExhausted: over the sensor's rate. One alert a decision, so that its fate is one too.
absl::Status Alerted(Context& c, const SensorAlert& in) {
  const auto sensor = c.state.reg.sensors.find(in.sensor);
  if (sensor == c.state.reg.sensors.end()) {
    return absl::NotFoundError(absl::StrCat("sensor '", in.sensor, "' is not in the register"));
  }
  RETURN_IF_ERROR(CheckShape(in.alert));
  absl::Status refusal = absl::NotFoundError("it names no host of a running exercise");
  for (const auto& [id, exercise] : c.state.exercises) {
    const Exercise& e = *exercise;
    if (!e.InPlay() || c.now_us < e.start_us) continue;
    const std::vector<std::string> hosts = HostsOf(e, sensor->second, in.alert);
    if (hosts.empty()) continue;
    v1::AlertReceived alert = in.alert;
    alert.set_sensor(in.sensor);
    *alert.mutable_hosts() = {hosts.begin(), hosts.end()};
    const Fate fate = Record(c, e, std::move(alert));
    if (fate == Fate::kAgain) refusal = absl::AlreadyExistsError("the same again");
    if (fate == Fate::kTooMany) refusal = absl::ResourceExhaustedError("over the sensor's rate");
  }
  return c.out.records.empty() ? refusal : absl::OkStatus();
}

}  // namespace drill::decide
