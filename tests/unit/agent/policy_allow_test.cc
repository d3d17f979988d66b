// An owner's policy gets commands, and keeps every other byte.
#include "agent/policy_allow.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/support/status.h"

namespace drill::agent {
namespace {

using ::drill::testing::StatusIs;

std::vector<v1::AllowedCommand> Two() {
  std::vector<v1::AllowedCommand> two(2);
  two[0].set_sha256(std::string(64, 'a'));
  two[0].set_name("a: \"b\" # c");
  two[1].set_sha256(std::string(64, 'b'));
  return two;
}

std::string Added(absl::string_view indent) {
  return absl::StrCat(indent, "- sha256: ", std::string(64, 'a'), "\n", indent,
                      "  name: \"a: \\\"b\\\" # c\"\n", indent, "- sha256: ", std::string(64, 'b'),
                      "\n");
}

TEST(WithCommands, AddsTheListAtTheEnd) {
  const std::string policy = "# mine\nactions:   [exec.atomic]  # some\nallow: [/tmp]";
  const auto text = WithCommands(policy, Two());
  ASSERT_OK(text.status());
  EXPECT_EQ(*text, absl::StrCat(policy, "\ncommands:\n", Added("  ")));
}

TEST(WithCommands, PutsThemFirstIntoTheListThatIsThere) {
  const std::string head = "allow: [/tmp]\ncommands:  # seen by me\n";
  const std::string tail = absl::StrCat(
      "# old ones\n- name: x   # kept\n  sha256: ", std::string(64, 'c'), "\n\nprotect: [/etc]\n");
  const auto text = WithCommands(head + tail, Two());
  ASSERT_OK(text.status());
  EXPECT_EQ(*text, absl::StrCat(head, Added(""), tail));
}

TEST(WithCommands, AnEmptyListIsReplaced) {
  const auto text = WithCommands("commands: []\nallow: [/tmp]\n", Two());
  ASSERT_OK(text.status());
  EXPECT_EQ(*text, absl::StrCat("commands:\n", Added("  "), "allow: [/tmp]\n"));
}

TEST(WithCommands, LeavesToTheOwnerWhatItCannotKeepWhole) {
  const std::string flow = absl::StrCat("commands: [{sha256: ", std::string(64, 'c'), "}]\n");
  EXPECT_THAT(WithCommands(flow, Two()).status(), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(WithCommands("allow: {", Two()).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace drill::agent
