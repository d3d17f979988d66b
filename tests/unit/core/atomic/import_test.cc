// Tests and abilities as injects.
#include "core/atomic/import.h"

#include <gmock/gmock.h>

#include "common/yaml/load.h"
#include "core/scenario/lint.h"
#include "tests/support/status.h"

namespace drill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::string_view kTechnique = R"(
attack_technique: T1003.008
display_name: OS Credential Dumping
atomic_tests:
- name: "Read\u202E \u200Bit\n twice"
  auto_generated_guid: 0F7C5301-6859-45ba-8b4d-1fac30fc31ed
  description: d
  supported_platforms: [linux, macos]
  input_arguments:
    file: {description: what, type: path, default: PathToAtomicsFolder/T1003.008/src/it's}
  dependency_executor_name: bash
  dependencies:
  - {description: "needs #{file}", prereq_command: "test -f #{file}", get_prereq_command: "touch #{file}"}
  executor: {name: sh, command: "cat #{file}", cleanup_command: "rm #{file}", elevation_required: true}
- name: By hand
  description: d
  supported_platforms: [linux]
  executor: {name: manual, steps: Plug it in and wait.}
- name: On Windows
  description: d
  supported_platforms: [windows]
  executor: {name: command_prompt, command: dir}
- name: PowerShell on Linux
  description: d
  supported_platforms: [linux]
  executor: {name: powershell, command: Get-Process}
- name: Without a value
  description: d
  supported_platforms: [linux]
  input_arguments:
    host: {description: which, type: string, default: null}
  executor: {name: bash, command: "ping #{host}"}
)";

std::vector<Imported> ImportWith(const ImportSettings& settings) {
  v1::AtomicTechnique technique;
  EXPECT_OK(yaml::Load(kTechnique, "t.yaml", &technique));
  return ImportTechnique(technique, settings);
}

TEST(ImportTechnique, EveryArgumentIsResolved) {
  ImportSettings settings;
  settings.atomics_folder = "/opt/art";
  const v1::ExecAtomic atomic = ImportWith(settings)[0].inject.action().exec_atomic();
  EXPECT_EQ(atomic.guid(), "0f7c5301-6859-45ba-8b4d-1fac30fc31ed");
  EXPECT_EQ(atomic.technique(), "T1003.008");
  EXPECT_EQ(atomic.executor(), v1::EXECUTOR_SH);
  EXPECT_EQ(atomic.command(), "cat /opt/art/T1003.008/src/it's");
  EXPECT_EQ(atomic.cleanup(), "rm /opt/art/T1003.008/src/it's");
  EXPECT_EQ(atomic.prerequisite(),
            "# needs /opt/art/T1003.008/src/it's\n"
            "bash -c 'test -f /opt/art/T1003.008/src/it'\\''s' || exit 1\n");
  EXPECT_TRUE(atomic.elevation_required());
  EXPECT_EQ(atomic.time_limit().seconds(), 60);
}

TEST(ImportTechnique, NamesShowWhatTheyAre) {
  const v1::Inject inject = ImportWith({})[0].inject;
  EXPECT_EQ(inject.id(), "t1003.008-1");
  EXPECT_EQ(inject.action().exec_atomic().name(), "Read it twice");
  EXPECT_EQ(inject.title().en(), "Test T1003.008: Read it twice");
  EXPECT_EQ(inject.title().vi(), "Phép thử T1003.008: Read it twice");
  EXPECT_THAT(inject.techniques(), ElementsAre("T1003.008"));
}

TEST(ImportTechnique, PrerequisitesAreGotOnlyWhenAsked) {
  ImportSettings settings;
  settings.atomics_folder = "/a";
  settings.get_prerequisites = true;
  settings.values["file"] = "/f";
  EXPECT_EQ(ImportWith(settings)[0].inject.action().exec_atomic().prerequisite(),
            "# needs /f\n"
            "bash -c 'test -f /f' || { bash -c 'touch /f'\nbash -c 'test -f /f'; } || exit 1\n");
}

TEST(ImportTechnique, WhatAgentsCannotPlayIsManualOrLeftOutWithItsReason) {
  const std::vector<Imported> all = ImportWith({});
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].kind, Imported::Kind::kAction);
  EXPECT_EQ(all[1].kind, Imported::Kind::kManual);
  EXPECT_EQ(all[1].inject.manual().instructions().vi(), "Plug it in and wait.");
  EXPECT_EQ(all[2].reason, Reason::kPlatform);
  EXPECT_EQ(all[3].reason, Reason::kExecutor);
  EXPECT_EQ(all[3].detail, "powershell");
  EXPECT_EQ(all[4].reason, Reason::kUnresolved);
  EXPECT_EQ(all[4].detail, "host");
}

TEST(ImportTechnique, AValueMayBeGivenForAllTestsOrForOne) {
  ImportSettings settings;
  settings.values["host"] = "198.51.100.1";
  EXPECT_EQ(ImportWith(settings)[4].inject.action().exec_atomic().command(), "ping 198.51.100.1");
  settings.values["T1003.008-5:host"] = "198.51.100.2";
  EXPECT_EQ(ImportWith(settings)[4].inject.action().exec_atomic().command(), "ping 198.51.100.2");
}

std::vector<Imported> Abilities(absl::string_view yaml, const ImportSettings& settings = {}) {
  v1::StockpileAbilities file;
  EXPECT_OK(yaml::Load(yaml, "a.yml", &file));
  return ImportAbilities(file, settings);
}

TEST(ImportAbilities, BothFormsGiveTheSame) {
  const std::vector<Imported> old_form = Abilities(R"(
- id: "a-1 "
  name: Who
  technique: {attack_id: T1033, name: x}
  platforms: {"darwin,linux": {sh: {command: whoami, cleanup: rm x, parsers: {}}}}
)");
  const std::vector<Imported> new_form = Abilities(R"(
- id: a-1
  name: Who
  technique_id: T1033
  executors:
  - {platform: windows, name: psh, command: whoami}
  - {platform: linux, name: sh, command: whoami, cleanup: [rm x], payloads: []}
)");
  ASSERT_EQ(old_form[0].kind, Imported::Kind::kAction);
  EXPECT_EQ(old_form[0].inject.SerializeAsString(), new_form[0].inject.SerializeAsString());
  EXPECT_EQ(old_form[0].inject.action().exec_atomic().cleanup(), "rm x");
}

TEST(ImportAbilities, FactsAreNeededOrGiven) {
  const absl::string_view ability =
      "- {id: a, name: n, technique_id: T1005, platforms: {linux: {sh: {command: 'cp "
      "#{host.file.path[filters(max=3)]} x'}}}}";
  EXPECT_EQ(Abilities(ability)[0].detail, "host.file.path");
  ImportSettings settings;
  settings.values["host.file.path"] = "/f";
  EXPECT_EQ(Abilities(ability, settings)[0].inject.action().exec_atomic().command(), "cp /f x");
}

TEST(ScenarioOf, CanBePlayed) {
  for (const int64_t every : {0, 300}) {
    ImportSettings settings;
    settings.every_seconds = every;
    const v1::Scenario scenario = ScenarioOf("atomic", ImportWith(settings), settings);
    EXPECT_EQ(scenario.injects_size(), 2);
    EXPECT_FALSE(HasErrors(Lint(scenario))) << every;
    EXPECT_EQ(scenario.injects(0).contingency(), every == 0);
    EXPECT_EQ(scenario.injects(1).at().seconds(), 2 * every);
  }
}

}  // namespace
}  // namespace drill
