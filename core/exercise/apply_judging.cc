// Evaluators: links put right, marks, appeals, notes; the hot wash.

#include "core/exercise/fold.h"

namespace drill::fold {

absl::Status ExerciseFold::Merged() { return absl::UnimplementedError("Merged"); }

absl::Status ExerciseFold::Undone() { return absl::UnimplementedError("Undone"); }

absl::Status ExerciseFold::Commented() { return absl::UnimplementedError("Commented"); }

absl::Status ExerciseFold::Marked() { return absl::UnimplementedError("Marked"); }

absl::Status ExerciseFold::MarkSettled() { return absl::UnimplementedError("MarkSettled"); }

absl::Status ExerciseFold::AppealFiled() { return absl::UnimplementedError("AppealFiled"); }

absl::Status ExerciseFold::AppealAnswered() { return absl::UnimplementedError("AppealAnswered"); }

absl::Status ExerciseFold::NoteTaken() { return absl::UnimplementedError("NoteTaken"); }

absl::Status ExerciseFold::SurveyAnswered() { return absl::UnimplementedError("SurveyAnswered"); }

absl::Status ExerciseFold::FinalSigned() { return absl::UnimplementedError("FinalSigned"); }

}  // namespace drill::fold
