#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "common/yaml/dump.h"
#include "common/yaml/load.h"
#include "drill/v1/duty.pb.h"
#include "drill/v1/register.pb.h"
#include "drill/v1/scenario.pb.h"
#include "tests/support/status.h"
#include "tests/unit/common/random_message.h"
#include "tests/unit/common/yaml_test_messages.h"

namespace drill::yaml {
namespace {

using ::drill::testing::FillAtRandom;
using ::drill::testing::FromText;
using ::drill::testing::IsOk;
using ::drill::yaml::test::Forms;
using ::google::protobuf::util::MessageDifferencer;

TEST(YamlDump, WritesFieldsInTheOrderOfTheirDeclaration) {
  EXPECT_EQ(Dump(FromText<v1::Scenario>(R"pb(
              injects {
                expect {
                  weight: 0
                  kind: EXPECTATION_KIND_DETECT
                  hosts { any: false }
                  target { seconds: 5400 }
                  fields { field: "severity" accept: "no" accept: "high" }
                }
                at { seconds: 90 }
                action { files_encrypt { dir: "@docs/hồ-sơ" } }
                id: "lock"
              }
              injects {
                id: "say"
                cue {}
              }
              injects {}
              title { vi: "Mã độc: tống tiền" en: "Ransomware" }
              summary { vi: "một dòng" }
              type: EXERCISE_TYPE_LIVE
              rubric {}
              id: "r1")pb")),
            R"(id: r1
title:
  vi: "Mã độc: tống tiền"
  en: Ransomware
summary: một dòng
type: live
injects:
  - id: lock
    action:
      files_encrypt:
        dir: "@docs/hồ-sơ"
    at: 1m30s
    expect:
      - kind: detect
        hosts:
          any: false
        target: 1h30m
        weight: 0
        fields:
          - field: severity
            accept:
              - "no"
              - high
  - id: say
    cue: {}
  - {}
rubric: {}
)");
}

TEST(YamlDump, WritesEveryForm) {
  EXPECT_EQ(Dump(FromText<Forms>(R"pb(
              i32: -5
              u64: 18446744073709551615
              flag: false
              text: ""
              data: "\001\002\003"
              colour: COLOUR_DARK_BLUE
              length { nanos: 500000000 }
              when { seconds: 1795312800 }
              day { year: 2026 month: 11 day: 22 }
              words { en: "only English" }
              flags: true
              datas: ""
              wordses {}
              wordses { vi: "một" }
              by_number: 0)pb")),
            R"(i32: -5
u64: 18446744073709551615
flag: false
text: ""
data: AQID
colour: dark_blue
length: 500ms
when: 2026-11-22T09:00:00+07:00
day: 2026-11-22
words:
  en: only English
flags:
  - true
datas:
  - ""
wordses:
  - {}
  - một
by_number: 0
)");
  EXPECT_EQ(Dump(Forms()), "{}\n");
}

TEST(YamlDump, QuotesWhatAnyReaderMightMistake) {
  const std::pair<const char*, const char*> cases[] = {
      {"plain words, [really]#1", "plain words, [really]#1"},
      {"not a #comment", "\"not a #comment\""},
      {"null", "\"null\""},
      {"Off", "\"Off\""},
      {"0644", "\"0644\""},
      {"-1", "\"-1\""},
      {"a: b", "\"a: b\""},
      {"a:b", "a:b"},
      {"a:", "\"a:\""},
      {"a ", "\"a \""},
      {"say \"hi\"", "say \"hi\""},
      {"\"hi\" \\o/", "\"\\\"hi\\\" \\\\o/\""},
      {"two\nlines\n", "\"two\\nlines\\n\""},
      {"tab\there", "\"tab\\there\""},
      {"\x1b[0m", "\"\\u001B[0m\""},
      {"a\xE2\x80\xAE"
       "b",
       "\"a\\u202Eb\""},
      {"a\xEF\xBB\xBF"
       "b",
       "\"a\\uFEFFb\""},
      {"bad \xFF byte", "\"bad \\uFFFD byte\""},
  };
  for (const auto& [text, expected] : cases) {
    Forms forms;
    forms.set_text(text);
    EXPECT_EQ(Dump(forms), absl::StrCat("text: ", expected, "\n"));
  }
}

TEST(YamlDump, LeavesOutWhatNoFileCanSay) {
  EXPECT_EQ(Dump(FromText<Forms>(R"pb(
              colour: COLOUR_UNSPECIFIED
              day {}
              colours: COLOUR_RED
              colours: COLOUR_UNSPECIFIED
              days { year: 2026 month: 2 day: 30 })pb")),
            "colours:\n  - red\ndays: []\n");
}

template <typename M>
void ExpectRoundTrips(uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < count; ++i) {
    M message, read;
    FillAtRandom(&random, &message);
    const std::string yaml = Dump(message);
    ASSERT_OK(Load(yaml, "f.yaml", &read)) << yaml;
    ASSERT_TRUE(MessageDifferencer::Equals(read, message)) << yaml << "\n" << message.DebugString();
    ASSERT_EQ(Dump(read), yaml);
  }
}

TEST(YamlDump, LoadReadsBackTheSameMessage) {
  ExpectRoundTrips<Forms>(1, 1500);
  ExpectRoundTrips<v1::Scenario>(2, 300);
  ExpectRoundTrips<v1::Register>(3, 300);
  ExpectRoundTrips<v1::Obligations>(4, 300);
}

TEST(YamlDumpDeathTest, FieldsThatYamlCannotFillAreABug) {
  test::Refused refused;
  refused.set_ratio(1.5);
  EXPECT_DEATH(Dump(refused), "DRILL_CHECK");
}

}  // namespace
}  // namespace drill::yaml
