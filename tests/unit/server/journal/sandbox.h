#ifndef DRILL_TESTS_UNIT_SERVER_JOURNAL_SANDBOX_H_
#define DRILL_TESTS_UNIT_SERVER_JOURNAL_SANDBOX_H_

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "drill/v1/api.pb.h"
#include "server/journal/sqlite_journal.h"
#include "tests/support/journal_records.h"
#include "tests/support/status.h"

namespace drill::testing {

// A journal's folder, and the hands of somebody who meddles with it.
class Sandbox : public ::testing::Test {
 protected:
  Sandbox() {
    std::string name = ::testing::TempDir() + "journal-XXXXXX";
    dir_ = mkdtemp(name.data());
    db_ = dir_ + "/journal.db";
    head_ = dir_ + "/journal.head";
  }
  ~Sandbox() override { std::filesystem::remove_all(dir_); }

  std::unique_ptr<SqliteJournal> MustOpen() {
    absl::StatusOr<std::unique_ptr<SqliteJournal>> journal = SqliteJournal::Open(dir_);
    EXPECT_OK(journal);
    return *std::move(journal);
  }
  // `count` records, alternately in two streams, in one batch.
  void Fill(int count, const std::string& note = "note") {
    std::unique_ptr<SqliteJournal> journal = MustOpen();
    RecordMaker make(*journal);
    std::vector<StoredRecord> batch;
    for (int i = 0; i < count; ++i) {
      batch.push_back(make.Next(i % 2 == 0 ? "register" : "cuocdientap-1", note));
    }
    ASSERT_OK(journal->Append(batch, batch.front().seq - 1, make.epoch()));
  }
  static std::vector<std::string> Faults(Journal& journal) {
    const absl::StatusOr<v1::VerifyReport> report = VerifyJournal(&journal);
    EXPECT_OK(report);
    return {report->faults().begin(), report->faults().end()};
  }

  // Runs SQL on `path` as another program would. `fold`: leaves no log behind.
  static void Sql(const std::string& path, const std::string& sql, bool fold = true) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, fold ? 0 : 1, nullptr);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << error;
    sqlite3_free(error);
    sqlite3_close(db);
  }

  static std::string ReadText(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  static void WriteText(const std::string& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
  }
  // Every file of the folder but the lock, which is made by looking.
  std::map<std::string, std::string> Contents() const {
    std::map<std::string, std::string> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_)) {
      const std::string name = entry.path().filename().string();
      if (name != "lock") out[name] = entry.is_regular_file() ? ReadText(entry.path()) : "";
    }
    return out;
  }

  std::string dir_;
  std::string db_;
  std::string head_;
};

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_SERVER_JOURNAL_SANDBOX_H_
