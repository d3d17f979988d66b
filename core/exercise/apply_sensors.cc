// Sensors: alerts as observations.

#include <algorithm>

#include "common/base/status.h"
#include "core/exercise/fold.h"

namespace drill::fold {
namespace {

// The newest is mostly meant.
AlertState* FindAlert(Exercise& e, const std::string& id) {
  const auto found = std::find_if(e.alerts.rbegin(), e.alerts.rend(),
                                  [&](const AlertState& a) { return a.alert.alert() == id; });
  return found == e.alerts.rend() ? nullptr : &*found;
}

// `alert` and `acknowledged` of the timeline; never `detected`: a person must confirm.
void SetAlertAnchors(const AlertState& alert, const AlertMatch& match, Exercise& e) {
  InjectState& inject = e.injects[static_cast<size_t>(match.inject)];
  First(&inject.alert_us, alert.received_us);
  for (const auto& [team, acknowledged] : alert.acknowledged) {
    First(&inject.acknowledged_us, acknowledged.at_us);
  }
}

}  // namespace

absl::Status ApplySensorToken(const v1::Record& record, RegisterState* reg) {
  const v1::SensorTokenIssued& issued = record.sensor_token_issued();
  if (!reg->sensors.contains(issued.sensor())) return Unknown("sensor", issued.sensor());
  reg->sensor_tokens[issued.sensor()] = issued.sha256();
  return absl::OkStatus();
}

absl::Status ExerciseFold::AlertReceived() {
  AlertState alert;
  alert.alert = r_.alert_received();
  alert.received_us = r_.time_us();
  alert.record = Position();
  e_.alerts.push_back(std::move(alert));
  return absl::OkStatus();
}

absl::Status ExerciseFold::AlertMatched() {
  const v1::AlertMatched& matched = r_.alert_matched();
  AlertState* alert = FindAlert(e_, matched.alert());
  if (alert == nullptr) return Unknown("alert", matched.alert());
  AlertMatch match;
  match.inject = e_.FindInject(matched.inject());
  match.record = Position();
  if (match.inject < 0) return Unknown("inject", matched.inject());
  for (const std::string& id : matched.hosts()) {
    match.host = e_.FindHost(id);
    if (match.host < 0) return Unknown("host", id);
    alert->matches.push_back(match);
  }
  SetAlertAnchors(*alert, match, e_);
  return absl::OkStatus();
}

absl::Status ExerciseFold::AlertAcknowledged() {
  const v1::AlertAcknowledged& acknowledged = r_.alert_acknowledged();
  AlertState* alert = FindAlert(e_, acknowledged.alert());
  if (alert == nullptr) return Unknown("alert", acknowledged.alert());
  alert->acknowledged.try_emplace(acknowledged.team(),
                                  Acknowledgement{acknowledged.person(), r_.time_us()});
  for (const AlertMatch& match : alert->matches) SetAlertAnchors(*alert, match, e_);
  return absl::OkStatus();
}

}  // namespace drill::fold
