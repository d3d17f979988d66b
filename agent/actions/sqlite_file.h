#ifndef DRILL_AGENT_ACTIONS_SQLITE_FILE_H_
#define DRILL_AGENT_ACTIONS_SQLITE_FILE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace drill::agent {

// The bytes of an SQLite 3 database with one table, "id INTEGER PRIMARY KEY" and text columns; the
// id is the row's number from 1 on. Written by hand (https://sqlite.org/fileformat2.html), since
// the agent has no use for SQLite besides. The same rows give the same bytes.
// REQUIRES: names are plain identifiers; at most kSqliteRowsMax rows of at most kSqliteRowBytesMax
// bytes of text each, so that one level of inner pages is enough.
std::string SqliteFile(absl::string_view table, const std::vector<std::string>& columns,
                       const std::vector<std::vector<std::string>>& rows);

inline constexpr size_t kSqliteRowsMax = 10'000;
inline constexpr size_t kSqliteRowBytesMax = 150;

}  // namespace drill::agent

#endif  // DRILL_AGENT_ACTIONS_SQLITE_FILE_H_
