// Free play: what a red team says it did.

#include "core/exercise/fold.h"

namespace drill::fold {

absl::Status ExerciseFold::RedRecorded() { return absl::UnimplementedError("RedRecorded"); }

absl::Status ExerciseFold::RedJudged() { return absl::UnimplementedError("RedJudged"); }

absl::Status ExerciseFold::RedClosed() { return absl::UnimplementedError("RedClosed"); }

}  // namespace drill::fold
