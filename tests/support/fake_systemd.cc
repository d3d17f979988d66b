#include "tests/support/fake_systemd.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/check.h"
#include "common/os/clock.h"

namespace drill::testing {
namespace {

namespace fs = std::filesystem;

std::string Program() {
  const char* bin = getenv("DRILL_BIN");
  if (bin != nullptr) return absl::StrCat(bin, "/fake_systemctl");
  const fs::path self = fs::read_symlink("/proc/self/exe");
  return (self.parent_path().parent_path() / "bin" / "fake_systemctl").string();
}

bool IsTimer(const std::string& unit) { return absl::EndsWith(unit, ".timer"); }

}  // namespace

UnitProperties ReadUnit(const std::string& path) {
  UnitProperties properties;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::pair<std::string, std::string> entry = absl::StrSplit(line, absl::MaxSplits('=', 1));
    properties[entry.first] = entry.second;
  }
  return properties;
}

void WriteUnit(const std::string& path, const UnitProperties& properties) {
  // Whole or not at all: whoever writes it may be killed.
  const std::string beside = absl::StrCat(path, ".", getpid());
  {
    std::ofstream file(beside);
    for (const auto& [key, value] : properties) file << key << "=" << value << "\n";
  }
  DRILL_CHECK(rename(beside.c_str(), path.c_str()) == 0);
}

FakeSystemd::FakeSystemd(std::string directory) : directory_(std::move(directory)) {
  fs::create_directories(directory_ + "/units");
  for (const char* name : {"systemctl", "systemd-run"}) {
    fs::create_symlink(Program(), absl::StrCat(directory_, "/", name));
  }
}

std::string FakeSystemd::PathOf(const std::string& unit) const {
  return absl::StrCat(directory_, "/units/", unit);
}

void FakeSystemd::Add(const std::string& unit) const {
  WriteUnit(PathOf(unit), {{"LoadState", "loaded"},
                           {"ActiveState", "active"},
                           {"ActiveEnterTimestampMonotonic", absl::StrCat(os::MonotonicMicros())},
                           {"CanStart", "yes"},
                           {"CanStop", "yes"}});
}

void FakeSystemd::Set(const std::string& unit, const std::string& key,
                      const std::string& value) const {
  UnitProperties properties = ReadUnit(PathOf(unit));
  properties[key] = value;
  WriteUnit(PathOf(unit), properties);
}

std::string FakeSystemd::Get(const std::string& unit, const std::string& key) const {
  return ReadUnit(PathOf(unit))[key];
}

void FakeSystemd::Remove(const std::string& unit) const { fs::remove(PathOf(unit)); }

std::vector<std::string> FakeSystemd::Timers() const {
  std::vector<std::string> timers;
  for (const auto& entry : fs::directory_iterator(directory_ + "/units")) {
    const std::string unit = entry.path().filename();
    if (IsTimer(unit)) timers.push_back(unit);
  }
  return timers;
}

void FakeSystemd::DenyTimers() const { std::ofstream(directory_ + "/deny-run"); }

void FakeSystemd::Elapse() const {
  for (const std::string& timer : Timers()) {
    std::vector<std::string> words = absl::StrSplit(Get(timer, "Words"), '\t');
    Remove(timer);
    const pid_t pid = fork();
    if (pid == 0) {
      std::vector<char*> pointers;
      for (std::string& word : words) pointers.push_back(word.data());
      pointers.push_back(nullptr);
      execv(pointers[0], pointers.data());
      _exit(127);
    }
    int status = 0;
    DRILL_CHECK(waitpid(pid, &status, 0) == pid && status == 0);
  }
}

std::vector<std::string> FakeSystemd::Environment() const {
  std::vector<std::string> names;
  std::ifstream file(directory_ + "/environment");
  for (std::string line; std::getline(file, line);) names.push_back(line);
  return names;
}

std::map<std::string, std::string> FakeSystemd::Manifest() const {
  std::map<std::string, std::string> manifest;
  for (const auto& entry : fs::directory_iterator(directory_ + "/units")) {
    UnitProperties properties = ReadUnit(entry.path());
    manifest["unit " + entry.path().filename().string()] =
        absl::StrCat(properties["LoadState"], " ", properties["ActiveState"]);
  }
  return manifest;
}

}  // namespace drill::testing
