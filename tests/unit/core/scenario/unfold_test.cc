#include "core/scenario/unfold.h"

#include "absl/strings/str_cat.h"
#include "core/scenario/reach.h"
#include "core/scenario/words.h"
#include "tests/unit/core/scenario/good_scenario.h"

namespace drill {
namespace {

using ::drill::testing::GoodScenario;
using ::drill::testing::kNudge;
using ::drill::testing::kScan;
using ::drill::testing::Seconds;

TEST(UnfoldTest, CopiesOfAFixedTimeComeAtEqualDistances) {
  // Property, over every number of copies and some distances.
  for (const int times : {2, 3, 10, 1000}) {
    for (const int64_t every_s : {1, 7, 3600}) {
      v1::Inject inject = GoodScenario().injects(kScan);
      inject.mutable_repeat()->set_times(times);
      *inject.mutable_repeat()->mutable_every() = Seconds(every_s);
      const std::vector<Unfolded> copies = UnfoldInject(inject);
      ASSERT_EQ(copies.size(), static_cast<size_t>(times));
      for (int n = 1; n <= times; ++n) {
        const Unfolded& copy = copies[static_cast<size_t>(n - 1)];
        EXPECT_EQ(copy.authored_id, "scan");
        EXPECT_EQ(copy.inject.id(), n == 1 ? "scan" : absl::StrCat("scan#", n));
        EXPECT_EQ(Micros(copy.inject.at()), (5 + (n - 1) * every_s) * 1'000'000);
        EXPECT_FALSE(copy.inject.has_repeat());
        // All the rest is the same.
        v1::Inject same = copy.inject;
        same.set_id(inject.id());
        *same.mutable_at() = inject.at();
        *same.mutable_repeat() = inject.repeat();
        EXPECT_EQ(same.SerializeAsString(), inject.SerializeAsString());
      }
    }
  }
}

TEST(UnfoldTest, CopiesOfAChainedInjectHaveTheirDelayGrown) {
  v1::Inject inject = GoodScenario().injects(kNudge);
  inject.mutable_after()->mutable_delay()->set_nanos(500'000'000);
  inject.mutable_repeat()->set_times(3);
  inject.mutable_repeat()->mutable_every()->set_nanos(750'000'000);
  std::vector<int64_t> delays;
  for (const Unfolded& copy : UnfoldInject(inject)) {
    EXPECT_EQ(copy.inject.after().inject(), "ransom");
    delays.push_back(Micros(copy.inject.after().delay()));
  }
  EXPECT_THAT(delays, ::testing::ElementsAre(500'000, 1'250'000, 2'000'000));
}

TEST(UnfoldTest, ScenarioKeepsItsOrder) {
  std::vector<std::string> ids;
  for (const Unfolded& copy : Unfold(GoodScenario())) ids.push_back(copy.inject.id());
  EXPECT_THAT(ids, ::testing::ElementsAre("scan", "scan#2", "scan#3", "ransom", "shell", "call",
                                          "decide", "nudge", "reserve", "wrap-up"));
}

// What others may wait for is exactly what unfolding makes.
TEST(UnfoldTest, EveryUnfoldedIdCanBeFound) {
  const v1::Scenario s = GoodScenario();
  const InjectIndex index(s);
  for (const Unfolded& copy : Unfold(s)) {
    const InjectReference found = index.Find(copy.inject.id());
    ASSERT_GE(found.index, 0) << copy.inject.id();
    EXPECT_EQ(s.injects(found.index).id(), copy.authored_id);
    EXPECT_EQ(absl::StrCat(copy.authored_id, found.copy == 1 ? "" : absl::StrCat("#", found.copy)),
              copy.inject.id());
  }
  for (const char* wrong : {"", "#", "scan#", "scan#0", "scan#1", "scan#4", "scan#02", "scan#2x",
                            "ransom#2", "nothing", "scan#-2", "scan##2"}) {
    EXPECT_EQ(index.Find(wrong).index, -1) << wrong;
  }
}

TEST(SelectsTest, RoleAndEveryLabelMustFit) {
  v1::Host host;
  host.set_role("web");
  host.add_labels("public");
  host.add_labels("linux");
  v1::Selector selector;
  selector.set_system("portal");
  EXPECT_TRUE(Selects(selector, "portal", host));
  EXPECT_FALSE(Selects(selector, "records", host));
  selector.set_role("web");
  selector.add_labels("linux");
  EXPECT_TRUE(Selects(selector, "portal", host));
  selector.add_labels("windows");
  EXPECT_FALSE(Selects(selector, "portal", host));
  selector.clear_labels();
  selector.set_role("db");
  EXPECT_FALSE(Selects(selector, "portal", host));
}

TEST(ReachTest, DurationsOutOfRangeAreBroughtIn) {
  EXPECT_EQ(ClampedUs(Seconds(-1)), 0);
  EXPECT_EQ(ClampedUs(Seconds(2)), 2'000'000);
  EXPECT_EQ(ClampedUs(Seconds(INT64_MAX)), kDurationMaxUs);
}

// The sums of 10,000 longest delays with 1000 longest repeats each stay in range.
TEST(ReachTest, AbsurdChainsDoNotOverflow) {
  v1::Scenario s = GoodScenario();
  s.clear_injects();
  s.clear_duration();
  for (int i = 0; i < 10'000; ++i) {
    v1::Inject* inject = s.add_injects();
    inject->set_id(absl::StrCat("i", i));
    inject->mutable_repeat()->set_times(INT32_MAX);
    *inject->mutable_repeat()->mutable_every() = Seconds(INT64_MAX);
    inject->mutable_after()->set_inject(i == 0 ? "none" : absl::StrCat("i", i - 1, "#1000"));
    inject->mutable_after()->set_anchor(v1::ANCHOR_RELEASED);
    *inject->mutable_after()->mutable_delay() = Seconds(INT64_MAX);
  }
  const InjectIndex index(s);
  int64_t last = 0;
  for (const Reach& reach : ComputeReach(s, index)) {
    EXPECT_GE(reach.earliest_us, last);
    last = reach.earliest_us;
  }
}

TEST(WordsTest, AreThoseOfTheYamlFile) {
  EXPECT_EQ(AnchorName(v1::ANCHOR_DETECTED), "detected");
  EXPECT_EQ(AnchorName(v1::ANCHOR_UNSPECIFIED), "");
  EXPECT_EQ(AnchorName(static_cast<v1::Anchor>(99)), "");
  EXPECT_EQ(ExpectationName(v1::EXPECTATION_KIND_CONTAIN), "contain");
  v1::Action action;
  EXPECT_EQ(ActionName(action), "");
  action.mutable_process_run_decoy();
  EXPECT_EQ(ActionName(action), "process.run_decoy");
  action.mutable_files_encrypt();
  EXPECT_EQ(ActionName(action), "files.encrypt");
}

TEST(WordsTest, DurationsAsPeopleWriteThem) {
  EXPECT_EQ(DurationText(0), "0s");
  EXPECT_EQ(DurationText(90'000'000), "1m30s");
  EXPECT_EQ(DurationText(86'400'000'000 + 3'600'000'000), "1d1h");
  EXPECT_EQ(DurationText(1'500'000), "1s500ms");
  EXPECT_EQ(DurationText(15), "15us");
  EXPECT_EQ(DurationText(-2'000'000), "-2s");
  EXPECT_THAT(DurationText(INT64_MIN), ::testing::StartsWith("-106751991d"));
}

TEST(WordsTest, QuotedTextStaysOnOneLineAndWhole) {
  EXPECT_EQ(Quoted("tệp"), "'tệp'");
  EXPECT_EQ(Quoted("a\nb"), "'a\\nb'");
  // 79 bytes and a two-byte letter: cut before it, not through it.
  EXPECT_EQ(Quoted(absl::StrCat(std::string(79, 'a'), "đđ")),
            absl::StrCat("'", std::string(79, 'a'), "…'"));
}

}  // namespace
}  // namespace drill
