#include "agent/actions/network_plan.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/task_net.h"

namespace drill::agent {
namespace {

constexpr int64_t kGraceSeconds = 60;
constexpr size_t kLineBytesMax = 200;
constexpr size_t kHttpPathBytesMax = 500;

bool HasControls(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
}

}  // namespace

Change NetworkProcess(const std::string& name, v1::NetworkTask task, const Limits& limits) {
  Change change;
  change.kind = v1::STEP_KIND_PROCESS;
  change.decoy.name = name;
  change.traces.push_back({v1::ARTEFACT_KIND_PROCESS, name, true});
  for (const v1::NetworkTask::Endpoint& endpoint : task.endpoints()) {
    change.traces.push_back({v1::ARTEFACT_KIND_ADDRESS, endpoint.address(), true});
    if (endpoint.ports_size() == 1) {
      change.traces.push_back(
          {v1::ARTEFACT_KIND_ADDRESS, AddressText(endpoint.address(), endpoint.ports(0)), true});
    }
  }
  *change.decoy.task.mutable_network() = std::move(task);
  change.decoy.task.set_seconds(limits.duration_max_seconds + kGraceSeconds);
  return change;
}

void CheckProcessName(const std::string& name, FaultList* faults) {
  faults->AddUnless(IsProcessName(name),
                    absl::StrCat("process \"", name, "\" is not 1 to 15 of [A-Za-z0-9._-]"));
}

void CheckRange(absl::string_view name, int64_t value, int64_t min, int64_t max,
                FaultList* faults) {
  faults->AddUnless(value >= min && value <= max,
                    absl::StrCat(name, " is ", value, "; ", min, " to ", max, " is allowed"));
}

void CheckHttpPath(absl::string_view path, FaultList* faults) {
  faults->AddUnless(absl::StartsWith(path, "/") && path.size() <= kHttpPathBytesMax &&
                        !HasControls(path) && !absl::StrContains(path, ' '),
                    absl::StrCat("path \"", path, "\" is no HTTP path"));
}

void CheckLine(absl::string_view name, absl::string_view text, FaultList* faults) {
  faults->AddUnless(text.size() <= kLineBytesMax && !HasControls(text),
                    absl::StrCat(name, " is not one line of at most 200 bytes"));
}

absl::Status CheckCap(absl::string_view kind, absl::string_view name, int64_t value, int64_t cap) {
  if (value <= cap) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat(kind, ": ", name, " ", value, " is above the owner's cap of ", cap));
}

int AtMost(int default_value, int cap) { return std::min(default_value, cap); }

}  // namespace drill::agent
