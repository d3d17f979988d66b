#ifndef DRILL_SERVER_JOURNAL_TAIL_H_
#define DRILL_SERVER_JOURNAL_TAIL_H_

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/chain/chain.h"
#include "server/journal/journal.h"

namespace drill {

// The end of a journal and of each of its streams: what decides whether a batch goes on from it.
// Shared by every implementation, so that all refuse the same. One owner, not thread-safe.
class Tail {
 public:
  // What a batch that fits makes of the end.
  struct Prepared {
    std::vector<std::string> hashes;  // of the batch's records
    Position head;
    int64_t time_us = 0;
    std::vector<chain::StreamHead> heads;  // of the streams that it moves
  };

  // As read from storage at opening.
  void Restore(const Position& head, int64_t time_us, std::string hash,
               std::vector<chain::StreamHead> heads);

  // Checks and hashes; changes nothing. Aborted, InvalidArgument: see Journal::Append.
  absl::StatusOr<Prepared> Prepare(absl::Span<const StoredRecord> batch, uint64_t expected_seq,
                                   uint64_t epoch) const;
  // Moves behind a prepared batch that has become durable.
  void Accept(const Prepared& prepared);

  const Position& head() const { return head_; }
  int64_t time_us() const { return time_us_; }
  const std::string& hash() const { return hash_; }  // of the last record
  std::vector<chain::StreamHead> Heads() const;

 private:
  chain::StreamHead& Moved(absl::string_view stream, Prepared* prepared) const;

  Position head_;
  int64_t time_us_ = INT64_MIN;
  std::string hash_;
  absl::btree_map<std::string, chain::StreamHead> streams_;
};

}  // namespace drill

#endif  // DRILL_SERVER_JOURNAL_TAIL_H_
