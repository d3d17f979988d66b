#include "core/atomic/arguments.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace drill {
namespace {

constexpr absl::string_view kOpen = "#{";

// Takes the text up to the next `#{name}` into `before`, and that name; false: there is none, and
// `before` is all of it.
bool TakeName(absl::string_view* rest, absl::string_view* before, absl::string_view* name) {
  for (size_t from = 0;;) {
    const size_t open = rest->find(kOpen, from);
    if (open == absl::string_view::npos) break;
    const size_t end = rest->find_first_of("}\n", open);
    if (end == absl::string_view::npos) break;
    if ((*rest)[end] == '\n') {
      from = end;
      continue;
    }
    *before = rest->substr(0, open);
    *name = rest->substr(open + kOpen.size(), end - open - kOpen.size());
    rest->remove_prefix(end + 1);
    return true;
  }
  *before = *rest;
  *rest = absl::string_view();
  return false;
}

class Substitution {
 public:
  explicit Substitution(const Arguments& arguments) : arguments_(arguments) {}

  void Run(absl::string_view text) {
    absl::string_view before;
    absl::string_view name;
    while (TakeName(&text, &before, &name)) {
      Append(before);
      Value(name);
      if (result.too_long) return;
    }
    Append(before);
  }

  Substituted result;

 private:
  void Append(absl::string_view text) {
    if (result.text.size() + text.size() > kSubstitutedBytesMax) {
      result.too_long = true;
      return;
    }
    absl::StrAppend(&result.text, text);
  }

  void Value(absl::string_view written) {
    const std::string name(written.substr(0, written.find('[')));
    const auto found = arguments_.find(name);
    const bool circle = std::find(open_.begin(), open_.end(), name) != open_.end();
    if (found == arguments_.end() || !found->second.has_value() || circle) {
      result.unresolved.insert(name);
      Append(absl::StrCat(kOpen, written, "}"));
      return;
    }
    open_.push_back(name);
    Run(*found->second);
    open_.pop_back();
  }

  const Arguments& arguments_;
  // Names whose values are being put in, outermost first.
  std::vector<std::string> open_;
};

}  // namespace

void AddArgumentNames(absl::string_view text, absl::btree_set<std::string>* names) {
  absl::string_view before;
  absl::string_view name;
  while (TakeName(&text, &before, &name)) names->insert(std::string(name));
}

Substituted Substitute(absl::string_view text, const Arguments& arguments) {
  Substitution substitution(arguments);
  substitution.Run(text);
  return std::move(substitution.result);
}

std::string WithAtomicsFolder(absl::string_view text, absl::string_view folder) {
  return absl::StrReplaceAll(text,
                             {{"$PathToAtomicsFolder", folder}, {"PathToAtomicsFolder", folder}});
}

}  // namespace drill
