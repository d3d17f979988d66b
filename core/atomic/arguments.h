#ifndef DRILL_CORE_ATOMIC_ARGUMENTS_H_
#define DRILL_CORE_ATOMIC_ARGUMENTS_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/string_view.h"

// The `#{name}` in commands that others wrote. Pure; any thread.
namespace drill {

// Longest text that Substitute makes; a command of exec.atomic may be no longer.
inline constexpr size_t kSubstitutedBytesMax = 64 << 10;

// The names between `#{` and the next `}` of the same line, each once, in their order in `text`.
// `s##{path}##` holds one, `${#LIST[@]}` none.
void AddArgumentNames(absl::string_view text, absl::btree_set<std::string>* names);

// Values by name; nothing: declared, but without a value.
using Arguments = absl::btree_map<std::string, std::optional<std::string>>;

struct Substituted {
  std::string text;
  // Names without a value, or whose value needs itself; `text` holds them unresolved.
  absl::btree_set<std::string> unresolved;
  bool too_long = false;
};

// Every `#{name}` replaced by its value, in which names are replaced likewise. A name with a
// filter, `#{name[filters(max=3)]}`, is looked up without it.
Substituted Substitute(absl::string_view text, const Arguments& arguments);

// `$PathToAtomicsFolder` and `PathToAtomicsFolder` replaced.
std::string WithAtomicsFolder(absl::string_view text, absl::string_view folder);

}  // namespace drill

#endif  // DRILL_CORE_ATOMIC_ARGUMENTS_H_
