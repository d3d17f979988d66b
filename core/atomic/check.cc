#include "core/atomic/check.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "core/atomic/arguments.h"
#include "core/scenario/words.h"

namespace drill {
namespace {

constexpr size_t kDisplayNameMin = 5;
constexpr size_t kStepsMin = 10;
constexpr size_t kArgumentNameMin = 2;

constexpr absl::string_view kPlatforms[] = {
    "windows",          "macos",    "linux", "office-365", "azure-ad",
    "google-workspace", "saas",     "iaas",  "containers", "iaas:gcp",
    "iaas:azure",       "iaas:aws", "esxi"};
constexpr absl::string_view kExecutors[] = {"manual", "powershell", "sh", "bash", "command_prompt"};

bool Digits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// T1003, T1003.008
bool IsTechniqueId(absl::string_view id) {
  if (!absl::ConsumePrefix(&id, "T") || id.size() < 4 || !Digits(id.substr(0, 4))) return false;
  id.remove_prefix(4);
  return id.empty() || (id.size() == 4 && id[0] == '.' && Digits(id.substr(1)));
}

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(static_cast<unsigned char>(text[i]))) {
      return false;
    }
  }
  return true;
}

bool IsWord(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
}

// A whole number, as a person writes one: "443", "-1", "1_000".
bool IsInteger(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "-")) absl::ConsumePrefix(&text, "+");
  return Digits(text);
}

// A URL with its scheme, a domain name or an IP address.
bool IsUrl(absl::string_view text) {
  if (text.empty() || absl::StrContains(text, ' ')) return false;
  const size_t colon = text.find("://");
  if (colon != absl::string_view::npos) {
    const absl::string_view scheme = text.substr(0, colon);
    return colon > 0 && colon + 3 < text.size() &&
           std::all_of(scheme.begin(), scheme.end(), [](char c) {
             return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '.' ||
                    c == '-';
           });
  }
  const auto all = [&](absl::string_view others, bool letters) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
      const auto u = static_cast<unsigned char>(c);
      return (letters ? absl::ascii_isalnum(u) : absl::ascii_isxdigit(u)) ||
             absl::StrContains(others, c);
    });
  };
  if (std::count(text.begin(), text.end(), ':') > 1) return all(":.", false);
  // "mailto:x@y": schemes without an authority, but no drive letter of Windows.
  if (text.find(':') != absl::string_view::npos) {
    return text.find(':') > 1 && !absl::StrContains(text, '\\') && text.back() != ':';
  }
  return absl::StrContains(text, '.') && text[0] != '.' && !absl::StrContains(text, "..") &&
         all(".-", true);
}

bool IsFloat(absl::string_view text) {
  double value = 0;
  return !IsInteger(text) && absl::SimpleAtod(text, &value);
}

class Checker {
 public:
  Checker(absl::string_view file_name, SeenGuids* guids) : file_name_(file_name), guids_(guids) {}

  void Technique(const v1::AtomicTechnique& technique);
  void Ability(const v1::StockpileAbility& ability, const std::string& path, int index);
  std::vector<Fault> Take() { return std::move(faults_); }

 private:
  void Error(std::string path, std::string text) {
    faults_.push_back({std::move(path), std::move(text), Severity::kError});
  }
  void Needed(const std::string& path, bool present, absl::string_view value, size_t min);
  void TechniqueId(const std::string& path, bool present, absl::string_view id);
  void Guid(const std::string& path, absl::string_view guid, int index);
  void Platforms(const v1::AtomicTest& test, const std::string& path);
  void Executor(const v1::AtomicTest& test, const std::string& path);
  void Dependencies(const v1::AtomicTest& test, const std::string& path);
  void Default(const v1::AtomicArgument& argument, const std::string& path);
  void Arguments(const v1::AtomicTest& test, const std::string& path);
  void Test(const v1::AtomicTest& test, const std::string& path, int index);

  const absl::string_view file_name_;
  SeenGuids* const guids_;
  std::vector<Fault> faults_;
};

void Checker::Needed(const std::string& path, bool present, absl::string_view value, size_t min) {
  const absl::string_view name = absl::string_view(path).substr(path.rfind('.') + 1);
  if (!present) {
    Error(path, absl::StrCat("missing ", name));
  } else if (value.size() < min) {
    Error(path, absl::StrCat(name, " ", Quoted(value), " is too short; expected at least ", min,
                             " characters"));
  }
}

void Checker::TechniqueId(const std::string& path, bool present, absl::string_view id) {
  if (!present) {
    Error(path, "missing the ATT&CK technique, for example T1003.008");
  } else if (!IsTechniqueId(id)) {
    Error(path,
          absl::StrCat(Quoted(id), " is no ATT&CK technique id; expected T1486 or T1491.002"));
  } else if (int number = 0;
             absl::SimpleAtoi(id.substr(1, 4), &number) && number > kNewestTechnique) {
    faults_.push_back({path,
                       absl::StrCat(id,
                                    " is newer than the techniques known here (ATT&CK v18.1, "
                                    "up to T",
                                    kNewestTechnique, "); kept as it is"),
                       Severity::kWarning});
  }
}

void Checker::Guid(const std::string& path, absl::string_view guid, int index) {
  if (!IsUuid(guid)) {
    Error(path, absl::StrCat(Quoted(guid),
                             " is no GUID of 32 hex digits with dashes, as in "
                             "0f7c5301-6859-45ba-8b4d-1fac30fc31ed"));
    return;
  }
  const std::string where = absl::StrCat(file_name_, ", test ", index + 1);
  const auto [first, is_new] = guids_->try_emplace(absl::AsciiStrToLower(guid), where);
  if (!is_new) {
    Error(path, absl::StrCat("GUID ", guid, " is used before, by ", first->second,
                             "; every test has one of its own"));
  }
}

void Checker::Platforms(const v1::AtomicTest& test, const std::string& path) {
  const std::string list = path + ".supported_platforms";
  if (test.supported_platforms().empty()) {
    Error(list, "missing supported_platforms; name at least one");
  }
  for (int i = 0; i < test.supported_platforms_size(); ++i) {
    const std::string& platform = test.supported_platforms(i);
    if (std::find(std::begin(kPlatforms), std::end(kPlatforms), platform) == std::end(kPlatforms)) {
      Error(absl::StrCat(list, "[", i, "]"),
            absl::StrCat("unknown platform ", Quoted(platform), "; expected one of ",
                         absl::StrJoin(kPlatforms, ", ")));
    }
  }
}

void Checker::Executor(const v1::AtomicTest& test, const std::string& path) {
  const v1::AtomicExecutor& executor = test.executor();
  const std::string at = path + ".executor";
  if (!test.has_executor()) return Error(at, "missing executor");
  if (!executor.has_name()) {
    Error(at + ".name", "missing name of the executor");
  } else if (std::find(std::begin(kExecutors), std::end(kExecutors), executor.name()) ==
             std::end(kExecutors)) {
    Error(at + ".name", absl::StrCat("unknown executor ", Quoted(executor.name()),
                                     "; expected one of ", absl::StrJoin(kExecutors, ", ")));
  }
  if (executor.name() == "manual") {
    Needed(at + ".steps", executor.steps().has_yaml_value(), executor.steps().yaml_value(),
           kStepsMin);
    return;
  }
  Needed(at + ".command", executor.command().has_yaml_value(), executor.command().yaml_value(), 1);
  const bool unix_like = std::any_of(
      test.supported_platforms().begin(), test.supported_platforms().end(),
      [](const std::string& platform) { return platform == "linux" || platform == "macos"; });
  const bool sudo = absl::StrContains(executor.command().yaml_value(), "sudo") ||
                    absl::StrContains(executor.cleanup_command().yaml_value(), "sudo");
  if (unix_like && sudo && !executor.elevation_required()) {
    Error(at + ".elevation_required", "the command uses sudo, so elevation_required must be true");
  }
}

void Checker::Dependencies(const v1::AtomicTest& test, const std::string& path) {
  const auto& list = test.dependencies().yaml_list();
  const std::string name = path + ".dependency_executor_name";
  if (test.has_dependency_executor_name()) {
    if (std::find(std::begin(kExecutors), std::end(kExecutors), test.dependency_executor_name()) ==
        std::end(kExecutors)) {
      Error(name, absl::StrCat("unknown executor ", Quoted(test.dependency_executor_name()),
                               "; expected one of ", absl::StrJoin(kExecutors, ", ")));
    } else if (list.empty()) {
      Error(name, "dependency_executor_name without dependencies; remove it");
    }
  }
  for (int i = 0; i < list.size(); ++i) {
    const std::string at = absl::StrCat(path, ".dependencies.yaml_list[", i, "]");
    Needed(at + ".description", list[i].has_description(), list[i].description(), 1);
    Needed(at + ".prereq_command", list[i].has_prereq_command(), list[i].prereq_command(), 1);
  }
}

void Checker::Default(const v1::AtomicArgument& argument, const std::string& path) {
  const std::string type = absl::AsciiStrToLower(argument.type());
  const std::string at = path + ".default";
  if (!argument.has_default_()) return Error(at, "missing default; write null where there is none");
  const std::string& value = argument.default_().yaml_value();
  // Windows and PowerShell write types with a large letter; nothing else is free.
  const absl::string_view rest =
      absl::string_view(argument.type()).substr(argument.type().empty() ? 0 : 1);
  const bool known = (type == "string" || type == "path" || type == "url" || type == "integer" ||
                      type == "float") &&
                     absl::AsciiStrToLower(rest) == rest;
  if (!argument.has_type()) return Error(path + ".type", "missing type");
  if (!known) {
    return Error(path + ".type",
                 absl::StrCat("unknown type ", Quoted(argument.type()),
                              "; expected one of path, string, url, integer, float"));
  }
  if (!argument.default_().has_yaml_value()) return;
  if (type == "integer" && !IsInteger(value)) {
    Error(at, absl::StrCat(Quoted(value), " is no whole number, but the argument's type is ",
                           argument.type()));
  } else if (type == "float" && !IsFloat(value)) {
    Error(at, absl::StrCat(Quoted(value), " is no decimal number, but the argument's type is ",
                           argument.type()));
  } else if (type == "url" && !IsUrl(value)) {
    Error(at, absl::StrCat(Quoted(value),
                           " is no URL, domain name or IP address, but the argument's type is ",
                           argument.type()));
  }
}

void Checker::Arguments(const v1::AtomicTest& test, const std::string& path) {
  const auto& declared = test.input_arguments().yaml_entries();
  const std::string list = path + ".input_arguments";
  absl::btree_set<std::string> used;
  AddArgumentNames(test.executor().command().yaml_value(), &used);
  AddArgumentNames(test.executor().cleanup_command().yaml_value(), &used);
  AddArgumentNames(test.executor().steps().yaml_value(), &used);
  for (const v1::AtomicDependency& dependency : test.dependencies().yaml_list()) {
    AddArgumentNames(dependency.prereq_command(), &used);
    AddArgumentNames(dependency.get_prereq_command().yaml_value(), &used);
  }
  // One default may be made of another's.
  for (const v1::AtomicArgument& argument : declared) {
    AddArgumentNames(argument.default_().yaml_value(), &used);
  }
  for (int i = 0; i < declared.size(); ++i) {
    const v1::AtomicArgument& argument = declared[i];
    const std::string& name = argument.yaml_key();
    const std::string at = absl::StrCat(list, ".yaml_entries[", i, "]");
    if (name.size() < kArgumentNameMin || !std::all_of(name.begin(), name.end(), IsWord)) {
      Error(at, absl::StrCat("argument ", Quoted(name),
                             " needs a name of at least 2 of A-Z a-z 0-9 _ -"));
    }
    Needed(at + ".description", argument.has_description(), argument.description(), 0);
    Default(argument, at);
    if (used.erase(name) == 0) {
      Error(at, absl::StrCat("argument ", Quoted(name), " is not used in any of the commands"));
    }
  }
  for (const std::string& name : used) {
    Error(test.has_input_arguments() ? list : path,
          absl::StrCat("#{", name, "} is used but not declared in input_arguments"));
  }
}

void Checker::Test(const v1::AtomicTest& test, const std::string& path, int index) {
  Needed(path + ".name", test.has_name(), test.name(), 1);
  if (test.auto_generated_guid().has_yaml_value()) {
    Guid(path + ".auto_generated_guid", test.auto_generated_guid().yaml_value(), index);
  }
  Needed(path + ".description", test.has_description(), test.description(), 1);
  Platforms(test, path);
  Arguments(test, path);
  Dependencies(test, path);
  Executor(test, path);
}

void Checker::Technique(const v1::AtomicTechnique& technique) {
  TechniqueId("attack_technique", technique.has_attack_technique(), technique.attack_technique());
  Needed("display_name", technique.has_display_name(), technique.display_name(), kDisplayNameMin);
  if (technique.atomic_tests().empty()) Error("atomic_tests", "missing atomic_tests");
  for (int i = 0; i < technique.atomic_tests_size(); ++i) {
    Test(technique.atomic_tests(i), absl::StrCat("atomic_tests[", i, "]"), i);
  }
}

void Checker::Ability(const v1::StockpileAbility& ability, const std::string& path, int index) {
  Needed(path + ".name", ability.has_name(), ability.name(), 1);
  const std::string id(absl::StripAsciiWhitespace(ability.id()));
  if (!ability.has_id()) {
    Error(path + ".id", "missing id");
  } else if (const auto [first, is_new] =
                 guids_->try_emplace(id, absl::StrCat(file_name_, ", ability ", index + 1));
             !is_new) {
    Error(path + ".id", absl::StrCat("id ", Quoted(id), " is used before, by ", first->second));
  }
  const bool nested = ability.technique().has_attack_id();
  TechniqueId(path + (nested ? ".technique.attack_id" : ".technique_id"),
              nested || ability.has_technique_id(),
              absl::StripAsciiWhitespace(nested ? ability.technique().attack_id().yaml_value()
                                                : ability.technique_id().yaml_value()));
  if (!ability.has_platforms() && ability.executors().empty()) {
    Error(path, "the ability has neither platforms nor executors: there is nothing to run");
  }
}

}  // namespace

std::vector<Fault> CheckTechnique(const v1::AtomicTechnique& technique, absl::string_view file_name,
                                  SeenGuids* guids) {
  Checker checker(file_name, guids);
  checker.Technique(technique);
  return checker.Take();
}

std::vector<Fault> CheckAbilities(const v1::StockpileAbilities& file, absl::string_view file_name,
                                  SeenGuids* guids) {
  Checker checker(file_name, guids);
  for (int i = 0; i < file.yaml_list_size(); ++i) {
    checker.Ability(file.yaml_list(i), absl::StrCat("yaml_list[", i, "]"), i);
  }
  return checker.Take();
}

std::string AtomicFileNameFault(absl::string_view file_name) {
  if (absl::EndsWith(file_name, ".yaml")) return "";
  return "the name of a technique's file ends in .yaml; rename it";
}

}  // namespace drill
