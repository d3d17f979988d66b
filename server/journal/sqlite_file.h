#ifndef DRILL_SERVER_JOURNAL_SQLITE_FILE_H_
#define DRILL_SERVER_JOURNAL_SQLITE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// The journal's database file: what marks it as ours, and how it comes into being.
namespace drill::sqlite {

inline constexpr int64_t kApplicationId = 0x43594452;  // "CYDR"
// Of the table; a program refuses what is newer than itself.
inline constexpr int64_t kSchemaVersion = 1;

// Whether there is a journal at `path`, judged by the file's first bytes alone: SQLite is not
// asked, since opening a database may already change it. False: there is no such file.
// FailedPrecondition: another program's database, or a newer schema. DataLoss: not a database.
absl::StatusOr<bool> InspectFile(const std::string& path);

// Makes an empty journal. A crash leaves it whole or not at all.
// REQUIRES: nobody else uses the folder.
absl::Status CreateFile(const std::string& path);

}  // namespace drill::sqlite

#endif  // DRILL_SERVER_JOURNAL_SQLITE_FILE_H_
