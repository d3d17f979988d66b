// Apply is total over what Decide and Settle write, and the journal alone gives the state; what
// does not fit is refused by name.

#include <random>

#include "absl/strings/str_cat.h"
#include "core/exercise/apply.h"
#include "core/scoring/score.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using testing::At;
using testing::DrillRoom;
using testing::kSecond;
using testing::StatusIs;

// Anything that may come in a drill, in any order, sensible or not.
class RandomDrill {
 public:
  explicit RandomDrill(unsigned seed) : random_(seed) { room_.Start(); }

  void Step() {
    switch (Below(12)) {
      case 0:
      case 1:
        return room_.Advance(static_cast<double>(Below(20'000'000)) / 1e6);
      case 2:
      case 3:
      case 4:
        return Agent();
      case 5:
      case 6:
        return Team();
      case 7:
        return Judge();
      case 8:
        if (Below(4) == 0) room_.Restart(static_cast<double>(Below(90)));
        return;
      case 9: {
        const std::string host = Host();
        return Below(2) == 0 ? room_.Disconnect(host) : room_.Connect(host);
      }
      default:
        return Direct();
    }
  }
  DrillRoom& room() { return room_; }

 private:
  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  std::string Host() { return std::vector<std::string>{"w1", "w2", "d1"}[size_t(Below(3))]; }
  std::string Inject() {
    static constexpr const char* kIds[] = {"act",  "act",   "rep", "rep#2", "rep#3", "chase",
                                           "hand", "later", "msg", "ask",   "alarm", "spare"};
    return kIds[Below(12)];
  }
  void Try(const char* person, const std::string& command) {
    (void)room_.Submit(person, command);  // refused or not: both are good
  }

  void Agent() {
    const auto kind = static_cast<v1::OrderEventKind>(1 + Below(v1::OrderEventKind_ARRAYSIZE - 1));
    const std::string inject = Inject();
    room_.AgentSays(
        Host(), inject, kind,
        absl::StrCat("order { attempt: ", 1 + Below(3), " } error_us: ", Below(2'000'000),
                     " at_us: ", room_.now_us + Below(4'000'000) - 2'000'000,
                     " cleanup: ", v1::CleanupResult_Name(static_cast<int>(Below(5))),
                     " notes: 'n' traces { artefact { kind: ARTEFACT_KIND_PATH value: '/srv/",
                     inject, "' } noticeable: true at_us: ", room_.now_us - Below(9'000'000),
                     " }"));
  }
  void Team() {
    static constexpr const char* kKinds[] = {"DETECTION", "CONTAINMENT", "RECOVERY", "REPORT",
                                             "ANSWER"};
    const std::string kind = kKinds[Below(5)];
    Try(Below(2) == 0 ? "blue" : "green",
        absl::StrCat("observe { exercise: 'drill' observation { kind: OBSERVATION_KIND_", kind,
                     " hosts: '", Host(), "' artefacts { kind: ARTEFACT_KIND_PATH value: '/srv/",
                     Inject(), "' } about: '", Below(2) == 0 ? "soc-1" : "ops-1",
                     "' recipients: 'owner' question: 'ask' choice: 'a' } }"));
    Try("blue", "read_message { exercise: 'drill' inject: 'msg' }");
  }
  void Judge() {
    const std::string claim = absl::StrCat(Below(2) == 0 ? "soc-" : "ops-", 1 + Below(4));
    if (Below(2) == 0) {
      Try("evaluator", absl::StrCat("link_observation { exercise: 'drill' match { observation: '",
                                    claim, "' inject: '", Inject(), "' hosts: '", Host(),
                                    "' credit_permille: ", Below(1001), " } }"));
    } else {
      Try("evaluator",
          absl::StrCat("reject_observation { exercise: 'drill' rejection { observation: '", claim,
                       "' rejection: ", v1::Rejection_Name(static_cast<int>(1 + Below(3))),
                       " } }"));
    }
  }
  void Direct() {
    const std::string in = absl::StrCat("exercise: 'drill' inject: '", Inject(), "' ");
    const int64_t clock = room_.e().clock.At(room_.now_us);
    switch (Below(14)) {
      case 0:
      case 1:
        return Try("director", "pause_exercise { exercise: 'drill' }");
      case 2:
      case 3:
      case 4:
        Try("director", "clear_real_incident { exercise: 'drill' }");
        return Try("director", "resume_exercise { exercise: 'drill' }");
      case 5:
        return Try("controller", absl::StrCat("hold_inject {", in,
                                              "held: ", Below(2) == 0 ? "true" : "false", " }"));
      case 6:
        return Try("controller", absl::StrCat("skip_inject {", in, "}"));
      case 7:
        return Try("controller", absl::StrCat("fire_inject {", in, "together: ",
                                              Below(2) == 0 ? "true" : "false", " }"));
      case 8:
        return Try("controller", absl::StrCat("move_inject {", in, "planned_ex_us: ",
                                              clock + Below(60 * kSecond), " }"));
      case 9:
        return Try("director", absl::StrCat("jump_clock { exercise: 'drill' to_ex_us: ",
                                            clock + Below(30 * kSecond), " }"));
      case 10:
        return Try("observer", "raise_real_incident { exercise: 'drill' }");
      case 11:
        if (Below(8) == 0) Try("director", "stop_exercise { exercise: 'drill' }");
        return;
      case 12:
        (void)room_.Submit("owner", room_.AcceptCommand("act", "w1"));
        return;
      default:
        Try("director", "open_judging { exercise: 'drill' }");
        Try("evaluator", "finalise_score { exercise: 'drill' }");
        return Try("director", "close_exercise { exercise: 'drill' }");
    }
  }

  std::mt19937_64 random_;
  DrillRoom room_;
};

TEST(Replay, AnyDrillReplaysToTheSameState) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RandomDrill drill(seed);
    for (int i = 0; i < 150; ++i) {
      drill.Step();
      const DrillRoom& room = drill.room();
      ASSERT_GE(room.engine->NextDeadline(room.now_us), room.now_us);
    }
    drill.room().ExpectReplays();
    if (HasFailure()) return;
  }
}

// What was released stays released, what was revoked is never played, what is final never moves.
TEST(Replay, NoDrillGoesBack) {
  for (unsigned seed = 100; seed < 120; ++seed) {
    RandomDrill drill(seed);
    std::map<std::string, InjectState::Status> last;
    v1::Phase phase = v1::PHASE_RUNNING;
    for (int i = 0; i < 150; ++i) {
      drill.Step();
      const Exercise& e = drill.room().e();
      for (const InjectState& inject : e.injects) {
        auto [it, fresh] = last.try_emplace(inject.inject.id(), inject.status);
        if (it->second == InjectState::Status::kReleased ||
            it->second == InjectState::Status::kRevoked) {
          ASSERT_EQ(inject.status, it->second) << "seed " << seed << " " << inject.inject.id();
        }
        it->second = inject.status;
      }
      const bool swings = phase <= v1::PHASE_PAUSED && e.phase <= v1::PHASE_PAUSED;
      ASSERT_TRUE(swings || e.phase >= phase) << "seed " << seed;
      phase = e.phase;
      ASSERT_FALSE(e.clock.running() && e.Over()) << "the clock of an ended exercise runs";
      ASSERT_EQ(e.clock.running(), e.Running());
    }
  }
}

// ---- what does not fit -------------------------------------------------------------------------

class Refusal : public ::testing::Test {
 protected:
  // The record that would come next in this stream.
  v1::Record Next(absl::string_view body, absl::string_view stream = "drill") {
    v1::Record record = testing::Text<v1::Record>(body);
    const State& state = room_->engine->state();
    record.set_seq(state.seq + 1);
    record.set_stream(std::string(stream));
    const auto known = state.streams.find(stream);
    record.set_stream_seq(known == state.streams.end() ? 1 : known->second.stream_seq + 1);
    record.set_time_us(state.last_time_us);
    return record;
  }
  absl::Status Replay(const v1::Record& record) { return room_->engine->Replay(record, "h"); }

  std::unique_ptr<DrillRoom> room_ = At(v1::PHASE_RUNNING);
};

TEST_F(Refusal, AnUnknownKindStopsByName) {
  v1::Record record = Next("");
  // What a newer version wrote: a body of a kind that this one does not know.
  record.GetReflection()->MutableUnknownFields(&record)->AddLengthDelimited(777, "x");
  v1::Record stored;
  ASSERT_TRUE(stored.ParseFromString(record.SerializeAsString()));
  EXPECT_THAT(Replay(stored),
              StatusIs(absl::StatusCode::kDataLoss,
                       ::testing::AllOf(::testing::HasSubstr("kind 777"),
                                        ::testing::HasSubstr(absl::StrCat("record ", stored.seq())),
                                        ::testing::HasSubstr("newer"))));
  EXPECT_THAT(Replay(Next("")), StatusIs(absl::StatusCode::kDataLoss)) << "no body at all";
}

TEST_F(Refusal, NumbersAndTimesGoOn) {
  v1::Record record = Next("exercise_paused {}");
  record.set_seq(record.seq() + 1);
  EXPECT_THAT(Replay(record), StatusIs(absl::StatusCode::kDataLoss));
  record = Next("exercise_paused {}");
  record.set_stream_seq(record.stream_seq() - 1);
  EXPECT_THAT(Replay(record), StatusIs(absl::StatusCode::kDataLoss));
  record = Next("exercise_paused {}");
  record.set_time_us(record.time_us() - 1);
  EXPECT_THAT(Replay(record), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_OK(Replay(Next("exercise_paused {}")));
}

TEST_F(Refusal, ReferencesThatNoRecordMade) {
  for (const char* body :
       {"host_checked { host: 'x' }",
        "inject_scheduled { inject: 'x' }",
        "inject_released { inject: 'x' }",
        "inject_revoked { inject: 'x' }",
        "inject_held { inject: 'x' }",
        "manual_played { inject: 'x' host: 'w1' }",
        "manual_played { inject: 'hand' host: 'x' }",
        "order_reported { event { order { inject: 'x' host: 'w1' } } }",
        "order_reported { event { order { inject: 'act' host: 'x' } } }",
        "order_reported { event { order { inject: 'act' host: 'd1' } } }",
        "order_reported { event { order { inject: 'hand' host: 'w1' } } }",
        "order_retried { inject: 'x' host: 'w1' }",
        "order_retried { inject: 'act' host: 'd1' }",
        "order_retried { inject: 'hand' host: 'w1' }",
        "agent_seen { host: 'x' }",
        "observation_matched { observation: 'x' inject: 'act' }",
        "observation_matched { observation: 'soc-1' inject: 'x' }",
        "observation_matched { observation: 'soc-1' inject: 'act' hosts: 'x' }",
        "observation_rejected { observation: 'x' }",
        "message_read { inject: 'x' }",
        "effect_checked { report { check: 'x' order { inject: 'act' host: 'w1' } } }",
        "effect_checked { report { check: 'soc-1' order { inject: 'x' host: 'w1' } } }",
        "effect_checked { report { check: 'soc-1' order { inject: 'act' host: 'x' } } }",
        "red_action_recorded { host: 'x' }",
        "red_action_judged { action: 'x' }",
        "residue_accepted { inject: 'x' host: 'w1' }",
        "residue_accepted { inject: 'act' host: 'd1' }",
        "residue_accepted { inject: 'hand' host: 'w1' }",
        "exercise_started { start_us: 1 }",
        "exercise_created { exercise: 'drill' }",
        "token_issued {}",
        "controller_started {}"}) {
    EXPECT_THAT(Replay(Next(body)), StatusIs(absl::StatusCode::kDataLoss)) << body;
  }
  EXPECT_THAT(Replay(Next("exercise_paused {}", "nowhere")), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(Replay(Next("exercise_created { exercise: 'b' }", "c")),
              StatusIs(absl::StatusCode::kDataLoss));
  for (const char* body : {"token_revoked { token_id: 'x' }", "exercise_paused {}"}) {
    EXPECT_THAT(Replay(Next(body, "register")), StatusIs(absl::StatusCode::kDataLoss)) << body;
  }
}

}  // namespace
}  // namespace drill
