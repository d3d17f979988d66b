#include "core/scenario/lint.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/scenario/lint_context.h"
#include "core/scenario/unfold.h"
#include "core/scenario/words.h"

namespace drill {
namespace lint {

void CheckElementId(Context& context, Names& names, const std::string& list, int index,
                    const std::string& id) {
  const std::string path = Member(Element(list, index), "id");
  context.CheckId(path, id);
  if (id.empty()) return;
  if (const int other = names.Add(id, index); other >= 0) {
    context.Error(path, absl::StrCat(names.what(), " ", Quoted(id), " is declared twice; ",
                                     Element(list, other), " has this id already"));
  }
}

namespace {

void CheckOptionalText(Context& context, const std::string& path, bool present,
                       const v1::Text& text) {
  if (present) context.CheckText(path, present, text);
}

void CheckHead(Context& context) {
  const v1::Scenario& s = context.scenario;
  context.CheckId("id", s.id());
  context.CheckText("title", s.has_title(), s.title());
  CheckOptionalText(context, "summary", s.has_summary(), s.summary());
  if (!s.has_duration()) {
    context.Missing("duration", "the planned length of the exercise, for example 90m");
  } else if (context.CheckDuration("duration", s.duration()) && Micros(s.duration()) <= 0) {
    context.Error("duration", "duration must be longer than 0s");
  }
}

void CheckType(Context& context) {
  const v1::Scenario& s = context.scenario;
  const bool plays = std::any_of(s.injects().begin(), s.injects().end(), OnHosts);
  switch (s.type()) {
    case v1::EXERCISE_TYPE_LIVE:
      if (!plays) {
        context.Error("type",
                      "a live exercise plays on real systems, but no inject is an action or a "
                      "manual action; add one, or make it a tabletop");
      }
      return;
    case v1::EXERCISE_TYPE_TABLETOP:
      for (int i = 0; i < s.injects_size(); ++i) {
        if (!OnHosts(s.injects(i))) continue;
        context.Error(Member(Element("injects", i), std::string(KindName(s.injects(i)))),
                      "a tabletop exercise is discussion only and plays nothing on systems; make "
                      "it a message, or the exercise live or mixed");
      }
      return;
    case v1::EXERCISE_TYPE_MIXED:
      return;
    default:
      context.Missing("type", "expected live, tabletop or mixed");
  }
}

void CheckCast(Context& context) {
  const v1::Cast& cast = context.scenario.cast();
  for (int i = 0; i < cast.systems_size(); ++i) {
    const v1::SystemPart& part = cast.systems(i);
    const std::string path = Element("cast.systems", i);
    CheckElementId(context, context.systems, "cast.systems", i, part.id());
    context.CheckText(Member(path, "title"), part.has_title(), part.title());
    context.CheckUnique(Member(path, "roles"), "role", part.roles());
    context.CheckUnique(Member(path, "labels"), "label", part.labels());
  }
  for (int i = 0; i < cast.teams_size(); ++i) {
    const v1::TeamPart& part = cast.teams(i);
    CheckElementId(context, context.teams, "cast.teams", i, part.id());
    context.CheckText(Member(Element("cast.teams", i), "title"), part.has_title(), part.title());
  }
  if (cast.teams().empty()) {
    context.Error("cast.teams", "no team part; an exercise needs at least one team to exercise");
  }
}

void CheckObjectives(Context& context) {
  for (int i = 0; i < context.scenario.objectives_size(); ++i) {
    const v1::Objective& objective = context.scenario.objectives(i);
    const std::string path = Element("objectives", i);
    CheckElementId(context, context.objectives, "objectives", i, objective.id());
    context.CheckText(Member(path, "title"), objective.has_title(), objective.title());
    CheckOptionalText(context, Member(path, "capability"), objective.has_capability(),
                      objective.capability());
  }
}

void CheckMoves(Context& context) {
  const v1::Scenario& s = context.scenario;
  int64_t last_us = -1;
  for (int i = 0; i < s.moves_size(); ++i) {
    const v1::Move& move = s.moves(i);
    const std::string path = Element("moves", i);
    CheckElementId(context, context.moves, "moves", i, move.id());
    context.CheckText(Member(path, "title"), move.has_title(), move.title());
    if (!move.has_at()) {
      context.Missing(Member(path, "at"), "when the move starts on the exercise clock");
      continue;
    }
    if (!context.CheckDuration(Member(path, "at"), move.at())) continue;
    const int64_t at_us = Micros(move.at());
    if (at_us <= last_us) {
      context.Error(Member(path, "at"),
                    absl::StrCat("starts at ", DurationText(at_us), ", not after the move before (",
                                 DurationText(last_us), "); write moves in the order of time"));
    }
    if (context.duration_us > 0 && at_us >= context.duration_us) {
      context.Error(Member(path, "at"),
                    absl::StrCat("starts at ", DurationText(at_us), ", but the exercise ends at ",
                                 DurationText(context.duration_us)));
    }
    last_us = std::max(last_us, at_us);
  }
}

void CheckRubric(Context& context) {
  const v1::Rubric& rubric = context.scenario.rubric();
  context.CheckRange("rubric.late_floor_permille", rubric.late_floor_permille(), 0, 1000);
  context.CheckRange("rubric.wrong_claim_points", rubric.wrong_claim_points(), 0, 1000);
  if (rubric.has_judges()) context.CheckRange("rubric.judges", rubric.judges(), 2, 9);
  context.CheckRange("rubric.spread_max_permille", rubric.spread_max_permille(), 0, 1000);
}

// Run on each inject, in this order.
constexpr InjectCheck kInjectChecks[] = {
    CheckInjectNames, CheckKind,       CheckSchedule,     CheckAfter,
    CheckUnless,      CheckRepeat,     CheckReach,        CheckTargets,
    CheckAgainst,     CheckTechniques, CheckExpectations, CheckMoveWindow,
};

void CheckInjects(Context& context) {
  const v1::Scenario& s = context.scenario;
  if (s.injects().empty()) {
    context.Error("injects", "no injects; a scenario needs at least one");
  }
  Names seen("inject");
  for (int i = 0; i < s.injects_size(); ++i) {
    const std::string path = Element("injects", i);
    CheckElementId(context, seen, "injects", i, s.injects(i).id());
    context.CheckText(Member(path, "title"), s.injects(i).has_title(), s.injects(i).title());
    for (const InjectCheck check : kInjectChecks) check(context, {s.injects(i), path, i});
  }
}

// Declared, and then nothing made of it.
void CheckUnused(Context& context) {
  const v1::Scenario& s = context.scenario;
  absl::flat_hash_map<absl::string_view, bool> scored, targeted, addressed;
  for (const v1::Inject& inject : s.injects()) {
    if (!inject.expect().empty()) scored[inject.objective()] = true;
    for (const v1::Selector& selector : inject.targets()) targeted[selector.system()] = true;
    for (const v1::Selector& selector : inject.against()) targeted[selector.system()] = true;
    for (const v1::Expectation& e : inject.expect()) addressed[e.team()] = true;
    for (const std::string& team : inject.message().teams()) addressed[team] = true;
    for (const std::string& team : inject.question().teams()) addressed[team] = true;
  }
  for (const v1::Criterion& criterion : s.criteria()) {
    scored[criterion.objective()] = true;
    addressed[criterion.team()] = true;
  }
  for (const v1::Expectation& e : s.free_play().expect()) addressed[e.team()] = true;
  for (int i = 0; i < s.objectives_size(); ++i) {
    if (scored.contains(s.objectives(i).id())) continue;
    context.Warn(Element("objectives", i),
                 absl::StrCat("nothing measures objective ", Quoted(s.objectives(i).id()),
                              ": no inject with an expectation names it, and no criterion"));
  }
  for (int i = 0; i < s.cast().systems_size(); ++i) {
    if (targeted.contains(s.cast().systems(i).id())) continue;
    context.Warn(Element("cast.systems", i),
                 absl::StrCat("nothing is played on ", Quoted(s.cast().systems(i).id()),
                              ": no inject targets it"));
  }
  for (int i = 0; i < s.cast().teams_size(); ++i) {
    if (addressed.contains(s.cast().teams(i).id()) || s.cast().teams(i).red()) continue;
    context.Warn(Element("cast.teams", i),
                 absl::StrCat("team part ", Quoted(s.cast().teams(i).id()),
                              " has nothing to do: no inject addresses it or expects anything"));
  }
}

// False: over a limit that keeps every other check cheap; look no further.
bool WithinLimits(const v1::Scenario& scenario, std::vector<Fault>* faults) {
  if (const size_t bytes = scenario.ByteSizeLong(); bytes > kScenarioBytesMax) {
    faults->push_back({"", absl::StrCat("the scenario takes ", bytes, " bytes; the limit is ",
                                        kScenarioBytesMax)});
    return false;
  }
  int64_t injects = 0;
  for (const v1::Inject& inject : scenario.injects()) injects += Times(inject);
  if (injects > kInjectsMax) {
    faults->push_back(
        {"injects", absl::StrCat("there are ", injects,
                                 " injects with their repeats; the limit is ", kInjectsMax)});
    return false;
  }
  return true;
}

// The whole of Lint. Names are gathered by the checks of their lists, so injects come after them.
constexpr void (*kChecks[])(Context&) = {
    CheckHead,     CheckType,   CheckCast,     CheckObjectives, CheckMoves,  CheckInjects,
    CheckFreePlay, CheckRubric, CheckCriteria, CheckSurvey,     CheckUnused,
};

}  // namespace
}  // namespace lint

std::vector<Fault> Lint(const v1::Scenario& scenario) {
  std::vector<Fault> faults;
  if (!lint::WithinLimits(scenario, &faults)) return faults;
  lint::Context context(scenario);
  for (const auto check : lint::kChecks) check(context);
  return std::move(context).TakeFaults();
}

bool HasErrors(const std::vector<Fault>& faults) {
  return std::any_of(faults.begin(), faults.end(),
                     [](const Fault& fault) { return fault.severity == Severity::kError; });
}

}  // namespace drill
