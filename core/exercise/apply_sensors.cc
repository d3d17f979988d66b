// Sensors: alerts as observations.

#include "core/exercise/fold.h"

namespace drill::fold {

absl::Status ApplySensorToken(const v1::Record&, RegisterState*) {
  return absl::UnimplementedError("sensor_token_issued");
}

absl::Status ExerciseFold::AlertReceived() { return absl::UnimplementedError("AlertReceived"); }

absl::Status ExerciseFold::AlertMatched() { return absl::UnimplementedError("AlertMatched"); }

absl::Status ExerciseFold::AlertAcknowledged() {
  return absl::UnimplementedError("AlertAcknowledged");
}

}  // namespace drill::fold
