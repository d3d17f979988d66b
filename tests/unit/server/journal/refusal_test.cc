// What SqliteJournal::Open refuses, and that it leaves it as it was.
#include "tests/unit/server/journal/sandbox.h"

namespace drill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::UnorderedElementsAre;

class Refusal : public Sandbox {
 protected:
  // Not one byte of the folder changes, and nothing is added.
  void ExpectRefused(absl::StatusCode code, const std::string& message) {
    const std::map<std::string, std::string> before = Contents();
    EXPECT_THAT(SqliteJournal::Open(dir_), StatusIs(code, HasSubstr(message)));
    EXPECT_EQ(Contents(), before);
  }
};

TEST_F(Refusal, MakesAJournalOnlyWhereThereIsNothing) {
  std::unique_ptr<SqliteJournal> journal = MustOpen();
  EXPECT_THAT(SqliteJournal::Open(dir_),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("held by another")));
  journal.reset();
  EXPECT_THAT(Contents(),
              UnorderedElementsAre(Key("journal.db"), Key("journal.head"), Key("reserve")));
  EXPECT_EQ(std::filesystem::file_size(dir_ + "/reserve"), size_t{4} << 20);
  EXPECT_EQ(std::filesystem::status(db_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Refusal, MarksTheFileAsOurs) {
  MustOpen().reset();
  const std::string file = ReadText(db_);
  EXPECT_EQ(file.substr(68, 4), "CYDR");
  EXPECT_EQ(file.substr(60, 4), std::string("\0\0\0\1", 4));
}

TEST_F(Refusal, AFileThatIsNoDatabase) {
  WriteText(db_, std::string(5000, 'x'));
  ExpectRefused(absl::StatusCode::kDataLoss, "not an SQLite database");
}

TEST_F(Refusal, AnEmptyFile) {
  WriteText(db_, "");
  ExpectRefused(absl::StatusCode::kDataLoss, "not an SQLite database");
}

TEST_F(Refusal, AFolderOfThatName) {
  std::filesystem::create_directory(db_);
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "not a regular file");
}

TEST_F(Refusal, AnotherProgramsDatabase) {
  Sql(db_, "CREATE TABLE record (seq INTEGER PRIMARY KEY)");
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "another program's database");
}

TEST_F(Refusal, AnotherProgramsDatabaseWithALog) {
  Sql(db_, "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)", false);
  ASSERT_TRUE(std::filesystem::exists(db_ + "-wal"));
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "another program's database");
}

TEST_F(Refusal, ANewerSchema) {
  Fill(3);
  Sql(db_, "PRAGMA user_version = 2");
  ExpectRefused(absl::StatusCode::kFailedPrecondition, "schema version 2");
}

TEST_F(Refusal, ANewerSchemaThatStandsOnlyInTheLog) {
  Fill(3);
  const std::string before = ReadText(db_);
  Sql(db_, "PRAGMA user_version = 2", /*fold=*/false);
  ASSERT_EQ(ReadText(db_), before) << "the mark is in the log";
  EXPECT_THAT(SqliteJournal::Open(dir_),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("schema version 2")));
  EXPECT_EQ(ReadText(db_), before);
}

TEST_F(Refusal, ATableThatIsNotOurs) {
  Fill(3);
  Sql(db_, "DROP INDEX record_by_stream");
  EXPECT_THAT(SqliteJournal::Open(dir_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("changed by another program")));
}

TEST_F(Refusal, ATriggerInTheTable) {
  Fill(3);
  Sql(db_, "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM record; END");
  EXPECT_THAT(SqliteJournal::Open(dir_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("changed by another program")));
}

TEST_F(Refusal, AJournalThatIsGone) {
  Fill(3);
  std::filesystem::remove(db_);
  ExpectRefused(absl::StatusCode::kDataLoss, "witness says record 3 was written");
}

TEST_F(Refusal, AJournalThatIsGoneWhileItsLogIsThere) {
  WriteText(db_ + "-wal", "log");
  ExpectRefused(absl::StatusCode::kDataLoss, "its log is still there");
}

TEST_F(Refusal, ATailThatWasCutOff) {
  Fill(5);
  Sql(db_, "DELETE FROM record WHERE seq = 5");
  const std::string before = ReadText(db_);
  EXPECT_THAT(SqliteJournal::Open(dir_),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("tail cut off: the witness says record 5 was written, the "
                                       "journal ends at 4"),
                             HasSubstr("journal.head"))));
  EXPECT_EQ(ReadText(db_), before);
}

TEST_F(Refusal, AnOlderCopyPutInItsPlace) {
  Fill(2);
  const std::string older = ReadText(db_);
  Fill(2);
  WriteText(db_, older);
  EXPECT_THAT(SqliteJournal::Open(dir_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the journal ends at 2")));
}

TEST_F(Refusal, ALastRecordThatWasWrittenAnew) {
  Fill(2, "harsh words");
  const std::string witness = ReadText(head_);
  std::filesystem::remove(db_);
  std::filesystem::remove(head_);
  Fill(2, "kind words");
  WriteText(head_, witness);
  EXPECT_THAT(SqliteJournal::Open(dir_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("another record there")));
}

TEST_F(Refusal, ALostTailIsAcceptedByMovingTheWitnessAway) {
  Fill(5);
  Sql(db_, "DELETE FROM record WHERE seq = 5");
  std::filesystem::remove(head_);
  std::unique_ptr<SqliteJournal> journal = MustOpen();
  EXPECT_TRUE(journal->WitnessMissing());
  EXPECT_EQ(journal->Head().seq, 4);
}

TEST_F(Refusal, AMissingOrTornWitnessIsOnlyNoted) {
  Fill(3);
  const std::string whole = ReadText(head_);
  ASSERT_EQ(whole.size(), 60);
  for (const size_t at : {0, 8, 16, 30, 59}) {
    std::string torn = whole;
    torn[at] = static_cast<char>(torn[at] ^ 1);
    WriteText(head_, torn);
    EXPECT_TRUE(MustOpen()->WitnessMissing()) << at;
    EXPECT_EQ(ReadText(head_), whole) << "made whole again by opening";
  }
  for (const std::string& torn : {whole.substr(0, 59), std::string(), whole + "x"}) {
    WriteText(head_, torn);
    EXPECT_TRUE(MustOpen()->WitnessMissing()) << torn.size();
  }
  std::filesystem::remove(head_);
  EXPECT_TRUE(MustOpen()->WitnessMissing());
  EXPECT_FALSE(MustOpen()->WitnessMissing());
}

TEST_F(Refusal, AHalfMadeJournalIsMadeAgain) {
  WriteText(db_ + ".new", "half");
  WriteText(db_ + ".new-journal", "half");
  std::unique_ptr<SqliteJournal> journal = MustOpen();
  EXPECT_EQ(journal->Head().seq, 0);
  EXPECT_EQ(Contents().count("journal.db.new"), 0);
  EXPECT_EQ(Contents().count("journal.db.new-journal"), 0);
}

TEST_F(Refusal, AnotherProgramThatHoldsTheFileIsWaitedForAndThenUnavailable) {
  SqliteJournalOptions options;
  options.busy_ms = 0;
  absl::StatusOr<std::unique_ptr<SqliteJournal>> journal = SqliteJournal::Open(dir_, options);
  ASSERT_OK(journal);
  RecordMaker make;
  const StoredRecord record = make.Next("register");
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(db_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_THAT((*journal)->Append({record}, 0, 0), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ((*journal)->Head().seq, 0);
  sqlite3_close(other);
  EXPECT_OK((*journal)->Append({record}, 0, 0));
}

TEST_F(Refusal, AnotherProgramThatWroteARecordIsNotOverwritten) {
  std::unique_ptr<SqliteJournal> journal = MustOpen();
  Sql(db_, "INSERT INTO record VALUES (1, 'register', 1, 70, x'00', x'00')");
  RecordMaker make;
  EXPECT_THAT(journal->Append({make.Next("register")}, 0, 0), StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(Everything(*journal)[0].payload, std::string(1, '\0'));
}

}  // namespace
}  // namespace drill::testing
