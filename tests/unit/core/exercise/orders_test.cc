// What an order becomes by what its host says, and what the controller wants of it then.

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using Stage = OrderState::Stage;
using testing::At;
using testing::DrillRoom;
using testing::kSecond;
using testing::ParseTable;
using testing::Table;

v1::OrderEventKind EventOf(const std::string& word) {
  v1::OrderEventKind kind = v1::ORDER_EVENT_KIND_UNSPECIFIED;
  EXPECT_TRUE(v1::OrderEventKind_Parse(
      absl::StrCat("ORDER_EVENT_KIND_", absl::AsciiStrToUpper(word)), &kind))
      << word;
  return kind;
}

std::string Short(const OrderState& order) {
  static constexpr const char* kStages[] = {"none",   "started", "applied", "blocked",
                                            "failed", "refused", "missed",  "interrupted"};
  static constexpr const char* kCleanups[] = {"", "+clean", "+superseded", "+residue", "+declared"};
  return absl::StrCat(kStages[static_cast<int>(order.stage)], kCleanups[order.cleanup]);
}

// ---- each stage × each event -----------------------------------------------------------------

// Rows: the order as it stands. Columns: what the host says next. The first word stands: what ended
// stays as it ended, and only what was left may be found gone later.
constexpr absl::string_view kStages = R"(
#                  started              applied              blocked              failed               refused              missed               interrupted          undone
none               started              applied              blocked+clean        failed+clean         refused+clean        missed+clean         interrupted+clean    interrupted+clean
started            started              applied              blocked+clean        failed+clean         refused+clean        started+superseded   interrupted+clean    started+clean
applied            applied              applied              applied+clean        applied+clean        applied+clean        applied+superseded   applied+clean        applied+clean
blocked+clean      blocked+clean        blocked+clean        blocked+clean        blocked+clean        blocked+clean        blocked+clean        blocked+clean        blocked+clean
failed+clean       failed+clean         failed+clean         failed+clean         failed+clean         failed+clean         failed+clean         failed+clean         failed+clean
refused+clean      refused+clean        refused+clean        refused+clean        refused+clean        refused+clean        refused+clean        refused+clean        refused+clean
missed+clean       missed+clean         missed+clean         missed+clean         missed+clean         missed+clean         missed+clean         missed+clean         missed+clean
interrupted+clean  interrupted+clean    interrupted+clean    interrupted+clean    interrupted+clean    interrupted+clean    interrupted+clean    interrupted+clean    interrupted+clean
applied+clean      applied+clean        applied+clean        applied+clean        applied+clean        applied+clean        applied+clean        applied+clean        applied+clean
applied+residue    applied+residue      applied+residue      applied+clean        applied+clean        applied+clean        applied+superseded   applied+clean        applied+clean
)";

// Released, nothing heard of it yet.
std::unique_ptr<DrillRoom> Released() {
  auto room = std::make_unique<DrillRoom>();
  room->Start();
  room->ToEx(21);
  return room;
}

void Bring(DrillRoom& room, const std::string& stage) {
  if (stage == "none") return;
  if (stage == "applied+clean" || stage == "applied+residue") {
    room.Play("w1", "act");
    return room.Undo(
        "w1", "act",
        stage == "applied+clean" ? v1::CLEANUP_RESULT_VERIFIED : v1::CLEANUP_RESULT_RESIDUE);
  }
  if (stage == "applied") return room.Play("w1", "act");
  const std::vector<std::string> words = absl::StrSplit(stage, '+');
  room.AgentSays("w1", "act", EventOf(words.front()));
}

TEST(OrderTable, EveryStageAndEvent) {
  const Table table = ParseTable(kStages);
  ASSERT_EQ(table.columns.size(), static_cast<size_t>(v1::OrderEventKind_ARRAYSIZE - 1))
      << "an event is missing from the table";
  std::set<std::string> stages;
  for (const auto& [row, cells] : table.rows) {
    stages.insert(std::vector<std::string>(absl::StrSplit(row, '+')).front());
    for (size_t i = 0; i < cells.size(); ++i) {
      SCOPED_TRACE(absl::StrCat(row, " and then ", table.columns[i]));
      const auto room = Released();
      Bring(*room, row);
      ASSERT_EQ(Short(room->Order("act", "w1")), row);
      const v1::OrderEventKind kind = EventOf(table.columns[i]);
      room->AgentSays(
          "w1", "act", kind,
          kind == v1::ORDER_EVENT_KIND_UNDONE ? "cleanup: CLEANUP_RESULT_VERIFIED" : "");
      EXPECT_EQ(Short(room->Order("act", "w1")), cells[i]);
      EXPECT_EQ(Short(room->Order("act", "w2")), "none") << "another host's order moved";
      room->ExpectReplays();
    }
  }
  EXPECT_EQ(stages.size(), static_cast<size_t>(Stage::kInterrupted) + 1);
}

TEST(Order, AnUndoThatVerifiedNothingIsNoEnd) {
  const auto room = Released();
  room->Play("w1", "act");
  room->AgentSays("w1", "act", v1::ORDER_EVENT_KIND_UNDONE);
  EXPECT_TRUE(room->Order("act", "w1").NeedsCleanup());
}

TEST(Order, ToldAgainIsNotRecordedAgain) {
  const auto room = Released();
  room->Play("w1", "act");
  room->News();
  room->AgentSays("w1", "act", v1::ORDER_EVENT_KIND_STARTED);
  room->AgentSays("w1", "act", v1::ORDER_EVENT_KIND_APPLIED);
  EXPECT_EQ(room->News(), "");
}

TEST(Order, AnOutboxEntryCountsOnce) {
  const auto room = Released();
  AgentEvents events{"w1", "box-w1", {}};
  v1::OutboxEntry& entry = events.entries.emplace_back();
  entry.set_seq(1);
  *entry.mutable_event() = testing::Text<v1::OrderEvent>(
      "order { exercise: 'drill' inject: 'act' host: 'w1' attempt: 1 } "
      "kind: ORDER_EVENT_KIND_STARTED");
  room->News();
  ASSERT_OK(room->Handle(events));
  EXPECT_EQ(room->News(), "order_reported");
  entry.mutable_event()->set_kind(v1::ORDER_EVENT_KIND_FAILED);
  ASSERT_OK(room->Handle(events));
  EXPECT_EQ(room->News(), "") << "the same number again";
  // The agent's directory was made anew: its numbers begin again.
  events.outbox_id = "box-new";
  ASSERT_OK(room->Handle(events));
  EXPECT_EQ(room->News(), "order_reported");
}

TEST(Order, AnAgentSpeaksForItsOwnHostOnly) {
  const auto room = Released();
  AgentEvents events{"w2", "box-w2", {}};
  v1::OutboxEntry& entry = events.entries.emplace_back();
  entry.set_seq(1);
  *entry.mutable_event() = testing::Text<v1::OrderEvent>(
      "order { exercise: 'drill' inject: 'act' host: 'w1' attempt: 1 } "
      "kind: ORDER_EVENT_KIND_STARTED");
  room->News();
  ASSERT_OK(room->Handle(events));
  EXPECT_EQ(room->News(), "");
  EXPECT_EQ(Short(room->Order("act", "w1")), "none");
}

TEST(Order, WhatAnAgentSaysIsBounded) {
  const auto room = Released();
  std::string more;
  for (int i = 0; i < 40; ++i) {
    absl::StrAppend(&more, "traces { artefact { kind: ARTEFACT_KIND_PATH value: '/", i, "' } } ");
    absl::StrAppend(&more, "notes: '", std::string(511, 'x'), "ệ' ");
  }
  room->AgentSays("w1", "act", v1::ORDER_EVENT_KIND_APPLIED, more);
  const v1::OrderEvent& event = room->journal.back().record.order_reported().event();
  EXPECT_EQ(event.traces_size(), 32);
  EXPECT_EQ(event.traces_total(), 40);
  EXPECT_EQ(event.notes_size(), 32);
  EXPECT_EQ(event.notes(0), std::string(511, 'x')) << "cut inside a character";
}

// A host's clock may be anything; nothing happened after it was told, and no trace before its
// start.
TEST(Order, HostTimesAreKeptInsideWhatCanBe) {
  const auto room = Released();
  room->AgentSays("w1", "act", v1::ORDER_EVENT_KIND_STARTED,
                  absl::StrCat("at_us: ", room->now_us + 50 * kSecond, " error_us: 5000000000"));
  EXPECT_EQ(room->Order("act", "w1").started_us, room->now_us);
  EXPECT_EQ(room->Order("act", "w1").error_us, INT32_MAX);
  room->AgentSays("w2", "act", v1::ORDER_EVENT_KIND_STARTED);
  room->AgentSays("w2", "act", v1::ORDER_EVENT_KIND_APPLIED,
                  "traces { artefact { kind: ARTEFACT_KIND_PATH value: '/a' } noticeable: true "
                  "at_us: 5 }");
  EXPECT_EQ(room->Order("act", "w2").noticeable_us, room->now_us);
}

// ---- what the controller wants ---------------------------------------------------------------

std::string Wish(const DrillRoom& room, const std::string& host, const std::string& inject) {
  v1::DesiredSet set;
  const v1::Order* order = room.Wanted(host, inject, &set);
  if (order == nullptr) return "-";
  return absl::StrCat(order->wanted() == v1::WANTED_PLAY ? "play" : "undo", "/",
                      order->id().attempt(), order->direct() ? " direct" : "",
                      set.frozen() ? " frozen" : "");
}

TEST(Desired, NothingBeforeTheStartArmedAfterIt) {
  const auto ready = At(v1::PHASE_READY);
  EXPECT_EQ(ready->Desired("w1").orders_size(), 0);
  DrillRoom room;
  room.Start();
  EXPECT_EQ(Wish(room, "w1", "act"), "play/1");
  v1::DesiredSet set;
  EXPECT_EQ(room.Wanted("w1", "act", &set)->planned_us(), room.e().start_us + 20 * kSecond);
  EXPECT_EQ(set.scopes_size(), 1);
  EXPECT_EQ(Wish(room, "d1", "act"), "-") << "no target";
  EXPECT_EQ(Wish(room, "d1", "rep#3"), "play/1");
  EXPECT_EQ(room.Wanted("d1", "rep#3", &set)->scope_inject(), "rep");
  EXPECT_EQ(Wish(room, "d1", "spare"), "-") << "a contingency waits";
  EXPECT_EQ(Wish(room, "d1", "chase"), "-") << "its anchor has not come";
}

TEST(Desired, AnEndedOrderIsWantedNoMore) {
  const auto room = Released();
  EXPECT_EQ(Wish(*room, "w1", "act"), "play/1");
  room->Play("w1", "act");
  EXPECT_EQ(Wish(*room, "w1", "act"), "play/1");
  room->Undo("w1", "act");
  EXPECT_EQ(Wish(*room, "w1", "act"), "-");
  room->AgentSays("w2", "act", v1::ORDER_EVENT_KIND_REFUSED);
  EXPECT_EQ(Wish(*room, "w2", "act"), "-");
}

TEST(Desired, APauseTakesBackWhatIsArmedAndFreezesWhatRuns) {
  const auto room = Released();
  room->Play("w1", "act");
  EXPECT_EQ(Wish(*room, "w1", "later"), "play/1");
  room->Must("director", "pause_exercise { exercise: 'drill' }");
  EXPECT_EQ(Wish(*room, "w1", "later"), "-");
  EXPECT_EQ(Wish(*room, "w1", "act"), "play/1 frozen");
  EXPECT_FALSE(room->Desired("d1").frozen()) << "it holds nothing that could be frozen";
}

TEST(Desired, AfterEndExAllIsUndone) {
  for (bool abort : {false, true}) {
    const auto room = Released();
    room->Play("w1", "act");
    room->Must(
        "director",
        absl::StrCat("stop_exercise { exercise: 'drill' abort: ", abort ? "true" : "false", " }"));
    EXPECT_EQ(Wish(*room, "w1", "act"), "undo/1");
    EXPECT_EQ(Wish(*room, "w2", "act"), "undo/1") << "released, nothing heard: it must say so";
    EXPECT_EQ(Wish(*room, "w1", "later"), "-") << "far from its time: it cannot have started";
    v1::DesiredSet set;
    EXPECT_EQ(room->Wanted("w1", "act", &set)->undo_reason(),
              abort ? v1::UNDO_REASON_STOPPED : v1::UNDO_REASON_ENDED);
    room->Undo("w1", "act");
    EXPECT_EQ(Wish(*room, "w1", "act"), "-");
  }
}

// The disk is full: the hosts are told to stop all the same, and nothing more comes by time.
TEST(Desired, AStopWithoutARecordIsToldAllTheSame) {
  const auto room = Released();
  room->Play("w1", "act");
  const v1::Command stop = testing::Cmd("stop_exercise { exercise: 'drill' abort: true }");
  room->engine->ActWithoutRecord(stop);
  EXPECT_EQ(Wish(*room, "w1", "act"), "undo/1");
  EXPECT_EQ(Wish(*room, "w1", "later"), "-");
  room->News();
  room->Advance(100);
  EXPECT_EQ(room->News(), "") << "nothing is released in a drill that was stopped";
  room->Must("director", stop);
  EXPECT_TRUE(room->engine->unrecorded().stopped.empty());
  EXPECT_EQ(room->e().phase, v1::PHASE_ABORTED);
}

// ---- attempts --------------------------------------------------------------------------------

// A pause revoked it before its time, and the host says so: the next arming is another attempt.
TEST(Attempts, MissedInAPauseIsArmedAgainAfterIt) {
  DrillRoom room;
  room.Start();
  room.ToEx(15);
  room.Must("director", "pause_exercise { exercise: 'drill' }");
  EXPECT_TRUE(room.Inject("act").may_have_started) << "within a lease of its time";
  EXPECT_FALSE(room.Inject("later").may_have_started);
  room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_MISSED);
  EXPECT_EQ(room.Order("act", "w1").attempt, 2);
  room.Must("director", "resume_exercise { exercise: 'drill' }");
  EXPECT_EQ(Wish(room, "w1", "act"), "play/2");
  EXPECT_EQ(Wish(room, "w2", "act"), "play/1");
  room.ToEx(21);
  EXPECT_EQ(room.Inject("act").status, InjectState::Status::kReleased);
  room.ExpectReplays();
}

// The revocation crossed the start on the wire: it is undone, and the next arming is new.
TEST(Attempts, AStartThatCrossedItsRevocationIsTakenBack) {
  DrillRoom room;
  room.Start();
  room.ToEx(19);
  room.Must("director", "hold_inject { exercise: 'drill' inject: 'act' held: true }");
  EXPECT_TRUE(room.Inject("act").may_have_started);
  room.News();
  room.Advance(2);
  room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_STARTED);
  EXPECT_EQ(room.News(), "order_reported order_retried");
  EXPECT_EQ(room.Order("act", "w1").attempt, 2);
  EXPECT_EQ(room.Inject("act").started_us, 0) << "a start that was taken back is no anchor";
  EXPECT_EQ(Wish(room, "w1", "act"), "undo/1");
  EXPECT_EQ(room.e().stale_attempts.size(), 1u);
  room.Undo("w1", "act", v1::CLEANUP_RESULT_VERIFIED, 1);
  EXPECT_TRUE(room.e().stale_attempts.empty());
  EXPECT_EQ(Wish(room, "w1", "act"), "-") << "it is held";
  room.Must("director", "hold_inject { exercise: 'drill' inject: 'act' held: false }");
  EXPECT_EQ(Wish(room, "w1", "act"), "play/2 direct");
  room.ExpectReplays();
}

// An agent whose clock is fast by less than its stated error has not crossed anything.
TEST(Attempts, AClockErrorIsNoCrossing) {
  DrillRoom room;
  room.Start();
  room.ToEx(19.5);
  room.News();
  room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_STARTED, "error_us: 200000");
  EXPECT_EQ(room.News(), "order_reported");
  EXPECT_EQ(room.Order("act", "w1").stage, Stage::kStarted);
}

TEST(Attempts, WhatStartedEarlyIsTakenBackWithItsInject) {
  for (const char* command : {"skip_inject { exercise: 'drill' inject: 'act' }",
                              "hold_inject { exercise: 'drill' inject: 'act' held: true }",
                              "move_inject { exercise: 'drill' inject: 'act' "
                              "planned_ex_us: 200000000 }"}) {
    DrillRoom room;
    room.Start();
    room.ToEx(19.5);
    room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_STARTED, "error_us: 200000");
    room.Must("director", command);
    EXPECT_EQ(room.Order("act", "w1").attempt, 2) << command;
    EXPECT_EQ(room.e().stale_attempts.size(), 1u) << command;
    EXPECT_FALSE(room.e().UncleanOrders().empty()) << command;
  }
}

// Our own absence made it miss: once more, late; three attempts in all.
TEST(Attempts, AMissByOurFaultIsRetriedTwice) {
  DrillRoom room;
  room.Start();
  room.ToEx(15);
  room.Restart(30);
  EXPECT_EQ(room.Inject("act").status, InjectState::Status::kReleased);
  EXPECT_GT(room.Inject("act").late_us, 20 * kSecond);
  EXPECT_TRUE(room.Inject("act").direct);
  EXPECT_EQ(Wish(room, "w1", "act"), "play/1 direct");
  for (int attempt = 1; attempt <= 3; ++attempt) {
    EXPECT_EQ(room.Order("act", "w1").attempt, attempt);
    room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_MISSED,
                   absl::StrCat("order { attempt: ", attempt, " }"));
  }
  EXPECT_EQ(Short(room.Order("act", "w1")), "missed+clean");
  EXPECT_EQ(Wish(room, "w1", "act"), "-");
}

TEST(Attempts, AMissByTheHostsFaultIsNotRetried) {
  const auto room = Released();
  ASSERT_EQ(room->Inject("act").late_us, 0);
  room->AgentSays("w1", "act", v1::ORDER_EVENT_KIND_MISSED);
  EXPECT_EQ(Short(room->Order("act", "w1")), "missed+clean");
  EXPECT_EQ(room->Order("act", "w1").attempt, 1);
}

// What an earlier attempt left stays in the way of closing.
TEST(Attempts, ResidueOfAnEarlierAttemptIsRemembered) {
  DrillRoom room;
  room.Start();
  room.ToEx(19);
  room.Must("director", "hold_inject { exercise: 'drill' inject: 'act' held: true }");
  room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_STARTED);
  room.Undo("w1", "act", v1::CLEANUP_RESULT_RESIDUE, 1);
  EXPECT_EQ(room.e().stale_residue.size(), 1u);
  room.Must("director", "stop_exercise { exercise: 'drill' }");
  room.AgentSays("w1", "act", v1::ORDER_EVENT_KIND_MISSED, "order { attempt: 2 }");
  const int w1 = room.e().FindHost("w1");
  const int act = room.e().FindInject("act");
  EXPECT_THAT(room.e().UncleanOrders(), ::testing::Contains(std::pair(act, w1)));
  room.Must("owner", room.AcceptCommand("act", "w1"));
  EXPECT_THAT(room.e().UncleanOrders(), ::testing::Not(::testing::Contains(std::pair(act, w1))));
}

// ---- clean-up and closing --------------------------------------------------------------------

TEST(Cleanup, AnExerciseWithUnverifiedCleanUpIsNotClosed) {
  const auto room = At(v1::PHASE_FINAL);
  const auto refused = room->Submit("director", "close_exercise { exercise: 'drill' }");
  EXPECT_THAT(refused, testing::StatusIs(absl::StatusCode::kFailedPrecondition,
                                         ::testing::HasSubstr("host 'w1', inject 'act'")));
  // The host is looked at again and found clean.
  room->Undo("w1", "act");
  EXPECT_TRUE(room->e().UncleanOrders().empty());
  room->Must("director", "close_exercise { exercise: 'drill' }");
}

TEST(Cleanup, TheOwnerMayAcceptAHostThatNeverConfirmed) {
  const auto room = Released();
  room->Must("director", "stop_exercise { exercise: 'drill' }");
  EXPECT_EQ(Short(room->Order("act", "w2")), "none");
  room->Must("owner", room->AcceptCommand("act", "w2"));
  EXPECT_EQ(Short(room->Order("act", "w2")), "missed+residue");
  EXPECT_EQ(Wish(*room, "w2", "act"), "-");
}

TEST(Cleanup, AnAcceptanceIsSignedAndNamesItsOrder) {
  const auto room = At(v1::PHASE_ENDED);
  v1::Command unsigned_one = room->AcceptCommand("act", "w1");
  unsigned_one.mutable_accept_residue()->mutable_acceptance()->clear_signatures();
  EXPECT_THAT(room->Submit("owner", unsigned_one),
              testing::StatusIs(absl::StatusCode::kPermissionDenied));
  v1::Command other = room->AcceptCommand("act", "w1");
  other.mutable_accept_residue()->mutable_acceptance()->set_host("w2");
  EXPECT_THAT(room->Submit("owner", other), testing::StatusIs(absl::StatusCode::kInvalidArgument));
  other = room->AcceptCommand("act", "w1");
  other.mutable_accept_residue()->mutable_acceptance()->set_host("d1");
  EXPECT_THAT(room->Submit("owner", other), testing::StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace drill
