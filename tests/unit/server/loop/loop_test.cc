#include "server/loop/loop.h"

#include <atomic>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/scoring/score.h"
#include "server/journal/fault_journal.h"
#include "server/journal/memory_journal.h"
#include "tests/support/status.h"
#include "tests/unit/server/loop/fake_agent.h"

namespace drill::testing {
namespace {

using ::testing::Optional;

LoopOptions Options() {
  LoopOptions options;
  options.version = "test";
  options.score = &Score;
  return options;
}

v1::AgentFrame Hello() {
  v1::AgentFrame frame;
  frame.mutable_hello()->set_outbox_id("outbox");
  return frame;
}
v1::AgentFrame Heartbeat(uint64_t number) {
  v1::AgentFrame frame;
  frame.mutable_heartbeat()->set_number(number);
  return frame;
}
v1::AgentFrame Outbox(uint64_t seq) {
  v1::AgentFrame frame;
  frame.mutable_outbox()->add_entries()->set_seq(seq);
  return frame;
}

// The loop over a journal in memory, its view, and five enrolled hosts: "may-0" to "may-4".
class LoopTest : public ::testing::Test {
 protected:
  static constexpr int kHosts = 5;

  LoopTest() {
    EXPECT_OK(loop_.Start());
    std::promise<absl::Status> booted;
    loop_.Boot(Bootstrap{"token"}, [&](absl::Status status) { booted.set_value(status); });
    EXPECT_OK(booted.get_future().get());
    v1::Command command;
    v1::Register* reg = command.mutable_apply_register();
    v1::Organisation* body = reg->add_organisations();
    body->set_id("so-tttt");
    body->mutable_name()->set_vi("Sở");
    v1::System* system = reg->add_systems();
    system->set_id("cong");
    system->mutable_name()->set_vi("Cổng");
    system->set_owner("so-tttt");
    system->set_level(2);
    for (int i = 0; i < kHosts; ++i) {
      v1::Host* host = reg->add_hosts();
      host->set_id(Host(i));
      host->set_system("cong");
    }
    EXPECT_OK(Submit("register", command));
    for (int i = 0; i < kHosts; ++i) Enrol(Host(i));
  }
  ~LoopTest() override {
    loop_.Stop();
    view_.Stop();
  }

  static std::string Host(int i) { return absl::StrCat("may-", i); }

  absl::StatusOr<v1::SubmitResponse> Submit(const std::string& request_id,
                                            const v1::Command& command) {
    std::promise<absl::StatusOr<v1::SubmitResponse>> answer;
    loop_.Submit({"admin", request_id, command},
                 [&](absl::StatusOr<v1::SubmitResponse> a) { answer.set_value(std::move(a)); });
    return answer.get_future().get();
  }
  v1::Command Rename(const std::string& name) {
    v1::Command command;
    v1::Organisation* body = command.mutable_apply_register()->add_organisations();
    body->set_id("so-tttt");
    body->mutable_name()->set_vi(name);
    return command;
  }
  void Enrol(const std::string& host) {
    v1::Command command;
    command.mutable_issue_enrolment()->set_host(host);
    // 32 bytes, as SHA-256 gives them.
    const std::string secret = host + std::string(32 - host.size(), 's');
    command.mutable_issue_enrolment()->set_secret_sha256(secret);
    EXPECT_OK(Submit("enrol-" + host, command));
    std::promise<absl::StatusOr<v1::EnrolResponse>> enrolled;
    loop_.Enrol(AgentEnrolment{secret, "key of " + host},
                [&](absl::StatusOr<v1::EnrolResponse> e) { enrolled.set_value(std::move(e)); });
    EXPECT_OK(enrolled.get_future().get());
  }

  absl::Status Connect(StreamId session, const std::string& host,
                       std::shared_ptr<FakeAgent> agent) {
    return loop_.AgentConnected({session, host, "key of " + host, "ipv4:10.0.0.7:51234"},
                                std::move(agent));
  }
  std::shared_ptr<FakeAgent> Join(StreamId session, const std::string& host) {
    auto agent = std::make_shared<FakeAgent>();
    EXPECT_OK(Connect(session, host, agent));
    EXPECT_TRUE(loop_.AgentFrame(session, Hello(), clock_.NowUs()));
    return agent;
  }
  // The session that the fleet has for the host, once everything asked so far has been done.
  StreamId SessionOf(const std::string& host) {
    // Behind a command: reads overtake nothing in their lane.
    std::promise<StreamId> session;
    EXPECT_TRUE(loop_.Read(
        [&](const Engine& engine, int64_t) { session.set_value(engine.fleet().Session(host)); }));
    return session.get_future().get();
  }

  // Holds the loop's thread, so that what comes meanwhile is one batch.
  class Held {
   public:
    explicit Held(Loop* loop) {
      EXPECT_TRUE(loop->Read([this](const Engine&, int64_t) {
        held_.set_value();
        release_.get_future().wait();
      }));
      held_.get_future().wait();
    }
    void Release() { release_.set_value(); }

   private:
    std::promise<void> held_;
    std::promise<void> release_;
  };

  EngineClock clock_;
  FaultJournal journal_{std::make_unique<MemoryJournal>()};
  View view_{&journal_};
  Loop loop_{Options(), &journal_, &view_, &clock_};
};

TEST_F(LoopTest, AHostWithAnotherKeyIsRefusedAtTheDoor) {
  auto agent = std::make_shared<FakeAgent>();
  EXPECT_THAT(loop_.AgentConnected({7, Host(0), "old key", ""}, agent),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(loop_.AgentConnected({8, "la", "key of la", ""}, agent),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

// The map of sessions moves its entries when one is erased: a reference kept over that named no
// host, or another one.
TEST_F(LoopTest, ANewerSessionTakesOverAndEveryoneIsWelcomedByItsOwnName) {
  std::vector<std::shared_ptr<FakeAgent>> first;
  for (int i = 0; i < kHosts; ++i) first.push_back(Join(static_cast<StreamId>(i + 1), Host(i)));
  SessionOf(Host(0));
  for (int i = 0; i < kHosts; ++i) {
    const StreamId session = static_cast<StreamId>(100 + i);
    auto next = Join(session, Host(i));
    EXPECT_EQ(SessionOf(Host(i)), session);
    EXPECT_EQ(next->welcomed_as(), Host(i));
    EXPECT_THAT(first[static_cast<size_t>(i)]->closed(),
                Optional(StatusIs(absl::StatusCode::kAborted)));
    for (int other = i + 1; other < kHosts; ++other) {
      EXPECT_EQ(SessionOf(Host(other)), static_cast<StreamId>(other + 1));
    }
  }
}

TEST_F(LoopTest, ASessionThatEndedBeforeItWasSeenDoesNotStay) {
  std::weak_ptr<FakeAgent> gone;
  Held held(&loop_);
  gone = Join(1, Host(0));
  loop_.AgentGone(1);
  held.Release();
  EXPECT_EQ(SessionOf(Host(0)), 0u) << "its host would be shown as connected for ever";
  EXPECT_TRUE(gone.expired()) << "its stream would be kept for ever";
}

TEST_F(LoopTest, TheEndOfASessionIsTakenHoweverManyFramesWait) {
  Join(1, Host(0));
  ASSERT_EQ(SessionOf(Host(0)), 1u);
  Held held(&loop_);
  uint64_t frames = 0;
  while (loop_.AgentFrame(1, Heartbeat(++frames), 1)) {
  }
  loop_.AgentGone(1);
  held.Release();
  // The reads' lane has room when the agents' has been emptied.
  StreamId session = 1;
  for (int turn = 0; turn < 1000 && session != 0; ++turn) session = SessionOf(Host(0));
  EXPECT_EQ(session, 0u);
}

TEST_F(LoopTest, TheFirstFrameMustBeHello) {
  auto agent = std::make_shared<FakeAgent>();
  ASSERT_OK(Connect(1, Host(0), agent));
  EXPECT_TRUE(loop_.AgentFrame(1, Heartbeat(1), 1));
  SessionOf(Host(0));
  EXPECT_THAT(agent->closed(), Optional(StatusIs(absl::StatusCode::kFailedPrecondition)));
  EXPECT_EQ(agent.use_count(), 1);
}

TEST_F(LoopTest, AfterAGapInItsOutboxTheSessionEnds) {
  auto agent = Join(1, Host(0));
  EXPECT_TRUE(loop_.AgentFrame(1, Outbox(1), 1));
  EXPECT_TRUE(loop_.AgentFrame(1, Outbox(3), 1));
  EXPECT_EQ(SessionOf(Host(0)), 0u);
  EXPECT_THAT(agent->closed(), Optional(StatusIs(absl::StatusCode::kInvalidArgument)));
  EXPECT_EQ(agent.use_count(), 1);
}

TEST_F(LoopTest, ABatchThatIsNotDurableEndsTheSessionsThatWaitForItAndNoOther) {
  auto teller = Join(1, Host(0));
  auto silent = Join(2, Host(1));
  SessionOf(Host(1));
  Held held(&loop_);
  journal_.FailAppend(1, absl::UnavailableError("disk"), FaultJournal::When::kBefore);
  std::promise<absl::StatusOr<v1::SubmitResponse>> answer;
  loop_.Submit({"admin", "fails", Rename("Tên mới")},
               [&](absl::StatusOr<v1::SubmitResponse> a) { answer.set_value(std::move(a)); });
  EXPECT_TRUE(loop_.AgentFrame(1, Outbox(1), 1));
  EXPECT_TRUE(loop_.AgentFrame(1, Outbox(2), 1));
  held.Release();
  EXPECT_THAT(answer.get_future().get(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(SessionOf(Host(0)), 0u);
  EXPECT_THAT(teller->closed(), Optional(StatusIs(absl::StatusCode::kUnavailable)));
  EXPECT_EQ(teller.use_count(), 1);
  EXPECT_EQ(SessionOf(Host(1)), 2u);
  EXPECT_FALSE(silent->closed().has_value());
  EXPECT_OK(Submit("fits", Rename("Tên mới")));
}

// For the sanitizers: what gRPC's threads do all at once, and the loop is stopped in the midst.
TEST_F(LoopTest, AgentsAndPeopleComeAndGoFromManyThreadsAndEveryoneIsAnswered) {
  constexpr int kTurns = 100;
  std::atomic<int> asked{0};
  std::atomic<int> answered{0};
  std::atomic<StreamId> last_id{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kHosts; ++t) {
    threads.emplace_back([&, t] {
      for (int turn = 0; turn < kTurns; ++turn) {
        const StreamId id = ++last_id;
        auto agent = std::make_shared<FakeAgent>();
        // Neighbours share hosts, so that sessions take over from one another.
        if (!Connect(id, Host((t + turn) % kHosts), agent).ok()) continue;
        (void)loop_.AgentFrame(id, Hello(), clock_.NowUs());
        (void)loop_.AgentFrame(id, Heartbeat(1), clock_.NowUs());
        (void)loop_.AgentFrame(id, Outbox(1), clock_.NowUs());
        if (turn % 3 != 0) loop_.AgentGone(id);
        ++asked;
        loop_.Submit({"admin", absl::StrCat("r", id), Rename(absl::StrCat("Tên ", id))},
                     [&](const absl::StatusOr<v1::SubmitResponse>&) { ++answered; });
        (void)loop_.Read([](const Engine& engine, int64_t) { (void)engine.fleet().LeadUs(); });
      }
    });
  }
  for (int turn = 0; turn < 20; ++turn) SessionOf(Host(0));
  loop_.Stop();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, asked);
}

}  // namespace
}  // namespace drill::testing
