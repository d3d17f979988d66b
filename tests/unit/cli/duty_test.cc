// duty status, why, calendar; obligation lint.
#include <google/protobuf/text_format.h>

#include <algorithm>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/duty_calendar.h"
#include "common/yaml/dump.h"
#include "tests/support/fake_drill.h"
#include "tests/unit/cli/run_cli.h"

namespace drill::cli {
namespace {

using ::drill::testing::FakeDrill;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

v1::DutyTable Sample() {
  v1::DutyTable duty;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        year: 2026
        as_of_us: 1795316400000000
        rows {
          system: "cong"
          system_name { vi: "Cổng, dịch vụ công" en: "Portal" }
          owner: "so-khcn"
          level: 3
          obligation: "o1"
          state: DUTY_STATE_PENDING
          due { year: 2026 month: 12 day: 31 }
          exercise: "dt-1"
          held_on { year: 2026 month: 6 day: 2 }
          depth { vi: "2 hành động" en: "2 actions" }
          missing { vi: "cuộc diễn tập chưa đóng" en: "not closed" }
          started: "dt-0"
          started: "dt-1"
          aborted: "dt-0"
          notes { vi: "theo cấp độ đề xuất" en: "bound by its proposed level" }
          level_missing: true
        }
        rows {
          system: "kho"
          system_name { vi: "Kho" en: "Store" }
          owner: "so-khcn"
          level: 4
          obligation: "o1"
          state: DUTY_STATE_MET
          due { year: 2026 month: 12 day: 31 }
        }
        rows {
          system: "web"
          system_name { vi: "Trang" en: "Site" }
          owner: "so-y-te"
          level: 2
          obligation: "o1"
          state: DUTY_STATE_NOT_APPLICABLE
        }
        rows {
          system: "cong"
          owner: "so-khcn"
          level: 3
          obligation: "o2"
          state: DUTY_STATE_DUE
          system_name { vi: "Cổng, dịch vụ công" en: "Portal" }
          due { year: 2026 month: 12 day: 31 }
          bound_mid_year: true
        }
        obligations {
          id: "o1"
          document: "CT 1634"
          reach { vi: "các đơn vị" en: "ministries" }
        }
        obligations { id: "o2" document: "CT 11" verified_by: "Lê Quốc Bảo" }
      )pb",
      &duty));
  return duty;
}

class DutyTest : public ::testing::Test {
 protected:
  DutyTest() : drill_(TempDir().path()) {
    drill_.duty = Sample();
    run_.variables["DRILL_CONTEXT"] = "";
  }
  CliRunner::Result Say(std::vector<std::string> words) {
    words.insert(words.end(), {"--context", context_});
    return run_(words);
  }

  TempDir dir_;
  FakeDrill drill_;
  const std::string context_ = dir_.Write("context.yaml", yaml::Dump(drill_.context()));
  CliRunner run_;
};

TEST_F(DutyTest, StatusSaysWhatIsMissingAndWhetherTheLawWasCompared) {
  EXPECT_THAT(
      Say({"duty", "status"}).out,
      AllOf(HasSubstr("pending"), HasSubstr("not closed"), HasSubstr("ministries"),
            HasSubstr("cong, o1: bound by its proposed level"), HasSubstr("Nobody has compared")));
}

TEST_F(DutyTest, StatusOfWhatIsAskedForOnly) {
  EXPECT_THAT(Say({"duty", "status", "--system", "kho"}).out,
              AllOf(HasSubstr("kho"), Not(HasSubstr("cong"))));
  EXPECT_THAT(Say({"duty", "status", "--owner", "so-y-te", "--owner", "so-khcn", "--obligation",
                   "o2", "--format", "csv"})
                  .out,
              AllOf(HasSubstr("2026,cong,Portal,so-khcn,3,false,o2,due,2026-12-31,,,true"),
                    Not(HasSubstr(",o1,"))));
  // A misspelt name is not taken for a system that owes nothing.
  const CliRunner::Result none = Say({"duty", "status", "--system", "kh0"});
  EXPECT_EQ(none.exit, 1);
  EXPECT_THAT(none.err, HasSubstr("No duty of 2026 fits"));
}

TEST_F(DutyTest, CsvHasEveryRow) {
  const std::vector<std::string> lines =
      absl::StrSplit(Say({"duty", "status", "--format", "csv", "--lang", "vi"}).out, "\r\n");
  ASSERT_THAT(lines, SizeIs(6));
  EXPECT_EQ(lines[1],
            "2026,cong,\"Cổng, dịch vụ công\",so-khcn,3,true,o1,pending,2026-12-31,dt-1,2026-06-02,"
            "false,2 hành động,cuộc diễn tập chưa đóng,dt-0 dt-1,dt-0");
}

TEST_F(DutyTest, OwnersAreSummedUp) {
  const std::string out = Say({"duty", "status", "--by-owner"}).out;
  EXPECT_THAT(out, AllOf(HasSubstr("so-khcn"), HasSubstr("so-y-te"), Not(HasSubstr("cong"))));
  EXPECT_THAT(FaultsOf({"duty", "status", "--by-owner", "--format", "csv"}), SizeIs(1));
}

TEST_F(DutyTest, WhyTellsTheWholeReasoning) {
  EXPECT_THAT(
      Say({"duty", "why", "cong", "o1"}).out,
      AllOf(HasSubstr("cong · Portal · obligation o1 · year 2026"),
            HasSubstr("State: pending; due 2026-12-31"), HasSubstr("Level 3"),
            HasSubstr("bound by the proposed one"),
            HasSubstr("Exercise considered: dt-1, held on 2026-06-02"),
            HasSubstr("Started this year: dt-0, dt-1; aborted: dt-0"),
            HasSubstr("Missing: not closed"), HasSubstr("CT 1634"), Not(HasSubstr("CT 11"))));
  EXPECT_THAT(Say({"duty", "why", "cong"}).out,
              AllOf(HasSubstr("CT 11"), HasSubstr("Bound since some day of this year")));
  EXPECT_EQ(Say({"duty", "why", "cong", "o9"}).exit, 1);
}

// ---- calendar ----------------------------------------------------------------------------------

TEST(DutyCalendar, AnEventForWhatIsOwedAndNoneForTheRest) {
  const std::string text = DutyCalendar(Language::kVietnamese, Sample());
  const std::string unfolded = absl::StrReplaceAll(text, {{"\r\n ", ""}});
  const std::vector<std::string> lines = absl::StrSplit(unfolded, "\r\n");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "BEGIN:VEVENT"), 2);
  EXPECT_THAT(
      unfolded,
      AllOf(HasSubstr("UID:cong/o1/2026@cyberdrill\r\n"), HasSubstr("DTSTAMP:20261122T030000Z\r\n"),
            HasSubstr("DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101\r\n"),
            HasSubstr("Cổng\\, dịch vụ công"), HasSubstr("\\n- cuộc diễn tập chưa đóng\r\n"),
            HasSubstr("TRIGGER:-P60D")));
  EXPECT_THAT(unfolded, AllOf(Not(HasSubstr("kho/")), Not(HasSubstr("web/"))));
  EXPECT_EQ(lines.front(), "BEGIN:VCALENDAR");
  EXPECT_EQ(lines[lines.size() - 2], "END:VCALENDAR");
}

// RFC 5545 §3.1: 75 bytes at most; a letter is never cut in two.
TEST(DutyCalendar, LongLinesAreFoldedBetweenLetters) {
  v1::DutyTable duty = Sample();
  for (int length = 1; length < 120; ++length) {
    std::string name;
    for (int i = 0; i < length; ++i) name += i % 3 == 0 ? "ệ" : "a";
    duty.mutable_rows(0)->mutable_system_name()->set_vi(name);
    const std::string text = DutyCalendar(Language::kVietnamese, duty);
    EXPECT_THAT(absl::StrReplaceAll(text, {{"\r\n ", ""}}), HasSubstr(": " + name + " ("));
    for (const absl::string_view line : absl::StrSplit(text, "\r\n")) {
      EXPECT_LE(line.size(), 75u);
      const size_t first = line.substr(0, 1) == " " ? 1 : 0;
      if (line.size() > first) {
        EXPECT_NE(static_cast<unsigned char>(line[first]) & 0xC0, 0x80) << line;
      }
    }
  }
}

// ---- obligation lint ---------------------------------------------------------------------------

constexpr char kGoodPack[] = R"(obligations:
  - id: o1
    title: {vi: Diễn tập, en: Drill}
    document: CT 1634
    reach: {vi: đơn vị, en: units}
    levels: [3, 4, 5]
    rule: every_calendar_year
    evidence: live_drill
)";

TEST_F(DutyTest, LintNeedsNoControllerAndNamesEveryFault) {
  const std::string good = dir_.Write("good.yaml", kGoodPack);
  const CliRunner::Result fine = run_({"obligation", "lint", good});
  EXPECT_EQ(fine.exit, 0) << fine.out << fine.err;
  EXPECT_THAT(fine.out, HasSubstr("1 obligations, valid; 1 without a quote, 1 compared"));

  const std::string bad = dir_.Write(
      "bad.yaml", absl::StrReplaceAll(kGoodPack, {{"[3, 4, 5]", "[3, 7]"}, {"id: o1", "id: O 1"}}));
  const CliRunner::Result both = run_({"obligation", "lint", good, bad});
  EXPECT_EQ(both.exit, 1);
  EXPECT_THAT(both.out, AllOf(HasSubstr("bad.yaml: "), HasSubstr("7 is no level"),
                              HasSubstr("good.yaml: 1 obligations")));

  const CliRunner::Result broken =
      run_({"obligation", "lint", dir_.Write("broken.yaml", "obligations:\n  - idd: o1\n")});
  EXPECT_EQ(broken.exit, 1);
  EXPECT_THAT(broken.out, HasSubstr("broken.yaml:2"));
}

TEST_F(DutyTest, LintFindsTheSameIdInTwoPacks) {
  const CliRunner::Result twice = run_(
      {"obligation", "lint", dir_.Write("a.yaml", kGoodPack), dir_.Write("b.yaml", kGoodPack)});
  EXPECT_EQ(twice.exit, 1);
  EXPECT_THAT(twice.out, HasSubstr("o1"));
}

}  // namespace
}  // namespace drill::cli
