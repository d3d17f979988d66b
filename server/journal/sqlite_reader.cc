#include "server/journal/sqlite_reader.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "common/base/status.h"
#include "server/journal/witness.h"

namespace drill {
namespace {

constexpr char kAll[] =
    "SELECT seq, stream, stream_seq, kind, payload, hash FROM record WHERE seq >= ?1 "
    "ORDER BY seq LIMIT ?2";
constexpr char kStream[] =
    "SELECT seq, stream, stream_seq, kind, payload, hash FROM record WHERE stream = ?3 "
    "AND stream_seq >= ?1 ORDER BY stream_seq LIMIT ?2";
constexpr char kCheck[] = "PRAGMA integrity_check(100)";

// A witness being overwritten at this moment looks torn.
constexpr int kWitnessReads = 5;

absl::StatusOr<size_t> Rows(sqlite::Statement& statement, JournalReader::Sink sink) {
  size_t count = 0;
  for (;;) {
    ASSIGN_OR_RETURN(const bool row, statement.Step());
    if (!row) return count;
    ++count;
    RETURN_IF_ERROR(
        sink({statement.Number(0), statement.Bytes(1), statement.Number(2),
              static_cast<int>(statement.Number(3)), statement.Bytes(4), statement.Bytes(5)}));
  }
}

}  // namespace

SqliteReader::SqliteReader(std::string db_path, std::string witness_path, int busy_ms)
    : db_path_(std::move(db_path)), witness_path_(std::move(witness_path)), busy_ms_(busy_ms) {}

absl::Status SqliteReader::Connect() {
  if (stream_ != nullptr) return absl::OkStatus();
  ASSIGN_OR_RETURN(sqlite::Connection db,
                   sqlite::Connection::Open(db_path_, sqlite::Connection::Mode::kRead, busy_ms_));
  ASSIGN_OR_RETURN(sqlite::Statement all, db.Prepare(kAll));
  ASSIGN_OR_RETURN(sqlite::Statement stream, db.Prepare(kStream));
  db_ = std::make_unique<sqlite::Connection>(std::move(db));
  all_ = std::make_unique<sqlite::Statement>(std::move(all));
  stream_ = std::make_unique<sqlite::Statement>(std::move(stream));
  return absl::OkStatus();
}

absl::StatusOr<size_t> SqliteReader::Visit(uint64_t from_seq, size_t limit, Sink sink) {
  RETURN_IF_ERROR(Connect());
  const absl::Cleanup end_read = [this] { all_->Reset(); };
  RETURN_IF_ERROR(all_->Bind(1, from_seq));
  RETURN_IF_ERROR(all_->Bind(2, limit));
  return Rows(*all_, sink);
}

absl::StatusOr<size_t> SqliteReader::VisitStream(absl::string_view stream, uint64_t from_stream_seq,
                                                 size_t limit, Sink sink) {
  RETURN_IF_ERROR(Connect());
  const absl::Cleanup end_read = [this] { stream_->Reset(); };
  RETURN_IF_ERROR(stream_->Bind(1, from_stream_seq));
  RETURN_IF_ERROR(stream_->Bind(2, limit));
  RETURN_IF_ERROR(stream_->BindText(3, stream));
  return Rows(*stream_, sink);
}

std::optional<Witness> SqliteReader::ReadWitness() {
  for (int i = 0; i < kWitnessReads; ++i) {
    absl::StatusOr<std::optional<Witness>> witness = WitnessFile::Read(witness_path_);
    if (witness.ok() && witness->has_value()) return *std::move(witness);
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<std::string>> SqliteReader::CheckStorage() {
  std::vector<std::string> faults;
  // Its own connection: a file too damaged for the statements above can still be looked through.
  const auto check = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(sqlite::Connection db,
                     sqlite::Connection::Open(db_path_, sqlite::Connection::Mode::kRead, busy_ms_));
    ASSIGN_OR_RETURN(sqlite::Statement statement, db.Prepare(kCheck));
    for (;;) {
      ASSIGN_OR_RETURN(const bool row, statement.Step());
      if (!row) return absl::OkStatus();
      const absl::string_view line = statement.Bytes(0);
      if (line != "ok") faults.push_back(absl::StrCat(db_path_, ": ", line));
    }
  };
  const absl::Status status = check();
  if (absl::IsDataLoss(status)) {
    faults.push_back(std::string(status.message()));
  } else if (!status.ok()) {
    return status;
  }
  return faults;
}

}  // namespace drill
