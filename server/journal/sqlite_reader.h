#ifndef DRILL_SERVER_JOURNAL_SQLITE_READER_H_
#define DRILL_SERVER_JOURNAL_SQLITE_READER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/journal/journal.h"
#include "server/journal/sqlite.h"

namespace drill {

// Reads on a connection of its own, opened at the first read, so that any thread may make one.
class SqliteReader : public JournalReader {
 public:
  SqliteReader(std::string db_path, std::string witness_path, int busy_ms);

  absl::StatusOr<size_t> Visit(uint64_t from_seq, size_t limit, Sink sink) override;
  absl::StatusOr<size_t> VisitStream(absl::string_view stream, uint64_t from_stream_seq,
                                     size_t limit, Sink sink) override;
  std::optional<Witness> ReadWitness() override;
  absl::StatusOr<std::vector<std::string>> CheckStorage() override;

 private:
  absl::Status Connect();

  const std::string db_path_;
  const std::string witness_path_;
  const int busy_ms_;
  // Statements go before their connection.
  std::unique_ptr<sqlite::Connection> db_;
  std::unique_ptr<sqlite::Statement> all_;
  std::unique_ptr<sqlite::Statement> stream_;
};

}  // namespace drill

#endif  // DRILL_SERVER_JOURNAL_SQLITE_READER_H_
