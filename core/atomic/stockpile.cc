// Caldera's abilities, in either of their two forms.
#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/atomic/arguments.h"
#include "core/atomic/import.h"

namespace drill {
namespace {

constexpr int64_t kTimeLimitSecondsMax = 3600;

// "psh,pwsh" names `word`.
bool Names(absl::string_view list, absl::string_view word) {
  for (const absl::string_view one : absl::StrSplit(list, ',')) {
    if (absl::StripAsciiWhitespace(one) == word) return true;
  }
  return false;
}

// The commands of an ability for one platform, and the executor each is for.
std::vector<std::pair<std::string, const v1::StockpileExecutor*>> ExecutorsOf(
    const v1::StockpileAbility& ability, absl::string_view platform) {
  std::vector<std::pair<std::string, const v1::StockpileExecutor*>> all;
  for (const v1::StockpilePlatform& entry : ability.platforms().yaml_entries()) {
    if (!Names(entry.yaml_key(), platform)) continue;
    for (const v1::StockpileExecutor& executor : entry.yaml_entries()) {
      all.emplace_back(executor.yaml_key(), &executor);
    }
  }
  for (const v1::StockpileExecutor& executor : ability.executors()) {
    if (Names(executor.platform(), platform)) all.emplace_back(executor.name(), &executor);
  }
  return all;
}

class AbilityImport {
 public:
  AbilityImport(const v1::StockpileAbility& ability, const ImportSettings& settings)
      : ability_(ability), settings_(settings) {
    imported_.id = std::string(absl::StripAsciiWhitespace(ability.id()));
    for (const auto& [name, value] : settings.values) {
      const std::vector<std::string> parts = absl::StrSplit(name, absl::MaxSplits(':', 1));
      if (parts.size() == 1) arguments_.try_emplace(name, value);
      if (parts.size() == 2 && parts[0] == imported_.id) arguments_[parts[1]] = value;
    }
  }

  Imported Run() && {
    const auto executors = ExecutorsOf(ability_, settings_.platform);
    if (executors.empty()) {
      LeaveOut(Reason::kPlatform, settings_.platform);
      return std::move(imported_);
    }
    const auto found = std::find_if(executors.begin(), executors.end(), [](const auto& executor) {
      return Names(executor.first, "sh") || Names(executor.first, "bash");
    });
    if (found == executors.end()) {
      LeaveOut(Reason::kExecutor, executors[0].first);
    } else if (!found->second->payloads().yaml_list().empty()) {
      LeaveOut(Reason::kPayloads, absl::StrJoin(found->second->payloads().yaml_list(), ", "));
    } else {
      Fill(*found->second, Names(found->first, "sh") ? v1::EXECUTOR_SH : v1::EXECUTOR_BASH);
    }
    return std::move(imported_);
  }

 private:
  void LeaveOut(Reason reason, std::string detail) {
    imported_.reason = reason;
    imported_.detail = std::move(detail);
  }

  void Fill(const v1::StockpileExecutor& executor, v1::Executor shell) {
    const std::string technique(absl::StripAsciiWhitespace(
        ability_.technique().has_attack_id() ? ability_.technique().attack_id().yaml_value()
                                             : ability_.technique_id().yaml_value()));
    const Substituted command = Substitute(executor.command().yaml_value(), arguments_);
    const Substituted cleanup =
        Substitute(absl::StrJoin(executor.cleanup().yaml_list(), "\n"), arguments_);
    absl::btree_set<std::string> unresolved = command.unresolved;
    unresolved.insert(cleanup.unresolved.begin(), cleanup.unresolved.end());
    if (!unresolved.empty()) {
      return LeaveOut(Reason::kUnresolved, absl::StrJoin(unresolved, ", "));
    }
    if (command.too_long || cleanup.too_long) {
      return LeaveOut(Reason::kTooLong, "");
    }
    if (absl::StripAsciiWhitespace(command.text).empty()) {
      return LeaveOut(Reason::kNoCommand, "");
    }
    import_internal::FillInject(imported_.id, ability_.name(), technique, &imported_.inject);
    v1::ExecAtomic* atomic = imported_.inject.mutable_action()->mutable_exec_atomic();
    atomic->set_guid(imported_.id);
    atomic->set_name(import_internal::CleanName(ability_.name()));
    atomic->set_technique(technique);
    atomic->set_executor(shell);
    atomic->set_command(command.text);
    if (!cleanup.text.empty()) atomic->set_cleanup(cleanup.text);
    atomic->set_elevation_required(ability_.privilege().yaml_value() == "Elevated");
    int64_t seconds = 0;
    if (!absl::SimpleAtoi(executor.timeout().yaml_value(), &seconds)) {
      seconds = settings_.time_limit_seconds;
    }
    atomic->mutable_time_limit()->set_seconds(
        std::clamp<int64_t>(seconds, 1, kTimeLimitSecondsMax));
    imported_.kind = Imported::Kind::kAction;
  }

  const v1::StockpileAbility& ability_;
  const ImportSettings& settings_;
  Arguments arguments_;
  Imported imported_;
};

}  // namespace

std::vector<Imported> ImportAbilities(const v1::StockpileAbilities& file,
                                      const ImportSettings& settings) {
  std::vector<Imported> all;
  for (const v1::StockpileAbility& ability : file.yaml_list()) {
    all.push_back(AbilityImport(ability, settings).Run());
  }
  return all;
}

}  // namespace drill
