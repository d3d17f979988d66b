// What a damaged or doctored journal says of itself.
#include "tests/unit/server/journal/sandbox.h"

namespace drill::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Damage : public Sandbox {};

TEST_F(Damage, AChangedPayloadIsNamedByStreamAndRecord) {
  Fill(6);
  Sql(db_,
      "UPDATE record SET payload = CAST(substr(payload, 1, length(payload) - 1) || 'x' AS BLOB) "
      "WHERE seq = 4");
  EXPECT_THAT(Faults(*MustOpen()),
              ElementsAre("stream cuocdientap-1, record 2 (seq 4): hash does not fit: the stored "
                          "bytes were changed after they were written"));
}

TEST_F(Damage, EveryChangedColumnIsNamed) {
  for (const char* change : {"stream = 'other'", "stream_seq = 99", "kind = 16",
                             "hash = zeroblob(32)", "hash = x'00'", "payload = x''"}) {
    std::filesystem::remove_all(dir_);
    Fill(6);
    Sql(db_, absl::StrCat("UPDATE record SET ", change, " WHERE seq = 3"));
    EXPECT_THAT(Faults(*MustOpen()), Contains(HasSubstr("(seq 3)"))) << change;
  }
}

TEST_F(Damage, ADeletedRecordIsAGapThatIsNamed) {
  Fill(6);
  Sql(db_, "DELETE FROM record WHERE seq = 3");
  EXPECT_THAT(Faults(*MustOpen()),
              ElementsAre(HasSubstr("seq 3 is missing"),
                          HasSubstr("stream register: record 2 is missing before record 3")));
}

TEST_F(Damage, ATailCutOffBehindTheBackOfTheRunningControllerIsFound) {
  Fill(6);
  std::unique_ptr<SqliteJournal> journal = MustOpen();
  Sql(db_, "DELETE FROM record WHERE seq > 4");
  EXPECT_THAT(Faults(*journal),
              ElementsAre("tail cut off: the witness says record 6 was written, the journal ends "
                          "at 4"));
}

TEST_F(Damage, AJournalWrittenAnewBehindTheWitnessIsFound) {
  Fill(4, "harsh words");
  const std::string witness = ReadText(head_);
  std::filesystem::remove_all(dir_);
  Fill(4, "kind words");
  std::unique_ptr<SqliteJournal> journal = MustOpen();
  EXPECT_THAT(Faults(*journal), IsEmpty());
  WriteText(head_, witness);
  EXPECT_THAT(Faults(*journal), ElementsAre(HasSubstr("the journal was written anew")));
}

TEST_F(Damage, AMissingWitnessIsAFaultOfTheRunningJournal) {
  Fill(4);
  std::unique_ptr<SqliteJournal> journal = MustOpen();
  std::filesystem::remove(head_);
  EXPECT_THAT(Faults(*journal), ElementsAre(HasSubstr("witness is missing or torn")));
}

TEST_F(Damage, AnIndexThatDoesNotFitItsTableIsFound) {
  Fill(50);
  // The index now promises another order than the one that it has.
  Sql(db_,
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, "
      "'stream, stream_seq', 'stream_seq, stream') WHERE name = 'record_by_stream'");
  const std::unique_ptr<JournalReader> reader = MustOpen()->NewReader();
  const absl::StatusOr<std::vector<std::string>> faults = reader->CheckStorage();
  ASSERT_OK(faults);
  EXPECT_THAT(*faults, AllOf(Not(IsEmpty()), Each(HasSubstr(db_))));
}

// Pages in the middle: of the table and of the index.
void Scribble(std::string* file) {
  constexpr size_t kPage = 4096;
  const size_t from = file->size() / kPage * 4 / 10;
  const size_t to = file->size() / kPage * 6 / 10;
  for (size_t i = from * kPage; i < to * kPage; ++i) (*file)[i] = static_cast<char>(0xa5);
}

TEST_F(Damage, ScribbledPagesAreDataLossToReadersAndFaultsToVerification) {
  Fill(5000);
  std::string file = ReadText(db_);
  Scribble(&file);
  WriteText(db_, file);
  std::unique_ptr<SqliteJournal> journal = MustOpen();
  const std::unique_ptr<JournalReader> reader = journal->NewReader();
  EXPECT_THAT(VisitAll(*reader, [](const chain::RecordView&) { return absl::OkStatus(); }),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr(db_), HasSubstr("restore the data folder"))));
  const std::vector<std::string> faults = Faults(*journal);
  EXPECT_THAT(faults, Contains(HasSubstr("cannot be read behind record ")));
}

TEST_F(Damage, AFileCutInHalfIsDataLoss) {
  Fill(5000);
  std::string file = ReadText(db_);
  file.resize(file.size() / 2 / 4096 * 4096);
  WriteText(db_, file);
  EXPECT_THAT(SqliteJournal::Open(dir_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("restore the data folder")));
  EXPECT_EQ(ReadText(db_), file);
}

TEST_F(Damage, AnUnreadableLastRecordIsDataLoss) {
  Fill(3);
  Sql(db_, "UPDATE record SET payload = x'ff' WHERE seq = 3");
  EXPECT_THAT(SqliteJournal::Open(dir_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("record 3 cannot be read")));
}

}  // namespace
}  // namespace drill::testing
