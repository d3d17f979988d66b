#ifndef DRILL_TESTS_UNIT_CLI_RUN_CLI_H_
#define DRILL_TESTS_UNIT_CLI_RUN_CLI_H_

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/app.h"
#include "common/base/check.h"
#include "common/os/file.h"

namespace drill::cli {

// 2026-11-22 10:00:00 +07:00
inline constexpr int64_t kNowUs = int64_t{1'795'316'400} * 1'000'000;

// A directory that goes away with the test.
class TempDir {
 public:
  TempDir() {
    std::string name = absl::StrCat(::testing::TempDir(), "/drillctl-XXXXXX");
    DRILL_CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string operator/(const std::string& name) const { return absl::StrCat(path_, "/", name); }
  std::string Write(const std::string& name, const std::string& content,
                    unsigned mode = 0600) const {
    DRILL_CHECK(os::WriteFileDurably(*this / name, content, mode).ok());
    return *this / name;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Runs drillctl in this process, as a person with a home directory would.
struct CliRunner {
  struct Result {
    int exit = 0;
    std::string out;
    std::string err;
  };

  Result operator()(std::vector<std::string> words) {
    std::ostringstream out;
    std::ostringstream err;
    const Environment environment{
        .out = out,
        .err = err,
        .variable = [this](const char* name) { return variables[name]; },
        .now_us = [] { return kNowUs; },
        .sleep_us = [this](int64_t us) { slept_us.push_back(us); },
        .terminal = terminal,
    };
    Result result;
    result.exit = Run(words, environment);
    result.out = out.str();
    result.err = err.str();
    return result;
  }

  std::map<std::string, std::string> variables = {{"LANG", "en_US.UTF-8"}};
  std::vector<int64_t> slept_us;  // pauses asked for; nothing waits in a test
  bool terminal = false;
};

// The request that a command line stands for, without what Before adds. Fails the test on a fault.
inline v1::Command RequestOf(const std::vector<std::string>& words) {
  CommonOptions options;
  Command root("drillctl");
  AddAll(root, &options);
  const Parsed parsed = Parse(root, words, ParseContext{Language::kEnglish, kNowUs});
  EXPECT_THAT(parsed.faults, ::testing::IsEmpty());
  if (!parsed.faults.empty() || parsed.command->request() == nullptr) {
    ADD_FAILURE() << "not a Submit";
    return {};
  }
  return *parsed.command->request();
}

// The faults of a command line.
inline std::vector<std::string> FaultsOf(const std::vector<std::string>& words) {
  CommonOptions options;
  Command root("drillctl");
  AddAll(root, &options);
  return Parse(root, words, ParseContext{Language::kEnglish, kNowUs}).faults;
}

}  // namespace drill::cli

#endif  // DRILL_TESTS_UNIT_CLI_RUN_CLI_H_
