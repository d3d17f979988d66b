// Claims checked by the agent.

#include "core/exercise/fold.h"

namespace drill::fold {

absl::Status ExerciseFold::EffectChecked() { return absl::UnimplementedError("EffectChecked"); }

}  // namespace drill::fold
