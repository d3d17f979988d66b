// Every scenario of the library opens with a communications check, and can be won and lost.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/os/file.h"
#include "core/rehearsal/profile.h"
#include "core/scenario/timeline.h"
#include "tests/support/status.h"
#include "tests/unit/core/rehearsal/room.h"

namespace drill::rehearsal {
namespace {

using ::testing::IsEmpty;

std::vector<std::string> Files(const std::string& folder) {
  std::vector<std::string> files;
  const char* root = std::getenv("DRILL_SOURCE_DIR");
  for (const auto& entry : std::filesystem::directory_iterator(absl::StrCat(root, "/", folder))) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

template <typename Message>
Message Read(const std::string& file) {
  const absl::StatusOr<std::string> text = os::ReadFile(file, 1 << 20);
  EXPECT_OK(text);
  return Yaml<Message>(text.ok() ? *text : "");
}

v1::Rehearsal RunFile(const std::string& file, const v1::Profile& profile) {
  Options options;
  options.scenario = Read<v1::Scenario>(file);
  options.profile = profile;
  options.runs = 5;
  options.owners = TestOwners();
  absl::StatusOr<v1::Rehearsal> rehearsal = Rehearse(options);
  EXPECT_OK(rehearsal);
  return rehearsal.ok() ? *std::move(rehearsal) : v1::Rehearsal();
}

class LibraryRehearsal : public ::testing::TestWithParam<std::string> {};

TEST_P(LibraryRehearsal, OpensWithACommunicationsCheck) {
  const v1::Scenario scenario = Read<v1::Scenario>(GetParam());
  const std::vector<TimelineRow> rows = Timeline(scenario);
  const auto first = std::find_if(rows.begin(), rows.end(),
                                  [](const TimelineRow& row) { return row.kind != "cue"; });
  ASSERT_NE(first, rows.end());
  EXPECT_TRUE(absl::StartsWith(first->inject, "comms-")) << first->inject;
  EXPECT_GT(scenario.objectives_size(), 0);
}

TEST_P(LibraryRehearsal, APerfectTeamGetsAllAndNobodyNothing) {
  const v1::Rehearsal r = RunFile(GetParam(), UsualProfile());
  EXPECT_EQ(r.perfect_mp(), 100'000);
  EXPECT_EQ(r.absent_mp(), 0);
  for (const v1::Unreachable& u : r.unreachable()) ADD_FAILURE() << u.ShortDebugString();
  EXPECT_THAT(r.uncovered(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Scenarios, LibraryRehearsal, ::testing::ValuesIn(Files("scenarios")),
                         [](const auto& param) {
                           std::string name = std::filesystem::path(param.param).stem().string();
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Profiles, AreGoodAndInOrder) {
  std::vector<v1::Profile> profiles;
  for (const std::string& file : Files("scenarios/profiles")) {
    profiles.push_back(Read<v1::Profile>(file));
    EXPECT_THAT(CheckProfile(profiles.back()), IsEmpty()) << file;
  }
  ASSERT_EQ(profiles.size(), 2u);
  const std::string scenario =
      absl::StrCat(std::getenv("DRILL_SOURCE_DIR"), "/scenarios/deface-cong-tinh.yaml");
  const int64_t first_timers = RunFile(scenario, profiles[0]).score().median();
  const int64_t well_drilled = RunFile(scenario, profiles[1]).score().median();
  EXPECT_EQ(profiles[0].id(), "lan-dau");
  EXPECT_LT(first_timers, RunFile(scenario, UsualProfile()).score().median());
  EXPECT_GT(well_drilled, RunFile(scenario, UsualProfile()).score().median());
}

}  // namespace
}  // namespace drill::rehearsal
