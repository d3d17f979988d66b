// Tabletop: the facilitator's clock.

#include "core/exercise/fold.h"

namespace drill::fold {

absl::Status ExerciseFold::MoveAdvanced() { return absl::UnimplementedError("MoveAdvanced"); }

}  // namespace drill::fold
