#include "cli/render.h"

#include <gmock/gmock.h>

#include "drill/v1/api.pb.h"

namespace drill::cli {
namespace {

using ::testing::HasSubstr;

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("abc"), 3u);
  EXPECT_EQ(DisplayWidth("Đội phòng thủ"), 13u);  // one code point a letter
  EXPECT_EQ(DisplayWidth("ệ"), 1u);
  EXPECT_EQ(DisplayWidth("e\u0323\u0302"), 1u);  // the same letter, decomposed
  EXPECT_EQ(DisplayWidth("国家"), 4u);
  EXPECT_EQ(DisplayWidth("a\u200Bb"), 2u);
  EXPECT_EQ(DisplayWidth(""), 0u);
  EXPECT_EQ(DisplayWidth("\xFF\xFE"), 2u);  // not UTF-8: one replacement each
}

TEST(Table, AlignsColumnsByDisplayWidth) {
  Table table({"Đội", "Tên", "n"});
  table.Row({"soc", "Giám sát", 7});
  table.Row({"ứng-cứu", "e\u0323\u0302", 12});
  EXPECT_EQ(table.Print(false),
            "Đội      Tên        n\n"
            "soc      Giám sát   7\n"
            "ứng-cứu  e\u0323\u0302         12\n");
}

TEST(Table, PaintsOnlyWhenAskedTo) {
  Table table({"a"});
  table.Row({Cell("x", Colour::kRed)});
  EXPECT_EQ(table.Print(false), "a\nx\n");
  EXPECT_EQ(table.Print(true), "\x1b[1ma\x1b[0m\n\x1b[31mx\x1b[0m\n");
}

TEST(Clean, LetsNoTerminalCommandThrough) {
  EXPECT_EQ(Clean("a\x1b[2Jb"), "a\uFFFD[2Jb");
  EXPECT_EQ(Clean("a\u009Bb"), "a\uFFFDb");  // C1: CSI in one character
  EXPECT_EQ(Clean("a\u202Eb"), "a\uFFFDb");  // right-to-left override
  EXPECT_EQ(Clean("a\nb\tc\r"), "a b c ");
  EXPECT_EQ(Clean("a\xC3("), "a\uFFFD(");  // broken UTF-8
  EXPECT_EQ(Clean(absl::string_view("a\0b", 3)), "a\uFFFDb");
  EXPECT_EQ(Clean("Sự cố"), "Sự cố");
  EXPECT_EQ(CleanLines("a\nb\x07"), "a\nb\uFFFD");
}

TEST(Table, CellsAreCleaned) {
  Table table({"a"});
  table.Row({"x\ny"});
  EXPECT_EQ(table.Print(false), "a\nx y\n");
}

TEST(Fit, NeverCutsACharacterNorExceedsTheColumns) {
  EXPECT_EQ(Fit("Đội phòng", 3), "Đội");
  EXPECT_EQ(Fit("国家", 3), "国");
  EXPECT_EQ(Fit("abc", 10), "abc");
  EXPECT_EQ(Fit("abc", 0), "");
}

TEST(FormatTime, IsPlus7WithZone) {
  EXPECT_EQ(FormatTime(1'795'316'400'123'456), "2026-11-22 10:00:00.123 +07:00");
  EXPECT_EQ(FormatTime(0), "-");
  EXPECT_EQ(FormatTimeOfDay(1'795'316'400'123'456), "10:00:00.123");
}

TEST(FormatExerciseTime, CountsFromStartEx) {
  EXPECT_EQ(FormatExerciseTime(0), "T+00:00.0");
  EXPECT_EQ(FormatExerciseTime(12'300'000), "T+00:12.3");
  EXPECT_EQ(FormatExerciseTime(12'399'999), "T+00:12.3");
  EXPECT_EQ(FormatExerciseTime(3'612'300'000), "T+1:00:12.3");
  EXPECT_EQ(FormatExerciseTime(-10'000'000), "T-00:10.0");
}

TEST(FormatSpan, TakesTheUnitThatFits) {
  EXPECT_EQ(FormatSpan(0), "0 ms");
  EXPECT_EQ(FormatSpan(850'000), "850 ms");
  EXPECT_EQ(FormatSpan(12'340'000), "12.3 s");
  EXPECT_EQ(FormatSpan(200'000'000), "3 min 20 s");
  EXPECT_EQ(FormatSpan(7'500'000'000), "2 h 5 min");
  EXPECT_EQ(FormatSpan(int64_t{86'400} * 90 * 1'000'000), "90 d 0 h");
  EXPECT_EQ(FormatSpan(-850'000), "-850 ms");
}

TEST(FormatPoints, IsThreeDecimalsAndADashWhereNothingCounts) {
  EXPECT_EQ(FormatPoints(87'500), "87.500");
  EXPECT_EQ(FormatPoints(5), "0.005");
  EXPECT_EQ(FormatPoints(-1), "-");
}

TEST(ToJson, UsesTheVocabularysNamesAndShowsZeros) {
  v1::VerifyReport report;
  report.set_records(0);
  report.add_heads()->set_stream_seq(3);
  const std::string json = ToJson(report, false);
  EXPECT_THAT(json, HasSubstr("\"records\":\"0\""));
  EXPECT_THAT(json, HasSubstr("\"stream_seq\":\"3\""));
  EXPECT_EQ(json.find('\n'), json.size() - 1);
}

}  // namespace
}  // namespace drill::cli
