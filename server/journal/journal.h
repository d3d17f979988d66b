#ifndef DRILL_SERVER_JOURNAL_JOURNAL_H_
#define DRILL_SERVER_JOURNAL_JOURNAL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/chain/chain.h"
#include "drill/v1/exercise.pb.h"

namespace drill {

namespace v1 {
class VerifyReport;
}

using chain::StoredRecord;

// The end of the journal.
struct Position {
  uint64_t seq = 0;  // of the last record, 0: none
  // Of the last ControllerStarted, 0: none. Fences a controller that has been succeeded.
  uint64_t epoch = 0;

  friend bool operator==(const Position& a, const Position& b) {
    return a.seq == b.seq && a.epoch == b.epoch;
  }
};

// The last record that was made durable and when the controller was last alive: kept beside the
// journal, so that a journal whose tail was cut off does not pass for whole.
struct Witness {
  uint64_t seq = 0;
  int64_t time_us = 0;  // engine time
  std::string hash;     // of the record `seq`; empty when seq is 0
};

inline constexpr size_t kBatchRecordsMax = 100'000;
inline constexpr size_t kBatchBytesMax = size_t{64} << 20;
inline constexpr size_t kRecordBytesMax = size_t{32} << 20;

// Reads what has been made durable while the journal is being written. One thread at a time, any
// thread; destroyed before the journal that made it. A read sees the journal as it was when the
// read began.
class JournalReader {
 public:
  // Called per record in order; the view ends with the call. An error ends the read and is its
  // result. Must not use the reader.
  using Sink = absl::FunctionRef<absl::Status(const chain::RecordView&)>;

  virtual ~JournalReader() = default;

  // Visits the records from `from_seq` on, at most `limit`; returns how many. Less than `limit`:
  // that was the end. Go in pages (kReadPage): a long visit keeps SQLite's log from being folded
  // up. DataLoss: damaged. Unavailable: disk error.
  virtual absl::StatusOr<size_t> Visit(uint64_t from_seq, size_t limit, Sink sink) = 0;
  // The same in one stream; nothing for a stream that isn't there.
  virtual absl::StatusOr<size_t> VisitStream(absl::string_view stream, uint64_t from_stream_seq,
                                             size_t limit, Sink sink) = 0;

  // The same, copied.
  absl::StatusOr<std::vector<StoredRecord>> Read(uint64_t from_seq, size_t limit);
  absl::StatusOr<std::vector<StoredRecord>> ReadStream(absl::string_view stream,
                                                       uint64_t from_stream_seq, size_t limit);

  // As last written; nullopt: missing or torn. Names a record that a later read finds.
  virtual std::optional<Witness> ReadWitness() = 0;
  // Faults of the storage itself below the records (a broken index); empty: sound. Reads
  // everything.
  virtual absl::StatusOr<std::vector<std::string>> CheckStorage() = 0;
};

inline constexpr size_t kReadPage = 4096;

// Append-only, hash-chained record of what happened; the only truth (DESIGN §3).
//
// Owned by the loop thread, not thread-safe but for NewReader (any thread). Append is one durable
// transaction: on success it survives a crash, on any error nothing has changed and the journal
// can still be used.
class Journal {
 public:
  virtual ~Journal() = default;

  // Appends `batch` behind record `expected_seq`. The records must go on without a gap in seq and
  // each stream_seq, have a body, let time never fall, and agree with their bytes; a hash is
  // computed where it is empty, else it must fit. A ControllerStarted begins the next epoch;
  // `epoch` is the one in force at the batch's end.
  //   Aborted: the journal does not end at `expected_seq`, or a newer epoch has begun: another
  //     controller has written.
  //   InvalidArgument: the batch is empty, above a limit, or does not go on from the end.
  //   Unavailable: busy or disk error; retry. (If even the sync to disk failed and the process
  //     dies before the next success, the batch may be found whole at the next start.)
  //   ResourceExhausted: disk full; ReleaseReserve makes room. DataLoss: damaged.
  virtual absl::Status Append(absl::Span<const StoredRecord> batch, uint64_t expected_seq,
                              uint64_t epoch) = 0;

  virtual Position Head() const = 0;
  // Last record of each stream, by name.
  virtual std::vector<chain::StreamHead> Heads() const = 0;

  // Opens nothing yet: what is wrong with the storage comes from the first read.
  virtual std::unique_ptr<JournalReader> NewReader() = 0;

  // Engine time when the run before this one was last known alive; 0: there was none.
  virtual int64_t LastAliveUs() const = 0;
  // The journal has records, and nothing vouched at opening for its being whole at the end.
  virtual bool WitnessMissing() const = 0;
  // Notes that the controller is alive; the loop calls it every second. Never fails the caller:
  // what it writes is needed only after a crash.
  virtual void TouchAlive(int64_t time_us) = 0;

  // Gives up the space held back, so that a stop can be journalled on a full disk. Idempotent.
  virtual absl::Status ReleaseReserve() = 0;
  // Holds it back again. ResourceExhausted: the disk is still full. Idempotent.
  virtual absl::Status RestoreReserve() = 0;
  virtual bool HasReserve() const = 0;
};

// Columns from the message, bytes from serialising it once; the hash is left to the journal.
StoredRecord Store(const v1::Record& record);

// Every record, in pages.
absl::Status VisitAll(JournalReader& reader, JournalReader::Sink sink);

// Reads everything again and checks what chain::Verifier checks, the tail against the witness, and
// the storage itself. Any thread; the journal may be written meanwhile. Damage is a fault in the
// report; an error is only what kept it from being looked for (Unavailable: disk error).
absl::StatusOr<v1::VerifyReport> VerifyJournal(Journal* journal);

}  // namespace drill

#endif  // DRILL_SERVER_JOURNAL_JOURNAL_H_
