#ifndef DRILL_CORE_EXERCISE_MARK_H_
#define DRILL_CORE_EXERCISE_MARK_H_

#include <string>

#include "absl/strings/string_view.h"
#include "drill/v1/action.pb.h"
#include "drill/v1/exercise.pb.h"

// The opaque id of an order: what its artefacts carry and its calls to the sink name, told by hosts
// and controller alike from the order's identity alone. A team that finds one learns nothing from
// it; only the deconfliction pack resolves it. Pure.
namespace drill {

// 12 lower-case hex digits.
std::string OrderMark(const v1::OrderId& order);

// The form that the sink takes: 1 to kMarkDigitsMax lower-case hex digits.
bool IsMark(absl::string_view text);
inline constexpr size_t kMarkDigitsMax = 32;

// Orders of this kind talk to the drill's sink.
bool UsesSink(const v1::Action& action);

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_MARK_H_
