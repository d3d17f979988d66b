// A whole drill in virtual time under faults; docs/testing.md names the invariants.
// DRILL_SEEDS=n runs n seeds; DRILL_SEED=s replays one and prints its story.

#include <cstdlib>
#include <iostream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/simulation/world.h"

namespace drill::sim {
namespace {

struct Weather {
  const char* name;
  Faults faults;
};

class Simulation : public ::testing::TestWithParam<Weather> {};

uint64_t Number(const char* variable, uint64_t otherwise) {
  const char* text = std::getenv(variable);
  uint64_t value = otherwise;
  if (text != nullptr && !absl::SimpleAtoi(text, &value)) value = otherwise;
  return value;
}

TEST_P(Simulation, HoldsItsInvariants) {
  const uint64_t one = Number("DRILL_SEED", 0);
  const uint64_t seeds = one != 0 ? 1 : Number("DRILL_SEEDS", 60);
  int starts = 0;
  for (uint64_t i = 1; i <= seeds; ++i) {
    const uint64_t seed = one != 0 ? one : i;
    World world(seed, GetParam().faults, 4);
    world.Run();
    starts += world.starts();
    if (one != 0) {
      for (const std::string& line : world.story()) std::cout << line << "\n";
      if (Number("DRILL_JOURNAL", 0) != 0) {
        for (const Stamped& s : world.journal()) std::cout << s.record.ShortDebugString() << "\n";
      }
    }
    ASSERT_TRUE(world.breaches().empty())
        << world.breaches().front() << "\nreplay: DRILL_SEED=" << seed
        << " build/tests/simulation_test --gtest_filter='*/" << GetParam().name << "'";
  }
  // A world in which nothing happens proves nothing.
  if (seeds > 10) {
    EXPECT_GT(starts, static_cast<int>(seeds) * 4);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Weather, Simulation,
    ::testing::Values(
        Weather{"calm", {}}, Weather{"drift", {.clock_drift = true}},
        Weather{"cuts", {.cuts = true, .clock_drift = true}},
        Weather{"controller", {.cuts = true, .controller_crashes = true, .clock_drift = true}},
        Weather{"agents", {.cuts = true, .agent_crashes = true, .clock_drift = true}},
        Weather{"disk", {.journal_failures = true, .clock_drift = true, .director = true}},
        Weather{"director", {.clock_drift = true, .director = true}},
        Weather{"storm",
                {.cuts = true,
                 .controller_crashes = true,
                 .long_downs = true,
                 .agent_crashes = true,
                 .journal_failures = true,
                 .clock_drift = true,
                 .director = true}}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace drill::sim
