#include <cstdint>
#include <limits>

#include "core/exercise/decide.h"
#include "core/fleet/fleet.h"
#include "tests/support/status.h"
#include "tests/unit/core/scoring/drill_script.h"

namespace drill::testing {
namespace {

constexpr absl::string_view kScenario = R"(
objectives: [{id: o1, title: {vi: Phát hiện}}]
injects:
  - id: deface
    objective: o1
    action: {web_deface: {page: /srv/index.html}}
    at: 60s
    targets: [{system: portal, role: web}]
)";

// What the agent on web-1 says of a start, with its clock error.
AgentEvents Started(int64_t error_us) {
  AgentEvents events{"web-1", "outbox", {}};
  v1::OutboxEntry& entry = events.entries.emplace_back();
  entry.set_seq(1);
  v1::OrderEvent* event = entry.mutable_event();
  event->mutable_order()->set_exercise("drill-1");
  event->mutable_order()->set_inject("deface");
  event->mutable_order()->set_host("web-1");
  event->mutable_order()->set_attempt(1);
  event->set_kind(v1::ORDER_EVENT_KIND_STARTED);
  event->set_at_us(1);
  event->set_error_us(error_us);
  return events;
}

// Whether the start was taken back, as one that came before its time.
bool TakenBack(const DrillScript& drill, int64_t error_us) {
  const absl::StatusOr<Decision> decision =
      Decide(drill.state(), Fleet(), drill.now_us(), Started(error_us), nullptr);
  EXPECT_OK(decision);
  EXPECT_TRUE(decision->records.front().has_order_reported());
  return decision->records.size() == 2 && decision->records.back().has_order_retried();
}

TEST(AgentEventsTest, AStartBeforeItsTimeIsTakenBackUnlessTheClockErrorExplainsIt) {
  DrillScript drill(kScenario);
  drill.Start().At(30);
  EXPECT_TRUE(TakenBack(drill, 0));
  EXPECT_TRUE(TakenBack(drill, 28 * kSecond));
  EXPECT_FALSE(TakenBack(drill, 29 * kSecond));
}

// Under UBSan: the sum of engine time and such an error has no place in 64 bits.
TEST(AgentEventsTest, AnyNumberMayStandForTheClockError) {
  DrillScript drill(kScenario);
  drill.Start().At(30);
  EXPECT_FALSE(TakenBack(drill, std::numeric_limits<int64_t>::max()));
  EXPECT_TRUE(TakenBack(drill, std::numeric_limits<int64_t>::min()));
}

}  // namespace
}  // namespace drill::testing
