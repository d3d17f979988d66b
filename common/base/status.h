#ifndef DRILL_COMMON_BASE_STATUS_H_
#define DRILL_COMMON_BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

// Upstream Abseil's names, so that ours can be deleted when Debian's has them.
#define RETURN_IF_ERROR(expression)                                                        \
  do {                                                                                     \
    if (absl::Status status_macro = (expression); !status_macro.ok()) return status_macro; \
  } while (false)

#define DRILL_CONCAT_INNER(a, b) a##b
#define DRILL_CONCAT(a, b) DRILL_CONCAT_INNER(a, b)
#define ASSIGN_OR_RETURN(lhs, expression) \
  ASSIGN_OR_RETURN_IMPL(DRILL_CONCAT(status_or_, __LINE__), lhs, expression)
#define ASSIGN_OR_RETURN_IMPL(tmp, lhs, expression) \
  auto tmp = (expression);                          \
  if (!tmp.ok()) return std::move(tmp).status();    \
  lhs = *std::move(tmp)

namespace drill {

// The same error with a place put before its message: "policy.yaml: ...". OK stays OK.
inline absl::Status Annotate(const absl::Status& status, absl::string_view where) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(where, ": ", status.message()));
}

}  // namespace drill

#endif  // DRILL_COMMON_BASE_STATUS_H_
