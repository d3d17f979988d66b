#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "common/yaml/load.h"
#include "core/duty/duty.h"
#include "tests/support/status.h"

namespace drill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::string_view kGood = R"(
obligations:
  - id: o1
    title: {vi: Diễn tập hằng năm}
    document: CT 1
    reach: {vi: Cơ quan A}
    levels: [3, 4, 5]
    rule: every_calendar_year
    evidence: live_drill
    effective_from: 2024-04-20
  - id: o2
    title: {vi: Diễn tập hằng năm}
    document: CT 2
    article: 1c
    quote: tối thiểu 01 lần/năm
    reach: {vi: Cơ quan B}
    levels: [3]
    rule: every_calendar_year
    evidence: live_drill
    effective_from: 2023-07-19
    effective_to: 2024-04-19
    superseded_by: o1
)";

v1::Obligations Load(absl::string_view text) {
  v1::Obligations obligations;
  EXPECT_OK(yaml::Load(text, "obligations", &obligations));
  return obligations;
}

TEST(CheckObligationsTest, GoodOnesHaveNoFault) {
  EXPECT_THAT(CheckObligations(Load(kGood)), IsEmpty());
  EXPECT_THAT(CheckObligations({}), IsEmpty());
}

TEST(CheckObligationsTest, AQuoteMayBeEmpty) {
  v1::Obligations obligations = Load(kGood);
  obligations.mutable_obligations(1)->set_quote("");
  EXPECT_THAT(CheckObligations(obligations), IsEmpty());
}

TEST(CheckObligationsTest, NamesEachFaultWithItsPath) {
  using Break = std::function<void(v1::Obligation*)>;
  const std::vector<std::pair<Break, std::string>> kTable = {
      {[](auto* o) { o->set_id("O 1"); },
       "obligations[1] (O 1).id: 'O 1' is no id; use a-z, 0-9, '.', '_', '-', at most 63 "
       "characters"},
      {[](auto* o) { o->clear_id(); },
       "obligations[1].id: '' is no id; use a-z, 0-9, '.', '_', '-', at most 63 characters"},
      {[](auto* o) { o->clear_title(); },
       "obligations[1] (o2).title: is missing; say the duty in a few words"},
      {[](auto* o) { o->set_document("  "); },
       "obligations[1] (o2).document: is missing; name the document, number and date"},
      {[](auto* o) { o->clear_reach(); },
       "obligations[1] (o2).reach: is missing; say whom the document binds"},
      {[](auto* o) { o->clear_levels(); },
       "obligations[1] (o2).levels: is missing; list the levels bound, 1 to 5"},
      {[](auto* o) { o->add_levels(6); },
       "obligations[1] (o2).levels[1]: 6 is no level; use 1 to 5"},
      {[](auto* o) { o->add_levels(0); },
       "obligations[1] (o2).levels[1]: 0 is no level; use 1 to 5"},
      {[](auto* o) { o->add_levels(3); }, "obligations[1] (o2).levels[1]: 3 is listed twice"},
      {[](auto* o) { o->clear_rule(); },
       "obligations[1] (o2).rule: is missing; use every_calendar_year"},
      {[](auto* o) { o->clear_evidence(); },
       "obligations[1] (o2).evidence: is missing; use live_drill"},
      {[](auto* o) { o->mutable_effective_to()->set_day(31); },
       "obligations[1] (o2).effective_to: 2024-4-31 is no day of the calendar"},
      {[](auto* o) { o->mutable_effective_from()->set_year(2025); },
       "obligations[1] (o2).effective_to: lies before effective_from"},
      {[](auto* o) { o->set_superseded_by("o9"); },
       "obligations[1] (o2).superseded_by: 'o9' is no other obligation of these; name one of "
       "them"},
      {[](auto* o) { o->set_superseded_by("o2"); },
       "obligations[1] (o2).superseded_by: 'o2' is no other obligation of these; name one of "
       "them"},
      {[](auto* o) { o->clear_effective_to(); },
       "obligations[1] (o2).effective_to: is missing; what is superseded binds until a day"},
  };
  for (const auto& [spoil, fault] : kTable) {
    v1::Obligations obligations = Load(kGood);
    spoil(obligations.mutable_obligations(1));
    EXPECT_THAT(CheckObligations(obligations), ElementsAre(fault));
  }
}

TEST(CheckObligationsTest, NamesAllFaultsAtOnce) {
  v1::Obligations obligations = Load(kGood);
  obligations.mutable_obligations(1)->set_id("o1");
  obligations.mutable_obligations(1)->clear_superseded_by();
  obligations.mutable_obligations(0)->clear_rule();
  EXPECT_THAT(CheckObligations(obligations),
              ElementsAre("obligations[0] (o1).id: 'o1' is used more than once; give each its own",
                          "obligations[0] (o1).rule: is missing; use every_calendar_year",
                          "obligations[1] (o1).id: 'o1' is used more than once; give each its "
                          "own"));
}

TEST(CheckObligationsTest, TooManyAreRefused) {
  v1::Obligations obligations;
  for (int i = 0; i <= kObligationsMax; ++i) obligations.add_obligations();
  EXPECT_THAT(CheckObligations(obligations),
              ElementsAre("obligations: 1001 are too many; at most 1000"));
}

// The pack that comes with the program.
TEST(ShippedObligationsTest, LoadWithoutFaultAndStateOneDuty) {
  const char* source = std::getenv("DRILL_SOURCE_DIR");
  ASSERT_NE(source, nullptr) << "run it by ctest, or set DRILL_SOURCE_DIR";
  std::ifstream file(std::string(source) + "/obligations/dien-tap-hang-nam.yaml");
  std::stringstream text;
  text << file.rdbuf();
  const v1::Obligations obligations = Load(text.str());
  EXPECT_THAT(CheckObligations(obligations), IsEmpty());
  ASSERT_EQ(obligations.obligations_size(), 3);
  for (const v1::Obligation& obligation : obligations.obligations()) {
    EXPECT_FALSE(obligation.title().vi().empty());
    EXPECT_FALSE(obligation.title().en().empty());
    EXPECT_FALSE(obligation.reach().vi().empty());
    EXPECT_FALSE(obligation.reach().en().empty());
    EXPECT_THAT(obligation.levels(), ElementsAre(3, 4, 5));
  }
  EXPECT_FALSE(obligations.obligations(0).has_quote()) << "known from the press only";
  EXPECT_EQ(obligations.obligations(1).quote(), obligations.obligations(2).quote());

  State state;
  v1::System& system = state.reg.systems["portal"];
  system.set_id("portal");
  system.set_level(3);
  const v1::DutyTable table = Duties(state, obligations, 2026, 1'795'312'800'000'000);
  ASSERT_EQ(table.rows_size(), 1);
  EXPECT_EQ(table.rows(0).obligation(), "o1-live-drill-yearly");
  EXPECT_EQ(table.obligations_size(), 3);
}

}  // namespace
}  // namespace drill
