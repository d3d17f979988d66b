#include "core/chain/verifier.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"

namespace drill::chain {
namespace {

std::string Range(uint64_t first, uint64_t last) {
  return first == last ? absl::StrCat(first, " is") : absl::StrCat(first, " to ", last, " are");
}

}  // namespace

void Verifier::Expect(const StreamHead& head) {
  expected_[head.stream][head.stream_seq] = head.hash;
}

void Verifier::ExpectSeq(uint64_t seq, absl::string_view hash) {
  expected_seq_[seq] = std::string(hash);
}

void Verifier::Add(const RecordView& record) {
  ++records_;
  Stream& stream = Find(record.stream);
  if (CheckPlace(record, &stream)) CheckHash(record, &stream);
  CheckBytes(record);
  if (!expected_.empty() || !expected_seq_.empty()) CheckExpected(record);
}

void Verifier::AddFault(std::string fault) {
  ++faults_total_;
  if (faults_.size() < kFaultsMax) faults_.push_back(std::move(fault));
}

Verifier::Stream& Verifier::Find(absl::string_view stream) {
  if (last_ != nullptr && last_name_ == stream) return *last_;
  auto it = streams_.find(stream);
  if (it == streams_.end()) it = streams_.emplace(std::string(stream), Stream()).first;
  last_name_ = it->first;
  last_ = &it->second;
  return *last_;
}

bool Verifier::CheckPlace(const RecordView& record, Stream* stream) {
  if (record.seq > seq_ + 1) {
    AddFault(absl::StrCat("seq ", Range(seq_ + 1, record.seq - 1),
                          " missing: deleted after being written"));
  } else if (record.seq <= seq_) {
    Fault(record, absl::StrCat("stands behind seq ", seq_, ": the order was changed"));
  }
  if (record.seq > seq_) seq_ = record.seq;

  const uint64_t next = stream->stream_seq + 1;
  if (record.stream_seq < next) {
    Fault(record, absl::StrCat("stands behind record ", stream->stream_seq,
                               " of its stream: it was inserted or renumbered"));
    return false;
  }
  if (record.stream_seq > next) {
    AddFault(absl::StrCat("stream ", record.stream, ": record ", Range(next, record.stream_seq - 1),
                          " missing before record ", record.stream_seq, " (seq ", record.seq,
                          "): deleted after being written"));
    stream->known = false;
  }
  stream->stream_seq = record.stream_seq;
  return true;
}

void Verifier::CheckHash(const RecordView& record, Stream* stream) {
  if (record.hash.size() != kSha256Bytes) {
    Fault(record,
          absl::StrCat("its hash has ", record.hash.size(), " bytes instead of ", kSha256Bytes));
  }
  std::string computed = NextHash(stream->hash, record.payload);
  bool fits = computed == record.hash;
  // Where only the previous record's hash was changed, this one still fits the true one: it is
  // the previous that has been named, this one is whole.
  if (!fits && !stream->computed.empty() &&
      NextHash(stream->computed, record.payload) == record.hash) {
    fits = true;
  }
  // Behind a gap there is nothing to compute from; the gap itself has been named.
  if (!fits && stream->known && record.hash.size() == kSha256Bytes) {
    Fault(record, "hash does not fit: the stored bytes were changed after they were written");
  }
  stream->known = true;
  stream->hash.assign(record.hash.data(), record.hash.size());
  if (fits) {
    stream->computed.clear();
  } else {
    stream->computed = std::move(computed);
  }
}

void Verifier::CheckBytes(const RecordView& record) {
  Header header;
  if (!ParseHeader(record.payload, &header)) {
    Fault(record, "its bytes are not a Record");
    return;
  }
  if (header.seq != record.seq || header.stream != record.stream ||
      header.stream_seq != record.stream_seq) {
    Fault(record, absl::StrCat("its columns were changed: its bytes say stream ", header.stream,
                               ", record ", header.stream_seq, " (seq ", header.seq, ")"));
  }
  if (header.kind == 0) {
    Fault(record, "it has no body");
  } else if (header.kind != record.kind) {
    Fault(record, absl::StrCat("its columns were changed: kind ", record.kind, ", its bytes say ",
                               header.kind));
  }
  if (header.time_us < time_us_) {
    Fault(record, absl::StrCat("its time falls ", time_us_ - header.time_us,
                               " us below the record before"));
  }
  time_us_ = header.time_us;
}

void Verifier::CheckExpected(const RecordView& record) {
  auto stream = expected_.find(record.stream);
  if (stream != expected_.end()) {
    auto it = stream->second.find(record.stream_seq);
    if (it != stream->second.end()) {
      if (it->second != record.hash) {
        Fault(record, absl::StrCat("its hash is ", Hex(record.hash), ", not the attested ",
                                   Hex(it->second), ": the stream was written anew"));
      }
      stream->second.erase(it);
    }
  }
  auto it = expected_seq_.find(record.seq);
  if (it != expected_seq_.end()) {
    if (!it->second.empty() && it->second != record.hash) {
      Fault(record, "it is not the record that the head witness saw: the journal was written anew");
    }
    expected_seq_.erase(it);
  }
}

void Verifier::Fault(const RecordView& record, absl::string_view what) {
  AddFault(absl::StrCat("stream ", record.stream, ", record ", record.stream_seq, " (seq ",
                        record.seq, "): ", what));
}

Verifier::Report Verifier::Finish() {
  for (const auto& [stream, heads] : expected_) {
    const auto it = streams_.find(stream);
    const uint64_t end = it == streams_.end() ? 0 : it->second.stream_seq;
    for (const auto& [stream_seq, hash] : heads) {
      AddFault(absl::StrCat("stream ", stream, ", record ", stream_seq,
                            " was attested and is not there: the stream ends at record ", end));
    }
  }
  for (const auto& [seq, hash] : expected_seq_) {
    AddFault(absl::StrCat("tail cut off: the witness says record ", seq,
                          " was written, the journal ends at ", seq_));
  }
  Report report;
  report.records = records_;
  report.heads.reserve(streams_.size());
  for (const auto& [name, stream] : streams_) {
    report.heads.push_back({name, stream.stream_seq, stream.hash});
  }
  report.faults = std::move(faults_);
  if (faults_total_ > kFaultsMax) {
    report.faults.push_back(absl::StrCat("and ", faults_total_ - kFaultsMax, " more"));
  }
  return report;
}

}  // namespace drill::chain
