#include "server/journal/sqlite_journal.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "server/journal/sqlite_file.h"
#include "server/journal/sqlite_reader.h"

namespace drill {
namespace {

constexpr char kInsert[] =
    "INSERT INTO record (seq, stream, stream_seq, kind, payload, hash) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr char kLast[] = "SELECT seq, payload, hash FROM record ORDER BY seq DESC LIMIT 1";
constexpr char kLastEpoch[] =
    "SELECT seq, payload FROM record WHERE kind = 16 ORDER BY seq DESC LIMIT 1";
static_assert(v1::Record::kControllerStartedFieldNumber == 16);
constexpr char kNextStream[] =
    "SELECT stream FROM record WHERE stream > ?1 ORDER BY stream LIMIT 1";
constexpr char kStreamHead[] =
    "SELECT stream_seq, hash FROM record WHERE stream = ?1 ORDER BY stream_seq DESC LIMIT 1";
constexpr char kHash[] = "SELECT hash FROM record WHERE seq = ?1";

// The log is cut back to this after it has been folded into the file.
constexpr char kLogLimit[] = "PRAGMA journal_size_limit = 67108864";

std::string DbPath(const std::string& dir) { return dir + "/journal.db"; }
std::string WitnessPath(const std::string& dir) { return dir + "/journal.head"; }

absl::Status Unreadable(const std::string& dir, uint64_t seq) {
  return absl::DataLossError(absl::StrCat(
      DbPath(dir), ": the bytes of record ", seq,
      " cannot be read; nothing was changed: keep the data folder aside and restore it from the "
      "last back-up"));
}

absl::Status TailLost(const std::string& dir, uint64_t witnessed, absl::string_view what) {
  return absl::DataLossError(absl::StrCat(
      dir, ": tail cut off: the witness says record ", witnessed, " was written, ", what,
      "; nothing was changed: restore the data folder from the last back-up, or, to go on without "
      "what is lost, move ",
      WitnessPath(dir), " away"));
}

// Makes the journal where there is none, unless something says that there was one.
absl::Status FindOrCreate(const std::string& dir, const std::optional<Witness>& seen) {
  const std::string path = DbPath(dir);
  ASSIGN_OR_RETURN(const bool exists, sqlite::InspectFile(path));
  if (exists) return absl::OkStatus();
  if (seen.has_value() && seen->seq > 0) {
    return TailLost(dir, seen->seq, "journal.db is gone");
  }
  if (access((path + "-wal").c_str(), F_OK) == 0) {
    return absl::DataLossError(
        absl::StrCat(path,
                     " is gone and its log is still there; nothing was changed: restore the "
                     "data folder from the last back-up"));
  }
  return sqlite::CreateFile(path);
}

}  // namespace

SqliteJournal::SqliteJournal(std::string dir, const SqliteJournalOptions& options,
                             os::FileLock lock)
    : dir_(std::move(dir)),
      options_(options),
      lock_(std::move(lock)),
      reserve_(dir_ + "/reserve", options.reserve_bytes) {}

absl::StatusOr<std::unique_ptr<SqliteJournal>> SqliteJournal::Open(
    const std::string& dir, const SqliteJournalOptions& options) {
  RETURN_IF_ERROR(os::MakeDirectories(dir));
  ASSIGN_OR_RETURN(os::FileLock lock, os::FileLock::Take(dir + "/lock"));
  ASSIGN_OR_RETURN(const std::optional<Witness> seen, WitnessFile::Read(WitnessPath(dir)));
  RETURN_IF_ERROR(FindOrCreate(dir, seen));
  std::unique_ptr<SqliteJournal> journal(new SqliteJournal(dir, options, std::move(lock)));
  RETURN_IF_ERROR(journal->Begin());
  RETURN_IF_ERROR(journal->RestoreTail());
  RETURN_IF_ERROR(journal->CheckWitness(seen));

  ASSIGN_OR_RETURN(WitnessFile witness, WitnessFile::Open(WitnessPath(dir)));
  journal->witness_ = std::make_unique<WitnessFile>(std::move(witness));
  journal->db_->FoldLogOnClose(true);
  journal->Testify(journal->last_alive_us_);
  const absl::Status reserve = journal->reserve_.Take();
  // A full disk must not keep the controller from starting: HasReserve tells.
  if (!reserve.ok() && !absl::IsResourceExhausted(reserve)) return reserve;
  return journal;
}

absl::Status SqliteJournal::Begin() {
  ASSIGN_OR_RETURN(sqlite::Connection db,
                   sqlite::Connection::Open(DbPath(dir_), sqlite::Connection::Mode::kReadWrite,
                                            options_.busy_ms));
  db_ = std::make_unique<sqlite::Connection>(std::move(db));
  // Until it is known to be sound, closing leaves the file as it is.
  db_->FoldLogOnClose(false);
  RETURN_IF_ERROR(CheckVersion());
  // NORMAL may lose the last commits at a power failure, which breaks "commit, then send".
  RETURN_IF_ERROR(db_->Execute("PRAGMA synchronous = FULL"));
  RETURN_IF_ERROR(db_->Execute(kLogLimit));
  ASSIGN_OR_RETURN(sqlite::Statement begin, db_->Prepare("BEGIN IMMEDIATE"));
  ASSIGN_OR_RETURN(sqlite::Statement insert, db_->Prepare(kInsert));
  ASSIGN_OR_RETURN(sqlite::Statement commit, db_->Prepare("COMMIT"));
  begin_ = std::make_unique<sqlite::Statement>(std::move(begin));
  insert_ = std::make_unique<sqlite::Statement>(std::move(insert));
  commit_ = std::make_unique<sqlite::Statement>(std::move(commit));
  return absl::OkStatus();
}

// What InspectFile cannot see: marks changed in the log, a schema that is not the one promised.
absl::Status SqliteJournal::CheckVersion() {
  ASSIGN_OR_RETURN(const int64_t version, db_->Number("PRAGMA user_version"));
  if (version != sqlite::kSchemaVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat(DbPath(dir_), " has schema version ", version, ", this program knows ",
                     sqlite::kSchemaVersion, ": use the drilld that made it, or a newer one"));
  }
  ASSIGN_OR_RETURN(const int64_t parts,
                   db_->Number("SELECT count(*) FROM sqlite_schema WHERE name IN "
                               "('record', 'record_by_stream', 'record_epochs')"));
  ASSIGN_OR_RETURN(const int64_t all, db_->Number("SELECT count(*) FROM sqlite_schema"));
  if (parts != 3 || all != 3) {
    return absl::DataLossError(
        absl::StrCat(DbPath(dir_),
                     ": its table was changed by another program; nothing was "
                     "changed: restore the data folder from the last back-up"));
  }
  return absl::OkStatus();
}

absl::Status SqliteJournal::RestoreTail() {
  Position head;
  chain::Header header;
  ASSIGN_OR_RETURN(sqlite::Statement last, db_->Prepare(kLast));
  ASSIGN_OR_RETURN(const bool any, last.Step());
  if (!any) return absl::OkStatus();
  head.seq = last.Number(0);
  if (!chain::ParseHeader(last.Bytes(1), &header)) return Unreadable(dir_, head.seq);
  const int64_t time_us = header.time_us;
  std::string hash(last.Bytes(2));

  ASSIGN_OR_RETURN(sqlite::Statement started, db_->Prepare(kLastEpoch));
  ASSIGN_OR_RETURN(const bool has_epoch, started.Step());
  if (has_epoch) {
    v1::Record record;
    const absl::string_view bytes = started.Bytes(1);
    if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return Unreadable(dir_, started.Number(0));
    }
    head.epoch = record.controller_started().epoch();
  }

  // From name to name in the index: the cost is that of the streams, not of the records.
  std::vector<chain::StreamHead> heads;
  ASSIGN_OR_RETURN(sqlite::Statement next, db_->Prepare(kNextStream));
  ASSIGN_OR_RETURN(sqlite::Statement of, db_->Prepare(kStreamHead));
  for (std::string name;;) {
    RETURN_IF_ERROR(next.BindText(1, name));
    ASSIGN_OR_RETURN(const bool more, next.Step());
    if (!more) break;
    chain::StreamHead stream{std::string(next.Bytes(0)), 0, ""};
    next.Reset();
    name = stream.stream;
    RETURN_IF_ERROR(of.BindText(1, name));
    ASSIGN_OR_RETURN(const bool found, of.Step());
    if (!found) return Unreadable(dir_, head.seq);
    stream.stream_seq = of.Number(0);
    stream.hash = std::string(of.Bytes(1));
    of.Reset();
    heads.push_back(std::move(stream));
  }
  tail_.Restore(head, time_us, std::move(hash), std::move(heads));
  return absl::OkStatus();
}

absl::Status SqliteJournal::CheckWitness(const std::optional<Witness>& seen) {
  const Position& head = tail_.head();
  if (head.seq > 0) last_alive_us_ = tail_.time_us();
  if (!seen.has_value()) {
    witness_missing_ = head.seq > 0;
    return absl::OkStatus();
  }
  if (seen->seq > head.seq) {
    return TailLost(dir_, seen->seq, absl::StrCat("the journal ends at ", head.seq));
  }
  if (seen->seq > 0) {
    ASSIGN_OR_RETURN(sqlite::Statement record, db_->Prepare(kHash));
    RETURN_IF_ERROR(record.Bind(1, seen->seq));
    ASSIGN_OR_RETURN(const bool found, record.Step());
    if (!found || record.Bytes(0) != seen->hash) {
      return TailLost(dir_, seen->seq, "the journal has another record there");
    }
  }
  last_alive_us_ = std::max(last_alive_us_, seen->time_us);
  return absl::OkStatus();
}

absl::Status SqliteJournal::Append(absl::Span<const StoredRecord> batch, uint64_t expected_seq,
                                   uint64_t epoch) {
  ASSIGN_OR_RETURN(const Tail::Prepared prepared, tail_.Prepare(batch, expected_seq, epoch));
  if (absl::Status status = Insert(batch, prepared); !status.ok()) {
    db_->Rollback();
    return status;
  }
  tail_.Accept(prepared);
  Testify(prepared.time_us);
  return absl::OkStatus();
}

absl::Status SqliteJournal::Insert(absl::Span<const StoredRecord> batch,
                                   const Tail::Prepared& prepared) {
  RETURN_IF_ERROR(begin_->Step().status());
  for (size_t i = 0; i < batch.size(); ++i) {
    const StoredRecord& record = batch[i];
    RETURN_IF_ERROR(insert_->Bind(1, record.seq));
    RETURN_IF_ERROR(insert_->BindText(2, record.stream));
    RETURN_IF_ERROR(insert_->Bind(3, record.stream_seq));
    RETURN_IF_ERROR(insert_->Bind(4, static_cast<uint64_t>(record.kind)));
    RETURN_IF_ERROR(insert_->BindBlob(5, record.payload));
    RETURN_IF_ERROR(insert_->BindBlob(6, prepared.hashes[i]));
    RETURN_IF_ERROR(insert_->Step().status());
  }
  return commit_->Step().status();
}

std::unique_ptr<JournalReader> SqliteJournal::NewReader() {
  return std::make_unique<SqliteReader>(DbPath(dir_), WitnessPath(dir_), options_.busy_ms);
}

void SqliteJournal::TouchAlive(int64_t time_us) { Testify(time_us); }

void SqliteJournal::Testify(int64_t time_us) {
  const Position& head = tail_.head();
  if (head.seq > 0) time_us = std::max(time_us, tail_.time_us());
  // A witness that cannot be written stays older than the journal, which is what it may be. What
  // it stands for is durable already, so the append must not be called failed.
  (void)witness_->Write({head.seq, time_us, tail_.hash()});
}

}  // namespace drill
