#ifndef DRILL_AGENT_STEPS_LINE_EDIT_H_
#define DRILL_AGENT_STEPS_LINE_EDIT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace drill::agent {

// `before` became `made` by one edit: some lines were added in one place, or one line replaced
// another. Takes just that edit out of `now`, which others may have edited since.
//
// Added lines go wherever they stand, each copy of them. A replaced line is put back only where it
// is certain which one it is: `now` holds the line as often as `made` does, and the one in the same
// turn is ours. Nothing: our edit is not in it (any more), or not to be told apart.
std::optional<std::string> WithoutEdit(absl::string_view before, absl::string_view made,
                                       absl::string_view now);

}  // namespace drill::agent

#endif  // DRILL_AGENT_STEPS_LINE_EDIT_H_
