// What evaluators marked by hand, appeals, notes, and the hot wash.

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/report/sections.h"

namespace drill::report {
namespace {

constexpr int kNotesPrinted = 200;
constexpr int kTextsPrinted = 100;

const v1::CriterionLine* LineOf(const Facts& facts, absl::string_view criterion) {
  for (const v1::CriterionLine& line : facts.card().criteria()) {
    if (line.criterion() == criterion) return &line;
  }
  return nullptr;
}

Pair SubjectWords(const Facts& facts, const v1::MarkSubject& subject) {
  for (const v1::Criterion& criterion : facts.data().created().scenario().criteria()) {
    if (criterion.id() == subject.criterion()) {
      return facts.words().Of(criterion.title(), criterion.id());
    }
  }
  return facts.words().Join(
      {facts.Inject(subject.inject()), absl::StrCat("#", subject.expectation())}, " ");
}

// The criteria as the card froze them; parts of lines as they were marked.
void FillMark(const Facts& facts, const v1::MarkRow& mark, Dictionary* row) {
  const Words& words = facts.words();
  PutPair(row, "WHAT", SubjectWords(facts, mark.subject()));
  PutPair(row, "TEAM",
          mark.subject().team().empty() ? Pair("–") : facts.Team(mark.subject().team()));
  Put(row, "MARKS", absl::StrJoin(mark.marks_permille(), ", ", [&](std::string* out, int32_t m) {
        out->append(words.Thousandths(m));
      }));
  Put(row, "SPREAD", mark.open() ? "–" : words.Thousandths(mark.spread_permille()));
  Put(row, "COUNTS", mark.counts_permille() < 0 ? "–" : words.Thousandths(mark.counts_permille()));
  if (mark.settled() || !mark.settled_note().empty()) {
    Put(Add(row, "CHAIR"), "NOTE", mark.settled_note());
  }
  const v1::CriterionLine* line = LineOf(facts, mark.subject().criterion());
  if (line == nullptr) return;
  for (const std::string& because : line->because()) Put(Add(row, "BECAUSE"), "TEXT", because);
}

void FillAppeal(const Facts& facts, const v1::Appeal& appeal, Dictionary* row) {
  Put(row, "ID", appeal.filed().appeal());
  PutPair(row, "TEAM", facts.Team(appeal.filed().team()));
  PutPair(row, "WHAT", SubjectWords(facts, appeal.filed().subject()));
  Put(row, "TEXT", appeal.filed().text());
  const TextId answer = !appeal.answered()         ? TextId::appeal_open
                        : appeal.answer().upheld() ? TextId::appeal_upheld
                                                   : TextId::appeal_refused;
  PutPair(row, "ANSWER", facts.words().Say(answer));
  Put(row, "NOTE", appeal.answer().note());
}

void FillNote(const Facts& facts, const v1::NoteView& view, Dictionary* row) {
  const v1::NoteTaken& note = view.note();
  Put(row, "AT", TimeOfDay(note.at_us(), facts.card().start_us()));
  Put(row, "WHO", facts.Person(view.person()));
  Pair about = note.team().empty() ? Pair("") : facts.Team(note.team());
  for (const v1::Objective& objective : facts.data().created().scenario().objectives()) {
    if (objective.id() != note.objective()) continue;
    const Pair title = facts.words().Of(objective.title(), objective.id());
    about = about.empty() ? title : facts.words().Join({title, about}, ", ");
  }
  PutPair(row, "ABOUT", about);
  Put(row, "TEXT", note.text());
  for (const v1::Attachment& file : note.attachments()) {
    Dictionary* shown = Add(row, "FILE");
    Put(shown, "NAME", file.name());
    Put(shown, "HASH", GroupedHex(file.sha256()));
  }
}

void FillQuestion(const Facts& facts, const v1::SurveyRow& question, Dictionary* row) {
  const Words& words = facts.words();
  PutPair(row, "TEXT", words.Of(question.question().text(), question.question().id()));
  if (question.mean_permille() > 0) {
    Dictionary* scale = Add(row, "SCALE");
    Put(scale, "MEAN", words.Thousandths(question.mean_permille()));
    Put(scale, "OF", static_cast<int64_t>(question.question().scale()));
    Put(scale, "COUNTS", absl::StrJoin(question.by_scale(), " · "));
  }
  for (int i = 0; i < question.texts_size() && i < kTextsPrinted; ++i) {
    Put(Add(row, "SAID"), "WORDS", question.texts(i));
  }
}

}  // namespace

void FillJudging(const Facts& facts, Dictionary* out) {
  const v1::AfterAction& data = facts.data();
  if (!data.marks().empty()) {
    Dictionary* table = Add(out, "MARKS");
    for (const v1::MarkRow& mark : data.marks()) FillMark(facts, mark, Add(table, "ROW"));
  }
  if (!data.appeals().empty()) {
    Dictionary* table = Add(out, "APPEALS");
    for (const v1::Appeal& appeal : data.appeals()) FillAppeal(facts, appeal, Add(table, "ROW"));
  }
  if (!data.notes().empty()) {
    Dictionary* table = Add(out, "NOTES");
    for (int i = 0; i < data.notes_size() && i < kNotesPrinted; ++i) {
      FillNote(facts, data.notes(i), Add(table, "ROW"));
    }
  }
  if (data.survey().rows().empty()) return;
  Dictionary* survey = Add(out, "SURVEY");
  PutPair(survey, "ANSWERED",
          facts.words().Say(TextId::survey_answered, {facts.words().Count(data.survey().answered()),
                                                      facts.words().Count(data.survey().asked())}));
  for (const v1::SurveyRow& question : data.survey().rows()) {
    FillQuestion(facts, question, Add(survey, "ROW"));
  }
}

}  // namespace drill::report
