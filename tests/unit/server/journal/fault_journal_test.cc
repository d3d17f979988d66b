#include "server/journal/fault_journal.h"

#include "drill/v1/api.pb.h"
#include "server/journal/memory_journal.h"
#include "tests/support/journal_records.h"
#include "tests/support/status.h"

namespace drill::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class FaultJournalTest : public ::testing::Test {
 protected:
  FaultJournalTest() : journal_(std::make_unique<MemoryJournal>()) {}

  absl::Status AppendNext() {
    RecordMaker make(journal_);
    const StoredRecord record = make.Next("register");
    return journal_.Append({record}, record.seq - 1, make.epoch());
  }

  FaultJournal journal_;
};

TEST_F(FaultJournalTest, FailsTheNthAppendBeforeItTookEffect) {
  journal_.FailAppend(2, absl::UnavailableError("disk"), FaultJournal::When::kBefore);
  EXPECT_OK(AppendNext());
  EXPECT_THAT(AppendNext(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(journal_.Head().seq, 1);
  EXPECT_OK(AppendNext());
  EXPECT_EQ(journal_.Head().seq, 2);
}

TEST_F(FaultJournalTest, LosesTheAnswerOfACommitThatTookEffect) {
  journal_.FailAppend(1, absl::UnavailableError("answer lost"), FaultJournal::When::kAfter);
  RecordMaker make;
  const StoredRecord record = make.Next("register");
  EXPECT_THAT(journal_.Append({record}, 0, 0), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Everything(journal_), SizeIs(1));
  // Who sends it again without looking is told that the end has moved.
  EXPECT_THAT(journal_.Append({record}, 0, 0), StatusIs(absl::StatusCode::kAborted));
}

TEST_F(FaultJournalTest, AFullDiskTakesNothingUntilTheReserveIsGivenUp) {
  EXPECT_OK(AppendNext());
  journal_.FillDisk(/*reserve_records=*/2);
  EXPECT_THAT(AppendNext(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_OK(journal_.ReleaseReserve());
  EXPECT_OK(journal_.ReleaseReserve());  // gives nothing twice
  EXPECT_OK(AppendNext());
  EXPECT_OK(AppendNext());
  EXPECT_THAT(AppendNext(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(journal_.RestoreReserve(), StatusIs(absl::StatusCode::kResourceExhausted));
  journal_.EmptyDisk();
  EXPECT_OK(journal_.RestoreReserve());
  EXPECT_OK(AppendNext());
  EXPECT_EQ(journal_.Head().seq, 4);
}

TEST(MemoryJournalTest, ASuccessorOnTheSameDiskFencesItsPredecessor) {
  MemoryJournal first;
  RecordMaker make;
  ASSERT_OK(first.Append({make.Started(), make.Next("register")}, 0, 1));
  MemoryJournal second(first.disk());
  EXPECT_EQ(second.Head(), (Position{2, 1}));
  ASSERT_OK(second.Append({make.Started()}, 2, 2));
  // The predecessor still believes in its own epoch.
  EXPECT_THAT(first.Append({make.Next("register")}, 3, 1), StatusIs(absl::StatusCode::kAborted));
  const absl::StatusOr<v1::VerifyReport> report = VerifyJournal(&second);
  ASSERT_OK(report);
  EXPECT_THAT(report->faults(), IsEmpty());
  EXPECT_EQ(report->records(), 3);
}

}  // namespace
}  // namespace drill::testing
