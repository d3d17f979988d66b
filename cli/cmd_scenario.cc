// scenario lint, show, msel, add, list. What is done with a file needs no controller.
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/msel.h"
#include "cli/scenario_file.h"
#include "cli/session.h"
#include "common/base/status.h"
#include "core/scenario/timeline.h"
#include "core/scenario/unfold.h"

namespace drill::cli {
namespace {

absl::Status LintFiles(Session& session, const std::vector<std::string>& files) {
  size_t bad = 0;
  for (const std::string& path : files) {
    const absl::StatusOr<Linted> linted = ReadScenario(path);
    if (!linted.ok()) {
      session.PrintLine(CleanLines(linted.status().message()));
      ++bad;
      continue;
    }
    for (const Fault& fault : linted->faults) {
      session.PrintLine(FaultText(session, path, *linted, fault));
    }
    if (HasErrors(linted->faults)) {
      ++bad;
    } else {
      session.PrintLine(session.Say(Msg::kLintGood, Clean(path), Unfold(linted->scenario).size()));
    }
  }
  if (bad == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(session.Say(Msg::kLintFailed, bad, files.size()));
}

std::string PlannedText(const Session& session, const TimelineRow& row) {
  if (row.contingency) return session.Say(Msg::kByHand);
  if (!row.earliest_us.has_value()) return "?";
  return absl::StrCat(row.exact ? "" : "≥ ", FormatExerciseTime(*row.earliest_us));
}

void PrintTimeline(Session& session, const v1::Scenario& scenario) {
  session.PrintLine(session.Painted(
      absl::StrCat(Clean(scenario.id()), " · ", Clean(session.Pick(scenario.title()))),
      Colour::kBold));
  if (scenario.has_summary()) session.PrintLine(CleanLines(session.Pick(scenario.summary())));
  session.PrintLine(session.Say(Msg::kScenarioHead, session.Word(scenario.type()),
                                FormatSpan(Micros(scenario.duration()))));
  session.PrintLine("");
  Table table({session.Say(Msg::kColWhen), session.Say(Msg::kColInject), session.Say(Msg::kColKind),
               session.Say(Msg::kColTargets), session.Say(Msg::kColTechniques),
               session.Say(Msg::kColCondition), session.Say(Msg::kColExpected),
               session.Say(Msg::kColTitle)});
  for (const TimelineRow& row : Timeline(scenario)) {
    std::vector<std::string> conditions;
    if (!row.after.empty()) conditions.push_back(session.Say(Msg::kAfter, row.after));
    if (!row.unless.empty()) conditions.push_back(session.Say(Msg::kUnless, row.unless));
    const std::string expected = absl::StrJoin(
        row.expectations, "; ",
        [](std::string* out, const TimelineExpectation& e) { absl::StrAppend(out, Summary(e)); });
    table.Row({PlannedText(session, row), row.inject, row.kind, absl::StrJoin(row.targets, "; "),
               absl::StrJoin(row.techniques, " "), absl::StrJoin(conditions, ", "), expected,
               session.Pick(row.title)});
  }
  session.PrintTable(table);
}

absl::StatusOr<v1::Scenario> FindScenario(Session& session, const std::string& id) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::ScenarioList list, client->ListScenarios());
  for (const v1::Scenario& scenario : list.scenarios()) {
    if (scenario.id() == id) return scenario;
  }
  return absl::NotFoundError(session.Say(Msg::kNoSuchScenario, Clean(id)));
}

// A file, or else the id of one that the controller has.
absl::StatusOr<v1::Scenario> ScenarioOf(Session& session, const std::string& what) {
  struct stat info {};
  if (::stat(what.c_str(), &info) != 0) return FindScenario(session, what);
  ASSIGN_OR_RETURN(Linted linted, ReadGoodScenario(session, what));
  return std::move(linted.scenario);
}

absl::Status Show(Session& session, const std::string& what) {
  ASSIGN_OR_RETURN(const v1::Scenario scenario, ScenarioOf(session, what));
  if (session.json()) {
    session.PrintJson(scenario);
  } else {
    PrintTimeline(session, scenario);
  }
  return absl::OkStatus();
}

struct MselOptions {
  std::string what, out;
  bool bom = false;
};

absl::Status Msel(Session& session, const MselOptions& o) {
  ASSIGN_OR_RETURN(const v1::Scenario scenario, ScenarioOf(session, o.what));
  // The whole plan: not for everybody on this machine.
  return session.Deliver(o.out, "text/csv", MselCsv(session.language(), scenario, o.bom), 0600);
}

// Refuses here what the controller would refuse, because only here is the file to point into.
absl::Status FillScenario(Session& session, const std::string& path, v1::Command* request) {
  ASSIGN_OR_RETURN(Linted linted, ReadGoodScenario(session, path));
  for (const Fault& fault : linted.faults) session.Remark(FaultText(session, path, linted, fault));
  *request->mutable_add_scenario()->mutable_scenario() = std::move(linted.scenario);
  request->mutable_add_scenario()->set_source(std::move(linted.source));
  return absl::OkStatus();
}

absl::Status List(Session& session) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::ScenarioList list, client->ListScenarios());
  if (session.json()) {
    session.PrintJson(list);
    return absl::OkStatus();
  }
  Table table({session.Say(Msg::kColScenario), session.Say(Msg::kColType),
               session.Say(Msg::kColDuration), session.Say(Msg::kColInjects),
               session.Say(Msg::kColSystems), session.Say(Msg::kColTeams),
               session.Say(Msg::kColTitle)});
  const auto ids = [](const auto& parts) {
    return absl::StrJoin(parts, ", ",
                         [](std::string* out, const auto& part) { out->append(part.id()); });
  };
  for (const v1::Scenario& s : list.scenarios()) {
    table.Row({s.id(), session.Word(s.type()), FormatSpan(Micros(s.duration())), s.injects_size(),
               ids(s.cast().systems()), ids(s.cast().teams()), session.Pick(s.title())});
  }
  session.PrintTable(table);
  return absl::OkStatus();
}

}  // namespace

void AddScenario(Command& root) {
  Command& scenario = root.Sub("scenario");
  auto files = std::make_shared<std::vector<std::string>>();
  scenario.Sub("lint").Arg("FILE", Into(files.get()), Need::kMany).Runs([files](Session& s) {
    return LintFiles(s, *files);
  });
  auto what = std::make_shared<std::string>();
  scenario.Sub("show").Arg("FILE|ID", Into(what.get())).Runs([what](Session& s) {
    return Show(s, *what);
  });
  auto msel = std::make_shared<MselOptions>();
  scenario.Sub("msel")
      .Arg("FILE|ID", Into(&msel->what))
      .Flag("--bom", [msel] { msel->bom = true; })
      .Opt("--out", "FILE", Into(&msel->out))
      .Runs([msel](Session& s) { return Msel(s, *msel); });
  auto path = std::make_shared<std::string>();
  Command& add = scenario.Sub("add");
  add.Submits()->mutable_add_scenario();
  add.Arg("FILE", Into(path.get())).Before([path](Session& s, v1::Command* request) {
    return FillScenario(s, *path, request);
  });
  scenario.Sub("list").Runs(List);
  AddImport(scenario);
}

}  // namespace drill::cli
