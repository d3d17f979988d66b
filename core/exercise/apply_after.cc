// After EndEx: ratings and residue.

#include "common/base/status.h"
#include "core/exercise/fold.h"

namespace drill::fold {

absl::Status ExerciseFold::Rated() {
  const v1::ElementRated& rated = r_.element_rated();
  for (size_t i = 0; i < e_.ratings.size(); ++i) {
    if (e_.rated_by[i] == r_.actor().person() && e_.ratings[i].system() == rated.system() &&
        e_.ratings[i].objective() == rated.objective() &&
        e_.ratings[i].element() == rated.element()) {
      e_.ratings[i] = rated;
      return absl::OkStatus();
    }
  }
  e_.ratings.push_back(rated);
  e_.rated_by.push_back(r_.actor().person());
  return absl::OkStatus();
}

absl::Status ExerciseFold::Accepted() {
  ASSIGN_OR_RETURN(InjectState * inject, FindInject(r_.residue_accepted().inject()));
  const int host = e_.FindHost(r_.residue_accepted().host());
  const int position = host < 0 ? -1 : inject->PositionOf(host);
  if (position < 0 || inject->orders.empty()) {
    return Unknown("order on", r_.residue_accepted().host());
  }
  OrderState& order = inject->orders[static_cast<size_t>(position)];
  order.residue_accepted = true;
  // An owner may also accept a host that never confirmed (rebuilt, gone).
  if (order.cleanup == v1::CLEANUP_RESULT_UNSPECIFIED) {
    order.cleanup = v1::CLEANUP_RESULT_RESIDUE;
    if (order.stage == Stage::kNone) order.stage = Stage::kMissed;
  }
  const int index = e_.FindInject(r_.residue_accepted().inject());
  for (int attempt = 1; attempt < order.attempt; ++attempt) {
    e_.stale_attempts.erase({index, host, attempt});
    e_.stale_residue.erase({index, host, attempt});
  }
  return absl::OkStatus();
}

}  // namespace drill::fold
