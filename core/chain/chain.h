#ifndef DRILL_CORE_CHAIN_CHAIN_H_
#define DRILL_CORE_CHAIN_CHAIN_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// The hash chain of the journal and what a stored record looks like. Pure; any thread.
namespace drill::chain {

// Hash of a record in its stream: SHA-256(previous hash ‖ payload); `previous` is empty for the
// first record of a stream and then stands for 32 zero bytes.
std::string NextHash(absl::string_view previous, absl::string_view payload);

// Last record of a stream, or any record of it that somebody attests.
struct StreamHead {
  std::string stream;
  uint64_t stream_seq = 0;
  std::string hash;

  friend bool operator==(const StreamHead& a, const StreamHead& b) {
    return a.stream == b.stream && a.stream_seq == b.stream_seq && a.hash == b.hash;
  }
};

// A record as the journal keeps it: the bytes, their hash, and columns copied from the bytes.
// A view: valid as long as what it points to.
struct RecordView {
  uint64_t seq = 0;
  absl::string_view stream;
  uint64_t stream_seq = 0;
  int kind = 0;  // field number of Record's body
  absl::string_view payload;
  absl::string_view hash;
};

// The same, owning.
struct StoredRecord {
  uint64_t seq = 0;
  std::string stream;
  uint64_t stream_seq = 0;
  int kind = 0;
  std::string payload;
  std::string hash;

  static StoredRecord Copy(const RecordView& view);
  RecordView View() const { return {seq, stream, stream_seq, kind, payload, hash}; }
};

// The fields of a serialised Record that the chain and the journal need.
struct Header {
  uint64_t seq = 0;
  absl::string_view stream;  // points into the payload
  uint64_t stream_seq = 0;
  int64_t time_us = 0;
  int kind = 0;            // field number of the body, 0: no body
  absl::string_view body;  // its bytes, points into the payload
};

// Reads them without parsing the rest: several times faster than a whole Record. Any field from 16
// on is a body, known to this program or not. False: not the bytes of a Record.
bool ParseHeader(absl::string_view payload, Header* header);

}  // namespace drill::chain

#endif  // DRILL_CORE_CHAIN_CHAIN_H_
