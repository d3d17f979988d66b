// Free play: what a red team says it did.

#include "common/base/status.h"
#include "core/exercise/decide_internal.h"

namespace drill::decide {

absl::Status RecordRed(Context&, const v1::RecordRedAction&) {
  return absl::UnimplementedError("record_red_action");
}

absl::Status JudgeRed(Context&, const v1::JudgeRedAction&) {
  return absl::UnimplementedError("judge_red_action");
}

absl::Status CloseRed(Context&, const v1::CloseRed&) {
  return absl::UnimplementedError("close_red");
}

}  // namespace drill::decide
