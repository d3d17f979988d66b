// Alerts of sensors: whose they are, what they match, what they set and what they never set.

#include <google/protobuf/text_format.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/exercise/match.h"
#include "core/scoring/score.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using testing::DrillRoom;
using testing::kSecond;
using testing::StatusIs;

const auto kNone = absl::StatusCode::kNotFound;

std::unique_ptr<DrillRoom> Running() {
  auto room = std::make_unique<DrillRoom>();
  room->Must("admin",
             "apply_register { sensors { id: 'ids' format: ALERT_FORMAT_EVE } "
             "sensors { id: 'far' system: 'far' format: ALERT_FORMAT_EVE } }");
  room->Start();
  room->ToEx(25);
  return room;
}

absl::Status Alert(DrillRoom& room, absl::string_view text, const std::string& sensor = "ids") {
  v1::AlertReceived alert;
  EXPECT_TRUE(
      google::protobuf::TextFormat::ParseFromString(absl::StrCat("rule: '7' ", text), &alert));
  return room.Handle(SensorAlert{sensor, alert}).status();
}

const char kAct[] = "hosts: 'w1' artefacts { kind: ARTEFACT_KIND_PATH value: '/srv/act' }";

TEST(Sensors, MatchesByEvidenceAndSetsAlertButNeverDetected) {
  const auto room = Running();
  room->Play("w1", "act");
  EXPECT_OK(Alert(*room, kAct));
  const AlertState& alert = room->e().alerts.at(0);
  EXPECT_EQ(alert.alert.alert(), "alert-sys-1");
  ASSERT_EQ(alert.matches.size(), 1u);
  EXPECT_EQ(room->Inject("act").alert_us, room->now_us);
  EXPECT_EQ(room->Inject("act").detected_us, 0);
  EXPECT_EQ(room->Inject("act").acknowledged_us, 0);
  room->Advance(3);
  room->Must("blue", "acknowledge_alert { exercise: 'drill' alert: 'alert-sys-1' }");
  EXPECT_EQ(room->Inject("act").acknowledged_us, room->now_us);
  EXPECT_EQ(room->Inject("act").detected_us, 0);
  const size_t before = room->journal.size();
  room->Must("blue2", "acknowledge_alert { exercise: 'drill' alert: 'alert-sys-1' }");
  EXPECT_EQ(room->journal.size(), before) << "once a team";
  EXPECT_THAT(room->Submit("blue", "acknowledge_alert { exercise: 'drill' alert: 'alert-sys-9' }"),
              StatusIs(kNone));
  room->ExpectReplays();
}

TEST(Sensors, WhatTheHostTellsLaterIsMatchedThen) {
  const auto room = Running();
  EXPECT_OK(Alert(*room, kAct));
  EXPECT_TRUE(room->e().alerts[0].matches.empty()) << "nothing of it is known yet";
  const int64_t said_us = room->now_us;
  room->Play("w1", "act");
  ASSERT_EQ(room->e().alerts[0].matches.size(), 1u);
  EXPECT_EQ(room->Inject("act").alert_us, said_us);
  room->ExpectReplays();
}

TEST(Sensors, WhatWasNotThereIsNotMatched) {
  const auto room = Running();
  EXPECT_OK(Alert(*room, kAct));
  room->Advance(2);
  room->Play("w1", "act");
  EXPECT_TRUE(room->e().alerts[0].matches.empty());
  EXPECT_OK(Alert(*room, "hosts: 'w2' artefacts { kind: ARTEFACT_KIND_PATH value: '/srv/act' }"));
  EXPECT_TRUE(room->e().alerts[1].matches.empty()) << "another host";
  EXPECT_OK(Alert(*room, "hosts: 'w1' artefacts { kind: ARTEFACT_KIND_RULE value: '/srv/act' }"));
  EXPECT_TRUE(room->e().alerts[2].matches.empty()) << "a rule alone proves nothing";
}

TEST(Sensors, OnlyHostsOfARunningExerciseAreRecorded) {
  const auto room = Running();
  const size_t before = room->journal.size();
  EXPECT_THAT(Alert(*room, "hosts: 'elsewhere'"), StatusIs(kNone));
  EXPECT_THAT(Alert(*room, ""), StatusIs(kNone));
  EXPECT_THAT(Alert(*room, "hosts: 'w1'", "far"), StatusIs(kNone)) << "a sensor of another system";
  EXPECT_THAT(Alert(*room, "hosts: 'w1'", "nobody"), StatusIs(kNone));
  EXPECT_EQ(room->journal.size(), before);
  EXPECT_OK(Alert(*room, "hosts: 'W1.example.vn'"));
  EXPECT_EQ(room->e().alerts.at(0).alert.hosts(0), "w1");
  room->Must("director", "stop_exercise { exercise: 'drill' }");
  EXPECT_THAT(Alert(*room, "hosts: 'w1'"), StatusIs(kNone));
}

TEST(Sensors, TheSameAgainIsNotWrittenAndAFloodIsBounded) {
  const auto room = Running();
  EXPECT_OK(Alert(*room, kAct));
  room->Advance(1);
  EXPECT_THAT(Alert(*room, kAct), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_OK(Alert(*room, absl::StrCat(kAct, " repeats: 500"))) << "a count of them is news";
  int written = 0;
  for (int i = 0; i < 1000; ++i) {
    const absl::Status status =
        Alert(*room,
              absl::StrCat("hosts: 'w2' artefacts { kind: ARTEFACT_KIND_PATH value: '/", i, "' }"));
    written += status.ok() ? 1 : 0;
    if (!status.ok()) {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
    }
  }
  EXPECT_EQ(written, 118) << "120 a minute with the two before";
  room->Advance(61);
  EXPECT_OK(Alert(*room, kAct)) << "later it is news again";
  room->ExpectReplays();
}

// Whatever floods, what is due is released at its time.
TEST(Sensors, AFloodDoesNotDelayTheTimeline) {
  const auto quiet = Running();
  const auto flooded = Running();
  for (int i = 0; i < 300; ++i) {
    Alert(*flooded,
          absl::StrCat("hosts: 'w1' artefacts { kind: ARTEFACT_KIND_PATH value: '/", i, "' }"))
        .IgnoreError();
    flooded->Advance(0.1);
  }
  quiet->Advance(30);
  EXPECT_EQ(flooded->ExS(), quiet->ExS());
  for (size_t i = 0; i < quiet->e().injects.size(); ++i) {
    EXPECT_EQ(flooded->e().injects[i].released_us, quiet->e().injects[i].released_us);
  }
}

// A report's clock runs from what the team had acknowledged, once it has detected it; equipment
// that told of nothing detected is named.
TEST(Sensors, ScoresFromTheAcknowledgementAndNamesWhatWasNotUsed) {
  const auto room = Running();
  room->Play("w1", "act");
  EXPECT_OK(Alert(*room, kAct));
  const int64_t alert_us = room->now_us;
  room->Must("blue", "acknowledge_alert { exercise: 'drill' alert: 'alert-sys-1' }");
  const auto unused = [&] {
    Exercise e = room->e();
    for (const char* id : {"ids", "waf"}) {
      v1::Control* control = e.created.add_controls();
      control->set_id(id);
      control->add_sensors(id);
    }
    const v1::Scorecard card = Score(e, {}, room->now_us);
    EXPECT_EQ(card.injects(e.FindInject("act")).alert_us(), alert_us);
    EXPECT_EQ(card.injects(e.FindInject("act")).acknowledged_us(), alert_us);
    return std::vector<std::string>(card.unused_controls().begin(), card.unused_controls().end());
  };
  EXPECT_THAT(unused(), ::testing::ElementsAre("ids", "waf")) << "nobody has detected it";
  room->Advance(5);
  room->Detect("w1", "/srv/act");
  EXPECT_THAT(unused(), ::testing::ElementsAre("waf"));

  Exercise e = room->e();
  v1::Expectation* report = e.injects[static_cast<size_t>(e.FindInject("act"))].inject.add_expect();
  report->set_kind(v1::EXPECTATION_KIND_REPORT);
  report->set_team("soc");
  report->mutable_target()->set_seconds(60);
  report->mutable_limit()->set_seconds(120);
  const v1::Scorecard card = Score(e, {}, room->now_us);
  const auto line =
      std::find_if(card.lines().begin(), card.lines().end(), [](const v1::ScoreLine& l) {
        return l.kind() == v1::EXPECTATION_KIND_REPORT && l.inject() == "act";
      });
  ASSERT_NE(line, card.lines().end());
  ASSERT_EQ(line->hosts_size(), 1);
  EXPECT_EQ(line->hosts(0).from_us(), alert_us) << "not the detection five seconds later";
}

TEST(Sensors, ATeamWatchesTheSystemsOfItsOrganisation) {
  RegisterState reg;
  Exercise e;
  for (const char* system : {"one", "two"}) {
    reg.systems[system].set_owner(absl::StrCat("owner-", system));
    reg.systems[system].set_operator_("operator");
    v1::SystemCast* cast = e.created.add_systems();
    cast->set_system(system);
    ExerciseHost host;
    host.host.set_id(absl::StrCat("h-", system));
    host.system = system;
    e.host_index[host.host.id()] = static_cast<int>(e.hosts.size());
    e.hosts.push_back(host);
  }
  v1::AlertReceived alert;
  alert.add_hosts("h-one");
  alert.add_hosts("h-two");
  v1::TeamCast* cast = e.created.add_teams();
  cast->set_part("soc");
  cast->set_team("t");
  const auto watched = [&](const char* organisation) {
    reg.teams["t"].set_organisation(organisation);
    return WatchedHosts(reg, e, "soc", alert);
  };
  EXPECT_THAT(watched("owner-two"), ::testing::ElementsAre("h-two"));
  EXPECT_THAT(watched("operator"), ::testing::ElementsAre("h-one", "h-two"));
  EXPECT_THAT(watched("a-soc"), ::testing::ElementsAre("h-one", "h-two"));
  EXPECT_THAT(watched(""), ::testing::ElementsAre("h-one", "h-two"));
  EXPECT_THAT(WatchedHosts(reg, e, "nobody", alert), ::testing::IsEmpty());
}

TEST(Sensors, ATokenIsReplacedByTheNext) {
  const auto room = Running();
  for (const char fill : {'a', 'b'}) {
    v1::Command command;
    command.mutable_issue_sensor_token()->set_sensor("ids");
    command.mutable_issue_sensor_token()->set_sha256(std::string(32, fill));
    room->Must("admin", command);
    EXPECT_EQ(room->engine->state().reg.sensor_tokens.at("ids"), std::string(32, fill));
    EXPECT_THAT(room->Submit("admin", command), StatusIs(absl::StatusCode::kAlreadyExists));
    command.mutable_issue_sensor_token()->set_sensor("none");
    EXPECT_THAT(room->Submit("admin", command), StatusIs(kNone));
  }
}

}  // namespace
}  // namespace drill
