#ifndef DRILL_CORE_REHEARSAL_APPROVAL_H_
#define DRILL_CORE_REHEARSAL_APPROVAL_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/exercise/state.h"
#include "drill/v1/api.pb.h"

namespace drill::rehearsal {

// Plays the owners of all systems: systems of level 4 and 5 need two keys. Signing needs chance,
// so that the caller brings it.
struct Owners {
  std::vector<std::string> public_pem;
  // DER signature over the bytes by the n-th key.
  std::function<std::string(size_t key, absl::string_view bytes)> sign;
};

// Everything that an approval needs: rules of engagement, one upstream body that has acknowledged,
// and a scope of each system that actions play on or aim at, signed as its level asks.
v1::Command ApprovalFor(const Exercise& e, const State& state, int64_t not_before_us,
                        int64_t not_after_us, const Owners& owners);

}  // namespace drill::rehearsal

#endif  // DRILL_CORE_REHEARSAL_APPROVAL_H_
