#include "server/view/view.h"

#include <atomic>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/chain/chain.h"
#include "core/exercise/apply.h"
#include "server/journal/memory_journal.h"
#include "tests/support/status.h"
#include "tests/unit/server/view/fake_watch.h"

namespace drill::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;
using ::testing::SizeIs;

constexpr char kDrill[] = "dien-tap";
constexpr char kDirector[] = "giam-doc";
constexpr char kToken[] = "sha256 of her token";

v1::WatchRequest WatchOf(const std::string& exercise) {
  v1::WatchRequest request;
  request.set_exercise(exercise);
  return request;
}

// A view over a journal in memory, and the loop's part: a record becomes durable, then published.
class ViewTest : public ::testing::Test {
 protected:
  ViewTest() {
    v1::Record people;
    v1::Person* director =
        people.mutable_register_changed()->mutable_entries()->mutable_people()->Add();
    director->set_id(kDirector);
    Write("register", people);
    v1::Record token;
    token.mutable_token_issued()->set_token_id("t1");
    token.mutable_token_issued()->set_person(kDirector);
    token.mutable_token_issued()->set_sha256(kToken);
    Write("register", token);
    v1::Record created;
    created.mutable_exercise_created()->set_exercise(kDrill);
    v1::Post* post = created.mutable_exercise_created()->add_posts();
    post->set_person(kDirector);
    post->set_role(v1::ROLE_DIRECTOR);
    Write(kDrill, created);
  }
  // Whatever a failed test left behind must not outlive the sinks' owners.
  ~ViewTest() override { view_.Stop(); }

  // Makes it durable; Publish() tells the view.
  Stamped Write(const std::string& stream, v1::Record record) {
    Head& head = heads_[stream];
    record.set_seq(++seq_);
    record.set_stream(stream);
    record.set_stream_seq(++head.stream_seq);
    record.set_time_us(static_cast<int64_t>(seq_));
    record.mutable_actor()->set_person(kDirector);
    Stamped stamped;
    stamped.payload = record.SerializeAsString();
    stamped.hash = head.hash = chain::NextHash(head.hash, stamped.payload);
    stamped.record = record;
    const std::vector<StoredRecord> batch = {Store(record)};
    EXPECT_OK(journal_.Append(batch, seq_ - 1, 0));
    EXPECT_OK(Apply(record, &durable_));
    durable_.streams[stream].hash = stamped.hash;
    return stamped;
  }
  Stamped Note(const std::string& note) {
    v1::Record record;
    record.mutable_real_incident_raised()->set_note(note);
    return Write(kDrill, record);
  }
  void Publish(std::vector<Stamped> batch) {
    view_.Publish(std::make_shared<const std::vector<Stamped>>(std::move(batch)));
  }
  void Say(const std::string& note) { Publish({Note(note)}); }

  std::shared_ptr<FakeWatch> Watch(StreamId id, size_t ends_after = FakeWatch::kEndless,
                                   size_t room = FakeWatch::kEndless) {
    auto sink = std::make_shared<FakeWatch>(ends_after, room);
    view_.StartWatch(id, kDirector, WatchOf(kDrill), sink);
    return sink;
  }
  // Everything asked of the view so far has been done and let go of: what it took together is
  // freed together, behind the first answer.
  uint64_t Settle() {
    SeqNow();
    return SeqNow();
  }
  uint64_t SeqNow() {
    std::promise<uint64_t> seq;
    EXPECT_TRUE(view_.Read([&](const State& state) { seq.set_value(state.seq); }));
    return seq.get_future().get();
  }

  struct Head {
    uint64_t stream_seq = 0;
    std::string hash;
  };
  // The fold of all that is durable.
  State Folded() const { return durable_; }

  uint64_t seq_ = 0;
  State durable_;
  std::map<std::string, Head> heads_;
  MemoryJournal journal_;
  View view_{&journal_};
};

TEST_F(ViewTest, TellsThePastThenTheMarkerThenWhatComes) {
  Note("before");
  view_.Start(Folded());
  auto watch = Watch(1);
  Say("after");
  Settle();
  EXPECT_THAT(watch->notes(), ElementsAre("before", "|", "after"));
}

// The map of watchers moves its entries when one is erased, and gives its memory back with the
// last: an iterator kept over that read a string of whatever lay there (memcmp at address 3).
TEST_F(ViewTest, TheOnlyReaderHangsUpWhileABatchIsToldAndTheViewGoesOn) {
  view_.Start(Folded());
  auto gone = Watch(1, /*ends_after=*/2);  // what created the exercise, and the marker
  Say("unheard");
  Settle();
  EXPECT_THAT(gone->notes(), ElementsAre("|"));
  EXPECT_EQ(gone.use_count(), 1) << "the view still holds the ended stream";

  auto next = Watch(2);
  Say("heard");
  Settle();
  EXPECT_THAT(next->notes(), ElementsAre("unheard", "|", "heard"));
}

TEST_F(ViewTest, ReadersThatHangUpTogetherTakeNothingFromTheOthers) {
  view_.Start(Folded());
  std::vector<std::shared_ptr<FakeWatch>> stay;
  std::vector<std::shared_ptr<FakeWatch>> leave;
  for (StreamId id = 1; id <= 40; ++id) {
    // In threes: two neighbours that leave, one that stays.
    if (id % 3 == 0) {
      stay.push_back(Watch(id));
    } else {
      leave.push_back(Watch(id, /*ends_after=*/2 + id % 2));
    }
  }
  Say("one");
  Say("two");
  Say("three");
  Settle();
  for (const auto& watch : stay) {
    EXPECT_THAT(watch->notes(), ElementsAre("|", "one", "two", "three"));
  }
  for (const auto& watch : leave) EXPECT_EQ(watch.use_count(), 1);
}

TEST_F(ViewTest, AReaderWithoutRoomIsToldTheRestWhenItHasSome) {
  for (int i = 0; i < 5; ++i) Note(absl::StrCat(i));
  view_.Start(Folded());
  auto watch = Watch(1, FakeWatch::kEndless, /*room=*/3);
  Settle();
  EXPECT_THAT(watch->notes(), ElementsAre("0", "1"));
  Say("meanwhile");
  Settle();
  EXPECT_THAT(watch->notes(), SizeIs(2));
  watch->MakeRoom(FakeWatch::kEndless);
  view_.WatchRoom(1);
  Settle();
  EXPECT_THAT(watch->notes(), ElementsAre("0", "1", "2", "3", "4", "meanwhile", "|"));
}

TEST_F(ViewTest, AnExerciseThatIsNotForThePersonDoesNotExist) {
  view_.Start(Folded());
  auto sink = std::make_shared<FakeWatch>();
  view_.StartWatch(1, "an", WatchOf(kDrill), sink);
  view_.StartWatch(2, kDirector, WatchOf("khac"), sink);
  Settle();
  EXPECT_THAT(sink->closed(), Optional(StatusIs(absl::StatusCode::kNotFound)));
  EXPECT_EQ(sink->count(), 0u);
}

// Holds the view's thread until released.
class Held {
 public:
  explicit Held(View* view) {
    EXPECT_TRUE(view->Read([this](const State&) {
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

TEST_F(ViewTest, WhatIsDurableIsFoldedHoweverManyReadsWait) {
  view_.Start(Folded());
  auto watch = Watch(1);
  auto leaves = Watch(2);
  Settle();
  Held held(&view_);
  while (view_.Read([](const State&) {})) {
  }
  Say("durable");
  view_.StopWatch(2);
  auto late = Watch(3);
  EXPECT_THAT(late->closed(), Optional(StatusIs(absl::StatusCode::kResourceExhausted)))
      << "a reader that was never let in must not wait for ever";
  held.Release();
  while (!view_.Read([](const State&) {})) std::this_thread::yield();
  EXPECT_EQ(Settle(), seq_);
  EXPECT_THAT(watch->notes(), ElementsAre("|", "durable"));
  EXPECT_EQ(leaves.use_count(), 1) << "a stream that ended is let go";
}

TEST_F(ViewTest, StoppingTellsTheReaders) {
  view_.Start(Folded());
  auto watch = Watch(1);
  view_.Stop();
  EXPECT_THAT(watch->closed(), Optional(StatusIs(absl::StatusCode::kUnavailable)));
  EXPECT_FALSE(view_.Read([](const State&) {}));
  auto late = Watch(2);
  EXPECT_THAT(late->closed(), Optional(StatusIs(absl::StatusCode::kUnavailable)));
}

// For the sanitizers: what gRPC's threads do all at once, and the view is stopped in the midst.
TEST_F(ViewTest, ReadersComeAndGoFromManyThreadsWhileTheDrillGoesOn) {
  view_.Start(Folded());
  std::atomic<StreamId> last_id{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      for (int turn = 0; turn < 200; ++turn) {
        const StreamId id = ++last_id;
        auto watch = Watch(id, /*ends_after=*/id % 5 + 1, /*room=*/id % 3 + 1);
        watch->MakeRoom(FakeWatch::kEndless);
        view_.WatchRoom(id);
        EXPECT_OK(view_.Authenticate(kToken, 1));
        (void)view_.Read([](const State& state) { EXPECT_GT(state.seq, 0u); });
        if (turn % 2 == 0) view_.StopWatch(id);
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    Say("on and on");
    v1::Record person;  // the credentials are copied anew
    person.mutable_register_changed();
    Publish({Write("register", person)});
    Settle();
  }
  view_.Stop();
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace drill::testing
