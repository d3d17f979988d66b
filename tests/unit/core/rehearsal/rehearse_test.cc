#include "core/rehearsal/rehearse.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/rehearsal/profile.h"
#include "tests/support/status.h"
#include "tests/unit/core/rehearsal/room.h"

namespace drill::rehearsal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kHead[] = R"(
id: s
title: {vi: Thử, en: Try}
type: live
duration: 2d
cast:
  systems: [{id: portal, title: {vi: Cổng, en: Portal}, roles: [web]}]
  teams: [{id: soc, title: {vi: Giám sát, en: SOC}}, {id: ops, title: {vi: Vận hành, en: Ops}}]
objectives: [{id: see, title: {vi: Thấy, en: See}}]
injects:
)";

std::string Decoy(absl::string_view id, absl::string_view when) {
  return absl::StrCat("  - id: ", id, R"(
    title: {vi: Lạ, en: Odd}
    objective: see
    action: {process.run_decoy: {name: odd.x}}
    targets: [{system: portal, role: web}]
    expect:
      - {kind: detect, team: soc, target: 5m, limit: 1h}
      - {kind: report, team: soc, target: 10m, limit: 1h, recipients: [owner, police],
         fields: [{field: severity, accept: [serious]}]}
      - {kind: contain, team: ops, target: 10m, limit: 2h}
      - {kind: recover, team: ops, target: 20m, limit: 2h}
    )",
                      when, "\n");
}

std::string Message(absl::string_view id, absl::string_view when) {
  return absl::StrCat("  - id: ", id,
                      "\n    title: {vi: Tin, en: News}\n    message: {teams: [soc], from: {vi: A, "
                      "en: A}, body: {vi: B, en: B}}\n    ",
                      when, "\n");
}

Options With(const std::string& injects) {
  Options options;
  options.scenario = Yaml<v1::Scenario>(absl::StrCat(kHead, injects));
  options.profile = UsualProfile();
  options.owners = TestOwners();
  return options;
}

v1::Rehearsal Play(const Options& options) {
  absl::StatusOr<v1::Rehearsal> rehearsal = Rehearse(options);
  EXPECT_OK(rehearsal);
  return rehearsal.ok() ? *std::move(rehearsal) : v1::Rehearsal();
}

const v1::RehearsedInject& Row(const v1::Rehearsal& r, const std::string& id) {
  return *std::find_if(r.injects().begin(), r.injects().end(),
                       [&](const auto& row) { return row.inject() == id; });
}

TEST(Rehearse, TheSeedDecidesEverything) {
  Options options = With(Decoy("a", "at: 1h") + Decoy("b", "at: 1d"));
  const std::string once = Play(options).SerializeAsString();
  EXPECT_EQ(Play(options).SerializeAsString(), once);
  options.seed = 2;
  EXPECT_NE(Play(options).SerializeAsString(), once);
}

TEST(Rehearse, TellsWhatHappensInOrder) {
  const v1::Rehearsal r = Play(With(Decoy("a", "at: 1h")));
  EXPECT_TRUE(r.register_made_up());
  const v1::RehearsedInject& a = Row(r, "a");
  EXPECT_EQ(a.planned().median(), 3600 * int64_t{1'000'000});
  EXPECT_EQ(a.released().n(), 20);
  EXPECT_GT(a.detected().n(), 10);
  EXPECT_LT(a.detected().n(), 20);  // some miss it
  EXPECT_LT(a.released().median(), a.detected().median());
  EXPECT_LT(a.detected().median(), a.contained().median());
  EXPECT_LT(a.contained().median(), a.recovered().median());
  EXPECT_LT(r.score().min(), r.score().max());
  EXPECT_EQ(r.perfect_mp(), 100'000);
  EXPECT_EQ(r.absent_mp(), 0);
  EXPECT_THAT(r.unreachable(), IsEmpty());
  ASSERT_EQ(r.by_objective_size(), 1);
  EXPECT_EQ(r.by_objective(0).key(), "see");
}

TEST(Rehearse, SaysWhichBranchesAreDead) {
  Options options =
      With(Decoy("a", "at: 1h") + Message("after-overdue", "after: {inject: a, anchor: overdue}") +
           Message("unless-detected", "at: 2h\n    unless: {inject: a, anchor: detected}") +
           Message("unless-overdue", "at: 4h\n    unless: {inject: a, anchor: overdue}") +
           Message("late", "after: {inject: a, anchor: detected, delay: 46h59m}") +
           Message("hand", "contingency: true"));
  options.profile = PerfectProfile();
  for (v1::Skill& skill : *options.profile.mutable_usual()->mutable_roles(0)->mutable_skills()) {
    if (skill.does() != v1::EXPECTATION_KIND_DETECT) continue;
    for (auto* part :
         {skill.mutable_work()->mutable_least(), skill.mutable_work()->mutable_median(),
          skill.mutable_work()->mutable_most()}) {
      part->set_seconds(1800);
    }
  }
  const v1::Rehearsal r = Play(options);
  std::vector<std::string> dead;
  for (const v1::Unreached& u : r.unreached()) {
    dead.push_back(
        absl::StrCat(u.inject(), " ", v1::UnreachedWhy_Name(u.why()).substr(14), " ", u.other()));
  }
  EXPECT_THAT(dead, ElementsAre("after-overdue ANCHOR a", "unless-detected REVOKED a",
                                "unless-overdue UNLESS a", "late TOO_LATE ", "hand BY_HAND "));
}

// One analyst, who does one thing at a time, and five injects within a minute.
TEST(Rehearse, ShowsFiveInjectsHittingOnePerson) {
  std::string injects;
  for (int i = 0; i < 5; ++i) {
    injects += Decoy(absl::StrCat("x", i), absl::StrCat("at: 10h", i, "s"));
  }
  Options options = With(injects);
  options.profile = Yaml<v1::Profile>(R"(
id: slow
usual:
  roles:
    - role: alone
      at_once: 1
      skills: [{does: detect, work: {median: 10m, most: 10m, least: 10m}}]
)");
  const v1::Rehearsal r = Play(options);
  ASSERT_EQ(r.people_size(), 2);
  const v1::RehearsedPerson& analyst = r.people(0);
  EXPECT_EQ(analyst.injects_median(), 5);
  EXPECT_EQ(analyst.injects_max(), 5);
  EXPECT_THAT(analyst.worst_injects(), ElementsAre("x0", "x1", "x2", "x3", "x4"));
  // Windows of four hours; the third holds 50 minutes of work.
  EXPECT_EQ(r.window_us(), int64_t{14'400} * 1'000'000);
  EXPECT_EQ(analyst.load(1).injects_max(), 0);
  EXPECT_EQ(analyst.load(2).injects_max(), 5);
  EXPECT_EQ(analyst.load(2).busy_median_permille(), 208);
  // In turn: the last is seen only after 50 minutes.
  EXPECT_EQ(Row(r, "x0").detected().median(), int64_t{36'600} * 1'000'000);
  EXPECT_EQ(Row(r, "x4").detected().median(), int64_t{39'000} * 1'000'000);
  std::vector<std::string> uncovered;
  for (const v1::Uncovered& u : r.uncovered()) {
    uncovered.push_back(absl::StrCat(u.team(), " ", v1::ExpectationKind_Name(u.kind()).substr(17)));
  }
  EXPECT_THAT(uncovered, ElementsAre("ops CONTAIN", "ops RECOVER", "soc REPORT"));
}

TEST(Rehearse, CapacityLetsThemWorkSideBySide) {
  Options options = With(Decoy("a", "at: 1h") + Decoy("b", "at: 1h"));
  options.profile = Yaml<v1::Profile>(R"(
id: two-hands
usual:
  roles:
    - {role: r, at_once: 2, skills: [{does: detect, work: {median: 10m, most: 10m, least: 10m}}]}
)");
  const v1::Rehearsal r = Play(options);
  EXPECT_EQ(Row(r, "b").detected().median(), int64_t{4200} * 1'000'000);
}

TEST(Rehearse, FaultsInReportsAndWrongClaimsCost) {
  const std::string injects = Decoy("a", "at: 1h") + "rubric: {wrong_claim_points: 1}\n";
  const auto median = [&](absl::string_view skill, absl::string_view fault) {
    Options options = With(injects);
    options.profile = PerfectProfile();
    for (v1::Skill& s : *options.profile.mutable_usual()->mutable_roles(0)->mutable_skills()) {
      if (v1::ExpectationKind_Name(s.does()).substr(17) != skill) continue;
      if (fault == "wrong") s.set_wrong_permille(1000);
      if (fault == "recipient") s.set_recipient_missed_permille(500);
      if (fault == "miss") s.set_miss_permille(1000);
    }
    return Play(options).score().median();
  };
  EXPECT_EQ(median("DETECT", "none"), 100'000);
  EXPECT_EQ(median("DETECT", "wrong"), 75'000);  // one point of four
  EXPECT_EQ(median("REPORT", "wrong"), 75'000);  // no field is right
  EXPECT_LT(median("REPORT", "recipient"), 100'000);
  EXPECT_EQ(median("CONTAIN", "miss"), 75'000);  // recovery goes on without it
  EXPECT_EQ(median("DETECT", "miss"), 0);        // nothing can follow
}

TEST(Rehearse, CastsARealRegister) {
  Options options = With(Decoy("a", "at: 1h"));
  options.reg = Yaml<v1::Register>(R"(
organisations: [{id: org}]
systems: [{id: mail, owner: org, level: 3}, {id: site, owner: org, level: 4}]
hosts:
  - {id: m1, system: mail, role: mx}
  - {id: w1, system: site, role: web}
  - {id: w2, system: site, role: web}
people: [{id: an, roles: [responder]}, {id: binh, roles: [responder]}]
teams:
  - {id: ops, kind: response, members: [binh]}
  - {id: watch, kind: response, members: [an]}
)");
  const v1::Rehearsal r = Play(options);
  EXPECT_FALSE(r.register_made_up());
  ASSERT_EQ(r.cast_size(), 3);
  EXPECT_EQ(r.cast(0).id(), "site");
  EXPECT_EQ(r.cast(0).hosts(), 2);
  EXPECT_EQ(r.cast(1).id(), "watch");
  EXPECT_EQ(r.cast(2).id(), "ops");
  EXPECT_EQ(r.perfect_mp(), 100'000);
  EXPECT_EQ(r.people(0).person(), "an");
}

TEST(Rehearse, RefusesARegisterThatDoesNotFit) {
  Options options = With(Decoy("a", "at: 1h"));
  options.reg = Yaml<v1::Register>(R"(
organisations: [{id: org}]
systems: [{id: mail, owner: org, level: 3}]
hosts: [{id: m1, system: mail, role: mx}]
people: [{id: an, roles: [responder]}]
teams: [{id: soc, kind: response, members: [an]}]
)");
  const absl::Status status = Rehearse(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no free system with role web"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("team part 'ops'"));
}

TEST(Rehearse, PeoplePlayByHandAnswerAndAreJudged) {
  Options options = With(R"(
  - id: hand
    title: {vi: Tay, en: Hand}
    manual: {instructions: {vi: Làm, en: Do}}
    at: 1h
    targets: [{system: portal, role: web}]
    expect: [{kind: detect, team: soc, target: 5m, limit: 1h}]
  - id: ask
    title: {vi: Hỏi, en: Ask}
    question: {teams: [ops], body: {vi: Gì, en: What}}
    at: 2h
    expect: [{kind: answer, team: ops, target: 5m, limit: 1h}]
  - id: tell
    title: {vi: Báo, en: Tell}
    message: {teams: [soc], from: {vi: A, en: A}, body: {vi: B, en: B}}
    at: 3h
    expect: [{kind: report, team: soc, target: 5m, limit: 1h, recipients: [owner]}]
)");
  const v1::Rehearsal r = Play(options);
  EXPECT_EQ(r.perfect_mp(), 100'000);
  EXPECT_EQ(r.absent_mp(), 0);
  EXPECT_GT(Row(r, "hand").detected().n(), 0);
  EXPECT_GT(Row(r, "ask").answered().n(), 0);
  EXPECT_GT(Row(r, "tell").reported().n(), 0);
}

}  // namespace
}  // namespace drill::rehearsal
