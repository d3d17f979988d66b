#include "cli/scenario_file.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/files.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "common/yaml/load.h"

namespace drill::cli {

absl::StatusOr<Linted> ReadScenario(const std::string& path) {
  Linted linted;
  ASSIGN_OR_RETURN(linted.source, os::ReadFile(path, kSourceBytesMax));
  RETURN_IF_ERROR(
      yaml::Load(linted.source, path, &linted.scenario, yaml::Options(), &linted.positions));
  linted.faults = Lint(linted.scenario);
  return linted;
}

std::string FaultText(const Session& session, const std::string& path, const Linted& linted,
                      const Fault& fault) {
  const bool error = fault.severity == Severity::kError;
  const std::string word = session.Painted(session.Say(error ? Msg::kLintError : Msg::kLintWarning),
                                           error ? Colour::kRed : Colour::kYellow);
  return yaml::FaultLine(Clean(path), linted.positions.Find(fault.path),
                         absl::StrCat(word, ": ", Clean(fault.text)));
}

namespace {

std::string ErrorLines(const Session& session, const std::string& path, const Linted& linted) {
  std::vector<std::string> lines;
  for (const Fault& fault : linted.faults) {
    if (fault.severity == Severity::kError) {
      lines.push_back(FaultText(session, path, linted, fault));
    }
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace

absl::StatusOr<Linted> ReadGoodScenario(const Session& session, const std::string& path) {
  ASSIGN_OR_RETURN(Linted linted, ReadScenario(path));
  if (HasErrors(linted.faults)) {
    return absl::InvalidArgumentError(ErrorLines(session, path, linted));
  }
  return linted;
}

}  // namespace drill::cli
