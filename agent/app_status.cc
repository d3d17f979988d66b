// `drill-agent status`: reads an agent's directory beside a running agent, changes nothing.

#include <sys/file.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "agent/actions/action.h"
#include "agent/app.h"
#include "agent/app_loop.h"
#include "agent/frames.h"
#include "agent/policy.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "common/yaml/load.h"
#include "drill/v1/host.pb.h"

namespace drill::agent {
namespace {

// Vietnam's time, without tzdata.
std::string Time(int64_t wall_us) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S+07:00", absl::FromUnixMicros(wall_us),
                          absl::FixedTimeZone(7 * 3600));
}

bool Runs(const AgentDirectory& directory) {
  if (!std::filesystem::exists(directory.Lock())) return false;
  return absl::IsFailedPrecondition(os::FileLock::Take(directory.Lock()).status());
}

std::string Connection(const AgentDirectory& directory, bool runs) {
  if (!runs) return "agent does not run";
  const absl::StatusOr<std::string> text = os::ReadFile(directory.Connection());
  if (!text.ok()) return "not known";
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(absl::StripAsciiWhitespace(*text), absl::MaxSplits(' ', 1));
  int64_t since_us = 0;
  if (!absl::SimpleAtoi(parts.first, &since_us)) return "not known";
  return absl::StrCat(parts.second, " (since ", Time(since_us), ")");
}

// What it allows, or the fault for which nothing is played.
std::string DescribePolicy(const AgentDirectory& directory) {
  const absl::StatusOr<LoadedPolicy> loaded = PolicyFromFile(directory.Policy())();
  if (!loaded.ok()) {
    return absl::StrCat("at fault, nothing is played: ", loaded.status().message());
  }
  const v1::Policy& policy = loaded->policy;
  if (const absl::Status good = CheckPolicy(policy, ActionNames()); !good.ok()) {
    return absl::StrCat("at fault, nothing is played: ", good.message());
  }
  if (policy.actions().empty()) {
    return absl::StrCat("allows nothing; edit ", directory.Policy());
  }
  std::string text = absl::StrCat("allows ", absl::StrJoin(policy.actions(), ", "));
  for (const v1::Place& place : policy.places()) {
    absl::StrAppend(&text, "; @", place.name(), " = ", place.path());
  }
  return text;
}

// One line a check, worst first to read: what holds the host.
std::string DescribeHealth(const AgentDirectory& directory, bool runs) {
  const absl::StatusOr<std::string> text = os::ReadFile(directory.Health());
  if (!runs || !text.ok() || text->empty()) return "";
  std::string lines;
  bool held = false;
  for (const absl::string_view line : absl::StrSplit(*text, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> fields = absl::StrSplit(line, absl::MaxSplits('\t', 3));
    int64_t since_us = 0;
    if (fields.size() != 4 || !absl::SimpleAtoi(fields[0], &since_us)) continue;
    held = held || fields[1] == "held";
    absl::StrAppend(&lines, "  ", fields[2], ": ", fields[1], " (at ", Time(since_us), ")",
                    fields[3].empty() ? "" : ": ", fields[3], "\n");
  }
  return absl::StrCat(
      "health:      ",
      held ? "HELD: everything is undone, nothing starts until it is well again" : "", "\n", lines);
}

// One order's line; empty where nothing of it was ever started.
std::string DescribeOrder(const std::string& log) {
  const absl::StatusOr<std::string> content = os::ReadFile(log);
  if (!content.ok()) return absl::StrCat(log, ": ", content.status().message());
  v1::OrderId id;
  v1::UndoState state = v1::UNDO_STATE_UNSPECIFIED;
  v1::CleanupResult cleanup = v1::CLEANUP_RESULT_UNSPECIFIED;
  for (const std::string& payload : ScanFrames(*content).payloads) {
    v1::UndoEntry entry;
    if (!entry.ParseFromString(payload)) return absl::StrCat(log, ": damaged");
    if (entry.has_opened()) id = entry.opened().order().id();
    if (!entry.has_mark()) continue;
    state = entry.mark().state();
    cleanup = entry.mark().cleanup();
  }
  if (state == v1::UNDO_STATE_UNSPECIFIED) return "";
  std::string line = absl::StrCat(
      OrderName(id), ": ",
      absl::AsciiStrToLower(absl::StripPrefix(v1::UndoState_Name(state), "UNDO_STATE_")));
  if (state == v1::UNDO_STATE_UNDONE) {
    absl::StrAppend(&line, ", clean-up ",
                    absl::AsciiStrToLower(
                        absl::StripPrefix(v1::CleanupResult_Name(cleanup), "CLEANUP_RESULT_")),
                    ", not yet confirmed by the controller");
  }
  return line;
}

}  // namespace

absl::StatusOr<std::string> DescribeAgent(const AgentDirectory& directory) {
  ASSIGN_OR_RETURN(const Identity identity, LoadIdentity(directory));
  const bool runs = Runs(directory);
  std::string text = absl::StrCat("host:        ", identity.settings.host(), "\n",
                                  "system:      ", identity.settings.system(), "\n",
                                  "controller:  ", identity.settings.agent_address(), "\n",
                                  "connection:  ", Connection(directory, runs), "\n");
  absl::StrAppend(&text, "policy:      ", DescribePolicy(directory), "\n");
  if (std::filesystem::exists(directory.Stop())) {
    absl::StrAppend(&text, "stopped:     ", directory.Stop(), " is there\n");
  }
  absl::StrAppend(&text, DescribeHealth(directory, runs));
  std::vector<std::string> lines;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory.Undo(), error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::string line = DescribeOrder(entry->path().string() + "/log");
    if (!line.empty()) lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  absl::StrAppend(&text, "orders:      ", lines.empty() ? "none" : "", "\n");
  for (const std::string& line : lines) absl::StrAppend(&text, "  ", line, "\n");
  return text;
}

}  // namespace drill::agent
