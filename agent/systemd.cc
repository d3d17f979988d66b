#include "agent/systemd.h"

#include <unistd.h>

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/command/run.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

// A unit may take its time (systemd's own default is 90 s); the agent does not wait longer.
constexpr int64_t kAnswerMaxUs = 60'000'000;
constexpr int kNoPermission = 4;  // systemctl's exit code, by the LSB

constexpr absl::string_view kProperties[] = {
    "LoadState",        "ActiveState", "ActiveEnterTimestampMonotonic",
    "CanStart",         "CanStop",     "RefuseManualStart",
    "RefuseManualStop", "Transient",   "NeedDaemonReload",
    "RequiredBy",       "RequisiteOf", "BoundBy",
    "ConsistsOf",       "TriggeredBy"};

std::string FirstLine(const std::string& output) {
  return std::string(absl::StripAsciiWhitespace(output.substr(0, output.find('\n'))));
}

}  // namespace

absl::StatusOr<std::string> Systemd::Find(const std::string& program) const {
  for (const std::string& directory : directories_) {
    std::string path = absl::StrCat(directory, "/", program);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return absl::FailedPreconditionError(absl::StrCat("this host has no ", program, " in ",
                                                    absl::StrJoin(directories_, " or "),
                                                    ": units are systemd's"));
}

absl::StatusOr<std::string> Systemd::Run(const std::string& program,
                                         const std::vector<std::string>& arguments) const {
  ProgramSpec spec;
  ASSIGN_OR_RETURN(spec.program, Find(program));
  spec.arguments = arguments;
  spec.time_limit_us = kAnswerMaxUs;
  ASSIGN_OR_RETURN(CommandResult result, RunProgram(spec));
  if (result.exited && result.exit_code == 0) return std::move(result.output);
  const std::string what =
      absl::StrCat(program, " ", absl::StrJoin(arguments, " "), ": ", FirstLine(result.output));
  if (result.timed_out) {
    return absl::UnavailableError(
        absl::StrCat(what, " (no answer within ", kAnswerMaxUs / 1'000'000, " s)"));
  }
  if (result.exited && result.exit_code == kNoPermission) return absl::PermissionDeniedError(what);
  return absl::FailedPreconditionError(absl::StrCat(what, " (", result.Describe(), ")"));
}

absl::StatusOr<UnitLook> Systemd::Look(const std::string& unit) const {
  ASSIGN_OR_RETURN(
      const std::string output,
      Run("systemctl", {"show", "--no-pager",
                        absl::StrCat("--property=", absl::StrJoin(kProperties, ",")), "--", unit}));
  std::map<std::string, std::string> values;
  for (const absl::string_view line : absl::StrSplit(output, '\n')) {
    const std::pair<std::string, std::string> entry = absl::StrSplit(line, absl::MaxSplits('=', 1));
    values[entry.first] = entry.second;
  }
  const auto units = [&](const char* property) -> std::vector<std::string> {
    return absl::StrSplit(values[property], ' ', absl::SkipEmpty());
  };
  UnitLook look;
  look.load = values["LoadState"];
  look.active = values["ActiveState"];
  if (look.load.empty() || look.active.empty() ||
      !absl::SimpleAtoi(values["ActiveEnterTimestampMonotonic"], &look.began_us)) {
    return absl::FailedPreconditionError(
        absl::StrCat("systemctl does not say in what state ", unit, " is: ", FirstLine(output)));
  }
  look.can_start = values["CanStart"] == "yes" && values["RefuseManualStart"] != "yes";
  look.can_stop = values["CanStop"] != "no" && values["RefuseManualStop"] != "yes";
  look.transient = values["Transient"] == "yes";
  look.needs_reload = values["NeedDaemonReload"] == "yes";
  for (const char* property : {"RequiredBy", "RequisiteOf", "BoundBy", "ConsistsOf"}) {
    for (std::string& other : units(property)) look.needed_by.push_back(std::move(other));
  }
  look.triggered_by = units("TriggeredBy");
  return look;
}

absl::Status Systemd::Start(const std::string& unit) const {
  return Run("systemctl", {"start", "--no-ask-password", "--", unit}).status();
}

absl::Status Systemd::Stop(const std::string& unit) const {
  return Run("systemctl", {"stop", "--no-ask-password", "--", unit}).status();
}

absl::Status Systemd::StartLater(const std::string& unit, const std::string& timer,
                                 int64_t after_us) const {
  ASSIGN_OR_RETURN(const std::string systemctl, Find("systemctl"));
  return Run("systemd-run",
             {"--quiet", "--no-ask-password",
              absl::StrCat("--unit=", absl::StripSuffix(timer, ".timer")),
              absl::StrCat("--on-active=", after_us, "us"), "--timer-property=AccuracySec=1s",
              "--property=Type=oneshot", "--", systemctl, "start", "--no-ask-password", "--", unit})
      .status();
}

absl::Status Systemd::CallOff(const std::string& timer) const {
  ASSIGN_OR_RETURN(const UnitLook look, Look(timer));
  if (look.active == "inactive") return absl::OkStatus();
  return Stop(timer);
}

}  // namespace drill::agent
