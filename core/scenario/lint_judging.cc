// What evaluators mark by hand, and what everybody is asked afterwards.
#include "absl/strings/str_cat.h"
#include "core/scenario/lint_context.h"

namespace drill::lint {
namespace {

constexpr int kCriteriaMax = 500;
constexpr int kQuestionsMax = 100;
constexpr int kScaleMax = 10;

void CheckLevels(Context& context, const v1::Criterion& criterion, const std::string& path) {
  int32_t last = 1001;
  for (int i = 0; i < criterion.levels_size(); ++i) {
    const v1::CriterionLevel& level = criterion.levels(i);
    const std::string at = Element(Member(path, "levels"), i);
    context.CheckText(Member(at, "text"), level.has_text(), level.text());
    if (!level.has_permille()) {
      context.Missing(Member(at, "permille"), "the mark of this level, 0 to 1000");
      continue;
    }
    context.CheckRange(Member(at, "permille"), level.permille(), 0, 1000);
    if (level.permille() >= last) {
      context.Error(Member(at, "permille"),
                    absl::StrCat(level.permille(), " is not below the level before (", last,
                                 "); write levels best first"));
    }
    last = level.permille();
  }
}

}  // namespace

void CheckCriteria(Context& context) {
  const v1::Scenario& s = context.scenario;
  if (s.criteria_size() > kCriteriaMax) {
    context.Error("criteria", absl::StrCat("there are ", s.criteria_size(),
                                           " criteria; the limit is ", kCriteriaMax));
    return;
  }
  Names seen("criterion");
  for (int i = 0; i < s.criteria_size(); ++i) {
    const v1::Criterion& criterion = s.criteria(i);
    const std::string path = Element("criteria", i);
    CheckElementId(context, seen, "criteria", i, criterion.id());
    context.CheckText(Member(path, "title"), criterion.has_title(), criterion.title());
    if (criterion.has_guidance()) {
      context.CheckText(Member(path, "guidance"), true, criterion.guidance());
    }
    if (criterion.has_team()) {
      context.CheckReference(Member(path, "team"), context.teams, criterion.team());
    }
    if (criterion.has_objective()) {
      context.CheckReference(Member(path, "objective"), context.objectives, criterion.objective());
    } else if (!s.objectives().empty()) {
      context.Warn(Member(path, "objective"),
                   "missing objective; the points of this criterion count for no objective");
    }
    if (criterion.has_weight()) {
      context.CheckRange(Member(path, "weight"), criterion.weight(), 1, 1000);
    }
    CheckLevels(context, criterion, path);
  }
}

void CheckSurvey(Context& context) {
  const v1::Scenario& s = context.scenario;
  if (s.survey_size() > kQuestionsMax) {
    context.Error("survey", absl::StrCat("there are ", s.survey_size(), " questions; the limit is ",
                                         kQuestionsMax));
    return;
  }
  Names seen("survey question");
  for (int i = 0; i < s.survey_size(); ++i) {
    const v1::SurveyQuestion& question = s.survey(i);
    const std::string path = Element("survey", i);
    CheckElementId(context, seen, "survey", i, question.id());
    context.CheckText(Member(path, "text"), question.has_text(), question.text());
    if (question.has_scale()) {
      context.CheckRange(Member(path, "scale"), question.scale(), 2, kScaleMax);
    }
  }
}

}  // namespace drill::lint
