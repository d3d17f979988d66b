// What the sink's contacts become in the journal.
#include <gmock/gmock.h>

#include "core/exercise/decide.h"
#include "core/exercise/mark.h"
#include "tests/support/status.h"
#include "tests/unit/core/scoring/drill_script.h"

namespace drill {
namespace {

using testing::DrillScript;
using testing::kSecond;
using testing::StatusIs;

constexpr char kScenario[] = R"(
objectives: [{id: o1, title: {vi: Phát hiện}}]
injects:
  - id: beacon
    objective: o1
    action: {network_beacon: {}}
    at: 0s
    repeat: {times: 2, every: 60s}
    targets: [{system: portal, role: web}]
    techniques: [T1071.001]
  - id: deface
    objective: o1
    action: {web_deface: {page: /srv/index.html}}
    at: 0s
    targets: [{system: portal, role: web}]
    techniques: [T1491.002]
)";

std::string Mark(const std::string& inject, const std::string& host, int attempt = 1) {
  v1::OrderId order;
  order.set_exercise("drill-1");
  order.set_inject(inject);
  order.set_host(host);
  order.set_attempt(attempt);
  return OrderMark(order);
}

class SinkRecordTest : public ::testing::Test {
 protected:
  DrillScript drill_{kScenario};
  const std::string beacon_ = drill_.exercise().injects[0].inject.id();

  absl::Status Contact(SinkContact contact) {
    if (contact.first_us == 0) contact.first_us = contact.last_us = drill_.now_us();
    absl::StatusOr<Decision> decision =
        Decide(drill_.state(), Fleet(), drill_.now_us(), contact, nullptr);
    if (!decision.ok()) return decision.status();
    EXPECT_EQ(decision->records.size(), 1u);
    EXPECT_TRUE(decision->records[0].actor().engine());
    drill_.Append(decision->records[0]);
    return absl::OkStatus();
  }
  SinkContact Http(const std::string& mark, int64_t bytes = 10, int64_t contacts = 1) {
    return {mark, v1::CHANNEL_HTTP, "10.0.0.7", contacts, bytes, "", 0, 0};
  }
  const v1::SinkReceived& Kept(const std::string& host, int attempt = 1) {
    static const v1::SinkReceived kNone;
    const Exercise& e = drill_.exercise();
    auto found = e.sink.find({e.FindInject(beacon_), e.FindHost(host), attempt, v1::CHANNEL_HTTP});
    return found == e.sink.end() ? kNone : found->second;
  }

};

TEST_F(SinkRecordTest, AddsUpByOrderAndChannel) {
  drill_.Start().Release(beacon_).At(10);
  EXPECT_OK(Contact(Http(Mark(beacon_, "web-1"), 10, 1)));
  const int64_t first_us = drill_.now_us();
  drill_.At(20);
  SinkContact whole = Http(Mark(beacon_, "web-1"), 5, 3);
  whole.sha256 = std::string(32, 'x');
  whole.from = "10.0.0.8";
  EXPECT_OK(Contact(whole));
  EXPECT_OK(Contact(Http(Mark(beacon_, "web-2"))));
  const v1::SinkReceived& kept = Kept("web-1");
  EXPECT_EQ(kept.order().host(), "web-1");
  EXPECT_EQ(kept.order().attempt(), 1);
  EXPECT_EQ(kept.contacts(), 4);
  EXPECT_EQ(kept.bytes(), 15);
  EXPECT_EQ(kept.from(), "10.0.0.8");
  EXPECT_EQ(kept.sha256(), std::string(32, 'x'));
  EXPECT_EQ(kept.first_us(), first_us);
  EXPECT_EQ(kept.last_us(), first_us + 10 * kSecond);
  EXPECT_EQ(Kept("web-2").contacts(), 1);
}

TEST_F(SinkRecordTest, KnowsOnlyOrdersThatTalkToTheSink) {
  drill_.Start().At(10);
  const auto kNotFound = absl::StatusCode::kNotFound;
  EXPECT_THAT(Contact(Http("ffffffffffff")), StatusIs(kNotFound));
  EXPECT_THAT(Contact(Http(Mark("deface", "web-1"))), StatusIs(kNotFound));
  EXPECT_THAT(Contact(Http(Mark(beacon_, "db-1"))), StatusIs(kNotFound)) << "no target";
  EXPECT_THAT(Contact(Http(Mark(beacon_, "web-1", 2))), StatusIs(kNotFound)) << "no attempt";
  EXPECT_THAT(Contact(Http("not a mark")), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(SinkRecordTest, RecordsInPlayAndWhileCleaningUpOnly) {
  const auto kWrongState = absl::StatusCode::kFailedPrecondition;
  const std::string mark = Mark(beacon_, "web-1");
  EXPECT_THAT(Contact(Http(mark)), StatusIs(kWrongState)) << "before StartEx";
  drill_.Start().Release(beacon_).At(10).Play(beacon_, {"web-1"}).At(100).End();
  EXPECT_OK(Contact(Http(mark))) << "not cleaned up yet";
  drill_.At(110).Undo(beacon_, {"web-1"}, v1::UNDO_REASON_ENDED);
  SinkContact earlier = Http(mark);
  earlier.first_us = earlier.last_us = drill_.now_us() - kSecond;
  drill_.At(120);
  EXPECT_OK(Contact(earlier)) << "came before the clean-up, told after it";
  EXPECT_THAT(Contact(Http(mark)), StatusIs(kWrongState)) << "cleaned up";
  drill_.Finalise().Close();
  EXPECT_THAT(Contact(earlier), StatusIs(kWrongState)) << "closed";
}

TEST_F(SinkRecordTest, TellsAttemptsApart) {
  drill_.Start().Release(beacon_).At(10).Play(beacon_, {"web-1"});
  EXPECT_OK(Contact(Http(Mark(beacon_, "web-1"))));
  v1::Record retried;
  retried.mutable_order_retried()->set_inject(beacon_);
  retried.mutable_order_retried()->set_host("web-1");
  retried.mutable_order_retried()->set_attempt(2);
  drill_.Append(retried);
  EXPECT_OK(Contact(Http(Mark(beacon_, "web-1", 2), 7)));
  EXPECT_EQ(Kept("web-1", 1).bytes(), 10);
  EXPECT_EQ(Kept("web-1", 2).bytes(), 7);
}

TEST(MarkTest, IsTheOrdersIdentityAndNothingElse) {
  // Written into journals and on hosts: never changes.
  EXPECT_EQ(Mark("beacon", "web-1"), "9abd9aa05a95");
  EXPECT_TRUE(IsMark("0123456789abcdef"));
  for (const char* bad : {"", "ABC", "xyz", "0123456789abcdef0123456789abcdef0"}) {
    EXPECT_FALSE(IsMark(bad)) << bad;
  }
}

}  // namespace
}  // namespace drill
