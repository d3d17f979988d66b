#include "core/atomic/import.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "core/atomic/arguments.h"

namespace drill {
namespace {

using import_internal::CleanName;
using import_internal::FillInject;
using import_internal::ShellQuoted;

constexpr size_t kNameBytesMax = 200;
constexpr size_t kIdBytesMax = 63;
constexpr int64_t kByHandSeconds = 8 * 3600;
constexpr int64_t kDetectTargetSeconds = 15 * 60;
constexpr int64_t kDetectLimitSeconds = 3600;

// Characters that show nothing, or show others in another order.
bool Invisible(char32_t c) {
  return c < 0x20 || c == 0x7F || (c >= 0x80 && c < 0xA0) || c == 0xAD ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

// The code point at the front and its length; what is not UTF-8 counts as one invisible byte.
size_t Decode(absl::string_view text, char32_t* point) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t length = lead < 0x80       ? 1
                        : lead >> 5 == 6  ? 2
                        : lead >> 4 == 14 ? 3
                        : lead >> 3 == 30 ? 4
                                          : 0;
  *point = 0;
  if (length == 0 || length > text.size()) return 1;
  char32_t value = length == 1 ? lead : lead & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if (next >> 6 != 2) return 1;
    value = value << 6 | (next & 0x3FU);
  }
  *point = value;
  return length;
}

// One test while it is made into an inject.
class TestImport {
 public:
  TestImport(const v1::AtomicTechnique& technique, int index, const ImportSettings& settings)
      : technique_(technique), test_(technique.atomic_tests(index)), settings_(settings) {
    imported_.id = absl::StrCat(technique.attack_technique(), "-", index + 1);
    guid_ = absl::AsciiStrToLower(test_.auto_generated_guid().yaml_value());
    if (guid_.empty()) guid_ = imported_.id;
    for (const v1::AtomicArgument& argument : test_.input_arguments().yaml_entries()) {
      auto& value = arguments_[argument.yaml_key()];
      if (argument.default_().has_yaml_value()) value = argument.default_().yaml_value();
      if (const std::string* given = Given(argument.yaml_key())) value = *given;
    }
  }

  Imported Run() && {
    const auto& platforms = test_.supported_platforms();
    if (std::find(platforms.begin(), platforms.end(), settings_.platform) == platforms.end()) {
      return LeftOut(Reason::kPlatform, settings_.platform);
    }
    const std::string& executor = test_.executor().name();
    if (executor == "manual") return Manual();
    if (executor != "sh" && executor != "bash") {
      return LeftOut(Reason::kExecutor, executor);
    }
    return Action();
  }

 private:
  const std::string* Given(const std::string& name) const {
    for (const std::string& key :
         {absl::StrCat(guid_, ":", name), absl::StrCat(imported_.id, ":", name), name}) {
      if (const auto found = settings_.values.find(key); found != settings_.values.end()) {
        return &found->second;
      }
    }
    return nullptr;
  }

  Imported LeftOut(Reason reason, std::string detail) {
    imported_.kind = Imported::Kind::kLeftOut;
    imported_.reason = reason;
    imported_.detail = std::move(detail);
    imported_.inject.Clear();
    return std::move(imported_);
  }

  std::string Resolve(absl::string_view text) {
    Substituted done = Substitute(text, arguments_);
    unresolved_.insert(done.unresolved.begin(), done.unresolved.end());
    std::string resolved = WithAtomicsFolder(done.text, settings_.atomics_folder);
    too_long_ = too_long_ || done.too_long || resolved.size() > kSubstitutedBytesMax;
    return resolved;
  }

  // Each dependency in a shell of its own, so that its `exit` ends only itself.
  std::string Prerequisite() {
    const std::string& named = test_.dependency_executor_name();
    const std::string shell = named.empty() ? test_.executor().name() : named;
    std::string all;
    for (const v1::AtomicDependency& dependency : test_.dependencies().yaml_list()) {
      const std::string check =
          absl::StrCat(shell, " -c ", ShellQuoted(Resolve(dependency.prereq_command())));
      absl::StrAppend(&all, "# ", CleanName(Resolve(dependency.description())), "\n", check,
                      " || ");
      const std::string& get = dependency.get_prereq_command().yaml_value();
      if (settings_.get_prerequisites && !get.empty()) {
        absl::StrAppend(&all, "{ ", shell, " -c ", ShellQuoted(Resolve(get)), "\n", check,
                        "; } || ");
      }
      absl::StrAppend(&all, "exit 1\n");
    }
    too_long_ = too_long_ || all.size() > kSubstitutedBytesMax;
    return all;
  }

  // With all resolved: it can be played, or why not.
  Imported Finish(Imported::Kind kind) {
    if (!unresolved_.empty()) {
      return LeftOut(Reason::kUnresolved, absl::StrJoin(unresolved_, ", "));
    }
    if (too_long_) return LeftOut(Reason::kTooLong, "");
    imported_.kind = kind;
    return std::move(imported_);
  }

  Imported Manual() {
    FillInject(imported_.id, test_.name(), technique_.attack_technique(), &imported_.inject);
    const std::string steps = Resolve(test_.executor().steps().yaml_value());
    v1::Text* text = imported_.inject.mutable_manual()->mutable_instructions();
    text->set_vi(steps);
    text->set_en(steps);
    return Finish(Imported::Kind::kManual);
  }

  Imported Action() {
    const std::string& dependency = test_.dependency_executor_name();
    if (!dependency.empty() && dependency != "sh" && dependency != "bash") {
      return LeftOut(Reason::kPrerequisiteExecutor, dependency);
    }
    FillInject(imported_.id, test_.name(), technique_.attack_technique(), &imported_.inject);
    v1::ExecAtomic* atomic = imported_.inject.mutable_action()->mutable_exec_atomic();
    const v1::AtomicExecutor& executor = test_.executor();
    atomic->set_guid(guid_);
    atomic->set_name(CleanName(test_.name()));
    atomic->set_technique(technique_.attack_technique());
    atomic->set_executor(executor.name() == "bash" ? v1::EXECUTOR_BASH : v1::EXECUTOR_SH);
    if (const std::string text = Prerequisite(); !text.empty()) atomic->set_prerequisite(text);
    atomic->set_command(Resolve(executor.command().yaml_value()));
    if (const std::string text = Resolve(executor.cleanup_command().yaml_value()); !text.empty()) {
      atomic->set_cleanup(text);
    }
    atomic->set_elevation_required(executor.elevation_required());
    atomic->mutable_time_limit()->set_seconds(settings_.time_limit_seconds);
    return Finish(Imported::Kind::kAction);
  }

  const v1::AtomicTechnique& technique_;
  const v1::AtomicTest& test_;
  const ImportSettings& settings_;
  std::string guid_;
  Arguments arguments_;
  absl::btree_set<std::string> unresolved_;
  bool too_long_ = false;
  Imported imported_;
};

void FillCast(v1::Scenario* scenario) {
  v1::SystemPart* system = scenario->mutable_cast()->add_systems();
  system->set_id("system");
  system->mutable_title()->set_vi("Hệ thống được diễn tập");
  system->mutable_title()->set_en("The system being drilled");
  v1::TeamPart* team = scenario->mutable_cast()->add_teams();
  team->set_id("soc");
  team->mutable_title()->set_vi("Đội giám sát an toàn thông tin (SOC)");
  team->mutable_title()->set_en("Security monitoring team (SOC)");
}

}  // namespace

namespace import_internal {

std::string CleanName(absl::string_view name) {
  std::string clean;
  while (!name.empty()) {
    char32_t point = 0;
    const size_t length = Decode(name, &point);
    const bool space = point == '\n' || point == '\t' || point == ' ' || point == '\r';
    if (clean.size() + length > kNameBytesMax) break;
    if (space) {
      if (!clean.empty() && clean.back() != ' ') clean += ' ';
    } else if (!Invisible(point)) {
      absl::StrAppend(&clean, name.substr(0, length));
    }
    name.remove_prefix(length);
  }
  absl::StripAsciiWhitespace(&clean);
  return clean;
}

std::string ShellQuoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

void FillInject(absl::string_view id, absl::string_view name, absl::string_view technique,
                v1::Inject* inject) {
  std::string word = absl::AsciiStrToLower(id).substr(0, kIdBytesMax);
  std::replace_if(
      word.begin(), word.end(),
      [](char c) {
        return !absl::ascii_islower(static_cast<unsigned char>(c)) &&
               !absl::ascii_isdigit(static_cast<unsigned char>(c)) && c != '.' && c != '-';
      },
      '_');
  inject->set_id(word);
  const std::string clean = CleanName(name);
  inject->mutable_title()->set_vi(absl::StrCat("Phép thử ", technique, ": ", clean));
  inject->mutable_title()->set_en(absl::StrCat("Test ", technique, ": ", clean));
  inject->add_techniques(std::string(technique));
}

}  // namespace import_internal

std::vector<Imported> ImportTechnique(const v1::AtomicTechnique& technique,
                                      const ImportSettings& settings) {
  std::vector<Imported> all;
  for (int i = 0; i < technique.atomic_tests_size(); ++i) {
    all.push_back(TestImport(technique, i, settings).Run());
  }
  return all;
}

v1::Scenario ScenarioOf(absl::string_view id, std::vector<Imported> imported,
                        const ImportSettings& settings) {
  v1::Scenario scenario;
  scenario.set_id(std::string(id));
  scenario.mutable_title()->set_vi("Các phép thử nhập từ bộ có sẵn");
  scenario.mutable_title()->set_en("Tests imported from a published set");
  scenario.set_type(v1::EXERCISE_TYPE_LIVE);
  FillCast(&scenario);
  int64_t at = 0;
  for (Imported& one : imported) {
    if (one.kind == Imported::Kind::kLeftOut) continue;
    v1::Inject* inject = scenario.add_injects();
    *inject = std::move(one.inject);
    if (settings.every_seconds == 0) {
      inject->set_contingency(true);
    } else {
      inject->mutable_at()->set_seconds(at += settings.every_seconds);
    }
    inject->add_targets()->set_system("system");
    v1::Expectation* expectation = inject->add_expect();
    expectation->set_kind(v1::EXPECTATION_KIND_DETECT);
    expectation->set_team("soc");
    expectation->mutable_target()->set_seconds(kDetectTargetSeconds);
    expectation->mutable_limit()->set_seconds(kDetectLimitSeconds);
  }
  scenario.mutable_duration()->set_seconds(settings.every_seconds == 0
                                               ? kByHandSeconds
                                               : at + settings.every_seconds + kDetectLimitSeconds);
  return scenario;
}

}  // namespace drill
