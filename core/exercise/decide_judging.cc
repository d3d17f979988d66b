// Evaluators: links put right, marks, appeals, notes; the hot wash.

#include "common/base/status.h"
#include "core/exercise/decide_internal.h"

namespace drill::decide {

absl::Status Merge(Context&, const v1::MergeObservation&) {
  return absl::UnimplementedError("merge_observation");
}

absl::Status UndoJudgement(Context&, const v1::UndoJudgement&) {
  return absl::UnimplementedError("undo_judgement");
}

absl::Status Comment(Context&, const v1::CommentObservation&) {
  return absl::UnimplementedError("comment_observation");
}

absl::Status GiveMark(Context&, const v1::GiveMark&) {
  return absl::UnimplementedError("give_mark");
}

absl::Status SettleMark(Context&, const v1::SettleMark&) {
  return absl::UnimplementedError("settle_mark");
}

absl::Status Appeal(Context&, const v1::FileAppeal&) {
  return absl::UnimplementedError("file_appeal");
}

absl::Status AnswerAppeal(Context&, const v1::AnswerAppeal&) {
  return absl::UnimplementedError("answer_appeal");
}

absl::Status TakeNote(Context&, const v1::TakeNote&) {
  return absl::UnimplementedError("take_note");
}

absl::Status AnswerSurvey(Context&, const v1::AnswerSurvey&) {
  return absl::UnimplementedError("answer_survey");
}

absl::Status Signed(Context&, const FinalSignature&) { return absl::OkStatus(); }

}  // namespace drill::decide
