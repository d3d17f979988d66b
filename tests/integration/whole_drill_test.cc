// A drill from the empty folder to the frozen score, as people and hosts live it.

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

using ::testing::HasSubstr;

class WholeDrillTest : public DrillTest {};

TEST_F(WholeDrillTest, IsPlayedDetectedUndoneScoredAndCounted) {
  ASSERT_OK(MakeReady());
  const std::string log_before = Read(HostPath("app-1", "logs/auth.log"));
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));

  WatchUntil(OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "crypt", "app-1"));
  const std::string locked = HostPath("app-1", "docs/HoSo");
  EXPECT_TRUE(Exists(locked));
  EXPECT_EQ(Read(HostPath("app-1", "docs/ho-so.txt")), "Hồ sơ thật.\n");  // not ours: untouched
  const auto applied = WatchUntil(OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "decoy", "app-1"));
  ASSERT_OK(Do("an", {"report", "detection", kExercise, "--host", "app-1", "--process",
                      "kdevtmpfs.x", "--text", "Tiến trình giả danh"}));
  for (const v1::WatchEvent& event : applied) {
    const v1::OrderEvent& order = event.record().order_reported().event();
    if (order.kind() != v1::ORDER_EVENT_KIND_APPLIED || order.order().inject() != "crypt") continue;
    ASSERT_GT(order.traces_size(), 0);
    ASSERT_OK(Do("an", {"report", "detection", kExercise, "--host", order.order().host(), "--path",
                        order.traces(0).artefact().value()}));
  }
  WatchUntil(ExerciseEnded);
  ASSERT_TRUE(Clean());
  EXPECT_FALSE(Exists(locked));
  for (const char* inject : {"crypt", "decoy", "lines"}) {
    for (const char* host : {"app-1", "app-2"}) {
      const auto events = Records();
      EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_STARTED, inject, host)), 1) << inject;
      EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_APPLIED, inject, host)), 1) << inject;
      EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_UNDONE, inject, host)), 1) << inject;
    }
  }

  ASSERT_OK(Do("giam-khao", {"exercise", "judge", kExercise}));
  for (const char* element : {"process", "technology", "people"}) {
    ASSERT_OK(Do("giam-khao", {"exercise", "rate", kExercise, "--system", "mot-cua", "--element",
                               element, "--rating", "S"}));
  }
  ASSERT_OK(Do("giam-khao", {"exercise", "finalise", kExercise}));
  ASSERT_OK(Do("giam-doc", {"exercise", "close", kExercise}));

  const auto score = Get<v1::Scorecard>("giam-doc", {"score", kExercise});
  EXPECT_EQ(score.phase(), v1::PHASE_CLOSED) << v1::Phase_Name(score.phase());
  EXPECT_GT(score.score_mp(), 0);
  EXPECT_LE(score.score_mp(), 100'000);

  const Output report =
      As("giam-doc", {"aar", kExercise, "--format", "html", "--out", Path("aar.html")});
  ASSERT_EQ(report.code, 0) << report.err;
  EXPECT_THAT(Read(Path("aar.html")),
              HasSubstr(absl::BytesToHexString(score.head_hash()).substr(0, 16)));
  EXPECT_EQ(As("lanh-dao", {"duty", "status", "--year", "2026"}).code, 0);
  const auto verified = Get<v1::VerifyReport>("giam-khao", {"journal", "verify"});
  EXPECT_THAT(verified.faults(), ::testing::IsEmpty());
  EXPECT_GT(verified.records(), 30u);
  EXPECT_NE(log_before, "");
}

}  // namespace
}  // namespace drill::testing
