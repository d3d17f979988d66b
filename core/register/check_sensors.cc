#include "core/register/check_sensors.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace drill {
namespace {

constexpr absl::string_view kValueKinds[] = {"path",    "sha256",  "process",
                                             "account", "address", "host"};
constexpr int kZoneMax = 14 * 60;

// The register as it would stand afterwards, as far as it is needed here.
struct After {
  absl::btree_map<std::string, v1::Host> hosts;
  absl::btree_map<std::string, v1::Sensor> sensors;
  absl::btree_map<std::string, v1::Control> controls;
  absl::btree_map<std::string, bool> systems;

  After(const RegisterState& reg, const v1::Register& entries)
      : hosts(reg.hosts), sensors(reg.sensors), controls(reg.controls) {
    for (const auto& [id, system] : reg.systems) systems[id] = true;
    for (const auto& system : entries.systems()) systems[system.id()] = true;
    for (const auto& host : entries.hosts()) hosts[host.id()] = host;
    for (const auto& sensor : entries.sensors()) sensors[sensor.id()] = sensor;
    for (const auto& control : entries.controls()) controls[control.id()] = control;
  }
};

class Checker {
 public:
  Checker(const RegisterState& reg, const v1::Register& entries)
      : entries_(entries), after_(reg, entries) {}

  std::vector<std::string> Run() {
    Aliases();
    for (int i = 0; i < entries_.sensors_size(); ++i) Sensor(i, entries_.sensors(i));
    Peers();
    for (int i = 0; i < entries_.controls_size(); ++i) Control(i, entries_.controls(i));
    return std::move(faults_);
  }

 private:
  void Fault(absl::string_view list, int i, absl::string_view id, absl::string_view text) {
    faults_.push_back(absl::StrCat(list, "[", i, "] (", id, "): ", text));
  }

  void Aliases() {
    const bool any = std::any_of(entries_.hosts().begin(), entries_.hosts().end(),
                                 [](const v1::Host& host) { return host.aliases_size() > 0; });
    if (!any && entries_.hosts().empty()) return;
    absl::btree_map<std::string, std::string> owner;
    for (const auto& [id, host] : after_.hosts) owner[AliasKey(id)] = id;
    for (const auto& [id, host] : after_.hosts) {
      for (const std::string& alias : host.aliases()) {
        if (alias.empty()) {
          faults_.push_back(absl::StrCat("hosts (", id, "): aliases: one is empty"));
          continue;
        }
        const auto [other, fresh] = owner.emplace(AliasKey(alias), id);
        if (!fresh && other->second != id) {
          faults_.push_back(absl::StrCat("hosts (", id, "): aliases: '", alias,
                                         "' already names host '", other->second, "'"));
        }
      }
    }
  }

  void Sensor(int i, const v1::Sensor& sensor) {
    const auto fault = [&](absl::string_view text) { Fault("sensors", i, sensor.id(), text); };
    if (sensor.format() == v1::ALERT_FORMAT_UNSPECIFIED) {
      fault("format: missing; expected wazuh, eve, falco, cef or syslog");
    }
    if (sensor.has_system() && !after_.systems.contains(sensor.system())) {
      fault(absl::StrCat("system: '", sensor.system(),
                         "' is neither in the register nor in this file"));
    }
    if (sensor.zone_minutes() < -kZoneMax || sensor.zone_minutes() > kZoneMax) {
      fault(absl::StrCat("zone_minutes: found ", sensor.zone_minutes(), ", expected -840 to 840"));
    }
    if (sensor.format() == v1::ALERT_FORMAT_SYSLOG && sensor.mapping().empty()) {
      fault("mapping: missing; without it no line of plain syslog is an alert");
    }
    for (const v1::SyslogRule& rule : sensor.mapping()) {
      if (rule.rule().empty()) fault("mapping: rule: missing");
      if (rule.contains().empty() && !rule.has_program()) {
        fault(absl::StrCat("mapping: '", rule.rule(), "': contains or program: one is needed"));
      }
      for (const v1::SyslogValue& value : rule.values()) {
        if (std::find(std::begin(kValueKinds), std::end(kValueKinds), value.kind()) ==
            std::end(kValueKinds)) {
          fault(absl::StrCat("mapping: '", rule.rule(), "': kind: found '", value.kind(),
                             "', expected path, sha256, process, account, address or host"));
        }
        if (value.after().empty()) {
          fault(absl::StrCat("mapping: '", rule.rule(), "': after: missing"));
        }
      }
    }
  }

  void Peers() {
    absl::btree_map<std::string, std::string> owner;
    for (const auto& [id, sensor] : after_.sensors) {
      for (const std::string& peer : sensor.peers()) {
        const auto [other, fresh] = owner.emplace(peer, id);
        if (!fresh) {
          faults_.push_back(absl::StrCat("sensors (", id, "): peers: '", peer,
                                         "' already is of sensor '", other->second, "'"));
        }
      }
    }
  }

  void Control(int i, const v1::Control& control) {
    const auto fault = [&](absl::string_view text) { Fault("controls", i, control.id(), text); };
    if (control.system().empty()) {
      fault("system: missing");
    } else if (!after_.systems.contains(control.system())) {
      fault(absl::StrCat("system: '", control.system(),
                         "' is neither in the register nor in this file"));
    }
    for (const std::string& sensor : control.sensors()) {
      if (!after_.sensors.contains(sensor)) {
        fault(absl::StrCat("sensors: '", sensor, "' is neither in the register nor in this file"));
      }
    }
  }

  const v1::Register& entries_;
  const After after_;
  std::vector<std::string> faults_;
};

}  // namespace

std::string AliasKey(absl::string_view name) { return absl::AsciiStrToLower(name); }

std::vector<std::string> CheckSensors(const RegisterState& reg, const v1::Register& entries) {
  if (entries.sensors().empty() && entries.controls().empty() && entries.hosts().empty()) return {};
  return Checker(reg, entries).Run();
}

}  // namespace drill
