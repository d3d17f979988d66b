// Names of other things: objectives, moves, system parts with their roles and labels.
#include "absl/strings/str_cat.h"
#include "core/scenario/lint_context.h"
#include "core/scenario/unfold.h"

namespace drill::lint {
namespace {

// A role or label that a selector asks for must be declared by the part: only then does creating
// an exercise make sure that a host of the real system carries it.
void CheckSelector(Context& context, const v1::Selector& selector, const std::string& path) {
  if (!context.CheckReference(Member(path, "system"), context.systems, selector.system())) return;
  const auto part = static_cast<size_t>(context.systems.Find(selector.system()));
  if (selector.has_role()) {
    context.CheckReference(Member(path, "role"), context.roles[part], selector.role());
  }
  for (int i = 0; i < selector.labels_size(); ++i) {
    context.CheckReference(Element(Member(path, "labels"), i), context.labels[part],
                           selector.labels(i));
  }
}

}  // namespace

void CheckInjectNames(Context& context, const InjectAt& at) {
  if (at.inject.has_objective()) {
    context.CheckReference(Member(at.path, "objective"), context.objectives, at.inject.objective());
  } else if (!at.inject.expect().empty() && !context.scenario.objectives().empty()) {
    context.Warn(Member(at.path, "objective"),
                 "missing objective; the points of its expectations count for no objective");
  }
  if (at.inject.has_move()) {
    context.CheckReference(Member(at.path, "move"), context.moves, at.inject.move());
  }
}

void CheckTargets(Context& context, const InjectAt& at) {
  const std::string path = Member(at.path, "targets");
  if (OnHosts(at.inject)) {
    if (at.inject.targets().empty()) {
      context.Error(path, absl::StrCat("missing targets; a",
                                       at.inject.has_action() ? "n action" : " manual action",
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

void CheckAgainst(Context& context, const InjectAt& at) {
  const std::string path = Member(at.path, "against");
  if (AimsAtHosts(at.inject) && at.inject.against().empty()) {
    context.Error(path,
                  "missing against; a scan, flood or guess needs hosts that it is aimed at, for "
                  "example - system: PART");
  } else if (!AimsAtHosts(at.inject) && !at.inject.against().empty()) {
    context.Error(path, "is for scan, flood and guess only; remove it");
  }
  for (int i = 0; i < at.inject.against_size(); ++i) {
    CheckSelector(context, at.inject.against(i), Element(path, i));
  }
}

}  // namespace drill::lint
