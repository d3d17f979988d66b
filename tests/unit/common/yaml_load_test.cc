#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/yaml/load.h"
#include "drill/v1/duty.pb.h"
#include "drill/v1/exercise.pb.h"
#include "drill/v1/register.pb.h"
#include "drill/v1/scenario.pb.h"
#include "tests/support/status.h"
#include "tests/unit/common/yaml_test_messages.h"

namespace drill::yaml {
namespace {

using ::drill::testing::FaultsOf;
using ::drill::testing::FromText;
using ::drill::testing::IsOk;
using ::drill::testing::StatusIs;
using ::drill::yaml::test::Forms;
using ::drill::yaml::test::Refused;
using ::google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;

// The message that `yaml` loads to, in protobuf's text form must be `expected`.
template <typename M>
void ExpectLoads(absl::string_view yaml, const std::string& expected) {
  M message;
  ASSERT_OK(Load(yaml, "f.yaml", &message)) << yaml;
  EXPECT_TRUE(MessageDifferencer::Equals(message, FromText<M>(expected))) << yaml << "\nloads to\n"
                                                                          << message.DebugString();
}

// ---- whole files -------------------------------------------------------------------------------

constexpr absl::string_view kScenario = R"(# Một kịch bản nhỏ
id: ransomware-01
title: {vi: Mã độc tống tiền, en: Ransomware}
type: live
duration: 4h
cast:
  systems:
    - {id: portal, title: Cổng thông tin, roles: [web, db]}
  teams:
    - id: soc
injects:
  - id: lock
    title: Mã hoá hồ sơ
    action:
      files.encrypt:
        dir: "@docs/hồ-sơ"
        count: 20
    at: 1h30m
    targets:
      - system: portal
        role: web
    techniques: [T1486]
    expect:
      - kind: detect
        team: soc
        hosts: {any: true}
        target: 15m
        limit: 1h
        weight: 0
      - kind: report
        team: soc
        fields:
          - field: severity
            accept: [no, on, 09:05, 0644, 1e3, nghiêm trọng]
)";

TEST(LoadFile, Scenario) {
  ExpectLoads<v1::Scenario>(kScenario, R"pb(
    id: "ransomware-01"
    title { vi: "Mã độc tống tiền" en: "Ransomware" }
    type: EXERCISE_TYPE_LIVE
    duration { seconds: 14400 }
    cast {
      systems {
        id: "portal"
        title { vi: "Cổng thông tin" }
        roles: "web"
        roles: "db"
      }
      teams { id: "soc" }
    }
    injects {
      id: "lock"
      title { vi: "Mã hoá hồ sơ" }
      action { files_encrypt { dir: "@docs/hồ-sơ" count: 20 } }
      at { seconds: 5400 }
      targets { system: "portal" role: "web" }
      techniques: "T1486"
      expect {
        kind: EXPECTATION_KIND_DETECT
        team: "soc"
        hosts { any: true }
        target { seconds: 900 }
        limit { seconds: 3600 }
        weight: 0
      }
      expect {
        kind: EXPECTATION_KIND_REPORT
        team: "soc"
        fields {
          field: "severity"
          accept: "no"
          accept: "on"
          accept: "09:05"
          accept: "0644"
          accept: "1e3"
          accept: "nghiêm trọng"
        }
      }
    })pb");
}

TEST(LoadFile, Register) {
  ExpectLoads<v1::Register>(R"(
organisations:
  - id: so-tttt
    name: {vi: Sở Thông tin và Truyền thông}
    successors:
      - organisation: so-khcn
        from: 2025-03-01
        decision: {number: 123/QĐ-UBND, date: 2025-02-28}
people:
  - {id: an, name: Nguyễn Văn An, roles: [director, owner], active: false}
teams:
  - {id: soc, kind: response, members: [an]}
)",
                            R"pb(
                              organisations {
                                id: "so-tttt"
                                name { vi: "Sở Thông tin và Truyền thông" }
                                successors {
                                  organisation: "so-khcn"
                                  from { year: 2025 month: 3 day: 1 }
                                  decision {
                                    number: "123/QĐ-UBND"
                                    date { year: 2025 month: 2 day: 28 }
                                  }
                                }
                              }
                              people {
                                id: "an"
                                name: "Nguyễn Văn An"
                                roles: ROLE_DIRECTOR
                                roles: ROLE_OWNER
                                active: false
                              }
                              teams { id: "soc" kind: TEAM_KIND_RESPONSE members: "an" })pb");
}

TEST(LoadFile, Obligations) {
  ExpectLoads<v1::Obligations>(R"(
obligations:
  - id: ct18
    document: CT 18/CT-TTg 13/10/2022
    quote: >-
      tối thiểu 01 lần/năm
      đối với hệ thống cấp độ 3 trở lên
    levels: [3, 4, 5]
    rule: every_calendar_year
    evidence: live_drill
    effective_from: 2022-10-13
)",
                               R"pb(
                                 obligations {
                                   id: "ct18"
                                   document: "CT 18/CT-TTg 13/10/2022"
                                   quote: "tối thiểu 01 lần/năm đối với hệ thống cấp độ 3 trở lên"
                                   levels: 3
                                   levels: 4
                                   levels: 5
                                   rule: DUTY_RULE_EVERY_CALENDAR_YEAR
                                   evidence: DUTY_EVIDENCE_LIVE_DRILL
                                   effective_from { year: 2022 month: 10 day: 13 }
                                 })pb");
}

TEST(LoadFile, ReplacesWhatTheMessageHeld) {
  v1::Scenario scenario;
  scenario.mutable_rubric();
  scenario.add_injects();
  ASSERT_OK(Load("id: new", "f.yaml", &scenario));
  EXPECT_TRUE(MessageDifferencer::Equals(scenario, FromText<v1::Scenario>("id: 'new'")));
}

TEST(LoadFile, LeavesNothingAfterAFault) {
  v1::Scenario scenario;
  Positions positions;
  EXPECT_THAT(Load("id: new\ntype: dead", "f.yaml", &scenario, {}, &positions),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(scenario.ByteSizeLong(), 0u);
  EXPECT_EQ(positions.Find("id"), Position{});
}

// ---- scalars -----------------------------------------------------------------------------------

TEST(LoadScalar, TextIsNeverGuessedAt) {
  for (const char* word : {"no", "on", "Yes", "true", "09:05", "0644", "1e3", "0x10", "1_000",
                           "2026-11-22", "1.0", ".inf", "nul", "NuLL", "=", "-1"}) {
    Forms forms;
    ASSERT_OK(Load(absl::StrCat("text: ", word), "f.yaml", &forms));
    EXPECT_EQ(forms.text(), word);
  }
}

TEST(LoadScalar, TextInEveryStyle) {
  ExpectLoads<Forms>(R"(texts: [plain, 'it''s', "tab\t\u1EA1", "", "null", '~', !!str , !!str 5])",
                     R"pb(texts: "plain"
                          texts: "it's"
                          texts: "tab\tạ"
                          texts: ""
                          texts: "null"
                          texts: "~"
                          texts: ""
                          texts: "5")pb");
  ExpectLoads<Forms>("texts:\n- |\n  one\n  two\n- >-\n  folded\n  line\n",
                     R"pb(texts: "one\ntwo\n" texts: "folded line")pb");
  // Bidirectional controls are the linter's business.
  ExpectLoads<Forms>("text: \"\\u202Eabc\"",
                     "text: '\xE2\x80\xAE"
                     "abc'");
}

TEST(LoadScalar, ATimeForMicroseconds) {
  for (const char* written :
       {"2026-11-22T09:00:00+07:00", "\"2026-11-22T02:00:00Z\"", "1795312800000000"}) {
    ExpectLoads<v1::UpstreamNotice>(absl::StrCat("notified_us: ", written),
                                    "notified_us: 1795312800000000");
  }
}

TEST(LoadScalar, EveryOtherForm) {
  ExpectLoads<Forms>(R"(
i32: -2147483648
i64: -9223372036854775808
u32: 4294967295
u64: 18446744073709551615
flag: false
data: AQID
colour: dark_blue
letter: "mike"
length: 1d
when: 2026-11-22 09:00:00+07:00
day: 2024-02-29
words: xin chào
by_number: 0
)",
                     R"pb(
                       i32: -2147483648
                       i64: -9223372036854775808
                       u32: 4294967295
                       u64: 18446744073709551615
                       flag: false
                       data: "\001\002\003"
                       colour: COLOUR_DARK_BLUE
                       letter: LETTER_MIKE
                       length { seconds: 86400 }
                       when { seconds: 1795312800 }
                       day { year: 2024 month: 2 day: 29 }
                       words { vi: "xin chào" }
                       by_number: 0)pb");
}

TEST(LoadScalar, EveryFormInLists) {
  ExpectLoads<Forms>(R"(
i32s: [1, -2]
i64s: [3]
u32s: [4]
u64s: [5]
flags: [true, false]
datas: [AQ==, !!binary Ag==, ""]
colours: [red, dark_blue, red]
lengths: [0s, 1ns]
whens: [1970-01-01T00:00:00Z]
days: [2026-01-01]
wordses: [một, {en: two}, {}]
inners: [{}, {i32: 1}]
texts: []
)",
                     R"pb(
                       i32s: 1
                       i32s: -2
                       i64s: 3
                       u32s: 4
                       u64s: 5
                       flags: true
                       flags: false
                       datas: "\001"
                       datas: "\002"
                       datas: ""
                       colours: COLOUR_RED
                       colours: COLOUR_DARK_BLUE
                       colours: COLOUR_RED
                       lengths {}
                       lengths { nanos: 1 }
                       whens {}
                       days { year: 2026 month: 1 day: 1 }
                       wordses { vi: "một" }
                       wordses { en: "two" }
                       wordses {}
                       inners {}
                       inners { i32: 1 })pb");
}

TEST(LoadScalar, CoreTagsAreTakenWhereTheyFit) {
  ExpectLoads<Forms>("!!map {i32: !!int 5, flag: !!bool true, texts: !!seq [! a, !!str b]}",
                     "i32: 5 flag: true texts: 'a' texts: 'b'");
  ExpectLoads<Forms>("data: !!binary |\n  AQ\n  ID\n", R"pb(data: "\001\002\003")pb");
  ExpectLoads<Forms>("%TAG !y! tag:yaml.org,2002:\n---\ni32: !y!int 5\n", "i32: 5");
}

TEST(LoadScalar, PresenceOfEmptyMessages) {
  ExpectLoads<Forms>("inner: {}", "inner {}");
  ExpectLoads<Forms>("by_nothing: {}", "by_nothing {}");
  ExpectLoads<Forms>("words: {}", "words {}");
  ExpectLoads<Forms>("{}", "");
}

// ---- the text around it ------------------------------------------------------------------------

TEST(LoadText, BomCrLfCommentsAndMarkersAreFine) {
  ExpectLoads<Forms>("\xEF\xBB\xBFi32: 1\r\n# lời\r\ntext: a\r\n", "i32: 1 text: 'a'");
  ExpectLoads<Forms>("%YAML 1.2\n---\ni32: 1 # one\n...\n", "i32: 1");
  ExpectLoads<Forms>("i32: 1\n...\n# after\n", "i32: 1");
}

TEST(LoadText, BomDoesNotShiftColumns) {
  EXPECT_EQ(FaultsOf<Forms>("\xEF\xBB\xBFi32: x"),
            "f.yaml:1:6: i32: found \"x\", expected a whole number from -2147483648 to 2147483647");
}

TEST(LoadText, ColumnsCountCharactersNotBytes) {
  EXPECT_EQ(FaultsOf<Forms>("{text: ắắắ, flag: vâng}"),
            "f.yaml:1:19: flag: found \"vâng\", expected true or false");
}

TEST(LoadText, TooLong) {
  Forms forms;
  EXPECT_THAT(Load("text: abcdef", "f.yaml", &forms, {.max_bytes = 11}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "f.yaml:1:1: the file is too long, found 12 bytes, expected at most 11"));
  EXPECT_OK(Load("text: abcdef", "f.yaml", &forms, {.max_bytes = 12}));
}

TEST(LoadText, TooDeep) {
  std::string yaml;
  for (int i = 0; i < 63; ++i) yaml += "{inner: ";
  const std::string close(63, '}');
  Forms forms;
  ASSERT_OK(Load(absl::StrCat(yaml, "{}", close), "f.yaml", &forms));
  EXPECT_EQ(FaultsOf<Forms>(absl::StrCat(yaml, "{inner: {}}", close)),
            "f.yaml:1:513: nested more than 64 deep");
  // Under a key that is not known, too, and however deep it goes on.
  EXPECT_THAT(FaultsOf<Forms>(absl::StrCat("strange: ", std::string(100'000, '['))),
              HasSubstr("f.yaml:1:73: nested more than 64 deep"));
}

TEST(LoadText, TooManyValues) {
  Forms forms;
  EXPECT_OK(Load("i32s: [1, 2, 3]", "f.yaml", &forms, {.max_nodes = 6}));
  EXPECT_THAT(Load("i32s: [1, 2, 3]", "f.yaml", &forms, {.max_nodes = 5}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "f.yaml:1:14: too much in one file, expected at most 5 values"));
}

TEST(LoadText, FaultsStopAtTheLimit) {
  Forms forms;
  const absl::string_view yaml = "i32s: [a, b, c]";
  const absl::Status two = Load(yaml, "f.yaml", &forms, {.max_errors = 2});
  EXPECT_EQ(two.message(),
            "f.yaml:1:8: i32s[0]: found \"a\", expected a whole number from -2147483648 to "
            "2147483647\n"
            "f.yaml:1:11: i32s[1]: found \"b\", expected a whole number from -2147483648 to "
            "2147483647\n"
            "f.yaml: and more; mend these first");
  const absl::Status three = Load(yaml, "f.yaml", &forms, {.max_errors = 3});
  EXPECT_THAT(std::string(three.message()), ::testing::Not(HasSubstr("and more")));
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(three.message(), '\n')).size(), 3u);
}

TEST(LoadText, AllFaultsInOnePass) {
  EXPECT_EQ(FaultsOf<v1::Scenario>(R"(id:
titel: x
type: life
duration: 90
injects:
  - id: a
    id: b
    at: later
    message: {teams: soc}
    cue: {body: {vi: x, fr: y}}
    techniques: [[T1]]
)"),
            "f.yaml:1:4: id: found no value, expected text; or remove the key\n"
            "f.yaml:2:1: unknown key \"titel\" in Scenario (did you mean \"title\"?), expected one "
            "of: id, title, summary, type, duration, cast, objectives, moves, injects, rubric, "
            "criteria, survey and 1 more\n"
            "f.yaml:3:7: type: found \"life\", expected one of: live, mixed, tabletop "
            "(did you mean \"live\"?)\n"
            "f.yaml:4:11: duration: found \"90\", expected a length of time such as 90s, 1h30m or "
            "2d (the unit is missing, write 90s)\n"
            "f.yaml:7:5: key id is repeated, first given at 6:5\n"
            "f.yaml:8:9: at: found \"later\", expected a length of time such as 90s, 1h30m or 2d "
            "(units are d, h, m, s, ms)\n"
            "f.yaml:9:22: teams: found \"soc\", expected a list, each text\n"
            "f.yaml:10:5: key cue stands beside message given at 9:5, expected only one of the "
            "two\n"
            "f.yaml:11:18: techniques[0]: found a list, expected text");
}

// ---- internal limits of the vocabulary ---------------------------------------------------------

TEST(LoadUnsupported, IsAFaultOfTheProgramAndNamesTheField) {
  const std::pair<const char*, const char*> cases[] = {{"pairs: {a: b}", "pairs"},
                                                       {"ratio: 1.5", "ratio"},
                                                       {"share: 1.5", "share"},
                                                       {"any: {}", "any"}};
  for (const auto& [yaml, field] : cases) {
    Refused refused;
    EXPECT_THAT(
        Load(yaml, "f.yaml", &refused),
        StatusIs(absl::StatusCode::kInternal, absl::StrCat("field drill.yaml.test.Refused.", field,
                                                           " is of a type that YAML cannot fill")));
  }
  Refused refused;
  EXPECT_OK(Load("fine: yes", "f.yaml", &refused));
}

// ---- positions ---------------------------------------------------------------------------------

TEST(LoadPositions, OfFieldsElementsAndTheNearestEnclosing) {
  v1::Scenario scenario;
  Positions positions;
  ASSERT_OK(Load(kScenario, "f.yaml", &scenario, {}, &positions));
  const std::pair<const char*, Position> cases[] = {
      {"", {2, 1}},
      {"id", {2, 5}},
      {"title", {3, 1}},
      {"title.en", {3, 35}},
      {"cast.systems[0].roles[1]", {8, 56}},
      {"injects", {11, 1}},
      {"injects[0]", {12, 5}},
      {"injects[0].title", {13, 12}},
      {"injects[0].title.vi", {13, 12}},  // written as one scalar
      {"injects[0].action.files_encrypt", {15, 7}},
      {"injects[0].action.files_encrypt.count", {17, 16}},
      {"injects[0].expect[0].team", {25, 15}},
      {"injects[0].expect[1]", {30, 9}},
      {"injects[0].expect[1].weight", {30, 9}},  // absent: its expectation
      {"injects[0].expect[9].weight", {23, 5}},  // absent: the list
      {"injects[0].expect.weight", {23, 5}},     // no element named
      {"rubric.late_floor_permille", {2, 1}},    // absent: the file
      {"injects[0].nonsense", {12, 5}},
      {"injects[x].id", {2, 1}},
  };
  for (const auto& [path, expected] : cases) {
    const Position at = positions.Find(path);
    EXPECT_EQ(at, expected) << path << " at " << at.line << ":" << at.column;
  }
}

TEST(LoadPositions, BelongToTheLastLoad) {
  Forms forms;
  Positions positions;
  ASSERT_OK(Load("\n\ntext: a", "f.yaml", &forms, {}, &positions));
  ASSERT_OK(Load("i32: 1", "f.yaml", &forms, {}, &positions));
  EXPECT_EQ(positions.Find("text"), (Position{1, 1}));
  EXPECT_EQ(positions.Find("i32"), (Position{1, 6}));
}

TEST(LoadPositions, FaultLineHasTheFormOfTheLoadersOwn) {
  EXPECT_EQ(FaultLine("f.yaml", {3, 9}, "weight: found 0, expected 1 to 1000"),
            "f.yaml:3:9: weight: found 0, expected 1 to 1000");
}

}  // namespace
}  // namespace drill::yaml
