// docs/actions.md says what action.proto and the agent's tables say.

#include "tests/actions_page/actions_page.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "agent/actions/action_facts.h"
#include "tests/support/status.h"

namespace drill::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string SourceDir() {
  const char* dir = std::getenv("DRILL_SOURCE_DIR");
  return dir == nullptr ? "." : dir;
}

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(ActionsPageTest, IsUpToDate) {
  const auto page = ActionsPage(DRILL_ACTION_DESCRIPTORS);
  ASSERT_OK(page);
  EXPECT_TRUE(ReadAll(SourceDir() + "/" + kActionsPage) == *page)
      << kActionsPage << " is not what the sources say by now; make it again:\n"
      << "  ninja -C build write_actions_page && build/bin/write_actions_page .";
}

TEST(ActionsPageTest, HasASectionForEachKindWithAllOfItsParameters) {
  const auto page = ActionsPage(DRILL_ACTION_DESCRIPTORS);
  ASSERT_OK(page);
  for (const agent::ActionKind& kind : agent::ActionKinds()) {
    const size_t begin = page->find(absl::StrCat("\n## ", kind.name, "\n"));
    ASSERT_NE(begin, std::string::npos) << kind.name;
    const std::string section = page->substr(begin, page->find("\n## ", begin + 1) - begin);
    EXPECT_THAT(section, HasSubstr(std::string(kind.noticeable)));
    const auto* parameters = v1::Action::descriptor()->FindFieldByNumber(kind.kind)->message_type();
    for (int i = 0; i < parameters->field_count(); ++i) {
      EXPECT_THAT(section, HasSubstr(absl::StrCat("| `", parameters->field(i)->name(), "` |")));
    }
  }
}

TEST(ActionsPageTest, TakesRangesDefaultsAndChoicesFromTheComments) {
  const auto page = ActionsPage(DRILL_ACTION_DESCRIPTORS);
  ASSERT_OK(page);
  EXPECT_THAT(*page, HasSubstr("| `count` | number | Decoy documents, 1..500. Default 20. |"));
  EXPECT_THAT(*page, HasSubstr("| `every` | length of time | Mean time between two, 1 s..1 h."));
  EXPECT_THAT(*page, HasSubstr("| `channel` | word | `http` (default), `https` (believes the "));
  EXPECT_THAT(*page, HasSubstr("- **ATT&CK**: T1499.002, T1498, T1499, T1498.001\n"));
}

TEST(ActionsPageTest, SaysWhatEveryParameterMeans) {
  const auto page = ActionsPage(DRILL_ACTION_DESCRIPTORS);
  ASSERT_OK(page);
  EXPECT_THAT(*page, Not(HasSubstr("|  |"))) << "a parameter in action.proto has no comment";
}

TEST(ActionsPageTest, IsNotMadeOfAnythingElse) {
  EXPECT_THAT(ActionsPage("/nowhere"), StatusIs(absl::StatusCode::kNotFound));
  const std::string path = ::testing::TempDir() + "actions_page_test.descriptors";
  std::ofstream(path) << "not a descriptor set";
  EXPECT_THAT(ActionsPage(path), StatusIs(absl::StatusCode::kInvalidArgument));
  std::ofstream(path, std::ios::trunc).flush();
  EXPECT_THAT(ActionsPage(path), StatusIs(absl::StatusCode::kInvalidArgument));
  std::filesystem::remove(path);
}

TEST(ActionFactsTest, DescribeEveryKindOfTheVocabularyOnce) {
  std::set<int> kinds;
  for (const agent::ActionFacts& facts : agent::AllActionFacts()) {
    EXPECT_TRUE(kinds.insert(facts.kind).second) << facts.kind;
    EXPECT_THAT(facts.seen_by, Not(IsEmpty())) << facts.kind;
    for (const absl::string_view text : {facts.leaves, facts.policy, facts.rights}) {
      EXPECT_FALSE(text.empty()) << facts.kind;
    }
  }
  const auto* action = v1::Action::descriptor();
  for (int i = 0; i < action->field_count(); ++i) {
    EXPECT_THAT(kinds, Contains(action->field(i)->number())) << action->field(i)->name();
  }
}

TEST(ActionFactsTest, UseTypesOfTheNationalForm) {
  std::set<absl::string_view> types;
  for (const agent::ReportType& type : agent::ReportTypes()) types.insert(type.name);
  EXPECT_EQ(types.size(), 10u);
  for (const agent::ActionFacts& facts : agent::AllActionFacts()) {
    EXPECT_THAT(types, Contains(facts.report_type)) << facts.kind;
  }
}

// A type is played by a kind, or the page says how a drill plays it.
TEST(ActionFactsTest, LeaveNoTypeOfTheFormOut) {
  for (const agent::ReportType& type : agent::ReportTypes()) {
    const bool played = std::any_of(
        agent::ActionKinds().begin(), agent::ActionKinds().end(), [&](const auto& kind) {
          const agent::ActionFacts* facts = agent::FindActionFacts(kind.kind);
          return facts != nullptr && facts->report_type == type.name;
        });
    EXPECT_NE(played, !type.otherwise.empty()) << type.name;
  }
}

}  // namespace
}  // namespace drill::testing
