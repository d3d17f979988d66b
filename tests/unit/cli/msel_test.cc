// The events list for planners.
#include "cli/msel.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "cli/scenario_file.h"
#include "core/scenario/unfold.h"
#include "tests/unit/cli/run_cli.h"

namespace drill::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

v1::Scenario Small() {
  v1::Scenario scenario;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        id: "s"
        duration { seconds: 600 }
        cast { teams { id: "soc" } }
        objectives {
          id: "see"
          title { vi: "Phát hiện sớm" en: "See early" }
        }
        injects {
          id: "call"
          at { seconds: 300 }
          title { vi: "Gọi" en: "Call, now" }
          objective: "see"
          message {
            teams: "soc"
            from { vi: "Người dân" en: "A citizen" }
            body { vi: "Trang \"lạ\"" en: "A \"strange\" page" }
          }
        }
        injects {
          id: "choose"
          at { seconds: 60 }
          title { vi: "Chọn" en: "Choose" }
          question {
            teams: "soc"
            body { vi: "Ngắt?" en: "Cut off?" }
            choices {
              id: "a"
              text { vi: "Có" en: "Yes" }
            }
            choices {
              id: "b"
              text { vi: "Không" en: "No" }
            }
          }
          judge_notes { vi: "Chú ý thẩm quyền" en: "Mind the authority" }
          expect {
            team: "soc"
            kind: EXPECTATION_KIND_ANSWER
            target { seconds: 60 }
            limit { seconds: 120 }
          }
        }
      )pb",
      &scenario));
  return scenario;
}

std::vector<std::string> Lines(const std::string& csv) { return absl::StrSplit(csv, "\r\n"); }

TEST(Msel, AnInjectAndWhatIsExpectedOfTheTeams) {
  const std::vector<std::string> lines = Lines(MselCsv(Language::kEnglish, Small(), false));
  ASSERT_THAT(lines, SizeIs(5)) << ::testing::PrintToString(lines);
  EXPECT_EQ(lines[0],
            "Event Number,Designated Scenario Time,Event Type,Inject Mode,From,To,Title,Message,"
            "Expected Participant Response,Exercise Objective,Notes");
  // By time, not in the order of the file.
  EXPECT_THAT(lines[1], AllOf(HasSubstr("1,T+01:00.0,Inject,inbox,control,soc,Choose,"
                                        "\"Cut off?\na) Yes\nb) No\",soc answer"),
                              HasSubstr(",,choose; Mind the authority")));
  EXPECT_THAT(lines[2], HasSubstr("1.1,,Expected Action,,soc,,,,soc answer"));
  EXPECT_EQ(lines[3],
            "2,T+05:00.0,Inject,inbox,A citizen,soc,\"Call, now\",\"A \"\"strange\"\" page\",,"
            "See early,call");
}

TEST(Msel, SpeaksTheReadersLanguage) {
  EXPECT_THAT(MselCsv(Language::kVietnamese, Small(), true),
              AllOf(HasSubstr("Người dân,soc,Gọi,\"Trang \"\"lạ\"\"\""), HasSubstr("Phát hiện sớm"),
                    ::testing::StartsWith("\xEF\xBB\xBF")));
}

// Every scenario of the library: no inject is lost, and what a hand fires is said to be so.
TEST(Msel, TheLibraryHasARowForEveryInject) {
  const std::string library = absl::StrCat(std::getenv("DRILL_SOURCE_DIR"), "/scenarios");
  int seen = 0;
  int contingencies = 0;
  for (const auto& entry : std::filesystem::directory_iterator(library)) {
    if (entry.path().extension() != ".yaml") continue;
    const Linted linted = ReadScenario(entry.path()).value();
    int rows = 0;
    for (const std::string& line : Lines(MselCsv(Language::kVietnamese, linted.scenario, false))) {
      rows +=
          absl::StrContains(line, ",Inject,") || absl::StrContains(line, ",Contingency Inject,");
      contingencies += absl::StrContains(line, ",,Contingency Inject,");
    }
    EXPECT_EQ(rows, static_cast<int>(Unfold(linted.scenario).size())) << entry.path();
    ++seen;
  }
  EXPECT_GE(seen, 12);
  EXPECT_GT(contingencies, 0);
}

TEST(Msel, NeedsNoControllerAndIsNotForEverybody) {
  TempDir dir;
  CliRunner run;
  const auto result =
      run({"scenario", "msel",
           absl::StrCat(std::getenv("DRILL_SOURCE_DIR"), "/scenarios/deface-cong-tinh.yaml"),
           "--out", dir / "msel.csv"});
  EXPECT_EQ(result.exit, 0) << result.err;
  EXPECT_THAT(*os::ReadFile(dir / "msel.csv"), HasSubstr("Contingency Inject"));
  EXPECT_EQ(std::filesystem::status(dir / "msel.csv").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace drill::cli
