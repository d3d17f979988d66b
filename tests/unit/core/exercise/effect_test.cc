// Claims that work is done, and what the agent on the host finds of them.

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/drill_room.h"

namespace drill::testing {
namespace {

// As many traces of each fate.
std::string Traces(int standing, int gone, int unknown) {
  std::string text;
  const auto add = [&](int count, const char* fate) {
    for (int i = 0; i < count; ++i)
      absl::StrAppend(&text, "traces { fate: TRACE_FATE_", fate, " } ");
  };
  add(standing, "STANDING");
  add(gone, "GONE");
  add(unknown, "UNKNOWN");
  return text;
}
const std::string kAllStand = Traces(4, 0, 1);
const std::string kSomeStand = Traces(1, 3, 0);
const std::string kNoneStands = Traces(0, 3, 1);

// `act` plays on w1; the team says that it has contained it there.
struct Claimed {
  DrillRoom room;
  std::string claim;

  Claimed() {
    room.Start();
    for (const char* host : {"w1", "w2", "d1"}) room.Connect(host);
    room.ToEx(20);
    room.Play("w1", "act");
    room.Play("w2", "act");
    room.ToEx(30);
    claim = Contain();
  }
  std::string Contain(absl::string_view kind = "CONTAINMENT") {
    return room.Observe("blue", absl::StrCat("kind: OBSERVATION_KIND_", kind,
                                             " hosts: 'w1' artefacts { kind: ARTEFACT_KIND_PATH "
                                             "value: '/srv/act' }"));
  }
  std::vector<std::string> Asked(const std::string& host = "w1") const {
    std::vector<std::string> claims;
    const v1::DesiredSet set = room.Desired(host);
    for (const v1::EffectCheck& check : set.checks()) {
      claims.push_back(
          absl::StrCat(check.check(), " ", check.order().inject(), "@", check.order().host()));
    }
    return claims;
  }
  v1::EffectVerdict Verdict(const std::string& of) const {
    const Exercise& e = room.e();
    const auto found =
        e.effects.find({e.FindObservation(of), e.FindInject("act"), e.FindHost("w1")});
    return found == e.effects.end() ? v1::EFFECT_VERDICT_UNSPECIFIED : found->second.verdict;
  }
  v1::EffectVerdict Answer(absl::string_view report) {
    room.AgentLooks("w1", "act", claim, report);
    return Verdict(claim);
  }
};

TEST(Effect, AHostIsAskedUntilItHasAnsweredOnce) {
  Claimed drill;
  const std::string asked = absl::StrCat(drill.claim, " act@w1");
  EXPECT_THAT(drill.Asked(), ::testing::ElementsAre(asked));
  EXPECT_THAT(drill.Asked("w2"), ::testing::IsEmpty());
  EXPECT_EQ(drill.room.sent.at("w1").checks_size(), 1) << "it is told at once";
  drill.room.Disconnect("w1");
  drill.room.Restart(5);
  EXPECT_THAT(drill.Asked(), ::testing::ElementsAre(asked));
  EXPECT_EQ(drill.Answer(kNoneStands), v1::EFFECT_VERDICT_CONFIRMED);
  EXPECT_THAT(drill.Asked(), ::testing::IsEmpty());
  // A second answer says nothing.
  drill.room.News();
  EXPECT_EQ(drill.Answer(kAllStand), v1::EFFECT_VERDICT_CONFIRMED);
  EXPECT_EQ(drill.room.News(), "");
  drill.room.ExpectReplays();
}

TEST(Effect, TheVerdictIsWhatStandsOfWhatCanBeTold) {
  EXPECT_EQ(Claimed().Answer(kAllStand), v1::EFFECT_VERDICT_FALSE);
  EXPECT_EQ(Claimed().Answer(kSomeStand), v1::EFFECT_VERDICT_PARTIAL);
  EXPECT_EQ(Claimed().Answer(kNoneStands), v1::EFFECT_VERDICT_CONFIRMED);
  EXPECT_EQ(Claimed().Answer(Traces(0, 0, 3)), v1::EFFECT_VERDICT_UNKNOWN);
  EXPECT_EQ(Claimed().Answer("undone: true"), v1::EFFECT_VERDICT_UNKNOWN);
}

TEST(Effect, AReportOfAnyShapeIsBounded) {
  Claimed drill;
  std::string report = "traces_total: -4 ";
  for (int i = 0; i < 40; ++i) {
    absl::StrAppend(&report, "traces { why: '", std::string(600, 'w'), "' }");
  }
  EXPECT_EQ(drill.Answer(report), v1::EFFECT_VERDICT_UNKNOWN);
  const v1::EffectReport& kept = drill.room.e().effects.begin()->second.report;
  EXPECT_EQ(kept.traces_size(), 32);
  EXPECT_EQ(kept.traces_total(), 32);
  EXPECT_EQ(kept.traces(0).why().size(), 512u);
}

TEST(Effect, AnAgentSpeaksOnlyOfItsOwnHostAndOfWhatItWasAsked) {
  Claimed drill;
  drill.room.News();
  drill.room.AgentLooks("w2", "act", drill.claim, kAllStand);
  drill.room.AgentLooks("w2", "act", drill.claim, "order { host: 'w1' } " + kAllStand);
  drill.room.AgentLooks("w1", "act", "soc-9", kAllStand);
  drill.room.AgentLooks("w1", "rep", drill.claim, kAllStand);
  EXPECT_EQ(drill.room.News(), "");
  EXPECT_EQ(drill.Verdict(drill.claim), v1::EFFECT_VERDICT_UNSPECIFIED);
}

// The stream's loss is what a team that isolates a host brings about.
TEST(Effect, WhatStandsOnAHostThatWasIsolatedRefutesNothing) {
  Claimed drill;
  drill.room.Disconnect("w1");
  drill.room.Advance(60);
  drill.room.Connect("w1");
  EXPECT_EQ(drill.Asked().size(), 1u) << "answered late, from the outbox";
  EXPECT_EQ(drill.Answer(kAllStand), v1::EFFECT_VERDICT_UNKNOWN);
  // But to recover it takes more than that.
  const std::string recovery = drill.Contain("RECOVERY");
  drill.room.AgentLooks("w1", "act", recovery, kAllStand);
  EXPECT_EQ(drill.Verdict(recovery), v1::EFFECT_VERDICT_FALSE);
}

TEST(Effect, WhatIsUndoneIsNotAskedAboutAndTheEndAsksBeforeItUndoes) {
  Claimed drill;
  drill.room.Must("director", "stop_exercise { exercise: 'drill' }");
  EXPECT_EQ(drill.Asked().size(), 1u);
  v1::DesiredSet keep;
  ASSERT_NE(drill.room.Wanted("w1", "act", &keep), nullptr);
  EXPECT_EQ(drill.room.Wanted("w1", "act", &keep)->wanted(), v1::WANTED_UNDO);
  drill.room.Undo("w1", "act");
  EXPECT_THAT(drill.Asked(), ::testing::IsEmpty());
  EXPECT_EQ(drill.Answer("undone: true"), v1::EFFECT_VERDICT_UNKNOWN);
}

TEST(Effect, DetectionsAndHandPlayedActionsAreNotAskedAbout) {
  Claimed drill;
  drill.Answer(kNoneStands);
  drill.Contain("DETECTION");
  EXPECT_THAT(drill.Asked(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace drill::testing
