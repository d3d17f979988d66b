// What the published schema forbids, each told at its place.
#include "core/atomic/check.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/yaml/load.h"
#include "tests/support/status.h"

namespace drill {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kGood = R"(
attack_technique: T1003.008
display_name: OS Credential Dumping
atomic_tests:
- name: Read it
  auto_generated_guid: 0f7c5301-6859-45ba-8b4d-1fac30fc31ed
  description: Reads a file
  supported_platforms: [linux]
  input_arguments:
    file: {description: what, type: Path, default: "#{dir}/a"}
    dir: {description: where, type: string, default: /tmp}
  dependency_executor_name: sh
  dependencies:
  - description: there
    prereq_command: "test -f #{file}"
    get_prereq_command:
  executor:
    name: sh
    command: "cat #{file}"
)";

// "path: text" of each.
std::vector<std::string> FaultsWith(absl::string_view from, absl::string_view to) {
  EXPECT_THAT(std::string(kGood), HasSubstr(std::string(from)));
  v1::AtomicTechnique technique;
  EXPECT_OK(yaml::Load(absl::StrReplaceAll(kGood, {{from, to}}), "t.yaml", &technique));
  SeenGuids guids;
  std::vector<std::string> lines;
  for (const Fault& fault : CheckTechnique(technique, "t.yaml", &guids)) {
    lines.push_back(absl::StrCat(fault.severity == Severity::kWarning ? "warning " : "", fault.path,
                                 ": ", fault.text));
  }
  return lines;
}

struct Case {
  absl::string_view from;
  absl::string_view to;
  std::string fault;
};

TEST(CheckTechnique, AGoodOneHasNoFault) { EXPECT_THAT(FaultsWith("T1003", "T1003"), IsEmpty()); }

TEST(CheckTechnique, TellsEachFaultAtItsPlace) {
  const Case kCases[] = {
      {"T1003.008", "W1003", "attack_technique: 'W1003' is no ATT&CK technique id"},
      {"T1003.008", "T1690", "warning attack_technique: T1690 is newer"},
      {"OS Credential Dumping", "OS", "display_name: display_name 'OS' is too short"},
      {"[linux]", "[linnux]", "atomic_tests[0].supported_platforms[0]: unknown platform 'linnux'"},
      {"name: sh\n", "name: zsh\n", "atomic_tests[0].executor.name: unknown executor 'zsh'"},
      {"0f7c5301-", "0f7c53-", "atomic_tests[0].auto_generated_guid: '0f7c53-"},
      {"cat #{file}", "sudo cat #{file}",
       "atomic_tests[0].executor.elevation_required: the command uses sudo"},
      {"cat #{file}", "cat #{other}", "#{other} is used but not declared"},
      {"default: \"#{dir}/a\"", "default: /a", "argument 'dir' is not used"},
      {"type: Path", "type: integer", ".default: '#{dir}/a' is no whole number"},
      {"type: Path", "type: float", ".default: '#{dir}/a' is no decimal number"},
      {"type: Path", "type: url", ".default: '#{dir}/a' is no URL"},
      {"type: Path", "type: PATH", ".type: unknown type 'PATH'"},
      {", default: /tmp", "", ".default: missing default"},
      {"    prereq_command: \"test -f #{file}\"\n", "", ".prereq_command: missing prereq_command"},
      {"name: sh\n", "name: manual\n", "executor.steps: missing steps"},
  };
  for (const Case& c : kCases) {
    EXPECT_THAT(FaultsWith(c.from, c.to), Contains(HasSubstr(c.fault))) << c.to;
  }
}

TEST(CheckTechnique, SeveralFaultsAreToldTogether) {
  EXPECT_GE(FaultsWith("cat #{file}", "sudo cat #{other} #{third}").size(), 3u);
}

TEST(CheckTechnique, NoTwoTestsOfAnImportShareAGuid) {
  v1::AtomicTechnique technique;
  ASSERT_OK(yaml::Load(kGood, "t.yaml", &technique));
  SeenGuids guids;
  EXPECT_THAT(CheckTechnique(technique, "one.yaml", &guids), IsEmpty());
  const std::vector<Fault> faults = CheckTechnique(technique, "two.yaml", &guids);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_EQ(faults[0].path, "atomic_tests[0].auto_generated_guid");
  EXPECT_THAT(faults[0].text, HasSubstr("used before, by one.yaml, test 1"));
}

TEST(CheckTechnique, WhatUrlsAre) {
  for (const absl::string_view good : {"https://example.org/a?b", "example.org", "192.0.2.7", "::1",
                                       "2001:db8::1", "ftp://x", "file:///etc/passwd"}) {
    EXPECT_THAT(FaultsWith("type: string, default: /tmp",
                           absl::StrCat("type: url, default: \"", good, "\"")),
                IsEmpty())
        << good;
  }
  for (const absl::string_view bad : {"C:\\\\x\\\\y.exe", "no url", "plain", "../x"}) {
    EXPECT_THAT(FaultsWith("type: string, default: /tmp",
                           absl::StrCat("type: url, default: \"", bad, "\"")),
                Contains(HasSubstr("is no URL")))
        << bad;
  }
}

TEST(CheckTechnique, FilesEndInYaml) {
  EXPECT_EQ(AtomicFileNameFault("T1003.yaml"), "");
  EXPECT_NE(AtomicFileNameFault("T1003.yml"), "");
}

}  // namespace
}  // namespace drill
