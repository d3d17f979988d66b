// What the controller will not start on, and how it stops.

#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "tests/integration/drill_fixture.h"

namespace drill::testing {
namespace {

using ::testing::HasSubstr;

class StartRefusedTest : public DrillTest {
 protected:
  std::string Journal() const { return data_ + "/journal.db"; }
  // Changes the journal behind the controller's back.
  void Sql(const std::string& path, const std::string& statement) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    char* why = nullptr;
    EXPECT_EQ(sqlite3_exec(db, statement.c_str(), nullptr, nullptr, &why), SQLITE_OK)
        << (why == nullptr ? "" : why);
    sqlite3_free(why);
    sqlite3_close(db);
  }
  // A journal with some records, whose controller has stopped.
  void StoppedWithRecords() {
    ASSERT_OK(StartController());
    ASSERT_OK(Register());
    const std::optional<Ended> ended = EndController(SIGTERM);
    ASSERT_TRUE(ended.has_value());
    EXPECT_FALSE(ended->by_signal);
    EXPECT_EQ(ended->code, 0);
  }
};

TEST_F(StartRefusedTest, SigtermStopsItCleanlyAndTakesTheEndpointAway) {
  StoppedWithRecords();
  EXPECT_FALSE(Exists(data_ + "/endpoint.json"));
  ASSERT_OK(StartController());
  EXPECT_EQ(As("giam-doc", {"whoami"}).code, 0);  // tokens outlive it
}

TEST_F(StartRefusedTest, SecondControllerOnTheSameFolder) {
  ASSERT_OK(StartController());
  const Output second = RefusedController(data_);
  EXPECT_EQ(second.code, 2);
  EXPECT_THAT(second.err, HasSubstr(data_));
  EXPECT_EQ(As("admin", {"whoami"}).code, 0);
  EXPECT_TRUE(Exists(data_ + "/endpoint.json"));
}

TEST_F(StartRefusedTest, SecondControllerOnTheSamePort) {
  ASSERT_OK(StartController());
  const std::string taken = endpoint().people();
  const Output second = RefusedController(Path("other"), taken);
  EXPECT_EQ(second.code, 2);
  EXPECT_THAT(second.err, HasSubstr(taken));
  EXPECT_EQ(As("admin", {"whoami"}).code, 0);
}

TEST_F(StartRefusedTest, FilesThatAreNoJournalAreLeftAsTheyAre) {
  const std::string folder = Path("foreign");
  mkdir(folder.c_str(), 0700);
  const std::string path = folder + "/journal.db";
  Sql(path, "CREATE TABLE photographs (name TEXT); INSERT INTO photographs VALUES ('cat');");
  const std::string database = Read(path);
  for (const std::string& content : {database, std::string(5000, 'x'), std::string("short")}) {
    Write(path, content);
    const Output refused = RefusedController(folder);
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.err, HasSubstr(path));
    EXPECT_EQ(Read(path), content);
    EXPECT_FALSE(Exists(path + "-wal"));
  }
}

TEST_F(StartRefusedTest, JournalWithoutItsLastRecord) {
  StoppedWithRecords();
  Sql(Journal(), "DELETE FROM record WHERE seq = (SELECT max(seq) FROM record)");
  const Output refused = RefusedController(data_);
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("tail cut off"));
  EXPECT_FALSE(Exists(data_ + "/endpoint.json"));
}

TEST_F(StartRefusedTest, JournalWithAChangedByteIsNamed) {
  StoppedWithRecords();
  Sql(Journal(),
      "UPDATE record SET payload = CAST(substr(payload, 1, length(payload) - 1) || x'7a' AS BLOB) "
      "WHERE seq = 3");
  const Output refused = RefusedController(data_);
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("record 3"));
}

TEST_F(StartRefusedTest, DatabaseOverwrittenInTheMiddle) {
  StoppedWithRecords();
  std::string bytes = Read(Journal());
  ASSERT_GT(bytes.size(), 8192u);
  for (size_t i = 4096; i < 8192; ++i) bytes[i] = '\xA5';
  Write(Journal(), bytes);
  const Output refused = RefusedController(data_);
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("journal.db"));
  EXPECT_EQ(Read(Journal()), bytes);
}

}  // namespace
}  // namespace drill::testing
