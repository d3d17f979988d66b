// What every Journal does alike: the fakes are as good as SQLite, or a test with them proves
// nothing.
#include <stdlib.h>

#include <filesystem>
#include <functional>
#include <thread>

#include "drill/v1/api.pb.h"
#include "server/journal/fault_journal.h"
#include "server/journal/journal.h"
#include "server/journal/memory_journal.h"
#include "server/journal/sqlite_journal.h"
#include "tests/support/journal_records.h"
#include "tests/support/status.h"

namespace drill {
namespace {

using ::drill::testing::Everything;
using ::drill::testing::RecordMaker;
using ::drill::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// One place where journals can be opened one after another.
class Home {
 public:
  virtual ~Home() = default;
  // REQUIRES: the journal opened before is gone.
  virtual std::unique_ptr<Journal> Open() = 0;
};

class SqliteHome : public Home {
 public:
  SqliteHome() {
    std::string name = ::testing::TempDir() + "journal-XXXXXX";
    dir_ = mkdtemp(name.data());
  }
  ~SqliteHome() override { std::filesystem::remove_all(dir_); }
  std::unique_ptr<Journal> Open() override {
    absl::StatusOr<std::unique_ptr<SqliteJournal>> journal = SqliteJournal::Open(dir_);
    EXPECT_OK(journal);
    return *std::move(journal);
  }

 private:
  std::string dir_;
};

class MemoryHome : public Home {
 public:
  std::unique_ptr<Journal> Open() override { return std::make_unique<MemoryJournal>(disk_); }

 private:
  std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
};

// The decorator without a fault.
class FaultHome : public MemoryHome {
 public:
  std::unique_ptr<Journal> Open() override {
    return std::make_unique<FaultJournal>(MemoryHome::Open());
  }
};

struct Factory {
  std::string name;
  std::function<std::unique_ptr<Home>()> make;

  friend void PrintTo(const Factory& factory, std::ostream* out) { *out << factory.name; }
};

class JournalContract : public ::testing::TestWithParam<Factory> {
 protected:
  JournalContract() : home_(GetParam().make()), journal_(home_->Open()) {}

  void Reopen() {
    journal_.reset();
    journal_ = home_->Open();
  }
  absl::Status Append(const std::vector<StoredRecord>& batch) {
    return journal_->Append(batch, batch.empty() ? 0 : batch.front().seq - 1, make_.epoch());
  }
  // Nothing has changed, and the journal still works.
  void ExpectUntouched(const std::vector<StoredRecord>& before) {
    EXPECT_EQ(journal_->Head().seq, before.size());
    std::vector<StoredRecord> now = Everything(*journal_);
    ASSERT_EQ(now.size(), before.size());
    for (size_t i = 0; i < now.size(); ++i) EXPECT_EQ(now[i].hash, before[i].hash);
    RecordMaker next(*journal_);
    const StoredRecord record = next.Next("register");
    EXPECT_OK(journal_->Append({record}, before.size(), next.epoch()));
  }

  std::unique_ptr<Home> home_;
  std::unique_ptr<Journal> journal_;
  RecordMaker make_;
};

TEST_P(JournalContract, IsEmptyAtFirst) {
  EXPECT_EQ(journal_->Head(), (Position{0, 0}));
  EXPECT_THAT(journal_->Heads(), IsEmpty());
  EXPECT_THAT(Everything(*journal_), IsEmpty());
  EXPECT_EQ(journal_->LastAliveUs(), 0);
  EXPECT_FALSE(journal_->WitnessMissing());
  EXPECT_TRUE(journal_->HasReserve());
}

TEST_P(JournalContract, GivesBackTheBytesThatWereAppended) {
  const std::vector<StoredRecord> batch = {make_.Started(), make_.Next("cuocdientap-1", "a"),
                                           make_.Next("register", "b")};
  ASSERT_OK(Append(batch));
  const std::vector<StoredRecord> all = Everything(*journal_);
  ASSERT_THAT(all, SizeIs(3));
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].seq, i + 1);
    EXPECT_EQ(all[i].stream, batch[i].stream);
    EXPECT_EQ(all[i].stream_seq, batch[i].stream_seq);
    EXPECT_EQ(all[i].kind, batch[i].kind);
    EXPECT_EQ(all[i].payload, batch[i].payload);
  }
}

TEST_P(JournalContract, ChainsEachStreamByItself) {
  const std::vector<StoredRecord> batch = {make_.Next("register"), make_.Next("cuocdientap-1"),
                                           make_.Next("register")};
  ASSERT_OK(Append(batch));
  const std::string first = chain::NextHash("", batch[0].payload);
  const std::string other = chain::NextHash("", batch[1].payload);
  const std::string second = chain::NextHash(first, batch[2].payload);
  const std::vector<StoredRecord> all = Everything(*journal_);
  EXPECT_EQ(all[0].hash, first);
  EXPECT_EQ(all[1].hash, other);
  EXPECT_EQ(all[2].hash, second);
  EXPECT_THAT(journal_->Heads(), ElementsAre(chain::StreamHead{"cuocdientap-1", 1, other},
                                             chain::StreamHead{"register", 2, second}));
}

TEST_P(JournalContract, TakesHashesThatTheCoreComputedAndRefusesOthers) {
  StoredRecord record = make_.Next("register");
  record.hash = chain::NextHash("", record.payload);
  ASSERT_OK(Append({record}));
  const std::vector<StoredRecord> before = Everything(*journal_);
  StoredRecord wrong = make_.Next("register");
  wrong.hash = record.hash;
  EXPECT_THAT(Append({wrong}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("hash does not fit")));
  ExpectUntouched(before);
}

TEST_P(JournalContract, GoesOnAfterBeingOpenedAgain) {
  ASSERT_OK(Append({make_.Started(), make_.Next("cuocdientap-1")}));
  const std::vector<chain::StreamHead> heads = journal_->Heads();
  Reopen();
  EXPECT_EQ(journal_->Head(), (Position{2, 1}));
  EXPECT_EQ(journal_->Heads(), heads);
  EXPECT_FALSE(journal_->WitnessMissing());
  ASSERT_OK(Append({make_.Started(), make_.Next("cuocdientap-1")}));
  EXPECT_EQ(journal_->Head(), (Position{4, 2}));
  absl::StatusOr<v1::VerifyReport> report = VerifyJournal(journal_.get());
  ASSERT_OK(report);
  EXPECT_THAT(report->faults(), IsEmpty());
}

TEST_P(JournalContract, RefusesABatchThatDoesNotStandBehindTheHead) {
  ASSERT_OK(Append({make_.Next("register"), make_.Next("register")}));
  const std::vector<StoredRecord> before = Everything(*journal_);
  RecordMaker late;
  EXPECT_THAT(journal_->Append({late.Next("register")}, 0, 0),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("ends at record 2")));
  EXPECT_THAT(journal_->Append({make_.Next("register")}, 3, 0),
              StatusIs(absl::StatusCode::kAborted));
  ExpectUntouched(before);
}

TEST_P(JournalContract, FencesTheControllerOfAnOlderEpoch) {
  ASSERT_OK(Append({make_.Started()}));
  ASSERT_OK(Append({make_.Started()}));
  const std::vector<StoredRecord> before = Everything(*journal_);
  EXPECT_THAT(journal_->Append({make_.Next("register")}, 2, 1),
              StatusIs(absl::StatusCode::kAborted));
  ExpectUntouched(before);
}

TEST_P(JournalContract, AnEpochBeginsOnceAndInOrder) {
  ASSERT_OK(Append({make_.Started()}));
  const std::vector<StoredRecord> before = Everything(*journal_);
  const auto started = [](uint64_t epoch) {
    v1::Record record;
    record.set_seq(2);
    record.set_stream("register");
    record.set_stream_seq(2);
    record.set_time_us(5'000'000);
    record.mutable_controller_started()->set_epoch(epoch);
    return Store(record);
  };
  EXPECT_THAT(journal_->Append({started(1)}, 1, 1), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(journal_->Append({started(3)}, 1, 3), StatusIs(absl::StatusCode::kInvalidArgument));
  // The batch begins epoch 2 and is sent in epoch 1, or in one that nobody began.
  EXPECT_THAT(journal_->Append({started(2)}, 1, 1), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(journal_->Append({started(2)}, 1, 9), StatusIs(absl::StatusCode::kInvalidArgument));
  ExpectUntouched(before);
}

struct BadBatch {
  const char* why;
  std::function<void(v1::Record*)> change;
  const char* message;
};

TEST_P(JournalContract, RefusesWhatWouldBreakTheChain) {
  ASSERT_OK(Append({make_.Next("register"), make_.Next("cuocdientap-1")}));
  const std::vector<StoredRecord> before = Everything(*journal_);
  const v1::Record good = make_.Message("register", "good");
  const std::vector<BadBatch> table = {
      {"gap in seq", [](v1::Record* r) { r->set_seq(4); }, "the next seq is 3"},
      {"gap in its stream", [](v1::Record* r) { r->set_stream_seq(3); }, "next record is 2"},
      {"repeated in its stream", [](v1::Record* r) { r->set_stream_seq(1); }, "next record is 2"},
      {"new stream not from 1", [](v1::Record* r) { r->set_stream("new"); }, "next record is 1"},
      {"no stream", [](v1::Record* r) { r->clear_stream(); }, "names no stream"},
      {"no body", [](v1::Record* r) { r->clear_body(); }, "no body"},
      {"time falls", [](v1::Record* r) { r->set_time_us(7); }, "below the last"},
  };
  for (const BadBatch& bad : table) {
    v1::Record record = good;
    bad.change(&record);
    EXPECT_THAT(journal_->Append({Store(record)}, 2, 0),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(bad.message)))
        << bad.why;
  }
  ExpectUntouched(before);
}

TEST_P(JournalContract, RefusesColumnsThatAreNotThoseOfTheBytes) {
  ASSERT_OK(Append({make_.Next("register")}));
  const std::vector<StoredRecord> before = Everything(*journal_);
  const StoredRecord good = make_.Next("register");
  const std::vector<std::function<void(StoredRecord*)>> changes = {
      [](StoredRecord* r) { r->seq = 3; },          [](StoredRecord* r) { r->stream = "other"; },
      [](StoredRecord* r) { r->stream_seq = 3; },   [](StoredRecord* r) { r->kind = 16; },
      [](StoredRecord* r) { r->payload = "\x07"; }, [](StoredRecord* r) { r->payload.clear(); },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    StoredRecord record = good;
    changes[i](&record);
    EXPECT_THAT(journal_->Append({record}, 1, 0), StatusIs(absl::StatusCode::kInvalidArgument))
        << i;
  }
  ExpectUntouched(before);
}

TEST_P(JournalContract, RefusesABatchWholeWhenItsLastRecordIsBad) {
  const std::vector<StoredRecord> before;
  std::vector<StoredRecord> batch = {make_.Next("register"), make_.Next("cuocdientap-1"),
                                     make_.Next("register")};
  batch[2].stream_seq = 9;
  EXPECT_THAT(Append(batch), StatusIs(absl::StatusCode::kInvalidArgument));
  ExpectUntouched(before);
}

TEST_P(JournalContract, RefusesAnEmptyBatchAndOneAboveTheLimits) {
  EXPECT_THAT(journal_->Append({}, 0, 0), StatusIs(absl::StatusCode::kInvalidArgument));
  RecordMaker many;
  EXPECT_THAT(journal_->Append(many.Many(static_cast<int>(kBatchRecordsMax) + 1, "register"), 0, 0),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("100000")));
  RecordMaker big;
  EXPECT_THAT(journal_->Append({big.Next("register", std::string(kRecordBytesMax, 'x'))}, 0, 0),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("above the limit")));
  ExpectUntouched({});
}

TEST_P(JournalContract, ReadsInPages) {
  ASSERT_OK(Append(make_.Many(10, "register")));
  const std::unique_ptr<JournalReader> reader = journal_->NewReader();
  absl::StatusOr<std::vector<StoredRecord>> page = reader->Read(4, 3);
  ASSERT_OK(page);
  ASSERT_THAT(*page, SizeIs(3));
  EXPECT_EQ(page->front().seq, 4);
  EXPECT_EQ(page->back().seq, 6);
  EXPECT_THAT(*reader->Read(9, 100), SizeIs(2));
  EXPECT_THAT(*reader->Read(11, 100), IsEmpty());
  EXPECT_THAT(*reader->Read(0, 1), SizeIs(1));
}

TEST_P(JournalContract, ReadsOneStreamInPages) {
  std::vector<StoredRecord> batch;
  for (int i = 0; i < 10; ++i) {
    batch.push_back(make_.Next("register"));
    batch.push_back(make_.Next("cuocdientap-1", std::to_string(i)));
  }
  ASSERT_OK(Append(batch));
  const std::unique_ptr<JournalReader> reader = journal_->NewReader();
  absl::StatusOr<std::vector<StoredRecord>> page = reader->ReadStream("cuocdientap-1", 4, 3);
  ASSERT_OK(page);
  ASSERT_THAT(*page, SizeIs(3));
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*page)[i].stream, "cuocdientap-1");
    EXPECT_EQ((*page)[i].stream_seq, 4 + i);
    EXPECT_EQ((*page)[i].seq, 8 + 2 * i);
  }
  EXPECT_THAT(*reader->ReadStream("cuocdientap-1", 9, 100), SizeIs(2));
  EXPECT_THAT(*reader->ReadStream("cuocdientap-1", 11, 100), IsEmpty());
  EXPECT_THAT(*reader->ReadStream("cuocdientap", 1, 100), IsEmpty());
}

TEST_P(JournalContract, ASinkMayEndTheReadAndTheReaderStillWorks) {
  ASSERT_OK(Append(make_.Many(5, "register")));
  const std::unique_ptr<JournalReader> reader = journal_->NewReader();
  int seen = 0;
  EXPECT_THAT(reader->Visit(1, 100,
                            [&](const chain::RecordView& record) {
                              ++seen;
                              return record.seq == 2 ? absl::CancelledError("enough")
                                                     : absl::OkStatus();
                            }),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(seen, 2);
  EXPECT_THAT(*reader->Read(1, 100), SizeIs(5));
}

TEST_P(JournalContract, AReaderSeesWhatIsAppendedLater) {
  const std::unique_ptr<JournalReader> reader = journal_->NewReader();
  EXPECT_THAT(*reader->Read(1, 100), IsEmpty());
  ASSERT_OK(Append({make_.Next("register")}));
  EXPECT_THAT(*reader->Read(1, 100), SizeIs(1));
}

TEST_P(JournalContract, IsReadOnAnotherThreadWhileItIsWritten) {
  constexpr int kRecords = 200;
  std::thread worker([reader = journal_->NewReader()] {
    // Until the last is seen; each page goes on from the one before.
    for (uint64_t next = 1; next <= kRecords;) {
      absl::StatusOr<std::vector<StoredRecord>> page = reader->Read(next, 16);
      ASSERT_OK(page);
      for (const StoredRecord& record : *page) ASSERT_EQ(record.seq, next++);
    }
  });
  for (int i = 0; i < kRecords; ++i) EXPECT_OK(Append({make_.Next("register")}));
  worker.join();
}

TEST_P(JournalContract, TheWitnessNamesTheLastDurableRecord) {
  const std::unique_ptr<JournalReader> reader = journal_->NewReader();
  ASSERT_OK(Append({make_.Next("register"), make_.Next("cuocdientap-1")}));
  std::optional<Witness> witness = reader->ReadWitness();
  ASSERT_TRUE(witness.has_value());
  EXPECT_EQ(witness->seq, 2);
  EXPECT_EQ(witness->time_us, make_.time_us());
  EXPECT_EQ(witness->hash, Everything(*journal_)[1].hash);
  journal_->TouchAlive(make_.time_us() + 500);
  witness = reader->ReadWitness();
  EXPECT_EQ(witness->seq, 2);
  EXPECT_EQ(witness->time_us, make_.time_us() + 500);
}

TEST_P(JournalContract, RemembersWhenThePreviousRunWasLastAlive) {
  ASSERT_OK(Append({make_.Next("register")}));
  EXPECT_EQ(journal_->LastAliveUs(), 0) << "there was no run before this one";
  journal_->TouchAlive(make_.time_us() + 777);
  Reopen();
  EXPECT_EQ(journal_->LastAliveUs(), make_.time_us() + 777);
  ASSERT_OK(Append({make_.Next("register")}));
  journal_->TouchAlive(make_.time_us() + 5000);
  Reopen();
  EXPECT_EQ(journal_->LastAliveUs(), make_.time_us() + 5000);
}

TEST_P(JournalContract, WithoutASignOfLifeTheLastRecordIsOne) {
  ASSERT_OK(Append({make_.Next("register")}));
  journal_->TouchAlive(3);  // below the last record: nothing
  Reopen();
  EXPECT_EQ(journal_->LastAliveUs(), make_.time_us());
}

TEST_P(JournalContract, TheReserveIsGivenUpAndTakenAgain) {
  EXPECT_OK(journal_->ReleaseReserve());
  EXPECT_FALSE(journal_->HasReserve());
  EXPECT_OK(journal_->ReleaseReserve());
  EXPECT_OK(journal_->RestoreReserve());
  EXPECT_TRUE(journal_->HasReserve());
  EXPECT_OK(journal_->RestoreReserve());
  EXPECT_OK(journal_->ReleaseReserve());
  Reopen();
  EXPECT_TRUE(journal_->HasReserve()) << "taken again at opening";
}

TEST_P(JournalContract, VerifiesAWholeJournal) {
  // More than a page.
  for (int i = 0; i < 5; ++i) {
    ASSERT_OK(Append(make_.Many(1000, i % 2 == 0 ? "register" : "cuocdientap-1")));
  }
  absl::StatusOr<v1::VerifyReport> report = VerifyJournal(journal_.get());
  ASSERT_OK(report);
  EXPECT_THAT(report->faults(), IsEmpty());
  EXPECT_EQ(report->records(), 5000);
  ASSERT_EQ(report->heads_size(), 2);
  EXPECT_EQ(report->heads(0).stream(), "cuocdientap-1");
  EXPECT_EQ(report->heads(0).stream_seq(), 2000);
  EXPECT_EQ(report->heads(1).hash(), journal_->Heads()[1].hash);
}

INSTANTIATE_TEST_SUITE_P(
    Journals, JournalContract,
    ::testing::Values(Factory{"Memory", [] { return std::make_unique<MemoryHome>(); }},
                      Factory{"Sqlite", [] { return std::make_unique<SqliteHome>(); }},
                      Factory{"Fault", [] { return std::make_unique<FaultHome>(); }}),
    [](const ::testing::TestParamInfo<Factory>& param) { return param.param.name; });

}  // namespace
}  // namespace drill
