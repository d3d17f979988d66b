#include "server/journal/tail.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace drill {
namespace {

absl::Status CheckLimits(absl::Span<const StoredRecord> batch) {
  if (batch.empty()) return absl::InvalidArgumentError("the batch is empty");
  if (batch.size() > kBatchRecordsMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the batch has ", batch.size(), " records, above the limit of ", kBatchRecordsMax));
  }
  size_t bytes = 0;
  for (const StoredRecord& record : batch) {
    bytes += record.payload.size();
    if (record.payload.size() > kRecordBytesMax) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a record has ", record.payload.size(), " bytes, above the limit of ", kRecordBytesMax));
    }
  }
  if (bytes > kBatchBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the batch has ", bytes, " bytes, above the limit of ", kBatchBytesMax));
  }
  return absl::OkStatus();
}

absl::Status Misfit(const StoredRecord& record, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("stream ", record.stream, ", record ",
                                                 record.stream_seq, " (seq ", record.seq,
                                                 ") does not go on from the journal's end: ", why));
}

// `so_far`: the end behind which the record comes, `stream_seq` that of its stream.
absl::Status CheckOne(const StoredRecord& record, const Tail::Prepared& so_far, uint64_t stream_seq,
                      chain::Header* header) {
  if (!chain::ParseHeader(record.payload, header)) {
    return Misfit(record, "its bytes are not a serialised Record");
  }
  if (header->kind == 0) return Misfit(record, "it has no body");
  if (header->stream.empty()) return Misfit(record, "it names no stream");
  if (header->seq != record.seq || header->stream != record.stream ||
      header->stream_seq != record.stream_seq || header->kind != record.kind) {
    return Misfit(record, "its columns are not those of its bytes");
  }
  if (record.seq != so_far.head.seq + 1) {
    return Misfit(record, absl::StrCat("the next seq is ", so_far.head.seq + 1));
  }
  if (record.stream_seq != stream_seq + 1) {
    return Misfit(record, absl::StrCat("the stream's next record is ", stream_seq + 1));
  }
  if (header->time_us < so_far.time_us) {
    return Misfit(
        record, absl::StrCat("its time ", header->time_us, " is below the last, ", so_far.time_us));
  }
  return absl::OkStatus();
}

// The epoch that a ControllerStarted begins.
absl::Status CheckEpoch(const StoredRecord& record, absl::string_view body, uint64_t* epoch) {
  v1::ControllerStarted started;
  if (!started.ParseFromArray(body.data(), static_cast<int>(body.size())) ||
      started.epoch() != *epoch + 1) {
    return Misfit(record, absl::StrCat("it must begin epoch ", *epoch + 1));
  }
  ++*epoch;
  return absl::OkStatus();
}

}  // namespace

void Tail::Restore(const Position& head, int64_t time_us, std::string hash,
                   std::vector<chain::StreamHead> heads) {
  head_ = head;
  time_us_ = head.seq == 0 ? INT64_MIN : time_us;
  hash_ = std::move(hash);
  streams_.clear();
  for (chain::StreamHead& stream : heads) {
    std::string name = stream.stream;
    streams_[std::move(name)] = std::move(stream);
  }
}

// A batch moves few streams, most often the one that it moved last.
chain::StreamHead& Tail::Moved(absl::string_view stream, Prepared* prepared) const {
  for (size_t i = prepared->heads.size(); i-- > 0;) {
    if (prepared->heads[i].stream == stream) return prepared->heads[i];
  }
  const auto it = streams_.find(stream);
  prepared->heads.push_back(it != streams_.end() ? it->second
                                                 : chain::StreamHead{std::string(stream), 0, ""});
  return prepared->heads.back();
}

absl::StatusOr<Tail::Prepared> Tail::Prepare(absl::Span<const StoredRecord> batch,
                                             uint64_t expected_seq, uint64_t epoch) const {
  RETURN_IF_ERROR(CheckLimits(batch));
  if (expected_seq != head_.seq || epoch < head_.epoch) {
    return absl::AbortedError(
        absl::StrCat("the journal ends at record ", head_.seq, " of epoch ", head_.epoch,
                     ", not at record ", expected_seq, " of epoch ", epoch,
                     ": another controller has written; reload the state from the journal"));
  }
  Prepared out;
  out.head = head_;
  out.time_us = time_us_;
  out.hashes.reserve(batch.size());
  for (const StoredRecord& record : batch) {
    chain::StreamHead& stream = Moved(record.stream, &out);
    chain::Header header;
    RETURN_IF_ERROR(CheckOne(record, out, stream.stream_seq, &header));
    if (record.kind == v1::Record::kControllerStartedFieldNumber) {
      RETURN_IF_ERROR(CheckEpoch(record, header.body, &out.head.epoch));
    }
    // Also where the core has computed it: the two must never part.
    stream.hash = chain::NextHash(stream.hash, record.payload);
    if (!record.hash.empty() && record.hash != stream.hash) {
      return Misfit(record, "its hash does not fit the chain");
    }
    stream.stream_seq = record.stream_seq;
    out.hashes.push_back(stream.hash);
    out.head.seq = record.seq;
    out.time_us = header.time_us;
  }
  if (epoch != out.head.epoch) {
    return absl::InvalidArgumentError(
        absl::StrCat("the batch ends in epoch ", out.head.epoch, " and is sent in epoch ", epoch));
  }
  return out;
}

void Tail::Accept(const Prepared& prepared) {
  head_ = prepared.head;
  time_us_ = prepared.time_us;
  hash_ = prepared.hashes.back();
  for (const chain::StreamHead& head : prepared.heads) streams_[head.stream] = head;
}

std::vector<chain::StreamHead> Tail::Heads() const {
  std::vector<chain::StreamHead> heads;
  heads.reserve(streams_.size());
  for (const auto& [name, head] : streams_) heads.push_back(head);
  return heads;
}

}  // namespace drill
