#include "cli/msel.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/csv.h"
#include "cli/render.h"
#include "core/scenario/timeline.h"
#include "core/scenario/unfold.h"

namespace drill::cli {
namespace {

std::string When(const TimelineRow& row) {
  if (!row.earliest_us.has_value()) return "";
  return absl::StrCat(row.exact ? "" : "≥ ", FormatExerciseTime(*row.earliest_us));
}

// How it reaches those whom it is for.
std::string Mode(const v1::Inject& inject) {
  if (inject.has_action()) return "agent";
  if (inject.has_manual()) return "by hand";
  return inject.has_cue() ? "controller cue" : "inbox";
}

// What is said or done.
std::string MessageText(Language language, const v1::Inject& inject, const TimelineRow& row) {
  if (inject.has_message()) return Pick(language, inject.message().body());
  if (inject.has_manual()) return Pick(language, inject.manual().instructions());
  if (inject.has_cue()) return Pick(language, inject.cue().body());
  if (!inject.has_question()) return row.kind;
  std::string text = Pick(language, inject.question().body());
  for (const v1::Choice& choice : inject.question().choices()) {
    absl::StrAppend(&text, "\n", choice.id(), ") ", Pick(language, choice.text()));
  }
  return text;
}

std::string Notes(Language language, const v1::Inject& inject, const TimelineRow& row) {
  std::vector<std::string> notes = {row.inject};
  if (!row.after.empty()) notes.push_back("after " + row.after);
  if (!row.unless.empty()) notes.push_back("unless " + row.unless);
  if (!row.techniques.empty()) {
    notes.push_back("ATT&CK " + absl::StrJoin(row.techniques, " "));
  }
  if (!row.move.empty()) notes.push_back("move " + row.move);
  if (inject.has_judge_notes()) notes.push_back(Pick(language, inject.judge_notes()));
  return absl::StrJoin(notes, "; ");
}

std::string ObjectiveTitle(Language language, const v1::Scenario& scenario, const std::string& id) {
  for (const v1::Objective& objective : scenario.objectives()) {
    if (objective.id() == id) return Pick(language, objective.title());
  }
  return id;
}

}  // namespace

std::string MselCsv(Language language, const v1::Scenario& scenario, bool bom) {
  std::string out(bom ? kByteOrderMark : "");
  absl::StrAppend(&out,
                  "Event Number,Designated Scenario Time,Event Type,Inject Mode,From,To,Title,"
                  "Message,Expected Participant Response,Exercise Objective,Notes\r\n");
  int number = 0;
  for (const TimelineRow& row : Timeline(scenario)) {
    const v1::Inject& inject = scenario.injects(row.index);
    const std::string objective = ObjectiveTitle(language, scenario, row.objective);
    ++number;
    std::string from = "control";
    if (inject.has_message() && inject.message().has_from()) {
      from = Pick(language, inject.message().from());
    }
    const std::string expected = absl::StrJoin(
        row.expectations, "; ",
        [](std::string* to, const TimelineExpectation& e) { absl::StrAppend(to, Summary(e)); });
    absl::StrAppend(&out, CsvLine({absl::StrCat(number), When(row),
                                   row.contingency ? "Contingency Inject" : "Inject", Mode(inject),
                                   from, absl::StrJoin(row.targets, "; "),
                                   Pick(language, row.title), MessageText(language, inject, row),
                                   expected, objective, Notes(language, inject, row)}));
    int part = 0;
    for (const TimelineExpectation& e : row.expectations) {
      absl::StrAppend(&out, CsvLine({absl::StrCat(number, ".", ++part), "", "Expected Action", "",
                                     e.team, absl::StrJoin(e.recipients, "; "), "", "", Summary(e),
                                     objective, row.inject}));
    }
  }
  return out;
}

}  // namespace drill::cli
