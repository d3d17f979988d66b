// Before the drill: owner keys, and markers that show what sensors see.

#include "common/base/status.h"
#include "core/exercise/decide_internal.h"

namespace drill::decide {

absl::Status RotateOwnerKey(Context&, const v1::RotateOwnerKey&) {
  return absl::UnimplementedError("rotate_owner_key");
}

absl::Status CheckTelemetry(Context&, const v1::CheckTelemetry&) {
  return absl::UnimplementedError("check_telemetry");
}

absl::Status ConfirmTelemetry(Context&, const v1::ConfirmTelemetry&) {
  return absl::UnimplementedError("confirm_telemetry");
}

absl::Status Marked(Context&, const MarkersAnswer&) { return absl::OkStatus(); }

}  // namespace drill::decide
