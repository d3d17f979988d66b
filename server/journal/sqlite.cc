#include "server/journal/sqlite.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status.h"

namespace drill::sqlite {
namespace {

// The disk's own word for full, where SQLite only says "I/O error": quota, limit on file size.
bool NoRoom(int system_errno) {
  return system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG;
}

// `last_errno`: errno behind the call, set to 0 before it.
absl::Status ToStatus(sqlite3* db, int code, const std::string& path, int last_errno = 0) {
  const int primary = code & 0xff;
  int system_errno = db != nullptr ? sqlite3_system_errno(db) : 0;
  // A COMMIT that fails leaves the copy that SQLite keeps as it was before.
  if (last_errno != 0) system_errno = last_errno;
  std::string why = absl::StrCat(path, ": ", sqlite3_errstr(primary), " (SQLite ", code);
  if (primary == SQLITE_IOERR && system_errno != 0) {
    absl::StrAppend(&why, ", ", strerror(system_errno));
  } else if (db != nullptr && primary == SQLITE_ERROR) {
    absl::StrAppend(&why, ", ", sqlite3_errmsg(db));
  }
  why += ")";
  switch (primary) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(
          absl::StrCat(why, "; nothing was written: make room on the disk"));
    case SQLITE_IOERR:
      if (NoRoom(system_errno)) {
        return absl::ResourceExhaustedError(
            absl::StrCat(why, "; nothing was written: make room on the disk"));
      }
      return absl::UnavailableError(absl::StrCat(why, "; nothing was changed: look at the disk"));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return absl::UnavailableError(
          absl::StrCat(why, "; another program holds the file: end it or try again"));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(
          absl::StrCat(why,
                       "; nothing was changed: keep this file aside and restore the data "
                       "folder from the last back-up"));
    case SQLITE_CONSTRAINT:
      return absl::AbortedError(absl::StrCat(why, "; another program has written to the file"));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::PermissionDeniedError(why);
    case SQLITE_CANTOPEN:
      // Also given when the WAL cannot be made on a full disk.
      if (NoRoom(system_errno)) return absl::ResourceExhaustedError(why);
      return absl::UnavailableError(why);
    case SQLITE_NOMEM:
      return absl::ResourceExhaustedError(why);
    default:
      return absl::InternalError(why);
  }
}

}  // namespace

void Connection::Close::operator()(sqlite3* db) const {
  // v2: statements that outlive it by a line keep it alive.
  sqlite3_close_v2(db);
}

Connection::Connection(const std::string& path)
    : path_(std::make_unique<const std::string>(path)) {}

absl::Status Connection::StatusOf(int code) const {
  return code == SQLITE_OK ? absl::OkStatus() : ToStatus(db_.get(), code, *path_);
}

absl::StatusOr<Connection> Connection::Open(const std::string& path, Mode mode, int busy_ms) {
  Connection connection(path);
  sqlite3* db = nullptr;
  const int flags = (mode == Mode::kRead ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  connection.db_.reset(db);
  RETURN_IF_ERROR(connection.StatusOf(code));
  RETURN_IF_ERROR(connection.StatusOf(sqlite3_busy_timeout(db, busy_ms)));
  // The file may be somebody's forgery: its schema must not run code.
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  return connection;
}

absl::Status Connection::Execute(const char* sql) {
  return StatusOf(sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr));
}

absl::StatusOr<Statement> Connection::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  RETURN_IF_ERROR(StatusOf(
      sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr)));
  return Statement(path_.get(), db_.get(), statement);
}

absl::StatusOr<int64_t> Connection::Number(const char* sql) {
  ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  ASSIGN_OR_RETURN(const bool row, statement.Step());
  return row ? static_cast<int64_t>(statement.Number(0)) : int64_t{0};
}

void Connection::FoldLogOnClose(bool fold) {
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, fold ? 0 : 1, nullptr);
}

void Connection::Rollback() {
  // A failure may have ended the transaction already; then there is nothing to roll back.
  if (sqlite3_get_autocommit(db_.get()) != 0) return;
  sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  // SQLite: ROLLBACK ends the transaction even where it returns an error.
  DRILL_CHECK(sqlite3_get_autocommit(db_.get()) != 0);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

absl::Status Statement::Bind(int at, uint64_t number) {
  const int code = sqlite3_bind_int64(statement_.get(), at, static_cast<sqlite3_int64>(number));
  return code == SQLITE_OK ? absl::OkStatus() : ToStatus(db_, code, *path_);
}

absl::Status Statement::BindText(int at, absl::string_view text) {
  const int code = sqlite3_bind_text64(statement_.get(), at, text.data(), text.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  return code == SQLITE_OK ? absl::OkStatus() : ToStatus(db_, code, *path_);
}

absl::Status Statement::BindBlob(int at, absl::string_view bytes) {
  const int code =
      sqlite3_bind_blob64(statement_.get(), at, bytes.data(), bytes.size(), SQLITE_STATIC);
  return code == SQLITE_OK ? absl::OkStatus() : ToStatus(db_, code, *path_);
}

absl::StatusOr<bool> Statement::Step() {
  errno = 0;
  const int code = sqlite3_step(statement_.get());
  const int last_errno = errno;
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    Reset();
    return false;
  }
  absl::Status status = ToStatus(db_, code, *path_, last_errno);
  Reset();
  return status;
}

uint64_t Statement::Number(int column) const {
  return static_cast<uint64_t>(sqlite3_column_int64(statement_.get(), column));
}

absl::string_view Statement::Bytes(int column) const {
  // The pointer first: it may convert the value, which the length must then speak of.
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int length = sqlite3_column_bytes(statement_.get(), column);
  return absl::string_view(static_cast<const char*>(data), static_cast<size_t>(length));
}

void Statement::Reset() { sqlite3_reset(statement_.get()); }

}  // namespace drill::sqlite
