#include "core/rehearsal/profile.h"

#include <gmock/gmock.h>

#include "tests/unit/core/rehearsal/room.h"

namespace drill::rehearsal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Profile, BuiltInOnesAreGood) {
  EXPECT_THAT(CheckProfile(UsualProfile()), IsEmpty());
  EXPECT_THAT(CheckProfile(PerfectProfile()), IsEmpty());
  EXPECT_THAT(CheckProfile(AbsentProfile()), IsEmpty());
}

TEST(Profile, TellsEveryFaultAtOnce) {
  const auto profile = Yaml<v1::Profile>(R"(
usual:
  roles:
    - role: a
      people: 0
      skills:
        - {does: detect, reaction: {least: 5s, median: 3s, most: 9s}, miss_permille: 1001}
        - {does: detect, recipient_missed_permille: 5}
    - {role: a, at_once: 101}
teams: [{roles: []}]
hand_play: {least: 1s}
)");
  EXPECT_THAT(
      CheckProfile(profile),
      ElementsAre("id: missing", "usual.roles[0].people: expected 1 to 50, found 0",
                  "usual.roles[0].skills[0].reaction: expected least <= median <= most <= 30d, "
                  "found 5s, 3s, 9s",
                  "usual.roles[0].skills[0].miss_permille: expected 0 to 1000, found 1001",
                  "usual.roles[0].skills[1].recipient_missed_permille: only a report has "
                  "recipients",
                  "usual.roles[0].skills[1]: this role has it twice",
                  "usual.roles[1].role: stands twice",
                  "usual.roles[1].at_once: expected 1 to 100, found 101", "teams[0].team: missing",
                  "teams[0].roles: at least one is needed",
                  "hand_play: expected least, median and most; least alone may be left out"));
}

TEST(Profile, DealsMembersOutOverTheRoles) {
  const v1::TeamProfile team = UsualProfile().usual();  // two analysts, one lead
  EXPECT_THAT(RolesOf(team, 0, 1), ElementsAre(0, 1));  // alone: everything
  EXPECT_THAT(RolesOf(team, 0, 2), ElementsAre(0));
  EXPECT_THAT(RolesOf(team, 1, 2), ElementsAre(1));
  EXPECT_THAT(RolesOf(team, 1, 3), ElementsAre(0));
  EXPECT_THAT(RolesOf(team, 2, 3), ElementsAre(1));
  EXPECT_THAT(RolesOf(team, 4, 5), ElementsAre(1));  // the rest to the last
}

}  // namespace
}  // namespace drill::rehearsal
