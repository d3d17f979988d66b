#include "core/scoring/rule.h"

#include "common/yaml/load.h"
#include "core/scoring/fold.h"
#include "tests/support/status.h"

namespace drill::scoring {
namespace {

constexpr int64_t kSecond = 1'000'000;

Terms TargetAndLimit(int64_t target_s, int64_t limit_s, int32_t late_floor = 0) {
  Terms terms;
  terms.target_us = target_s * kSecond;
  terms.limit_us = limit_s * kSecond;
  terms.late_floor_permille = late_floor;
  return terms;
}

v1::Expectation Expect(absl::string_view text) {
  v1::Expectation expectation;
  EXPECT_OK(yaml::Load(text, "expectation", &expectation));
  return expectation;
}

v1::ObservationMade Report(std::vector<std::pair<std::string, std::string>> fields,
                           std::vector<std::string> recipients) {
  v1::ObservationMade report;
  for (const auto& [name, value] : fields) {
    v1::Field* field = report.add_fields();
    field->set_name(name);
    field->set_value(value);
  }
  for (const std::string& recipient : recipients) report.add_recipients(recipient);
  return report;
}

TEST(TimelinessTest, IsFullUpToTheTargetAndFallsLinearlyToNothingAtTheLimit) {
  const Terms terms = TargetAndLimit(60, 300);
  const struct {
    int64_t elapsed_us;
    int32_t permille;
  } kTable[] = {
      {0, 1000},
      {60 * kSecond, 1000},          // at target
      {60 * kSecond + 1, 1000},      // rounded half up
      {96 * kSecond, 850},           // (300 - 96) / 240
      {180 * kSecond, 500},          // half way
      {300 * kSecond - 120'000, 1},  // 0.0005: the half goes up
      {300 * kSecond - 119'999, 0},
      {300 * kSecond, 0},  // at limit
      {9'000 * kSecond, 0},
  };
  for (const auto& row : kTable) {
    EXPECT_EQ(TimelinessPermille(row.elapsed_us, terms), row.permille) << row.elapsed_us;
  }
}

TEST(TimelinessTest, IsAStepWhereTargetAndLimitAreOne) {
  const Terms terms = TargetAndLimit(60, 60);
  EXPECT_EQ(TimelinessPermille(60 * kSecond, terms), 1000);
  EXPECT_EQ(TimelinessPermille(60 * kSecond + 1, terms), 0);
}

TEST(TermsTest, TakesDefaultsFromTheRubricAndTheRule) {
  v1::Rubric rubric;
  rubric.set_late_floor_permille(250);
  Terms terms = TermsOf(Expect("{kind: detect}"), rubric);
  EXPECT_EQ(terms.weight_mp, 1000);
  EXPECT_EQ(terms.late_floor_permille, 250);
  EXPECT_FALSE(terms.limit_us.has_value());
  EXPECT_EQ(TimelinessPermille(1'000'000 * kSecond, terms), 1000);

  terms = TermsOf(Expect("{kind: detect, weight: 0, late_floor_permille: 0, limit: 5m}"), rubric);
  EXPECT_EQ(terms.weight_mp, 0);
  EXPECT_EQ(terms.late_floor_permille, 0);
  EXPECT_EQ(terms.target_us, 300 * kSecond) << "without a target, all the time to the limit";
}

TEST(ShareTest, LateFloorIsWhatLatenessCannotTake) {
  EXPECT_EQ(Share(1000, 1000, TargetAndLimit(1, 2, 400)), kShareOne);
  EXPECT_EQ(Share(1000, 0, TargetAndLimit(1, 2, 400)), 400'000'000);
  EXPECT_EQ(Share(1000, 500, TargetAndLimit(1, 2, 400)), 700'000'000);
  EXPECT_EQ(Share(500, 500, TargetAndLimit(1, 2, 400)), 350'000'000);
  EXPECT_EQ(Share(1000, 0, TargetAndLimit(1, 2, 0)), 0);
}

TEST(HostsNeededTest, AnyEachAndAShareRoundedUpToWholeHosts) {
  v1::HostRule any, each, third;
  each.set_each(true);
  third.set_share_permille(334);
  EXPECT_EQ(HostsNeeded(any, 7), 1);
  EXPECT_EQ(HostsNeeded(each, 7), 7);
  EXPECT_EQ(HostsNeeded(third, 3), 2) << "0.334 of 3 is 1.002 hosts";
  EXPECT_EQ(HostsNeeded(third, 1), 1);
  third.set_share_permille(1);
  EXPECT_EQ(HostsNeeded(third, 10), 1);
}

TEST(PointsTest, AreRoundedHalfUpOnceAtTheEnd) {
  Terms terms;
  terms.weight_mp = 1000;
  EXPECT_EQ(Points(terms, {kShareOne, 0, 0}, 3), 333);
  EXPECT_EQ(Points(terms, {kShareOne, kShareOne, 0}, 3), 667);
  EXPECT_EQ(Points(terms, {kShareOne, kShareOne, kShareOne}, 3), 1000);
  EXPECT_EQ(Points(terms, {500'000}, 1), 1) << "half a millipoint";
  EXPECT_EQ(Points(terms, {499'999}, 1), 0);
}

TEST(PointsTest, DoNotOverflowWithTheMostHostsAndTheGreatestWeight) {
  Terms terms;
  terms.weight_mp = 1'000'000;
  const std::vector<int64_t> shares(100'000, kShareOne);
  EXPECT_EQ(Points(terms, shares, 100'000), 1'000'000);
}

TEST(ReportQualityTest, IsRightFieldsTimesRightRecipientsOfAllNamed) {
  const v1::Expectation asked = Expect(R"(
kind: report
recipients: [owner, coordinator]
fields:
  - {field: incident_type, accept: [Mã hóa tống tiền, ransomware]}
  - {field: severity, accept: [cao]}
)");
  const std::vector<std::pair<std::string, std::string>> right = {{"incident_type", "ransomware"},
                                                                  {"severity", "cao"}};
  EXPECT_EQ(QualityOfReport(asked, Report(right, {"owner", "coordinator"}), 1000).permille, 1000);
  EXPECT_EQ(QualityOfReport(asked, Report(right, {"owner"}), 1000).permille, 500);
  EXPECT_EQ(QualityOfReport(asked, Report({right[1]}, {"owner"}), 1000).permille, 250);
  EXPECT_EQ(QualityOfReport(asked, Report({}, {"owner", "coordinator"}), 1000).permille, 0);
  EXPECT_EQ(QualityOfReport(asked, Report(right, {}), 1000).permille, 0);
  EXPECT_EQ(QualityOfReport(asked, Report(right, {"owner", "coordinator"}), 600).permille, 600)
      << "a judge's mark";
}

TEST(ReportQualityTest, CopyingEverybodyCostsPrecision) {
  const v1::Expectation asked = Expect("{kind: report, recipients: [owner]}");
  EXPECT_EQ(QualityOfReport(asked, Report({}, {"owner", "press", "police", "isp"}), 1000).permille,
            250);
  EXPECT_EQ(QualityOfReport(asked, Report({}, {"owner", "owner", " OWNER "}), 1000).permille, 1000)
      << "the same recipient twice is one";
}

TEST(ReportQualityTest, AFieldSentWithSeveralValuesIsRightOnlyIfAllAre) {
  const v1::Expectation asked =
      Expect("{kind: report, fields: [{field: severity, accept: [cao, nghiêm trọng]}]}");
  EXPECT_EQ(QualityOfReport(asked, Report({{"severity", "thấp"}, {"severity", "cao"}}, {}), 1000)
                .permille,
            0);
  EXPECT_EQ(
      QualityOfReport(asked, Report({{"severity", "cao"}, {"Severity", "NGHIÊM TRỌNG "}}, {}), 1000)
          .permille,
      1000);
}

TEST(ReportQualityTest, NothingAuthoredIsFullQuality) {
  EXPECT_EQ(QualityOfReport(Expect("{kind: report}"), Report({{"a", "b"}}, {"x"}), 1000).permille,
            1000);
}

TEST(FoldCaseTest, FoldsVietnameseAndTrimsButKeepsDiacritics) {
  EXPECT_EQ(FoldCase("  MÃ HÓA TỐNG TIỀN\t"), "mã hóa tống tiền");
  EXPECT_EQ(FoldCase("ĐẶNG ƯỚC ẴẨỀỖỘỤỰỲỴỶỸ ĂĐĨŨƠƯ"), "đặng ước ẵẩềỗộụựỳỵỷỹ ăđĩũơư");
  EXPECT_NE(FoldCase("mã hoá"), FoldCase("mã hoa"));
  EXPECT_EQ(FoldCase("2 × 3 = 日本 \xF0\x9F\x98\x80"), "2 × 3 = 日本 \xF0\x9F\x98\x80");
  EXPECT_EQ(FoldCase("A\xC3"), "a\xC3") << "cut in the middle of a letter";
  EXPECT_EQ(FoldCase(""), "");
}

TEST(ScoreTest, NeverFallsBelowZeroAndIsMinusOneWhenNothingCounts) {
  EXPECT_EQ(ScoreMp(1500, 0, 2000), 75'000);
  EXPECT_EQ(ScoreMp(1500, 500, 2000), 50'000);
  EXPECT_EQ(ScoreMp(1500, 5000, 2000), 0);
  EXPECT_EQ(ScoreMp(1, 0, 3), 33'333);
  EXPECT_EQ(ScoreMp(2, 0, 3), 66'667);
  EXPECT_EQ(ScoreMp(0, 0, 0), -1);
}

}  // namespace
}  // namespace drill::scoring
