// The control team's desk: simulated recipients, questions and orders, requests.

#include "core/exercise/fold.h"

namespace drill::fold {

absl::Status ExerciseFold::Dispatched() { return absl::UnimplementedError("Dispatched"); }

absl::Status ExerciseFold::DispatchClosed() { return absl::UnimplementedError("DispatchClosed"); }

absl::Status ExerciseFold::RequestMade() { return absl::UnimplementedError("RequestMade"); }

absl::Status ExerciseFold::RequestSettled() { return absl::UnimplementedError("RequestSettled"); }

absl::Status ExerciseFold::Acknowledged() { return absl::UnimplementedError("Acknowledged"); }

}  // namespace drill::fold
