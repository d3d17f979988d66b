// Names of other things: objectives, moves, system parts with their roles and labels.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/scenario/lint_context.h"
#include "core/scenario/unfold.h"
#include "core/scenario/words.h"

namespace drill::lint {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

// A role or label that a selector asks for must be declared by the part: only then does creating
// an exercise make sure that a host of the real system carries it.
void CheckDeclared(Context& context, const std::string& path, absl::string_view what,
                   const std::string& name, const Strings& declared, const std::string& part) {
  if (std::find(declared.begin(), declared.end(), name) != declared.end()) return;
  std::string text =
      absl::StrCat("system part ", Quoted(part), " declares no ", what, " ", Quoted(name));
  const std::vector<absl::string_view> names(declared.begin(), declared.end());
  if (const absl::string_view nearest = NearestName(name, names); !nearest.empty()) {
    absl::StrAppend(&text, "; did you mean ", Quoted(nearest), "?");
  } else if (declared.empty()) {
    absl::StrAppend(&text, "; declare it under ", what, "s of the part in the cast");
  } else {
    absl::StrAppend(&text, "; it has ",
                    absl::StrJoin(declared, ", ", [](std::string* out, const std::string& s) {
                      absl::StrAppend(out, Quoted(s));
                    }));
  }
  context.Error(path, std::move(text));
}

void CheckSelector(Context& context, const v1::Selector& selector, const std::string& path) {
  if (!context.CheckReference(Member(path, "system"), context.systems, selector.system())) return;
  const v1::SystemPart& part =
      context.scenario.cast().systems(context.systems.Find(selector.system()));
  if (selector.has_role()) {
    CheckDeclared(context, Member(path, "role"), "role", selector.role(), part.roles(), part.id());
  }
  for (int i = 0; i < selector.labels_size(); ++i) {
    CheckDeclared(context, Element(Member(path, "labels"), i), "label", selector.labels(i),
                  part.labels(), part.id());
  }
}

}  // namespace

void CheckInjectNames(Context& context, const InjectAt& at) {
  if (at.inject.has_objective()) {
    context.CheckReference(Member(at.path, "objective"), context.objectives, at.inject.objective());
  } else if (!at.inject.expect().empty() && !context.scenario.objectives().empty()) {
    context.Warn(Member(at.path, "objective"),
                 "missing; the points of its expectations count for no objective");
  }
  if (at.inject.has_move()) {
    context.CheckReference(Member(at.path, "move"), context.moves, at.inject.move());
  }
}

void CheckTargets(Context& context, const InjectAt& at) {
  const std::string path = Member(at.path, "targets");
  if (OnHosts(at.inject)) {
    if (at.inject.targets().empty()) {
      context.Error(
          path, absl::StrCat("missing; a", at.inject.has_action() ? "n action" : " manual action",
                             " needs hosts, for example - system: PART"));
    }
  } else if (!at.inject.targets().empty() && at.inject.kind_case() != v1::Inject::KIND_NOT_SET) {
    context.Error(
        path, absl::StrCat("a ", KindName(at.inject), " is played on no host; remove the targets"));
  }
  for (int i = 0; i < at.inject.targets_size(); ++i) {
    CheckSelector(context, at.inject.targets(i), Element(path, i));
  }
}

}  // namespace drill::lint
