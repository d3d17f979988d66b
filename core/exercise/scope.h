#ifndef DRILL_CORE_EXERCISE_SCOPE_H_
#define DRILL_CORE_EXERCISE_SCOPE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/exercise/state.h"
#include "drill/v1/exercise.pb.h"

// The owner's signed scope: what is signed, and what a signature is worth (DESIGN §6). Used by the
// controller before approval and by every agent before every start. Pure.
namespace drill {

// Orders a host may be sent beyond one per inject, for retries.
inline constexpr int kSpareOrdersPerHost = 8;

// What the owner of `system` would sign for this exercise: all its hosts with orders, one entry
// per authored action inject that aims at one of them. NotFound: the system is not in the cast.
absl::StatusOr<v1::Scope> BuildScope(const Exercise& exercise, absl::string_view system,
                                     int64_t not_before_us, int64_t not_after_us,
                                     const v1::Decision& decision);

// Enough different keys out of `owner_keys_pem` have signed these bytes.
// PermissionDenied: too few valid signatures (says how many of how many).
absl::Status CheckScopeSignatures(const v1::SignedScope& scope,
                                  absl::Span<const std::string> owner_keys_pem,
                                  int signatures_required);

// The scope (already signature-checked) admits this order on this host at this time.
// PermissionDenied: says what it does not admit.
absl::Status CheckOrderInScope(const v1::Scope& scope, const v1::Order& order,
                               absl::string_view host, int64_t at_us);

// Level 4 and above needs two.
int SignaturesRequired(const v1::System& system);

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_SCOPE_H_
