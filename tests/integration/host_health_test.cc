// The host stops by itself: a probe of its owner's fails in the midst of a drill.

#include <filesystem>

#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class HostHealthTest : public DrillTest {
 protected:
  std::string HeldWhy(const std::string& host) {
    const auto list = Get<v1::AgentList>("admin", {"agent", "list"});
    for (const v1::AgentStatus& status : list.agents()) {
      if (status.host() == host) return status.held_why();
    }
    return "no such host";
  }
};

TEST_F(HostHealthTest, AFailingProbeUndoesEverythingOnItsHostAloneAndTellsTheDirector) {
  more_policy_ =
      "probes:\n  - {command: [/usr/bin/test, -e, \"@HOST@/docs/ho-so.txt\"], every: 1s}\n";
  ASSERT_OK(MakeReady());
  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  WatchUntil(OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "crypt", "app-1"));
  std::filesystem::rename(HostPath("app-1", "docs/ho-so.txt"), Path("away"));

  std::vector<std::string> notes;
  WatchUntil([&](const v1::Record& record) {
    const v1::OrderEvent& event = record.order_reported().event();
    if (event.kind() != v1::ORDER_EVENT_KIND_UNDONE || event.order().inject() != "crypt" ||
        event.order().host() != "app-1") {
      return false;
    }
    EXPECT_EQ(event.undo_reason(), v1::UNDO_REASON_HOST);
    EXPECT_EQ(event.cleanup(), v1::CLEANUP_RESULT_VERIFIED);
    notes.assign(event.notes().begin(), event.notes().end());
    return true;
  });
  EXPECT_THAT(notes, Contains(HasSubstr("undone by the host itself: command /usr/bin/test")));
  EXPECT_FALSE(Exists(HostPath("app-1", "docs/HoSo")));
  EXPECT_TRUE(Until([this] { return !HeldWhy("app-1").empty(); }));
  EXPECT_EQ(HeldWhy("app-2"), "");
  EXPECT_THAT(As("admin", {"agent", "list"}).out, HasSubstr("holds itself back"));
  const Output status = Program("drill-agent", {"status", "--dir", HostPath("app-1", "agent")});
  EXPECT_THAT(status.out, HasSubstr("HELD: everything is undone"));
  EXPECT_THAT(status.out, HasSubstr("exit code 1"));

  // The rest of the drill passes it by; the other host plays on.
  const auto events = WatchUntil(ExerciseEnded);
  ASSERT_TRUE(Clean());
  EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "lines", "app-1")), 0);
  EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "lines", "app-2")), 1);
  EXPECT_EQ(Count(Records(), OrderIs(v1::ORDER_EVENT_KIND_MISSED, "lines", "app-1")), 1);
  // Well again, and let go.
  std::filesystem::rename(Path("away"), HostPath("app-1", "docs/ho-so.txt"));
  EXPECT_TRUE(Until([this] { return HeldWhy("app-1").empty(); }));
}

}  // namespace
}  // namespace drill::testing
