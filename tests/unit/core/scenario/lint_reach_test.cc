// Lint: schedules, and what can never come.
#include "tests/unit/core/scenario/good_scenario.h"

namespace drill {
namespace {

using ::drill::testing::At;
using ::drill::testing::BrokenCase;
using ::drill::testing::GoodScenario;
using ::drill::testing::kCall;
using ::drill::testing::kDecide;
using ::drill::testing::kNudge;
using ::drill::testing::kRansom;
using ::drill::testing::kReserve;
using ::drill::testing::kScan;
using ::drill::testing::kShell;
using ::drill::testing::kWrapUp;
using ::drill::testing::Seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void SetAfter(v1::Inject* inject, const char* other, v1::Anchor anchor, int64_t delay_s = 0) {
  inject->clear_at();
  inject->mutable_after()->set_inject(other);
  inject->mutable_after()->set_anchor(anchor);
  *inject->mutable_after()->mutable_delay() = Seconds(delay_s);
}

void SetUnless(v1::Inject* inject, const char* other, v1::Anchor anchor) {
  inject->mutable_unless()->set_inject(other);
  inject->mutable_unless()->set_anchor(anchor);
}

void KeepOnly(v1::Inject* inject, v1::ExpectationKind kind) {
  v1::Inject all = *inject;
  inject->clear_expect();
  for (const v1::Expectation& e : all.expect()) {
    if (e.kind() == kind) *inject->add_expect() = e;
  }
}

const BrokenCase kScheduleCases[] = {
    {"NothingSaysWhen",
     [](v1::Scenario& s) { s.mutable_injects(kWrapUp)->clear_at(); },
     At(kWrapUp, ""),
     {"nothing says when it comes"}},
    {"ContingencyFalseSaysNothing",
     [](v1::Scenario& s) { s.mutable_injects(kReserve)->set_contingency(false); },
     At(kReserve, ""),
     {"nothing says when it comes"}},
    {"AtAndAfter",
     [](v1::Scenario& s) { *s.mutable_injects(kDecide)->mutable_at() = Seconds(65); },
     At(kDecide, ""),
     {"has at, after;", "exactly one"}},
    {"AtAndContingency",
     [](v1::Scenario& s) { s.mutable_injects(kWrapUp)->set_contingency(true); },
     At(kWrapUp, ""),
     {"has at, contingency;"}},
    {"AtNegative",
     [](v1::Scenario& s) { *s.mutable_injects(kCall)->mutable_at() = Seconds(-1); },
     At(kCall, ".at"),
     {"negative"},
     Severity::kError,
     true},
    {"AfterWithoutAnchor",
     [](v1::Scenario& s) { s.mutable_injects(kDecide)->mutable_after()->clear_anchor(); },
     At(kDecide, ".after.anchor"),
     {"missing anchor", "released"}},
    {"DelayNegative",
     [](v1::Scenario& s) {
       *s.mutable_injects(kDecide)->mutable_after()->mutable_delay() = Seconds(-1);
     },
     At(kDecide, ".after.delay"),
     {"negative"}},
    {"UnlessWithoutAnchor",
     [](v1::Scenario& s) { s.mutable_injects(kCall)->mutable_unless()->clear_anchor(); },
     At(kCall, ".unless.anchor"),
     {"missing anchor"}},
    {"TogetherWithoutAfter",
     [](v1::Scenario& s) { s.mutable_injects(kRansom)->set_together(true); },
     At(kRansom, ".together"),
     {"no effect"},
     Severity::kWarning},
    {"RepeatOnce",
     [](v1::Scenario& s) { s.mutable_injects(kScan)->mutable_repeat()->set_times(1); },
     At(kScan, ".repeat.times"),
     {"1 is out of range", "2 to 1000"}},
    {"RepeatTooOften",
     [](v1::Scenario& s) { s.mutable_injects(kScan)->mutable_repeat()->set_times(1001); },
     At(kScan, ".repeat.times"),
     {"1001 is out of range"},
     Severity::kError,
     true},
    {"RepeatWithoutTimes",
     [](v1::Scenario& s) { s.mutable_injects(kScan)->mutable_repeat()->clear_times(); },
     At(kScan, ".repeat.times"),
     {"missing"}},
    {"RepeatWithoutEvery",
     [](v1::Scenario& s) { s.mutable_injects(kScan)->mutable_repeat()->clear_every(); },
     At(kScan, ".repeat.every"),
     {"missing"}},
    {"RepeatEveryZero",
     [](v1::Scenario& s) {
       *s.mutable_injects(kScan)->mutable_repeat()->mutable_every() = Seconds(0);
     },
     At(kScan, ".repeat.every"),
     {"longer than 0s"}},
    {"RepeatOfContingency",
     [](v1::Scenario& s) {
       *s.mutable_injects(kReserve)->mutable_repeat() = s.injects(kScan).repeat();
     },
     At(kReserve, ".repeat"),
     {"fired by hand"},
     Severity::kWarning},
    {"BeforeItsMove",
     [](v1::Scenario& s) { s.mutable_injects(kScan)->set_move("second"); },
     At(kScan, ".at"),
     {"comes at 5s, before its move 'second' starts (50s)"},
     Severity::kWarning},
    {"InTheNextMove",
     [](v1::Scenario& s) { s.mutable_injects(kShell)->set_move("first"); },
     At(kShell, ".at"),
     {"the next move, 'second', has started (50s)"},
     Severity::kWarning},
};
DRILL_BROKEN_CASES(LintScheduleTest, kScheduleCases);

const BrokenCase kNeverCases[] = {
    {"AtTheEnd",
     [](v1::Scenario& s) { *s.mutable_injects(kWrapUp)->mutable_at() = Seconds(300); },
     At(kWrapUp, ".at"),
     {"can never be released", "due at 5m, but the exercise ends at 5m"}},
    {"ChainBeyondTheEnd",
     // The nudge waits for 60s + 100s, the longest limit.
     [](v1::Scenario& s) {
       *s.mutable_injects(kNudge)->mutable_after()->mutable_delay() = Seconds(140);
     },
     At(kNudge, ".after"),
     {"due at the earliest at 5m"}},
    {"LastCopiesBeyondTheEnd",
     [](v1::Scenario& s) {
       *s.mutable_injects(kScan)->mutable_repeat()->mutable_every() = Seconds(150);
     },
     At(kScan, ".repeat"),
     {"copies from #3 on", "the last is due at 5m5s"}},
    {"AnswerOfAnAction",
     [](v1::Scenario& s) { SetAfter(s.mutable_injects(kNudge), "ransom", v1::ANCHOR_ANSWERED); },
     At(kNudge, ".after"),
     {"waits for 'ransom' to be answered", "only a question is answered"}},
    {"StartOfAMessage",
     [](v1::Scenario& s) { SetAfter(s.mutable_injects(kNudge), "call", v1::ANCHOR_STARTED); },
     At(kNudge, ".after"),
     {"a message starts on no host"}},
    {"ContainmentOfAQuestion",
     [](v1::Scenario& s) { SetAfter(s.mutable_injects(kNudge), "decide", v1::ANCHOR_CONTAINED); },
     At(kNudge, ".after"),
     {"no team is expected to contain it"}},
    {"DetectionOfAMessageThatNobodyIsToDetect",
     [](v1::Scenario& s) { SetAfter(s.mutable_injects(kNudge), "call", v1::ANCHOR_DETECTED); },
     At(kNudge, ".after"),
     {"no team is expected to detect it"}},
    {"OverdueWithoutExpectation",
     [](v1::Scenario& s) { SetAfter(s.mutable_injects(kNudge), "call", v1::ANCHOR_OVERDUE); },
     At(kNudge, ".after"),
     {"no expectation with a limit"}},
    {"OverdueOfPreventionOnly",
     [](v1::Scenario& s) {
       v1::Inject* shell = s.mutable_injects(kShell);
       shell->mutable_expect(0)->set_kind(v1::EXPECTATION_KIND_PREVENT);
       SetAfter(s.mutable_injects(kNudge), "shell", v1::ANCHOR_OVERDUE);
     },
     At(kNudge, ".after"),
     {"no expectation with a limit"}},
    {"AfterItself",
     [](v1::Scenario& s) { SetAfter(s.mutable_injects(kWrapUp), "wrap-up", v1::ANCHOR_RELEASED); },
     At(kWrapUp, ".after.inject"),
     {"waits in a circle: wrap-up → wrap-up;"}},
    {"CycleOfTwo",
     [](v1::Scenario& s) {
       SetAfter(s.mutable_injects(kNudge), "wrap-up", v1::ANCHOR_RELEASED);
       SetAfter(s.mutable_injects(kWrapUp), "nudge", v1::ANCHOR_RELEASED);
     },
     At(kNudge, ".after.inject"),
     {"waits in a circle: nudge → wrap-up → nudge;"}},
    {"UnlikelyDetectionOfAnAction",
     // Nobody is expected to, but somebody may: the files are there.
     [](v1::Scenario& s) {
       KeepOnly(s.mutable_injects(kRansom), v1::EXPECTATION_KIND_CONTAIN);
       s.mutable_injects(kCall)->clear_unless();
     },
     At(kDecide, ".after.anchor"),
     {"may never be released", "no team is expected to detect it"},
     Severity::kWarning},
    {"AfterAContingency",
     [](v1::Scenario& s) { SetAfter(s.mutable_injects(kNudge), "reserve", v1::ANCHOR_RELEASED); },
     At(kNudge, ".after.inject"),
     {"'reserve', a contingency"},
     Severity::kWarning},
};
DRILL_BROKEN_CASES(LintNeverTest, kNeverCases);

TEST(LintNeverTest, WhatWaitsForTheUnreachableIsUnreachableToo) {
  v1::Scenario s = GoodScenario();
  SetAfter(s.mutable_injects(kNudge), "wrap-up", v1::ANCHOR_RELEASED);
  SetAfter(s.mutable_injects(kWrapUp), "call", v1::ANCHOR_RELEASED);
  *s.mutable_injects(kCall)->mutable_at() = Seconds(400);
  EXPECT_THAT(
      Lint(s),
      ElementsAre(
          ::testing::Field(&Fault::text, HasSubstr("due at 6m40s, but the exercise ends at 5m")),
          ::testing::Field(&Fault::text,
                           HasSubstr("waits for 'wrap-up', which can never be released itself")),
          ::testing::Field(&Fault::text,
                           HasSubstr("waits for 'call', which can never be released itself"))));
}

TEST(LintNeverTest, ACycleIsNamedOnceAndWhatHangsOnItFollows) {
  v1::Scenario s = GoodScenario();
  // call → wrap-up → nudge → wrap-up: the call leads into the circle, it is not of it.
  SetAfter(s.mutable_injects(kCall), "wrap-up", v1::ANCHOR_RELEASED);
  s.mutable_injects(kCall)->clear_unless();
  SetAfter(s.mutable_injects(kNudge), "wrap-up", v1::ANCHOR_RELEASED);
  SetAfter(s.mutable_injects(kWrapUp), "nudge", v1::ANCHOR_RELEASED);
  std::vector<std::string> found;
  for (const Fault& fault : Lint(s)) found.push_back(fault.path + ": " + fault.text);
  EXPECT_THAT(
      found,
      ElementsAre(HasSubstr("injects[3].after: can never be released: it waits for "
                            "'wrap-up'"),
                  HasSubstr("injects[5].after.inject: it waits in a circle: nudge → wrap-up → "
                            "nudge")));
}

// Without a length nothing can be beyond it.
TEST(LintNeverTest, UnknownDurationIsOneFault) {
  v1::Scenario s = GoodScenario();
  s.clear_duration();
  EXPECT_EQ(Lint(s).size(), 1u);
}

const BrokenCase kUnlessCases[] = {
    {"UnlessOfItself",
     [](v1::Scenario& s) { SetUnless(s.mutable_injects(kCall), "call", v1::ANCHOR_RELEASED); },
     At(kCall, ".unless.inject"),
     {"by itself"}},
    {"AnchorThatCannotCome",
     [](v1::Scenario& s) { SetUnless(s.mutable_injects(kCall), "ransom", v1::ANCHOR_ANSWERED); },
     At(kCall, ".unless"),
     {"'ransom' answered can never come: only a question is answered"}},
    {"InjectThatIsNeverReleased",
     [](v1::Scenario& s) {
       SetUnless(s.mutable_injects(kCall), "wrap-up", v1::ANCHOR_RELEASED);
       *s.mutable_injects(kWrapUp)->mutable_at() = Seconds(999);
     },
     At(kCall, ".unless"),
     {"'wrap-up' released can never come: it can never be released"},
     Severity::kError,
     true},
    {"AnchorThatNobodyIsExpectedToBring",
     [](v1::Scenario& s) { SetUnless(s.mutable_injects(kCall), "ransom", v1::ANCHOR_RECOVERED); },
     At(kCall, ".unless"),
     {"may never come", "no team is expected to recover it"},
     Severity::kWarning},
    {"AnchorThatComesTooLate",
     [](v1::Scenario& s) { SetUnless(s.mutable_injects(kCall), "ransom", v1::ANCHOR_OVERDUE); },
     At(kCall, ".unless"),
     {"comes at 2m40s at the earliest, after this inject (1m20s)"}},
    {"AnchorThatAlwaysCameBefore",
     [](v1::Scenario& s) { SetUnless(s.mutable_injects(kDecide), "ransom", v1::ANCHOR_DETECTED); },
     At(kDecide, ".unless"),
     {"always revoked", "'ransom' detected has come already"}},
    {"ReleaseThatAlwaysCameBefore",
     [](v1::Scenario& s) { SetUnless(s.mutable_injects(kDecide), "ransom", v1::ANCHOR_RELEASED); },
     At(kDecide, ".unless"),
     {"always revoked"}},
    {"ReleaseAtAnEarlierTime",
     [](v1::Scenario& s) { SetUnless(s.mutable_injects(kCall), "ransom", v1::ANCHOR_RELEASED); },
     At(kCall, ".unless"),
     {"comes at 1m, before this inject", "skips or delays"},
     Severity::kWarning},
};
DRILL_BROKEN_CASES(LintUnlessTest, kUnlessCases);

TEST(LintUnlessTest, OneAnchorAfterAnotherOfTheSameInjectIsMeant) {
  v1::Scenario s = GoodScenario();
  SetUnless(s.mutable_injects(kNudge), "ransom", v1::ANCHOR_CONTAINED);
  SetUnless(s.mutable_injects(kDecide), "ransom", v1::ANCHOR_REPORTED);
  EXPECT_THAT(Lint(s), IsEmpty());
}

}  // namespace
}  // namespace drill
