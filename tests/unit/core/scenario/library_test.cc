// The library in scenarios/: every file loads, lints without a word, speaks both languages, and
// meets what a live drill of its systems' levels needs.
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/yaml/load.h"
#include "core/scenario/lint.h"
#include "core/scenario/timeline.h"
#include "core/scenario/unfold.h"
#include "drill/v1/scenario.pb.h"
#include "tests/support/status.h"
#include "tests/unit/core/scenario/good_scenario.h"

namespace drill {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;

std::filesystem::path SourceDir() {
  const char* dir = std::getenv("DRILL_SOURCE_DIR");
  return dir == nullptr ? "." : dir;
}

std::vector<std::string> LibraryFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(SourceDir() / "scenarios")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().filename().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string ReadFile(const std::string& name) {
  std::ifstream in(SourceDir() / "scenarios" / name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

v1::Scenario LoadScenario(const std::string& name, yaml::Positions* positions = nullptr) {
  v1::Scenario scenario;
  EXPECT_OK(yaml::Load(ReadFile(name), name, &scenario, {}, positions));
  return scenario;
}

// Every Text inside `message`, wherever it is.
void VisitTexts(const google::protobuf::Message& message,
                const std::function<void(const v1::Text&)>& visit) {
  if (const auto* text = dynamic_cast<const v1::Text*>(&message)) return visit(*text);
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  const google::protobuf::Reflection* reflection = message.GetReflection();
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      VisitTexts(reflection->GetMessage(message, field), visit);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      VisitTexts(reflection->GetRepeatedMessage(message, field, i), visit);
    }
  }
}

class LibraryTest : public ::testing::TestWithParam<std::string> {};

TEST_P(LibraryTest, LoadsAndLintsWithoutErrorsOrWarnings) {
  yaml::Positions positions;
  const v1::Scenario scenario = LoadScenario(GetParam(), &positions);
  for (const Fault& fault : Lint(scenario)) {
    ADD_FAILURE() << yaml::FaultLine(GetParam(), positions.Find(fault.path), fault.text);
  }
}

TEST_P(LibraryTest, IsNamedAfterItsId) {
  EXPECT_EQ(absl::StrCat(LoadScenario(GetParam()).id(), ".yaml"), GetParam());
}

TEST_P(LibraryTest, EveryTextIsInBothLanguages) {
  int texts = 0;
  VisitTexts(LoadScenario(GetParam()), [&](const v1::Text& text) {
    ++texts;
    EXPECT_FALSE(text.vi().empty()) << text.en();
    EXPECT_FALSE(text.en().empty()) << text.vi();
    EXPECT_NE(text.vi(), text.en());
  });
  EXPECT_GT(texts, 20);
}

// What teams receive must never be taken for a real incident.
TEST_P(LibraryTest, SimulatedPapersAreMarked) {
  const v1::Scenario scenario = LoadScenario(GetParam());
  for (const v1::Inject& inject : scenario.injects()) {
    const v1::Text* body = nullptr;
    if (inject.has_message()) body = &inject.message().body();
    if (inject.has_question()) body = &inject.question().body();
    if (body != nullptr) {
      EXPECT_TRUE(absl::StartsWith(body->vi(), "[DIỄN TẬP")) << inject.id();
      EXPECT_TRUE(absl::StartsWith(body->en(), "[EXERCISE")) << inject.id();
    }
    if (inject.action().has_web_deface()) {
      EXPECT_TRUE(absl::StrContains(inject.action().web_deface().headline(), "DIỄN TẬP"));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, LibraryTest, ::testing::ValuesIn(LibraryFiles()),
                         [](const auto& param_info) {
                           std::string name = param_info.param;
                           for (char& c : name) {
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           }
                           return name;
                         });

TEST(LibraryFilesTest, AreThere) {
  EXPECT_THAT(LibraryFiles(), IsSupersetOf({"deface-cong-tinh.yaml", "gian-diep-lay-cap.yaml",
                                            "ransomware-mot-cua.yaml"}));
}

// Kinds that a team is expected to do, with points, on actions that hit the part.
std::set<v1::ExpectationKind> ScoredOn(const v1::Scenario& scenario, const std::string& part) {
  std::set<v1::ExpectationKind> kinds;
  for (const v1::Inject& inject : scenario.injects()) {
    if (!inject.has_action() || inject.contingency()) continue;
    const bool hit =
        std::any_of(inject.targets().begin(), inject.targets().end(),
                    [&](const v1::Selector& target) { return target.system() == part; });
    if (!hit) continue;
    for (const v1::Expectation& e : inject.expect()) kinds.insert(e.kind());
  }
  return kinds;
}

// The yearly duty counts a live drill only where detection, report and containment were tested.
TEST(RansomwareMotCuaTest, TestsTheDutyOnEverySystem) {
  const v1::Scenario scenario = LoadScenario("ransomware-mot-cua.yaml");
  EXPECT_EQ(scenario.type(), v1::EXERCISE_TYPE_LIVE);
  ASSERT_EQ(scenario.cast().systems_size(), 3);
  for (const v1::SystemPart& part : scenario.cast().systems()) {
    EXPECT_THAT(ScoredOn(scenario, part.id()),
                IsSupersetOf({v1::EXPECTATION_KIND_DETECT, v1::EXPECTATION_KIND_REPORT,
                              v1::EXPECTATION_KIND_CONTAIN, v1::EXPECTATION_KIND_RECOVER}))
        << part.id();
  }
}

TEST(RansomwareMotCuaTest, ShowsEveryWayToSchedule) {
  const v1::Scenario scenario = LoadScenario("ransomware-mot-cua.yaml");
  EXPECT_LE(Micros(scenario.duration()), 90'000'000);
  std::set<std::string> seen;
  for (const TimelineRow& row : Timeline(scenario)) {
    seen.insert(row.kind);
    if (!row.unless.empty()) seen.insert("unless");
    if (row.contingency) seen.insert("contingency");
    if (absl::StrContains(row.after, "detected")) seen.insert("after detected");
    if (absl::StrContains(row.after, "overdue")) seen.insert("after overdue");
  }
  EXPECT_THAT(seen, IsSupersetOf({"files.encrypt", "web.deface", "process.run_decoy", "log.append",
                                  "message", "question", "cue", "unless", "contingency",
                                  "after detected", "after overdue"}));
}

TEST(DefaceCongTinhTest, OpensWithACommunicationsCheckAndLastsNinetyMinutes) {
  const v1::Scenario scenario = LoadScenario("deface-cong-tinh.yaml");
  EXPECT_EQ(Micros(scenario.duration()), int64_t{90} * 60 * 1'000'000);
  const std::vector<TimelineRow> rows = Timeline(scenario);
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows[0].move, "comms-check");
  // Nothing is played before liaison was tested with points.
  const auto first_action = std::find_if(rows.begin(), rows.end(), [](const TimelineRow& row) {
    return absl::StrContains(row.kind, ".");
  });
  std::vector<std::string> before;
  for (auto it = rows.begin(); it != first_action; ++it) {
    if (!it->expectations.empty()) before.push_back(it->objective);
  }
  EXPECT_THAT(before, Contains("communications").Times(2));
}

// The yearly duty counts the drill for the system whose data are stolen.
TEST(GianDiepLayCapTest, TestsTheDutyOnTheRecords) {
  const v1::Scenario scenario = LoadScenario("gian-diep-lay-cap.yaml");
  EXPECT_THAT(ScoredOn(scenario, "records"),
              IsSupersetOf({v1::EXPECTATION_KIND_DETECT, v1::EXPECTATION_KIND_REPORT,
                            v1::EXPECTATION_KIND_CONTAIN, v1::EXPECTATION_KIND_RECOVER}));
}

TEST(GianDiepLayCapTest, GoesFromCallBacksToCoveredTracksWithinAQuarterOfAnHour) {
  const v1::Scenario scenario = LoadScenario("gian-diep-lay-cap.yaml");
  EXPECT_GE(Micros(scenario.duration()), int64_t{10} * 60 * 1'000'000);
  EXPECT_LE(Micros(scenario.duration()), int64_t{15} * 60 * 1'000'000);
  const std::vector<TimelineRow> rows = Timeline(scenario);
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows[0].objective, "communications");
  std::vector<std::string> actions;
  int notes_for_judges = 0;
  for (const TimelineRow& row : rows) {
    if (absl::StrContains(row.kind, ".") && !row.contingency) actions.push_back(row.kind);
    if (row.kind == "cue") ++notes_for_judges;
  }
  EXPECT_THAT(actions, ElementsAre("network.beacon", "persistence.cron", "persistence.ssh_key",
                                   "files.exfiltrate", "log.clear"));
  EXPECT_GE(notes_for_judges, 2);
}

}  // namespace
}  // namespace drill
