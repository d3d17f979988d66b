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

// The end of the journal. A compare-and-set value: whoever appends says which end it has seen.
struct Position {
  uint64_t seq = 0;  // of the last record, 0: none
  // Of the last ControllerStarted, 0: none. Fences a controller that has been succeeded.
  uint64_t epoch = 0;

  friend bool operator==(const Position& a, const Position& b) {
    return a.seq == b.seq && a.epoch == b.epoch;
  }
  friend bool operator!=(const Position& a, const Position& b) { return !(a == b); }
};

// A record to append, as the core stamped it. Its columns are read from its bytes.
struct Pending {
  absl::string_view payload;  // v1::Record, serialised once: these bytes are stored and hashed
  absl::string_view hash;     // of the chain; empty: the journal computes it, else it must fit
};

// The last record that was made durable and when the controller was last alive: kept beside the
// journal, so that a journal whose tail was cut off does not pass for whole.
struct Witness {
  uint64_t seq = 0;
  int64_t time_us = 0;  // engine time
  std::string hash;     // of the record `seq`; empty when seq is 0
};

inline constexpr size_t kBatchRecordsMax = 10'000;
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

  // Records from `from_seq` on, at most `limit`; returns how many. Less than `limit`: that was the
  // end. Read in pages (kReadPage): a long read keeps the journal's log from being folded up.
  // DataLoss: damaged. Unavailable: disk error.
  virtual absl::StatusOr<size_t> Read(uint64_t from_seq, size_t limit, Sink sink) = 0;
  // The same in one stream; empty and 0 for one that isn't there.
  virtual absl::StatusOr<size_t> ReadStream(absl::string_view stream, uint64_t from_stream_seq,
                                            size_t limit, Sink sink) = 0;
  // As last written; nullopt: missing or torn. Not older than any record read before this call
  // returns to the thread that appends.
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

  // Appends `batch` behind `expected` and returns the new end. The bytes must go on without a gap
  // in seq and each stream_seq, with a body, time never falling, and a ControllerStarted carrying
  // the next epoch.
  //   Aborted: the end is not `expected`: another has written, or a newer epoch has begun.
  //   InvalidArgument: the batch is empty, above a limit, or does not go on from `expected`.
  //   Unavailable: busy or disk error; retry. (If even the sync to disk failed and the process
  //     dies before the next success, the batch may be found whole at the next start.)
  //   ResourceExhausted: disk full; ReleaseReserve makes room. DataLoss: damaged.
  virtual absl::StatusOr<Position> Append(absl::Span<const Pending> batch,
                                          const Position& expected) = 0;
  // The same from messages; serialises each once.
  absl::StatusOr<Position> Append(absl::Span<const v1::Record> batch, const Position& expected);

  virtual Position Head() const = 0;
  // Last record of each stream, by name.
  virtual std::vector<chain::StreamHead> Heads() const = 0;

  virtual absl::StatusOr<std::unique_ptr<JournalReader>> NewReader() = 0;

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

// Every record, paged.
absl::Status ReadAll(JournalReader& reader, JournalReader::Sink sink);

}  // namespace drill

#endif  // DRILL_SERVER_JOURNAL_JOURNAL_H_
