// Before the drill: owner keys, and markers that show what sensors see.

#include "core/exercise/fold.h"

namespace drill::fold {

absl::Status ApplyRotation(const v1::Record&, RegisterState*) {
  return absl::UnimplementedError("owner_key_rotated");
}

absl::Status ExerciseFold::TelemetryMarked() { return absl::UnimplementedError("TelemetryMarked"); }

absl::Status ExerciseFold::TelemetrySeen() { return absl::UnimplementedError("TelemetrySeen"); }

}  // namespace drill::fold
