// Anchors and aliases: what they load to, where their faults are told, and their limits.
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/yaml/load.h"
#include "drill/v1/scenario.pb.h"
#include "tests/support/status.h"
#include "tests/unit/common/yaml_test_messages.h"

namespace drill::yaml {
namespace {

using ::drill::testing::FaultsOf;
using ::drill::testing::FromText;
using ::drill::testing::IsOk;
using ::drill::yaml::test::Forms;
using ::google::protobuf::util::MessageDifferencer;

void ExpectLoads(absl::string_view yaml, const std::string& expected) {
  Forms forms;
  ASSERT_OK(Load(yaml, "f.yaml", &forms)) << yaml;
  EXPECT_TRUE(MessageDifferencer::Equals(forms, FromText<Forms>(expected)))
      << yaml << "\nloads to\n"
      << forms.DebugString();
}

TEST(YamlAlias, StandsForAScalarAListOrAMapping) {
  ExpectLoads("{text: &t xin chào, texts: [*t, b, *t]}",
              "text: 'xin chào' texts: 'xin chào' texts: 'b' texts: 'xin chào'");
  ExpectLoads("inner: {i32s: &l [1, 2]}\ni32s: *l", "inner { i32s: [1, 2] } i32s: [1, 2]");
  ExpectLoads("inners:\n- &m {i32: 1, words: {vi: a}}\n- *m\n- {i32: 2}\ninner: *m\n",
              "inners { i32: 1 words { vi: 'a' } } inners { i32: 1 words { vi: 'a' } } "
              "inners { i32: 2 } inner { i32: 1 words { vi: 'a' } }");
}

TEST(YamlAlias, MeansWhatItsOwnFieldSays) {
  ExpectLoads("text: &n 5\ni32: *n\nletter: &e echo\ntexts: [*e]\n",
              "text: '5' i32: 5 letter: LETTER_ECHO texts: 'echo'");
}

TEST(YamlAlias, MayBeAKey) { ExpectLoads("text: &k i32\n*k : 7\n", "text: 'i32' i32: 7"); }

TEST(YamlAlias, MayHoldAliasesAndAnchors) {
  ExpectLoads("inner: &a {text: &b x, texts: [*b, *b]}\ninners: [&c {inner: *a}, *c]\ntext: *b\n",
              "inner { text: 'x' texts: 'x' texts: 'x' } "
              "inners { inner { text: 'x' texts: 'x' texts: 'x' } } "
              "inners { inner { text: 'x' texts: 'x' texts: 'x' } } text: 'x'");
}

TEST(YamlAlias, StandsForTheLatestAnchorOfItsNameWhenItWasWritten) {
  // The list was read while x meant "old"; replaying it later does not change that.
  ExpectLoads("texts: [&x old]\ninners: [&l {texts: [*x]}, {text: &x new}, *l, {text: *x}]",
              "texts: 'old' inners { texts: 'old' } inners { text: 'new' } "
              "inners { texts: 'old' } inners { text: 'new' }");
}

TEST(YamlAlias, AnchorsUnderARefusedKeyStillCount) {
  EXPECT_EQ(FaultsOf<v1::Cue>("x-common: &c {vi: a}\nbody: *c"),
            "f.yaml:1:1: unknown key \"x-common\" in Cue, expected one of: body");
}

TEST(YamlAlias, FaultsAreToldAtTheAliasAndNameTheAnchor) {
  EXPECT_EQ(FaultsOf<Forms>("text: &t hai\ni32: *t"),
            "f.yaml:2:6: i32: found \"hai\", expected a whole number from -2147483648 to "
            "2147483647 (anchor defined at 1:7)");
  // Through two aliases: the place where the words are, and the alias in the file itself.
  EXPECT_EQ(FaultsOf<Forms>("texts: [&t hai]\n"
                            "inners: [{texts: &l [*t, ba]}]\n"
                            "i32s: *l\n"),
            "f.yaml:3:7: i32s[0]: found \"hai\", expected a whole number from -2147483648 to "
            "2147483647 (anchor defined at 1:9)\n"
            "f.yaml:3:7: i32s[1]: found \"ba\", expected a whole number from -2147483648 to "
            "2147483647 (anchor defined at 2:18)");
  EXPECT_EQ(FaultsOf<Forms>("inner: &i {text: a}\nwords: *i"),
            "f.yaml:2:8: unknown key \"text\" in Text, expected one of: vi, en (anchor defined at "
            "1:8)");
  EXPECT_EQ(FaultsOf<Forms>("texts: &l [a]\ntext: *l"),
            "f.yaml:2:7: text: found a list, expected text (anchor defined at 1:8)");
}

TEST(YamlAlias, WithoutAnAnchorBeforeIt) {
  EXPECT_EQ(FaultsOf<Forms>("text: *later\nby_name: &later x"),
            "f.yaml:1:7: alias *later has no anchor before it, expected one of the file's earlier "
            "&names");
  // Told once, where it stands, however often what holds it is used.
  EXPECT_EQ(FaultsOf<Forms>("inners: [&m {texts: [*none]}, *m, *m]"),
            "f.yaml:1:22: alias *none has no anchor before it, expected one of the file's earlier "
            "&names");
}

TEST(YamlAlias, InsideItself) {
  EXPECT_EQ(FaultsOf<Forms>("inner: &i\n  inner: *i\n  inners: [*i]\n"),
            "f.yaml:2:10: alias *i stands inside its own anchor (anchor defined at 1:8)\n"
            "f.yaml:3:12: alias *i stands inside its own anchor (anchor defined at 1:8)");
  EXPECT_EQ(FaultsOf<Forms>("&all {inner: *all}"),
            "f.yaml:1:14: alias *all stands inside its own anchor (anchor defined at 1:1)");
}

TEST(YamlAlias, PositionsAreThoseOfTheAlias) {
  Forms forms;
  Positions positions;
  ASSERT_OK(Load("inners:\n- &m\n  texts: [a]\n- *m\n", "f.yaml", &forms, {}, &positions));
  EXPECT_EQ(positions.Find("inners[0].texts[0]"), (Position{3, 11}));
  EXPECT_EQ(positions.Find("inners[1]"), (Position{4, 3}));
  EXPECT_EQ(positions.Find("inners[1].texts[0]"), (Position{4, 3}));
}

// Each list holds the one before it nine times: nine levels would be 387 million values.
std::string Laughs(absl::string_view key) {
  std::string yaml = "texts: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i <= 9; ++i) {
    absl::StrAppend(&yaml, key, i, ": &a", i, " [");
    for (int j = 0; j < 9; ++j) absl::StrAppend(&yaml, j > 0 ? ", " : "", "*a", i - 1);
    yaml += "]\n";
  }
  return yaml;
}

TEST(YamlAlias, BillionLaughsAreRefusedBeforeTheyAreTold) {
  const std::string faults = FaultsOf<Forms>(Laughs("x"));
  // Level 5 would hold 6 * 9^6 / 5 values and more; the alias that crosses the million is named.
  EXPECT_THAT(faults, ::testing::HasSubstr("too much in one file, expected at most 1000000 values "
                                           "once this alias is replaced by what it stands for"));
  EXPECT_THAT(faults, ::testing::HasSubstr("f.yaml:6:"));
}

TEST(YamlAlias, LongTextCannotBeMultipliedEither) {
  std::string yaml = absl::StrCat("text: &t ", std::string(1 << 20, 'x'), "\ntexts: [*t");
  for (int i = 0; i < 40; ++i) yaml += ", *t";
  yaml += "]\n";
  EXPECT_EQ(FaultsOf<Forms>(yaml),
            "f.yaml:2:129: too much in one file, expected at most 33554432 bytes of text once this "
            "alias is replaced by what it stands for");
}

TEST(YamlAlias, DepthCountsThroughAliases) {
  std::string yaml = "inners:\n- &a0 {inner: {inner: {}}}\n";
  for (int i = 1; i < 40; ++i) {
    absl::StrAppend(&yaml, "- &a", i, " {inner: {inner: *a", i - 1, "}}\n");
  }
  EXPECT_EQ(FaultsOf<Forms>(yaml),
            "f.yaml:32:24: nested more than 64 deep (anchor defined at 2:3)");
}

}  // namespace
}  // namespace drill::yaml
