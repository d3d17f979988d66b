// Tabletop: the facilitator's clock.

#include "common/base/status.h"
#include "core/exercise/decide_internal.h"

namespace drill::decide {

absl::Status AdvanceMove(Context&, const v1::AdvanceMove&) {
  return absl::UnimplementedError("advance_move");
}

}  // namespace drill::decide
