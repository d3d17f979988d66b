#ifndef DRILL_CORE_EXERCISE_APPLY_H_
#define DRILL_CORE_EXERCISE_APPLY_H_

#include "absl/status/status.h"
#include "core/exercise/state.h"

namespace drill {

// Folds one record into the state; the only way in which a State changes. Records must come in
// journal order. The head hash of the stream is the caller's to set (state.streams).
//
// DataLoss: the record cannot follow this state (unknown kind, wrong sequence, a reference to
// something that no earlier record made): the journal is not one that this program wrote. The
// message names the record and its kind.
absl::Status Apply(const v1::Record& record, State* state);

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_APPLY_H_
