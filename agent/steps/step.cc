#include "agent/steps/step.h"

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"

namespace drill::agent {

const Step* FindStep(v1::StepKind kind) {
  switch (kind) {
    case v1::STEP_KIND_ADD_LINES:
      return &EditLinesStep();
    case v1::STEP_KIND_CLEAR_FILE:
      return &ClearFileStep();
    case v1::STEP_KIND_FILL_FILE:
      return &FillFileStep();
    case v1::STEP_KIND_ACCOUNT:
      return &AccountStep();
    case v1::STEP_KIND_UNIT:
      return &StoppedUnitStep();
    default:
      return nullptr;
  }
}

Standing Step::Inspect(const UndoContext&, const Spot&) const {
  return {v1::TRACE_FATE_UNKNOWN, "is of a kind that can't be told from the host"};
}

bool HoldsOwnersContent(v1::StepKind kind) {
  return kind == v1::STEP_KIND_REPLACE_FILE || kind == v1::STEP_KIND_ADD_LINES ||
         kind == v1::STEP_KIND_CLEAR_FILE;
}

void UndoContext::LeaveAlone(absl::string_view why) const {
  settled.insert(step.path());
  cleanup.Worsen(v1::CLEANUP_RESULT_SUPERSEDED, absl::StrCat(step.path(), " ", why));
}

void UndoContext::Fail(const absl::Status& status) const {
  settled.insert(step.path());
  cleanup.Worsen(v1::CLEANUP_RESULT_RESIDUE,
                 absl::StrCat(step.path(), " could not be undone: ", status.message()));
}

std::string UndoContext::Kept() const {
  return absl::StrCat("; what was there before is kept as ", facts.kept, "/",
                      Hex(step.before_sha256()));
}

}  // namespace drill::agent
