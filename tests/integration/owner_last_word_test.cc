// The host has the last word: what its owner has withdrawn since the drill was approved is not
// played there, though the controller orders it.

#include <signal.h>

#include "common/yaml/dump.h"
#include "common/yaml/load.h"
#include "drill/v1/host.pb.h"
#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OwnerLastWordTest : public DrillTest {
 protected:
  // The notes of what the controller was told; fails unless that is one refusal.
  std::vector<std::string> WhyRefused(const std::vector<v1::WatchEvent>& events,
                                      const std::string& inject, const std::string& host) {
    std::vector<std::string> notes;
    for (const v1::WatchEvent& watched : events) {
      const v1::OrderEvent& event = watched.record().order_reported().event();
      if (event.order().inject() != inject || event.order().host() != host) continue;
      EXPECT_EQ(event.kind(), v1::ORDER_EVENT_KIND_REFUSED) << event.ShortDebugString();
      notes.insert(notes.end(), event.notes().begin(), event.notes().end());
    }
    return notes;
  }
};

TEST_F(OwnerLastWordTest, WithdrawnKeyOrActionIsRefusedOnTheHostAndSaidSo) {
  ASSERT_OK(MakeReady());
  // app-1: its owner signs with another key now.
  EndAgent("app-1", SIGTERM);
  const std::string settings_path = HostPath("app-1", "agent/agent.yaml");
  v1::AgentSettings settings;
  ASSERT_OK(yaml::Load(Read(settings_path), settings_path, &settings));
  const Output key = Program("drillctl", {"key", "new", "--out", Path("keys/new.key")});
  ASSERT_EQ(key.code, 0) << key.err;
  settings.clear_owner_keys_pem();
  settings.add_owner_keys_pem(key.out);
  Write(settings_path, yaml::Dump(settings));
  StartAgent("app-1");
  // app-2: its owner no longer lets files be encrypted.
  const std::string policy_path = HostPath("app-2", "agent/policy.yaml");
  v1::Policy policy;
  ASSERT_OK(yaml::Load(Read(policy_path), policy_path, &policy));
  policy.clear_actions();
  policy.add_actions("process.run_decoy");
  policy.add_actions("log.append");
  EndAgent("app-2", SIGTERM);
  Write(policy_path, yaml::Dump(policy));
  StartAgent("app-2");
  ASSERT_TRUE(Until([this] { return Connected("app-1") && Connected("app-2"); }));

  ASSERT_OK(Do("giam-doc", {"exercise", "start", kExercise}));
  const auto events = WatchUntil(ExerciseEnded);
  ASSERT_TRUE(Clean());
  for (const char* inject : {"crypt", "decoy", "lines"}) {
    EXPECT_THAT(WhyRefused(events, inject, "app-1"),
                ElementsAre(HasSubstr("0 valid signature(s) by the owner's keys")))
        << inject;
  }
  EXPECT_THAT(WhyRefused(events, "crypt", "app-2"),
              ElementsAre(HasSubstr("the owner's policy does not allow files.encrypt")));
  EXPECT_FALSE(Exists(HostPath("app-2", "docs/HoSo")));
  // What the owner of app-2 still allows is played there.
  EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "decoy", "app-2")), 1);
  EXPECT_EQ(Count(events, OrderIs(v1::ORDER_EVENT_KIND_APPLIED, "lines", "app-2")), 1);
}

}  // namespace
}  // namespace drill::testing
