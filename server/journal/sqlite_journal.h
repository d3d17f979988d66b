#ifndef DRILL_SERVER_JOURNAL_SQLITE_JOURNAL_H_
#define DRILL_SERVER_JOURNAL_SQLITE_JOURNAL_H_

#include <memory>
#include <string>
#include <vector>

#include "common/os/file.h"
#include "server/journal/journal.h"
#include "server/journal/reserve.h"
#include "server/journal/sqlite.h"
#include "server/journal/tail.h"
#include "server/journal/witness.h"

namespace drill {

struct SqliteJournalOptions {
  // How long an append waits for a lock that another program holds on the file.
  int busy_ms = 250;
  size_t reserve_bytes = size_t{4} << 20;
};

// The journal in a folder of its own:
//   lock          held while open: one process at a time
//   journal.db    SQLite (WAL, synchronous=FULL), the one table `record`
//   journal.head  the witness
//   reserve       disk space held back
//
// The writing connection is used by the loop thread alone; every reader has its own.
class SqliteJournal : public Journal {
 public:
  // Makes the folder and the journal where there is none. What is there and is not a journal that
  // this program can go on with is refused, and not one byte of it is changed:
  //   FailedPrecondition: another process has the folder; the file is another program's, or a
  //     newer Cyberdrill's.
  //   DataLoss: the file is damaged, gone although the witness has seen it, or shorter than the
  //     witness has seen it.
  //   Unavailable, PermissionDenied, ResourceExhausted: the disk.
  static absl::StatusOr<std::unique_ptr<SqliteJournal>> Open(
      const std::string& dir, const SqliteJournalOptions& options = SqliteJournalOptions());

  absl::Status Append(absl::Span<const StoredRecord> batch, uint64_t expected_seq,
                      uint64_t epoch) override;
  Position Head() const override { return tail_.head(); }
  std::vector<chain::StreamHead> Heads() const override { return tail_.Heads(); }
  std::unique_ptr<JournalReader> NewReader() override;
  int64_t LastAliveUs() const override { return last_alive_us_; }
  bool WitnessMissing() const override { return witness_missing_; }
  void TouchAlive(int64_t time_us) override;
  absl::Status ReleaseReserve() override { return reserve_.GiveUp(); }
  absl::Status RestoreReserve() override { return reserve_.Take(); }
  bool HasReserve() const override { return reserve_.held(); }

 private:
  SqliteJournal(std::string dir, const SqliteJournalOptions& options, os::FileLock lock);

  absl::Status Begin();
  absl::Status CheckVersion();
  absl::Status RestoreTail();
  absl::Status CheckWitness(const std::optional<Witness>& seen);
  absl::Status Insert(absl::Span<const StoredRecord> batch, const Tail::Prepared& prepared);
  void Testify(int64_t time_us);

  const std::string dir_;
  const SqliteJournalOptions options_;
  const os::FileLock lock_;
  std::unique_ptr<WitnessFile> witness_;  // set once the journal is accepted
  Reserve reserve_;
  int64_t last_alive_us_ = 0;
  bool witness_missing_ = false;

  // Loop thread. Statements go before their connection.
  std::unique_ptr<sqlite::Connection> db_;
  std::unique_ptr<sqlite::Statement> begin_;
  std::unique_ptr<sqlite::Statement> insert_;
  std::unique_ptr<sqlite::Statement> commit_;
  Tail tail_;
};

}  // namespace drill

#endif  // DRILL_SERVER_JOURNAL_SQLITE_JOURNAL_H_
