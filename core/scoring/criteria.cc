#include "core/scoring/criteria.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/exercise/judge_marks.h"
#include "core/scoring/because.h"
#include "core/scoring/rule.h"

namespace drill::scoring {
namespace {

void Count(const MarkWord& mark, v1::CriterionLine* line) {
  line->set_earned_mp(CriterionMp(line->weight_mp(), mark.permille));
  line->set_state(line->earned_mp() > 0 ? v1::LINE_STATE_MET : v1::LINE_STATE_UNMET);
  line->add_because(
      absl::StrCat(InWords(mark), " [records ", absl::StrJoin(mark.records, ", "), "]"));
  line->add_because(absl::StrCat(Thousandths(line->weight_mp()), " × ", Thousandths(mark.permille),
                                 " = ", Thousandths(line->earned_mp()), " points"));
}

}  // namespace

std::vector<v1::CriterionLine> CriterionLines(const Exercise& exercise) {
  std::vector<v1::CriterionLine> lines;
  for (const v1::Criterion& criterion : exercise.created.scenario().criteria()) {
    v1::CriterionLine& line = lines.emplace_back();
    line.set_criterion(criterion.id());
    line.set_team(criterion.team());
    line.set_objective(criterion.objective());
    line.set_weight_mp((criterion.has_weight() ? criterion.weight() : 1) * kPointMp);
    const MarkWord mark = MarkWordOn(exercise, {criterion.id(), -1, 0, criterion.team()});
    line.mutable_marks_permille()->Add(mark.marks.begin(), mark.marks.end());
    line.mutable_records()->Add(mark.records.begin(), mark.records.end());
    line.set_spread_permille(mark.spread_permille);
    line.set_settled(mark.kind == MarkWord::Kind::kSettled);
    if (mark.InForce()) {
      Count(mark, &line);
    } else if (!CanBeMarked(exercise)) {
      line.set_state(v1::LINE_STATE_NOT_PLAYED);
      line.add_because(absl::StrCat("does not count: fewer than ", MarksNeeded(exercise),
                                    " evaluators have a post here, and no chair has"));
    } else {
      line.set_state(v1::LINE_STATE_OPEN);
      line.add_because(mark.Shown() ? "does not count yet: the chair has to settle it"
                                    : "does not count yet: blind marking goes on");
    }
  }
  return lines;
}

}  // namespace drill::scoring
