#ifndef DRILL_TESTS_ACTIONS_PAGE_ACTIONS_PAGE_H_
#define DRILL_TESTS_ACTIONS_PAGE_ACTIONS_PAGE_H_

#include <string>

#include "absl/status/statusor.h"

namespace drill::testing {

// Below the source tree.
inline constexpr char kActionsPage[] = "docs/actions.md";

// What docs/actions.md says of the kinds that the agent plays: parameters from the comments of
// action.proto in `descriptor_set` (see ActionProto), the rest from the agent's tables.
// FailedPrecondition: a kind has no facts yet; says which. Else as ActionProto::Read.
absl::StatusOr<std::string> ActionsPage(const std::string& descriptor_set);

}  // namespace drill::testing

#endif  // DRILL_TESTS_ACTIONS_PAGE_ACTIONS_PAGE_H_
