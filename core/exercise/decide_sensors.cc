// Sensors: alerts as observations.

#include "common/base/status.h"
#include "core/exercise/decide_internal.h"

namespace drill::decide {

absl::Status IssueSensorToken(Context&, const v1::IssueSensorToken&) {
  return absl::UnimplementedError("issue_sensor_token");
}

absl::Status AcknowledgeAlert(Context&, const v1::AcknowledgeAlert&) {
  return absl::UnimplementedError("acknowledge_alert");
}

absl::Status Alerted(Context&, const SensorAlerts&) { return absl::OkStatus(); }

}  // namespace drill::decide
