// Evaluators: links put right, marks, appeals, notes; the hot wash.

#include <utility>

#include "common/base/status.h"
#include "core/exercise/fold.h"
#include "core/exercise/judge_marks.h"

namespace drill::fold {

absl::Status ExerciseFold::Merged() {
  const v1::ObservationMerged& merged = r_.observation_merged();
  const int index = e_.FindObservation(merged.observation());
  const int into = e_.FindObservation(merged.into());
  if (index < 0) return Unknown("observation", merged.observation());
  if (into < 0) return Unknown("observation", merged.into());
  ObservationState& observation = e_.observations[static_cast<size_t>(index)];
  DropMatches(&observation);
  observation.rejection = v1::REJECTION_UNSPECIFIED;
  observation.merged_into = into;
  observation.merged_record = Position();
  return absl::OkStatus();
}

// All links fall, automatic ones too: Settle finds those that evidence allows again.
absl::Status ExerciseFold::Undone() {
  const int index = e_.FindObservation(r_.judgement_undone().observation());
  if (index < 0) return Unknown("observation", r_.judgement_undone().observation());
  ObservationState& observation = e_.observations[static_cast<size_t>(index)];
  DropMatches(&observation);
  observation.rejection = v1::REJECTION_UNSPECIFIED;
  observation.rejection_record = 0;
  observation.merged_into = -1;
  observation.merged_record = 0;
  return absl::OkStatus();
}

absl::Status ExerciseFold::Commented() {
  if (e_.FindObservation(r_.judge_commented().observation()) < 0) {
    return Unknown("observation", r_.judge_commented().observation());
  }
  e_.comments.push_back({r_.judge_commented(), r_.actor().person(), r_.time_us()});
  return absl::OkStatus();
}

absl::Status ExerciseFold::Marked() {
  const v1::MarkGiven& mark = r_.mark_given();
  MarkKey key;
  if (!FindMarkSubject(e_, mark.subject(), &key).empty()) {
    return Unknown("what is marked,", mark.subject().ShortDebugString());
  }
  e_.judge_marks[key].given[r_.actor().person()] = {mark.permille(), mark.note(), r_.time_us(),
                                                    Position()};
  return absl::OkStatus();
}

absl::Status ExerciseFold::MarkSettled() {
  const v1::MarkSettled& mark = r_.mark_settled();
  MarkKey key;
  if (!FindMarkSubject(e_, mark.subject(), &key).empty()) {
    return Unknown("what is marked,", mark.subject().ShortDebugString());
  }
  MarkState& state = e_.judge_marks[key];
  state.settled = true;
  state.settled_permille = mark.permille();
  state.settled_by = r_.actor().person();
  state.settled_note = mark.note();
  state.settled_appeal = mark.appeal();
  state.settled_record = Position();
  for (AppealState& appeal : e_.appeals) {
    if (appeal.filed.appeal() == mark.appeal()) appeal.settled = true;
  }
  return absl::OkStatus();
}

absl::Status ExerciseFold::AppealFiled() {
  AppealState appeal;
  appeal.filed = r_.appeal_filed();
  appeal.person = r_.actor().person();
  appeal.filed_us = r_.time_us();
  appeal.record = Position();
  e_.appeals.push_back(std::move(appeal));
  return absl::OkStatus();
}

absl::Status ExerciseFold::AppealAnswered() {
  for (AppealState& appeal : e_.appeals) {
    if (appeal.filed.appeal() != r_.appeal_answered().appeal()) continue;
    appeal.answered = true;
    appeal.answer = r_.appeal_answered();
    appeal.answered_by = r_.actor().person();
    appeal.answer_record = Position();
    return absl::OkStatus();
  }
  return Unknown("appeal", r_.appeal_answered().appeal());
}

absl::Status ExerciseFold::NoteTaken() {
  e_.notes.push_back({r_.note_taken(), r_.actor().person(), r_.time_us(), Position()});
  return absl::OkStatus();
}

absl::Status ExerciseFold::SurveyAnswered() {
  e_.surveys[r_.actor().person()] = r_.survey_answered();
  return absl::OkStatus();
}

absl::Status ExerciseFold::FinalSigned() {
  e_.final_signed = r_.final_signed();
  return absl::OkStatus();
}

}  // namespace drill::fold
