#ifndef DRILL_SERVER_JOURNAL_SQLITE_H_
#define DRILL_SERVER_JOURNAL_SQLITE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_stmt;

// SQLite's C interface as far as the journal needs it: owned handles, prepared statements, and
// results as statuses that name the file and what to do:
//   Unavailable: busy, disk error. ResourceExhausted: disk full. DataLoss: damaged.
//   PermissionDenied: not readable or writable. Aborted: a key is there already.
// Connections and their statements belong to one thread at a time.
namespace drill::sqlite {

class Statement;

class Connection {
 public:
  enum class Mode { kRead, kReadWrite };

  // Never creates the file. `busy_ms`: how long to wait for another process's lock.
  static absl::StatusOr<Connection> Open(const std::string& path, Mode mode, int busy_ms);

  // One constant statement without parameters or rows of interest.
  absl::Status Execute(const char* sql);
  absl::StatusOr<Statement> Prepare(const char* sql);
  // The one number that a constant statement gives, 0 for no row.
  absl::StatusOr<int64_t> Number(const char* sql);

  // Whether closing folds the log into the file, as SQLite does by itself; without, closing changes
  // nothing.
  void FoldLogOnClose(bool fold);

  // Ends the transaction in whatever state a failure left it; nothing of it stays.
  void Rollback();

  const std::string& path() const { return *path_; }

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* db) const;
  };

  explicit Connection(const std::string& path);
  absl::Status StatusOf(int code) const;

  std::unique_ptr<const std::string> path_;  // statements point to it
  std::unique_ptr<sqlite3, Close> db_;
};

// Must not outlive its connection; the connection may be moved.
class Statement {
 public:
  // Parameters count from 1, columns from 0. Bound bytes must live until Reset.
  absl::Status Bind(int at, uint64_t number);
  absl::Status BindText(int at, absl::string_view text);
  absl::Status BindBlob(int at, absl::string_view bytes);

  // True: a row is there. Valid until the next Step or Reset: what the columns give.
  absl::StatusOr<bool> Step();
  uint64_t Number(int column) const;
  absl::string_view Bytes(int column) const;  // text or blob
  // Ready for the next use; ends the read transaction. Called by Step behind the last row too.
  void Reset();

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  Statement(const std::string* path, sqlite3* db, sqlite3_stmt* statement)
      : path_(path), db_(db), statement_(statement) {}

  const std::string* path_;
  sqlite3* db_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

}  // namespace drill::sqlite

#endif  // DRILL_SERVER_JOURNAL_SQLITE_H_
