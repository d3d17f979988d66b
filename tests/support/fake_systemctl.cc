// `systemctl` and `systemd-run` over the files of tests/support/fake_systemd.h: what the real ones
// say and do for the few commands that the agent gives them, exit codes included.
#include <stdio.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/os/clock.h"
#include "tests/support/fake_systemd.h"

namespace drill::testing {
namespace {

constexpr int kNoPermission = 4;
constexpr int kNotFound = 5;

int Fail(int code, const std::string& why) {
  fprintf(stderr, "%s\n", why.c_str());
  return code;
}

std::string UnitsOf(const std::string& program) {
  return std::filesystem::path(program).parent_path().string() + "/units/";
}

int Show(const std::string& path, const std::string& wanted) {
  UnitProperties properties = ReadUnit(path);
  if (properties.empty()) {
    properties = {{"LoadState", "not-found"},
                  {"ActiveState", "inactive"},
                  {"ActiveEnterTimestampMonotonic", "0"}};
  }
  for (const absl::string_view name : absl::StrSplit(wanted, ',')) {
    printf("%s=%s\n", std::string(name).c_str(), properties[std::string(name)].c_str());
  }
  return 0;
}

int Change(const std::string& path, const std::string& unit, bool start) {
  UnitProperties properties = ReadUnit(path);
  if (properties.empty()) return Fail(kNotFound, absl::StrCat("Unit ", unit, " not loaded."));
  if (properties[start ? "DenyStart" : "DenyStop"] == "yes") {
    return Fail(kNoPermission, "Access denied");
  }
  if (start && properties["LoadState"] == "masked") {
    return Fail(1, absl::StrCat("Unit ", unit, " is masked."));
  }
  if (start && properties["FailStart"] == "yes") {
    properties["ActiveState"] = "failed";
    WriteUnit(path, properties);
    return Fail(1, absl::StrCat("Job for ", unit, " failed."));
  }
  if (!start && absl::EndsWith(unit, ".timer")) return std::filesystem::remove(path) ? 0 : 1;
  const bool respawn = !start && properties["Respawn"] == "yes";
  const bool was_active = properties["ActiveState"] == "active";
  properties["ActiveState"] = start || respawn ? "active" : "inactive";
  if (respawn || (start && !was_active)) {
    properties["ActiveEnterTimestampMonotonic"] = absl::StrCat(os::MonotonicMicros());
  }
  WriteUnit(path, properties);
  return 0;
}

int RunLater(const std::string& units, const std::vector<std::string>& options,
             const std::vector<std::string>& words) {
  if (std::filesystem::exists(units + "../deny-run")) return Fail(kNoPermission, "Access denied");
  UnitProperties timer = {{"LoadState", "loaded"},
                          {"ActiveState", "active"},
                          {"ActiveEnterTimestampMonotonic", absl::StrCat(os::MonotonicMicros())},
                          {"Words", absl::StrJoin(words, "\t")}};
  std::string name;
  for (absl::string_view option : options) {
    if (absl::ConsumePrefix(&option, "--unit=")) name = absl::StrCat(option, ".timer");
    if (absl::ConsumePrefix(&option, "--on-active=")) timer["OnActive"] = std::string(option);
  }
  WriteUnit(units + name, timer);
  return 0;
}

int Main(const std::string& program, const std::vector<std::string>& arguments) {
  {
    std::ofstream names(std::filesystem::path(program).parent_path() / "environment");
    for (char** variable = environ; *variable != nullptr; ++variable) {
      names << std::string(*variable).substr(0, std::string(*variable).find('=')) << "\n";
    }
  }
  std::vector<std::string> options;
  std::vector<std::string> words;
  bool after = false;
  for (const std::string& argument : arguments) {
    if (argument == "--" && !after) {
      after = true;
    } else {
      (after ? words : options).push_back(argument);
    }
  }
  const std::string units = UnitsOf(program);
  if (absl::EndsWith(program, "/systemd-run")) return RunLater(units, options, words);
  // As the timer's command is: "start --no-ask-password -- UNIT".
  if (options.empty() || words.size() != 1) return Fail(1, "not as the agent calls it");
  const std::string path = units + words[0];
  if (options[0] == "start") return Change(path, words[0], true);
  if (options[0] == "stop") return Change(path, words[0], false);
  for (absl::string_view option : options) {
    if (absl::ConsumePrefix(&option, "--property=")) return Show(path, std::string(option));
  }
  return Fail(1, "not as the agent calls it");
}

}  // namespace
}  // namespace drill::testing

int main(int argc, char** argv) {
  return drill::testing::Main(argv[0], std::vector<std::string>(argv + 1, argv + argc));
}
