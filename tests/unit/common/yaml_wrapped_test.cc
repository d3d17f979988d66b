// Files that others designed: free keys, lists of one, scalars of any type, keys to skip.
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "absl/strings/str_split.h"
#include "common/yaml/load.h"
#include "drill/v1/atomic.pb.h"
#include "tests/support/status.h"
#include "tests/unit/common/yaml_test_messages.h"

namespace drill::yaml {
namespace {

using ::drill::testing::FromText;
using ::drill::testing::StatusIs;
using ::google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Lines(const absl::Status& status) {
  return absl::StrSplit(std::string(status.message()), '\n');
}

template <typename M>
void ExpectLoads(absl::string_view yaml, const std::string& expected) {
  M message;
  ASSERT_OK(Load(yaml, "f.yaml", &message)) << yaml;
  EXPECT_TRUE(MessageDifferencer::Equals(message, FromText<M>(expected))) << yaml << "\nloads to\n"
                                                                          << message.DebugString();
}

TEST(LoadWrapped, FreeKeysBecomeEntriesInTheOrderOfTheFile) {
  ExpectLoads<v1::AtomicTest>("input_arguments:\n  zeta: {type: string}\n  alpha: {type: path}\n",
                              R"pb(input_arguments {
                                     yaml_entries { yaml_key: "zeta" type: "string" }
                                     yaml_entries { yaml_key: "alpha" type: "path" }
                                   })pb");
}

TEST(LoadWrapped, FreeKeysInFreeKeys) {
  ExpectLoads<v1::StockpileAbility>("platforms:\n  linux,darwin:\n    sh: {command: id}\n",
                                    R"pb(platforms {
                                           yaml_entries {
                                             yaml_key: "linux,darwin"
                                             yaml_entries {
                                               yaml_key: "sh"
                                               command { yaml_value: "id" }
                                             }
                                           }
                                         })pb");
}

TEST(LoadWrapped, ARepeatedFreeKeyIsAFault) {
  v1::AtomicTest test;
  EXPECT_THAT(Lines(Load("input_arguments:\n  a1: {type: x}\n  a1: {type: y}\n", "f.yaml", &test)),
              ElementsAre("f.yaml:3:3: key \"a1\" is repeated, first given at 2:3"));
}

TEST(LoadWrapped, AScalarOfAnyTypeIsItsText) {
  for (const auto& [written, text] : std::vector<std::pair<std::string, std::string>>{
           {"4444", "4444"}, {"'080'", "080"}, {"1.50", "1.50"}, {"true", "true"}, {"\"\"", ""}}) {
    v1::AtomicArgument argument;
    ASSERT_OK(Load("default: " + written, "f.yaml", &argument));
    ASSERT_TRUE(argument.default_().has_yaml_value()) << written;
    EXPECT_EQ(argument.default_().yaml_value(), text);
  }
}

TEST(LoadWrapped, NullIsThereWithoutAValue) {
  for (const std::string written : {"default:", "default: null", "default: ~"}) {
    v1::AtomicArgument argument;
    ASSERT_OK(Load(written, "f.yaml", &argument));
    EXPECT_TRUE(argument.has_default_()) << written;
    EXPECT_FALSE(argument.default_().has_yaml_value()) << written;
  }
}

TEST(LoadWrapped, AMappingIsNoScalar) {
  v1::AtomicArgument argument;
  EXPECT_THAT(Load("default: {a: b}", "f.yaml", &argument),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("f.yaml:1:")));
}

TEST(LoadWrapped, AListOfOneMayBeWrittenWithoutItsList) {
  ExpectLoads<v1::StockpileExecutor>("cleanup: rm x", R"pb(cleanup { yaml_list: "rm x" })pb");
  ExpectLoads<v1::StockpileExecutor>("cleanup: [a, b]",
                                     R"pb(cleanup { yaml_list: "a" yaml_list: "b" })pb");
  ExpectLoads<v1::StockpileExecutor>("cleanup:", "cleanup {}");
}

TEST(LoadWrapped, TheRootMayBeAList) {
  ExpectLoads<v1::StockpileAbilities>("- {id: a}\n- {id: b}\n", R"pb(yaml_list { id: "a" }
                                                                     yaml_list { id: "b" })pb");
  v1::StockpileAbilities abilities;
  EXPECT_THAT(Lines(Load("id: a\n", "f.yaml", &abilities)),
              ElementsAre("f.yaml:1:1: found a mapping, expected a list"));
}

TEST(LoadWrapped, UnknownKeysAreSkippedOnlyWhereTheMessageSaysSo) {
  ExpectLoads<v1::StockpileAbility>("id: a\nparsers: {x: [{y: z}]}\n",
                                    R"pb(id: "a" yaml_ignored: "parsers")pb");
  v1::AtomicTest test;
  EXPECT_THAT(Load("name: a\nrandom_field: abc\n", "f.yaml", &test),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("f.yaml:2:1: unknown key \"random_field\"")));
  // What says how a message is written is no key.
  EXPECT_THAT(Load("yaml_ignored: [a]\n", "f.yaml", &test),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("unknown key")));
}

TEST(LoadWrapped, PositionsLeadIntoEntriesAndLists) {
  v1::AtomicTest test;
  Positions positions;
  ASSERT_OK(
      Load("name: a\n"
           "input_arguments:\n"
           "  first: {type: path}\n"
           "  second:\n"
           "    default: 5\n"
           "dependencies:\n"
           "- description: x\n"
           "- description: y\n",
           "f.yaml", &test, {}, &positions));
  EXPECT_EQ(positions.Find("input_arguments.yaml_entries[1]"), (Position{4, 3}));
  EXPECT_EQ(positions.Find("input_arguments.yaml_entries[1].default"), (Position{5, 14}));
  EXPECT_EQ(positions.Find("dependencies.yaml_list[1].description"), (Position{8, 16}));
}

TEST(LoadWrapped, KeepMessageLeavesWhatCouldBeRead) {
  v1::AtomicTechnique technique;
  Positions positions;
  Options options;
  options.keep_message = true;
  EXPECT_THAT(Lines(Load("attack_technique: T1003\nodd: 1\natomic_tests:\n- 5\n- name: b\n",
                         "f.yaml", &technique, options, &positions)),
              ElementsAre(HasSubstr("f.yaml:2:1: unknown key \"odd\""), HasSubstr("f.yaml:4:3: ")));
  EXPECT_EQ(technique.attack_technique(), "T1003");
  // The faulty element keeps its place.
  ASSERT_EQ(technique.atomic_tests_size(), 2);
  EXPECT_EQ(technique.atomic_tests(1).name(), "b");
  EXPECT_EQ(positions.Find("atomic_tests[1].name"), (Position{5, 9}));
}

}  // namespace
}  // namespace drill::yaml
