// scenario import, over files of its own and, where they are, over real ones.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/yaml/load.h"
#include "core/scenario/lint.h"
#include "drill/v1/scenario.pb.h"
#include "tests/support/status.h"
#include "tests/unit/cli/run_cli.h"

namespace drill::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kTechnique[] = R"(attack_technique: T1685
display_name: Something newer
atomic_tests:
- name: One
  auto_generated_guid: 0f7c5301-6859-45ba-8b4d-1fac30fc31ed
  description: d
  supported_platforms: [linux]
  executor: {name: sh, command: id}
- name: Two
  description: d
  supported_platforms: [windows]
  executor: {name: powershell, command: id}
)";

class ImportTest : public ::testing::Test {
 protected:
  CliRunner::Result Run(std::vector<std::string> words) {
    std::vector<std::string> all = {"--lang", "en", "scenario", "import"};
    all.insert(all.end(), words.begin(), words.end());
    return run_(all);
  }

  v1::Scenario Written() {
    v1::Scenario scenario;
    const auto text = os::ReadFile(out());
    EXPECT_OK(text.status());
    EXPECT_OK(yaml::Load(text.value_or(""), "out.yaml", &scenario));
    return scenario;
  }

  std::string out() const { return directory_ / "out.yaml"; }

  TempDir directory_;
  CliRunner run_;
};

TEST_F(ImportTest, WritesAScenarioAndTellsWhatBecameOfEachTest) {
  directory_.Write("T1685.yaml", kTechnique);
  const auto result = Run({"atomic-red-team", directory_.path(), "-o", out()});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("1 files, 2 tests: 1 actions, 0 manual, 1 left out"));
  EXPECT_THAT(result.err, HasSubstr("T1685.yaml:1:19: warning: T1685 is newer"));
  EXPECT_THAT(result.err, HasSubstr("1 tests are left out: not for linux"));
  const v1::Scenario scenario = Written();
  ASSERT_EQ(scenario.injects_size(), 1);
  EXPECT_EQ(scenario.injects(0).action().exec_atomic().command(), "id");
  EXPECT_FALSE(HasErrors(Lint(scenario)));
}

TEST_F(ImportTest, RefusesTheWholeWithEveryFaultOfEveryFile) {
  directory_.Write("T1001.yaml",
                   "attack_technique: W1\nodd: 1\ndisplay_name: OS\natomic_tests: []\n");
  directory_.Write("T1002.yaml", "attack_technique: [\n");
  directory_.Write("T1685.yml", kTechnique);
  const auto result = Run({"atomic-red-team", directory_.path(), "-o", out()});
  EXPECT_NE(result.exit, 0);
  for (const char* fault :
       {"T1001.yaml:1:19: 'W1' is no ATT&CK", "T1001.yaml:2:1: unknown key \"odd\"",
        "T1001.yaml:3:15: display_name 'OS' is too short",
        "T1002.yaml:", "T1685.yml:1:1: the name of a technique's file ends in .yaml"}) {
    EXPECT_THAT(result.err, HasSubstr(fault));
  }
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(ImportTest, TakesOnlyTheTechniquesAsked) {
  directory_.Write("T1685.yaml", kTechnique);
  const auto result =
      Run({"atomic-red-team", directory_.path(), "--technique", "T1003", "--out", out()});
  EXPECT_NE(result.exit, 0);
  EXPECT_THAT(result.err, HasSubstr("no test is left"));
}

// ---- real files --------------------------------------------------------------------------------

class FieldImportTest : public ImportTest {
 protected:
  void SetUp() override {
    const char* set = std::getenv("DRILL_FIELD_DATA");
    const char* source = std::getenv("DRILL_SOURCE_DIR");
    data_ =
        set != nullptr ? set : absl::StrCat(source == nullptr ? "." : source, "/../shared/data");
    if (!fs::is_directory(data_)) {
      GTEST_SKIP() << "no field data in " << data_ << "; set DRILL_FIELD_DATA";
    }
  }
  std::string data_;
};

TEST_F(FieldImportTest, EveryTechniqueFileParses) {
  const auto result = Run({"atomic-red-team", data_ + "/art", "-o", out()});
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("60 files, 606 tests: "));
  const v1::Scenario scenario = Written();
  EXPECT_FALSE(HasErrors(Lint(scenario)));
  EXPECT_GT(scenario.injects_size(), 200);
  EXPECT_THAT(result.err, HasSubstr("is newer than the techniques known here"));
}

TEST_F(FieldImportTest, EveryInvalidFileIsRefusedAtItsPlace) {
  // Where each is wrong.
  const std::map<std::string, std::string> kFaults = {
      {"elevation_required_but_not_provided.yaml", ":10:3: the command uses sudo"},
      {"empty_dependency_executor_name.yaml", ":20:"},
      {"empty_input_arguments.yaml", ":10:"},
      {"extra_forbidden.yaml", ":5:3: unknown key \"random_field\""},
      {"float_type.yaml", ":14:16: "},
      {"int_parsing.yaml", ":14:16: "},
      {"invalid_dependency_executor_name.yaml", ":20:29: "},
      {"invalid_filename.yml", ":1:1: the name"},
      {"missing_input_argument.yaml", ":4:3: #{gsecdump_exe} is used but not declared"},
      {"reused_guid.yaml", ":21:24: GUID 0f7c5301"},
      {"string_pattern_mismatch.yaml", ":1:19: 'W1003'"},
      {"string_too_short.yaml", ":2:15: "},
      {"unused_input_argument.yaml", ":15:5: argument 'gsecdump_bin_hash' is not used"},
      {"url_parsing.yaml", ":14:16: "},
  };
  size_t seen = 0;
  for (const auto& entry : fs::directory_iterator(data_ + "/art/invalid")) {
    const auto result = Run({"atomic-red-team", entry.path().string(), "-o", out()});
    EXPECT_NE(result.exit, 0) << entry.path();
    const auto fault = kFaults.find(entry.path().filename().string());
    ASSERT_NE(fault, kFaults.end()) << entry.path();
    EXPECT_THAT(result.err, HasSubstr(absl::StrCat(fault->first, fault->second)));
    ++seen;
  }
  EXPECT_EQ(seen, kFaults.size());
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(FieldImportTest, EveryAbilityParses) {
  const auto result = Run({"stockpile", data_ + "/stockpile", "-o", out()});
  ASSERT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("26 files, 26 tests: "));
  EXPECT_FALSE(HasErrors(Lint(Written())));
}

}  // namespace
}  // namespace drill::cli
