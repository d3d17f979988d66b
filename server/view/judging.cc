// What evaluators, chair and teams may read of marks and appeals; the hot wash summed up.

#include <algorithm>

#include "absl/container/btree_set.h"
#include "common/base/status.h"
#include "core/exercise/judge_marks.h"
#include "core/exercise/match.h"
#include "server/view/queries.h"
#include "server/view/visible.h"

namespace drill {
namespace {

v1::Appeal AppealOf(const AppealState& state) {
  v1::Appeal appeal;
  *appeal.mutable_filed() = state.filed;
  appeal.set_filed_us(state.filed_us);
  appeal.set_answered(state.answered);
  if (state.answered) *appeal.mutable_answer() = state.answer;
  return appeal;
}

void FillWord(const MarkWord& word, v1::MarkRow* row) {
  row->set_open(!word.Shown());
  row->set_needs_settling(word.kind == MarkWord::Kind::kApart);
  row->set_settled(word.kind == MarkWord::Kind::kSettled);
  row->set_counts_permille(word.InForce() ? word.permille : -1);
  row->mutable_marks_permille()->Add(word.marks.begin(), word.marks.end());
  row->set_spread_permille(word.spread_permille);
}

// The chair's last word stays to be read while an appeal has reopened it.
void FillSettled(const MarkState& state, v1::MarkRow* row) {
  if (!state.settled) return;
  row->set_settled_permille(state.settled_permille);
  row->set_settled_note(state.settled_note);
}

void FillTitle(const Exercise& e, const MarkKey& key, bool control, v1::MarkRow* row) {
  if (const v1::Criterion* criterion = FindCriterion(e, key.criterion); criterion != nullptr) {
    *row->mutable_title() = criterion->title();
    *row->mutable_levels() = criterion->levels();
    if (control) *row->mutable_guidance() = criterion->guidance();
    return;
  }
  const v1::Inject& inject = e.injects[static_cast<size_t>(key.inject)].inject;
  // Of an action the team knows only what it found out itself.
  if (control || inject.has_question()) *row->mutable_title() = inject.title();
  if (control) *row->mutable_guidance() = inject.judge_notes();
}

// What the engine and the evaluator who linked it make of it without marks; -1: nothing.
int32_t Provisional(const Exercise& e, const MarkKey& key) {
  if (key.inject < 0) return -1;
  int64_t first_us = INT64_MAX;
  int32_t credit = -1;
  const v1::Expectation& expectation =
      e.injects[static_cast<size_t>(key.inject)].inject.expect(key.expectation);
  for (const ObservationState& o : e.observations) {
    if (o.made.team() != key.team || o.made.kind() != AskedFor(expectation.kind())) continue;
    for (const Match& match : o.matches) {
      if (match.inject != key.inject || match.counts_us >= first_us) continue;
      first_us = match.counts_us;
      credit = match.credit_permille;
    }
  }
  return credit;
}

v1::MarkRow RowFor(const Exercise& e, const MarkKey& key, const std::string& person, bool control) {
  v1::MarkRow row;
  *row.mutable_subject() = SubjectOf(e, key);
  row.set_own_permille(-1);
  row.set_provisional_permille(control ? Provisional(e, key) : -1);
  FillTitle(e, key, control, &row);
  FillWord(MarkWordOn(e, key), &row);
  const auto it = e.judge_marks.find(key);
  if (it == e.judge_marks.end()) return row;
  FillSettled(it->second, &row);
  if (const auto own = it->second.given.find(person); own != it->second.given.end()) {
    row.set_own_permille(own->second.permille);
    row.set_own_note(own->second.note);
  }
  return row;
}

void AddProgress(const Exercise& e, v1::MarkSheet* sheet) {
  for (const v1::Post& post : e.created.posts()) {
    if (post.role() != v1::ROLE_EVALUATOR) continue;
    v1::MarkProgress* progress = sheet->add_progress();
    progress->set_person(post.person());
    for (const auto& [key, mark] : e.judge_marks) {
      progress->set_given(progress->given() + (mark.given.contains(post.person()) ? 1 : 0));
    }
  }
}

absl::btree_set<std::string> Participants(const Exercise& e) {
  absl::btree_set<std::string> people;
  for (const v1::Post& post : e.created.posts()) people.insert(post.person());
  for (const v1::TeamCast& team : e.created.teams()) {
    people.insert(team.members().begin(), team.members().end());
  }
  return people;
}

v1::SurveyRow SumUp(const Exercise& e, const v1::SurveyQuestion& question) {
  v1::SurveyRow row;
  *row.mutable_question() = question;
  std::vector<std::string> texts;
  int64_t sum = 0, n = 0;
  row.mutable_by_scale()->Resize(question.scale(), 0);
  for (const auto& [person, answers] : e.surveys) {
    for (const v1::SurveyReply& reply : answers.replies()) {
      if (reply.question() != question.id()) continue;
      if (!reply.text().empty()) texts.push_back(reply.text());
      if (reply.scale() < 1 || reply.scale() > question.scale()) continue;
      row.set_by_scale(reply.scale() - 1, row.by_scale(reply.scale() - 1) + 1);
      sum += reply.scale();
      ++n;
    }
  }
  if (n > 0) row.set_mean_permille(static_cast<int32_t>((2000 * sum + n) / (2 * n)));
  // Not in the order of the people who wrote them.
  std::sort(texts.begin(), texts.end());
  for (std::string& text : texts) row.add_texts(std::move(text));
  return row;
}

v1::NoteView NoteOf(const NoteState& note) {
  v1::NoteView view;
  view.set_person(note.person);
  view.set_taken_us(note.taken_us);
  *view.mutable_note() = note.note;
  return view;
}

v1::SurveySummary SurveyOf(const Exercise& e) {
  v1::SurveySummary summary;
  summary.set_asked(static_cast<int32_t>(Participants(e).size()));
  summary.set_answered(static_cast<int32_t>(e.surveys.size()));
  for (const v1::SurveyQuestion& question : e.created.scenario().survey()) {
    *summary.add_rows() = SumUp(e, question);
  }
  return summary;
}

}  // namespace

absl::StatusOr<v1::MarkSheet> ReadMarks(const Query& q, const std::string& id) {
  ASSIGN_OR_RETURN(const Exercise* e, VisibleTo(q, id, Sight::kTeam));
  const bool control = SightOf(q.state, *e, q.person) == Sight::kControl;
  const std::string team = e->TeamOf(q.person);
  v1::MarkSheet sheet;
  if (control) {
    for (const MarkKey& key : MarkSubjects(*e)) *sheet.add_rows() = RowFor(*e, key, q.person, true);
    for (const NoteState& note : e->notes) *sheet.add_notes() = NoteOf(note);
    AddProgress(*e, &sheet);
  } else if (e->phase >= v1::PHASE_JUDGING && e->phase <= v1::PHASE_CLOSED) {
    for (const MarkKey& key : MarkSubjects(*e)) {
      if (key.team != team || !MarkWordOn(*e, key).Shown()) continue;
      *sheet.add_rows() = RowFor(*e, key, "", false);
    }
  }
  for (const AppealState& appeal : e->appeals) {
    if (control || appeal.filed.team() == team) *sheet.add_appeals() = AppealOf(appeal);
  }
  return sheet;
}

absl::StatusOr<v1::SurveySummary> ReadSurvey(const Query& q, const std::string& id) {
  ASSIGN_OR_RETURN(const Exercise* e, VisibleTo(q, id, Sight::kTeam));
  if (!e->Over()) {
    return absl::FailedPreconditionError("the hot wash is held once the exercise is over");
  }
  v1::SurveySummary summary = SurveyOf(*e);
  // Teams learn what is asked; what others said is the control side's.
  if (SightOf(q.state, *e, q.person) == Sight::kTeam) {
    for (v1::SurveyRow& row : *summary.mutable_rows()) {
      row.clear_by_scale();
      row.clear_mean_permille();
      row.clear_texts();
    }
  }
  return summary;
}

void AddJudging(const Exercise& e, v1::AfterAction* report) {
  for (const MarkKey& key : MarkSubjects(e)) {
    // A criterion that nobody could mark is shown, too.
    if (key.criterion.empty() && !MarkWordOn(e, key).Shown()) continue;
    v1::MarkRow row = RowFor(e, key, "", true);
    row.clear_guidance();
    row.clear_levels();
    *report->add_marks() = std::move(row);
  }
  for (const AppealState& appeal : e.appeals) *report->add_appeals() = AppealOf(appeal);
  for (const NoteState& note : e.notes) *report->add_notes() = NoteOf(note);
  if (e.Over()) *report->mutable_survey() = SurveyOf(e);
  *report->mutable_final_signed() = e.final_signed;
}

void AddAppeals(const Exercise& e, const std::string& team, v1::Inbox* inbox) {
  for (const AppealState& appeal : e.appeals) {
    if (appeal.filed.team() == team) *inbox->add_appeals() = AppealOf(appeal);
  }
}

void AddComments(const Exercise& e, v1::QueueItem* item) {
  for (const CommentState& comment : e.comments) {
    if (comment.comment.observation() != item->observation().observation()) continue;
    v1::JudgeComment* out = item->add_comments();
    out->set_person(comment.person);
    out->set_at_us(comment.at_us);
    *out->mutable_comment() = comment.comment;
  }
}

}  // namespace drill
