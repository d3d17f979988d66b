// Who sees which alerts, and what of them.

#include "server/view/queries.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using testing::DrillRoom;
using testing::StatusIs;

TEST(AlertsView, ATeamSeesThemWithoutWhatTheyMatched) {
  DrillRoom room;
  room.Must("admin", "apply_register { sensors { id: 'ids' format: ALERT_FORMAT_EVE } }");
  const auto read = [&](const std::string& person, uint64_t after = 0) {
    v1::GetAlertsRequest request;
    request.set_exercise(DrillRoom::kId);
    request.set_after(after);
    return ReadAlerts({room.engine->state(), person, room.now_us}, request);
  };
  EXPECT_THAT(read("blue"), StatusIs(absl::StatusCode::kNotFound)) << "before StartEx";
  room.Start();
  room.ToEx(25);
  room.Play("w1", "act");
  SensorAlert in{"ids", {}};
  in.alert.add_hosts("w1");
  in.alert.add_artefacts()->set_kind(v1::ARTEFACT_KIND_PATH);
  for (const char* path : {"/srv/act", "/srv/other"}) {
    in.alert.mutable_artefacts(0)->set_value(path);
    EXPECT_OK(room.Handle(in));
  }
  room.Must("blue", "acknowledge_alert { exercise: 'drill' alert: 'alert-sys-1' }");

  const auto control = read("director");
  ASSERT_OK(control);
  ASSERT_EQ(control->alerts_size(), 2);
  EXPECT_THAT(control->alerts(0).injects(), ::testing::ElementsAre("act"));
  EXPECT_EQ(control->alerts(0).acknowledged_by(), "blue");
  EXPECT_TRUE(control->alerts(1).injects().empty());

  const auto team = read("blue2");
  ASSERT_OK(team);
  ASSERT_EQ(team->alerts_size(), 2);
  EXPECT_EQ(team->alerts(0).acknowledged_by(), "blue");
  for (const v1::AlertView& view : team->alerts()) EXPECT_TRUE(view.injects().empty());
  EXPECT_EQ(read("green")->alerts(0).acknowledged_by(), "") << "another team's is not told";
  ASSERT_EQ(read("blue", 1)->alerts_size(), 1);
  EXPECT_EQ(read("blue", 1)->alerts(0).number(), 2u);
  EXPECT_THAT(read("manager"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace drill
