#ifndef DRILL_CORE_CHAIN_VERIFIER_H_
#define DRILL_CORE_CHAIN_VERIFIER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "core/chain/chain.h"

namespace drill::chain {

// Checks a journal fed record by record, in global order, from the first one: that `seq` and each
// `stream_seq` have no gap, every hash fits its stored bytes, the bytes are a Record with a body
// that agrees with its columns, and time never falls. A fault is named by stream and record and
// the check goes on behind it, so that one changed record is one fault.
//
// A chain proves nothing about its own end, nor against somebody who computes it anew: what was
// attested elsewhere (a printed report, the head witness) goes in by Expect and must lie on it.
//
// Pure; one owner, not thread-safe.
class Verifier {
 public:
  static constexpr size_t kFaultsMax = 100;

  struct Report {
    uint64_t records = 0;
    std::vector<StreamHead> heads;  // by stream
    // At most kFaultsMax; one last line says how many more there were.
    std::vector<std::string> faults;
  };

  // `head.stream` must contain this record with this hash. Call before Add comes there.
  void Expect(const StreamHead& head);
  // The record `seq` must be there; with this hash, unless empty. Call before Add comes there.
  void ExpectSeq(uint64_t seq, absl::string_view hash);

  void Add(const RecordView& record);
  // A fault seen by whoever reads the records ("cannot be read behind record 17").
  void AddFault(std::string fault);

  // Ends the check. Call once.
  Report Finish();

 private:
  struct Stream {
    uint64_t stream_seq = 0;
    std::string hash;      // as stored with the last record
    std::string computed;  // set only where it differs from `hash`
    bool known = true;     // false behind a gap: the next record's hash cannot be checked
  };

  Stream& Find(absl::string_view stream);
  // False: it does not stand where its stream goes on; the stream's chain is left alone.
  bool CheckPlace(const RecordView& record, Stream* stream);
  void CheckHash(const RecordView& record, Stream* stream);
  void CheckBytes(const RecordView& record);
  void CheckExpected(const RecordView& record);
  void Fault(const RecordView& record, absl::string_view what);

  uint64_t records_ = 0;
  uint64_t seq_ = 0;
  int64_t time_us_ = INT64_MIN;
  // Ordered, so that nothing in a report depends on hashing.
  absl::btree_map<std::string, Stream> streams_;
  // Most records follow one of their own stream; pointers into streams_ do not outlive an insert.
  absl::string_view last_name_;
  Stream* last_ = nullptr;
  absl::btree_map<uint64_t, std::string> expected_seq_;
  absl::btree_map<std::string, absl::btree_map<uint64_t, std::string>> expected_;
  std::vector<std::string> faults_;
  uint64_t faults_total_ = 0;
};

}  // namespace drill::chain

#endif  // DRILL_CORE_CHAIN_VERIFIER_H_
