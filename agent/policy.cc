#include "agent/policy.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/policy_probes.h"
#include "agent/policy_time.h"

namespace drill::agent {
namespace {

constexpr size_t kPathBytesMax = 3000;
constexpr int64_t kDurationSecondsMax = 7 * 24 * 3600;
constexpr int64_t kBytesMax = int64_t{16} << 30;  // disk.fill
constexpr int64_t kCpuPermilleMax = 4000;         // cpu.burn

bool IsPlaceName(absl::string_view name) {
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '_' || c == '-';
  });
}

void CheckCaps(const v1::Caps& caps, FaultList* faults) {
  const auto range = [&](absl::string_view name, bool set, int64_t value, int64_t max) {
    faults->AddUnless(!set || (value >= 0 && value <= max),
                      absl::StrCat("caps.", name, " is ", value, "; 0 to ", max, " is allowed"));
  };
  range("files_max", caps.has_files_max(), caps.files_max(), 10'000);
  range("bytes_max", caps.has_bytes_max(), caps.bytes_max(), kBytesMax);
  range("cpu_permille_max", caps.has_cpu_permille_max(), caps.cpu_permille_max(), kCpuPermilleMax);
  range("log_lines_max", caps.has_log_lines_max(), caps.log_lines_max(), 100'000);
  range("active_orders_max", caps.has_active_orders_max(), caps.active_orders_max(), 10'000);
  range("undo_store_bytes_max", caps.has_undo_store_bytes_max(), caps.undo_store_bytes_max(),
        int64_t{1} << 40);
  range("duration_max (seconds)", caps.has_duration_max(), caps.duration_max().seconds(),
        kDurationSecondsMax);
  range("command_max (seconds)", caps.has_command_max(), caps.command_max().seconds(), 3600);
  range("free_bytes_min", caps.has_free_bytes_min(), caps.free_bytes_min(), int64_t{1} << 50);
  range("rate_max", caps.has_rate_max(), caps.rate_max(), 2'000);
  range("guesses_max", caps.has_guesses_max(), caps.guesses_max(), 20);
  range("sent_bytes_max", caps.has_sent_bytes_max(), caps.sent_bytes_max(), int64_t{1} << 30);
}

}  // namespace

Limits LimitsOf(const v1::Policy& policy) {
  const v1::Caps& caps = policy.caps();
  Limits limits;
  if (caps.has_files_max()) limits.files_max = caps.files_max();
  if (caps.has_bytes_max()) limits.bytes_max = caps.bytes_max();
  if (caps.has_cpu_permille_max()) limits.cpu_permille_max = caps.cpu_permille_max();
  if (caps.has_log_lines_max()) limits.log_lines_max = caps.log_lines_max();
  if (caps.has_active_orders_max()) limits.active_orders_max = caps.active_orders_max();
  if (caps.has_undo_store_bytes_max()) limits.undo_store_bytes_max = caps.undo_store_bytes_max();
  if (caps.has_duration_max()) limits.duration_max_seconds = caps.duration_max().seconds();
  if (caps.has_command_max()) limits.command_max_seconds = caps.command_max().seconds();
  if (caps.has_free_bytes_min()) limits.free_bytes_min = caps.free_bytes_min();
  if (caps.has_rate_max()) limits.rate_max = caps.rate_max();
  if (caps.has_guesses_max()) limits.guesses_max = caps.guesses_max();
  if (caps.has_sent_bytes_max()) limits.sent_bytes_max = caps.sent_bytes_max();
  return limits;
}

absl::Status CheckPolicy(const v1::Policy& policy, const std::vector<std::string>& known_actions) {
  FaultList faults;
  std::set<std::string> names;
  for (const v1::Place& place : policy.places()) {
    faults.AddUnless(IsPlaceName(place.name()),
                     absl::StrCat("place \"", place.name(), "\": a name is 1 to 32 of [a-z0-9_-]"));
    faults.AddUnless(names.insert(place.name()).second,
                     absl::StrCat("place \"", place.name(), "\" is named twice"));
    faults.AddUnless(IsPlainAbsolutePath(place.path()),
                     absl::StrCat("place \"", place.name(), "\": path \"", place.path(),
                                  "\" is not an absolute path below /"));
  }
  for (const std::string& action : policy.actions()) {
    faults.AddUnless(
        std::find(known_actions.begin(), known_actions.end(), action) != known_actions.end(),
        absl::StrCat("action \"", action, "\" is not known; known are ",
                     absl::StrJoin(known_actions, ", ")));
  }
  for (const std::string& path : policy.allow()) {
    faults.AddUnless(IsPlainAbsolutePath(path),
                     absl::StrCat("allow \"", path, "\" is not an absolute path below /"));
  }
  for (const std::string& path : policy.never()) {
    faults.AddUnless(path == "/" || IsPlainAbsolutePath(path),
                     absl::StrCat("never \"", path, "\" is not an absolute path"));
  }
  for (const std::string& user : policy.users()) {
    faults.AddUnless(IsNewAccountName(user),
                     absl::StrCat("user \"", user,
                                  "\" is no name for an account; expected 1 to 32 of [a-z0-9_-], "
                                  "a letter or _ first"));
  }
  for (const std::string& unit : policy.units()) {
    faults.AddUnless(IsUnitName(unit), absl::StrCat("unit \"", unit,
                                                    "\" is no full name of a unit; expected "
                                                    "NAME.service, NAME.socket or NAME.timer"));
  }
  for (const v1::AllowedCommand& command : policy.commands()) {
    const std::string& digest = command.sha256();
    faults.AddUnless(
        digest.size() == 64 && digest.find_first_not_of("0123456789abcdef") == std::string::npos,
        absl::StrCat("commands: sha256 \"", digest, "\" is not 64 lower-case hex digits"));
  }
  for (const std::string& path : policy.protect()) {
    faults.AddUnless(IsPlainAbsolutePath(path),
                     absl::StrCat("protect \"", path, "\" is not an absolute path below /"));
  }
  CheckNetworkPolicy(policy, &faults);
  CheckProbes(policy, &faults);
  CheckCaps(policy.caps(), &faults);
  CheckPolicyTimes(policy, &faults);
  return faults.ToStatus("policy");
}

void FaultList::Add(absl::string_view fault) { faults_.emplace_back(fault); }

absl::Status FaultList::ToStatus(absl::string_view what) const {
  if (faults_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", absl::StrJoin(faults_, "\n")));
}

bool IsPlainAbsolutePath(absl::string_view path) {
  if (path.size() < 2 || path.size() > kPathBytesMax || path[0] != '/') return false;
  const std::vector<absl::string_view> parts = absl::StrSplit(path.substr(1), '/');
  return std::all_of(parts.begin(), parts.end(), IsPlainName);
}

bool IsPlainName(absl::string_view name) {
  return !name.empty() && name.size() <= 255 && name != "." && name != ".." &&
         std::none_of(name.begin(), name.end(), [](char c) {
           return c == '/' || absl::ascii_iscntrl(static_cast<unsigned char>(c));
         });
}

bool IsHarmlessName(absl::string_view name) {
  if (!IsPlainName(name) || name[0] == '.') return false;
  const std::string lower = absl::AsciiStrToLower(name);
  const absl::string_view stem = absl::string_view(lower).substr(0, lower.find('.'));
  return stem != "index" && stem != "default" && stem != "home" && stem != "main" &&
         lower != "web.config";
}

bool IsNewAccountName(absl::string_view name) {
  return !name.empty() && name.size() <= 32 && (absl::ascii_islower(name[0]) || name[0] == '_') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' || c == '-';
         });
}

bool IsUnitName(absl::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == absl::string_view::npos || dot == 0 || name.size() > 255 || name[0] == '.') {
    return false;
  }
  const absl::string_view type = name.substr(dot + 1);
  return (type == "service" || type == "socket" || type == "timer") &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  absl::string_view("-_.:@\\").find(c) != absl::string_view::npos;
         });
}

}  // namespace drill::agent
