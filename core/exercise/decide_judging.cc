// Evaluators: links put right, marks, appeals, notes; the hot wash.

#include <algorithm>

#include "common/base/status.h"
#include "core/exercise/decide_internal.h"
#include "core/exercise/judge_marks.h"

namespace drill::decide {
namespace {

constexpr size_t kNoteMax = 16 << 10;
constexpr int kAttachmentsMax = 16;
constexpr int64_t kNotesMax = 10'000;     // of one exercise
constexpr int64_t kCommentsMax = 10'000;  // of one exercise

void CheckLength(absl::string_view field, const std::string& text, bool required,
                 std::vector<std::string>* faults) {
  if (text.size() > kNoteMax) faults->push_back(absl::StrCat(field, ": larger than 16 KiB"));
  if (required && text.empty()) faults->push_back(absl::StrCat(field, ": missing"));
}

void CheckPermille(int32_t permille, std::vector<std::string>* faults) {
  if (permille < 0 || permille > 1000) {
    faults->push_back(absl::StrCat("permille: expected 0 to 1000, found ", permille));
  }
}

std::string NoObservation(absl::string_view field, absl::string_view id) {
  return absl::StrCat(field, ": no observation '", id, "' here");
}

absl::Status CheckQueue(const Exercise& e) {
  return InPhase(e, {v1::PHASE_RUNNING, v1::PHASE_PAUSED, v1::PHASE_ENDED, v1::PHASE_JUDGING},
                 "judging an observation");
}

}  // namespace

absl::Status Merge(Context& c, const v1::MergeObservation& command) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, command.exercise()));
  RETURN_IF_ERROR(CheckQueue(*e));
  const v1::ObservationMerged& merge = command.merge();
  std::vector<std::string> faults;
  const int from = e->FindObservation(merge.observation());
  const int into = e->FindObservation(merge.into());
  if (from < 0) faults.push_back(NoObservation("observation", merge.observation()));
  if (into < 0) faults.push_back(NoObservation("into", merge.into()));
  CheckLength("note", merge.note(), false, &faults);
  if (from >= 0 && into >= 0) {
    const ObservationState& a = e->observations[static_cast<size_t>(from)];
    const ObservationState& b = e->observations[static_cast<size_t>(into)];
    if (from == into) faults.push_back("into: an observation cannot be merged into itself");
    if (a.made.team() != b.made.team() || a.made.kind() != b.made.kind()) {
      faults.push_back("into: only what the same team said in the same kind says the same");
    }
    if (b.merged_into >= 0) {
      faults.push_back(absl::StrCat(
          "into: '", merge.into(), "' is itself merged into '",
          e->observations[static_cast<size_t>(b.merged_into)].made.observation(), "'"));
    }
  }
  if (!faults.empty()) return Refused(faults);
  *c.Emit(e->id())->mutable_observation_merged() = merge;
  return absl::OkStatus();
}

absl::Status UndoJudgement(Context& c, const v1::UndoJudgement& command) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, command.exercise()));
  RETURN_IF_ERROR(CheckQueue(*e));
  const v1::JudgementUndone& undo = command.undo();
  std::vector<std::string> faults;
  const int index = e->FindObservation(undo.observation());
  if (index < 0) faults.push_back(NoObservation("observation", undo.observation()));
  CheckLength("note", undo.note(), false, &faults);
  if (!faults.empty()) return Refused(faults);
  const ObservationState& o = e->observations[static_cast<size_t>(index)];
  const bool judged = o.rejection != v1::REJECTION_UNSPECIFIED || o.merged_into >= 0 ||
                      std::any_of(o.matches.begin(), o.matches.end(),
                                  [](const Match& match) { return match.by_evaluator; });
  if (!judged) {
    return absl::FailedPreconditionError(absl::StrCat(
        "no evaluator has judged '", undo.observation(), "'; there is nothing to undo"));
  }
  *c.Emit(e->id())->mutable_judgement_undone() = undo;
  return absl::OkStatus();
}

absl::Status Comment(Context& c, const v1::CommentObservation& command) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, command.exercise()));
  RETURN_IF_ERROR(CheckQueue(*e));
  const v1::JudgeCommented& comment = command.comment();
  std::vector<std::string> faults;
  if (e->FindObservation(comment.observation()) < 0) {
    faults.push_back(NoObservation("observation", comment.observation()));
  }
  CheckLength("text", comment.text(), true, &faults);
  if (!faults.empty()) return Refused(faults);
  if (std::ssize(e->comments) >= kCommentsMax) {
    return absl::ResourceExhaustedError("an exercise keeps at most 10,000 comments");
  }
  *c.Emit(e->id())->mutable_judge_commented() = comment;
  return absl::OkStatus();
}

absl::Status GiveMark(Context& c, const v1::GiveMark& command) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, command.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_ENDED, v1::PHASE_JUDGING}, "a mark"));
  if (e->HasPost(c.person, v1::ROLE_CHAIR)) {
    return absl::PermissionDeniedError(
        "the chair settles what the evaluators mark, and does not mark");
  }
  std::vector<std::string> faults;
  MarkKey key;
  if (std::string why = FindMarkSubject(*e, command.mark().subject(), &key); !why.empty()) {
    faults.push_back(std::move(why));
  }
  CheckPermille(command.mark().permille(), &faults);
  CheckLength("note", command.mark().note(), false, &faults);
  if (!faults.empty()) return Refused(faults);
  if (MarkWordOn(*e, key).Shown()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "blind marking of ", Name(*e, key), " is over; only the chair can change its mark now"));
  }
  v1::MarkGiven* given = c.Emit(e->id())->mutable_mark_given();
  *given = command.mark();
  *given->mutable_subject() = SubjectOf(*e, key);
  return absl::OkStatus();
}

namespace {

// The upheld appeal on this mark that waits for the chair; null: none.
const AppealState* UpheldAppeal(const Exercise& e, const MarkKey& key) {
  for (const AppealState& appeal : e.appeals) {
    MarkKey of;
    if (appeal.answered && appeal.answer.upheld() && !appeal.settled &&
        FindMarkSubject(e, appeal.filed.subject(), &of).empty() && of == key) {
      return &appeal;
    }
  }
  return nullptr;
}

}  // namespace

absl::Status SettleMark(Context& c, const v1::SettleMark& command) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, command.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_JUDGING}, "settling a mark"));
  std::vector<std::string> faults;
  MarkKey key;
  if (std::string why = FindMarkSubject(*e, command.mark().subject(), &key); !why.empty()) {
    faults.push_back(std::move(why));
  }
  CheckPermille(command.mark().permille(), &faults);
  CheckLength("note", command.mark().note(), true, &faults);
  if (!faults.empty()) return Refused(faults);
  const MarkWord word = MarkWordOn(*e, key);
  if (word.kind == MarkWord::Kind::kMean) {
    return absl::FailedPreconditionError(
        absl::StrCat("the marks of ", Name(*e, key), " agree within ", SpreadMaxPermille(*e),
                     " thousandths; the chair settles where they do not, or after an appeal"));
  }
  if (word.kind == MarkWord::Kind::kOpen && EnoughEvaluators(*e)) {
    return absl::FailedPreconditionError(
        absl::StrCat("blind marking of ", Name(*e, key), " goes on; ", MarksNeeded(*e),
                     " evaluators mark before the chair may settle"));
  }
  v1::MarkSettled* settled = c.Emit(e->id())->mutable_mark_settled();
  *settled = command.mark();
  *settled->mutable_subject() = SubjectOf(*e, key);
  const AppealState* appeal = UpheldAppeal(*e, key);
  settled->set_appeal(appeal == nullptr ? "" : appeal->filed.appeal());
  return absl::OkStatus();
}

absl::Status Appeal(Context& c, const v1::FileAppeal& command) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, command.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_JUDGING}, "an appeal"));
  const std::string team = e->TeamOf(c.person);
  const v1::AppealFiled& filed = command.appeal();
  MarkKey key;
  // In one wording for what is not there, not this team's and not shown yet.
  if (!FindMarkSubject(*e, filed.subject(), &key).empty() || key.team != team ||
      !MarkWordOn(*e, key).Shown()) {
    return absl::NotFoundError(
        "your team has no such mark yet; 'drillctl appeal list' shows those it has");
  }
  std::vector<std::string> faults;
  CheckLength("text", filed.text(), true, &faults);
  if (!faults.empty()) return Refused(faults);
  for (const AppealState& earlier : e->appeals) {
    MarkKey of;
    if (FindMarkSubject(*e, earlier.filed.subject(), &of).empty() && of == key) {
      return absl::AlreadyExistsError(absl::StrCat("your team has appealed this mark already ('",
                                                   earlier.filed.appeal(), "'); once only"));
    }
  }
  v1::AppealFiled* record = c.Emit(e->id())->mutable_appeal_filed();
  record->set_appeal(absl::StrCat("appeal-", e->appeals.size() + 1));
  record->set_team(team);
  *record->mutable_subject() = SubjectOf(*e, key);
  record->set_text(filed.text());
  c.out.response.set_id(record->appeal());
  return absl::OkStatus();
}

absl::Status AnswerAppeal(Context& c, const v1::AnswerAppeal& command) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, command.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_JUDGING}, "answering an appeal"));
  const v1::AppealAnswered& answer = command.answer();
  const auto appeal = std::find_if(e->appeals.begin(), e->appeals.end(), [&](const AppealState& a) {
    return a.filed.appeal() == answer.appeal();
  });
  if (appeal == e->appeals.end()) {
    return absl::NotFoundError(absl::StrCat("no appeal '", answer.appeal(), "' here"));
  }
  std::vector<std::string> faults;
  CheckLength("note", answer.note(), true, &faults);
  if (!faults.empty()) return Refused(faults);
  if (appeal->answered) {
    return absl::FailedPreconditionError(
        absl::StrCat("appeal '", answer.appeal(), "' has been answered; the answer stands"));
  }
  *c.Emit(e->id())->mutable_appeal_answered() = answer;
  if (answer.upheld()) {
    c.Note("Hãy cho lại điểm này (evaluator settle): chưa có điểm mới thì chưa chốt được kết quả.",
           "Now give this mark anew (evaluator settle): there is no final score before that.");
  }
  return absl::OkStatus();
}

absl::Status TakeNote(Context& c, const v1::TakeNote& command) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, command.exercise()));
  RETURN_IF_ERROR(InPhase(
      *e, {v1::PHASE_RUNNING, v1::PHASE_PAUSED, v1::PHASE_ENDED, v1::PHASE_JUDGING}, "a note"));
  const v1::NoteTaken& in = command.note();
  std::vector<std::string> faults;
  const auto& objectives = e->created.scenario().objectives();
  const auto& teams = e->created.teams();
  if (!in.objective().empty() &&
      std::none_of(objectives.begin(), objectives.end(),
                   [&](const auto& o) { return o.id() == in.objective(); })) {
    faults.push_back(absl::StrCat("objective: no '", in.objective(), "' here"));
  }
  if (!in.team().empty() && std::none_of(teams.begin(), teams.end(),
                                         [&](const auto& t) { return t.part() == in.team(); })) {
    faults.push_back(absl::StrCat("team: no team part '", in.team(), "' here"));
  }
  if (in.at_us() != 0 && (in.at_us() < e->start_us || in.at_us() > c.now_us)) {
    faults.push_back("at_us: expected a time between StartEx and now");
  }
  CheckLength("text", in.text(), in.attachments().empty(), &faults);
  if (in.attachments_size() > kAttachmentsMax) faults.push_back("attachments: at most 16");
  for (const v1::Attachment& file : in.attachments()) {
    if (file.name().empty() || file.sha256().size() != 32) {
      faults.push_back("attachments: each needs a name and the SHA-256 that its upload gave");
    }
  }
  if (!faults.empty()) return Refused(faults);
  if (std::ssize(e->notes) >= kNotesMax) {
    return absl::ResourceExhaustedError("an exercise keeps at most 10,000 notes");
  }
  v1::NoteTaken* note = c.Emit(e->id())->mutable_note_taken();
  *note = in;
  note->set_note(absl::StrCat("note-", e->notes.size() + 1));
  if (note->at_us() == 0) note->set_at_us(c.now_us);
  c.out.response.set_id(note->note());
  return absl::OkStatus();
}

absl::Status AnswerSurvey(Context& c, const v1::AnswerSurvey& command) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, command.exercise()));
  RETURN_IF_ERROR(
      InPhase(*e, {v1::PHASE_ENDED, v1::PHASE_JUDGING, v1::PHASE_FINAL}, "the hot wash"));
  const auto& questions = e->created.scenario().survey();
  std::vector<std::string> faults;
  if (command.answers().replies().empty()) faults.push_back("replies: none given");
  std::vector<absl::string_view> seen;
  for (const v1::SurveyReply& reply : command.answers().replies()) {
    const auto question = std::find_if(questions.begin(), questions.end(),
                                       [&](const auto& q) { return q.id() == reply.question(); });
    if (question == questions.end()) {
      faults.push_back(absl::StrCat("replies: no question '", reply.question(), "' is asked"));
      continue;
    }
    if (std::find(seen.begin(), seen.end(), reply.question()) != seen.end()) {
      faults.push_back(absl::StrCat("replies: '", reply.question(), "' is answered twice"));
    }
    seen.push_back(reply.question());
    if (reply.scale() < 0 || reply.scale() > question->scale()) {
      faults.push_back(
          question->has_scale()
              ? absl::StrCat("replies: '", reply.question(), "' takes 1 to ", question->scale())
              : absl::StrCat("replies: '", reply.question(), "' takes words"));
    }
    if (reply.scale() == 0 && reply.text().empty()) {
      faults.push_back(absl::StrCat("replies: '", reply.question(), "' is empty"));
    }
    CheckLength("replies", reply.text(), false, &faults);
  }
  if (!faults.empty()) return Refused(faults);
  *c.Emit(e->id())->mutable_survey_answered() = command.answers();
  return absl::OkStatus();
}

// What is signed was said before in `score_finalised`: a second signature, of a controller that
// came back, changes nothing.
absl::Status Signed(Context& c, const FinalSignature& in) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, in.exercise));
  if (e->final_score.scorecard().empty() || !e->final_signed.statement().empty()) {
    return absl::OkStatus();
  }
  v1::FinalStatement statement;
  if (!statement.ParseFromString(in.signature.statement()) || statement.exercise() != e->id() ||
      statement.scorecard_sha256() != e->final_score.scorecard_sha256()) {
    return absl::InvalidArgumentError("the signed statement is about another final");
  }
  *c.Emit(e->id())->mutable_final_signed() = in.signature;
  return absl::OkStatus();
}

}  // namespace drill::decide
