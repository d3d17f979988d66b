#include "server/journal/tail.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace drill {
namespace {

absl::Status CheckLimits(absl::Span<const Pending> batch) {
  if (batch.empty()) return absl::InvalidArgumentError("the batch is empty");
  if (batch.size() > kBatchRecordsMax) {
    return absl::InvalidArgumentError(absl::StrCat("the batch has ", batch.size(),
                                                   " records, above the limit of ",
                                                   kBatchRecordsMax));
  }
  size_t bytes = 0;
  for (const Pending& pending : batch) {
    bytes += pending.payload.size();
    if (pending.payload.size() > kRecordBytesMax) {
      return absl::InvalidArgumentError(absl::StrCat("a record has ", pending.payload.size(),
                                                     " bytes, above the limit of ",
                                                     kRecordBytesMax));
    }
  }
  if (bytes > kBatchBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the batch has ", bytes, " bytes, above the limit of ", kBatchBytesMax));
  }
  return absl::OkStatus();
}

absl::Status Misfit(const chain::Header& header, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("stream ", header.stream, ", record ",
                                                 header.stream_seq, " (seq ", header.seq,
                                                 ") does not go on from the journal's end: ", why));
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

absl::Status Tail::CheckOne(const chain::Header& header, const Prepared& so_far,
                            uint64_t stream_seq) const {
  if (header.kind == 0) return Misfit(header, "it has no body");
  if (header.stream.empty()) return Misfit(header, "it names no stream");
  if (header.seq != so_far.head.seq + 1) {
    return Misfit(header, absl::StrCat("the next seq is ", so_far.head.seq + 1));
  }
  if (header.stream_seq != stream_seq + 1) {
    return Misfit(header, absl::StrCat("the stream's next record is ", stream_seq + 1));
  }
  if (header.time_us < so_far.time_us) {
    return Misfit(header, absl::StrCat("its time ", header.time_us, " is below the last, ",
                                       so_far.time_us));
  }
  return absl::OkStatus();
}

absl::StatusOr<Tail::Prepared> Tail::Prepare(absl::Span<const Pending> batch,
                                             const Position& expected) const {
  RETURN_IF_ERROR(CheckLimits(batch));
  if (expected != head_) {
    return absl::AbortedError(absl::StrCat(
        "the journal ends at record ", head_.seq, " of epoch ", head_.epoch, ", not at record ",
        expected.seq, " of epoch ", expected.epoch,
        ": another controller has written; reload the state from the journal"));
  }
  Prepared out;
  out.head = head_;
  out.time_us = time_us_;
  out.records.reserve(batch.size());
  out.hashes_.reserve(batch.size());  // views point into it
  // A batch moves few streams; a search from the last used finds its own at once.
  size_t at = 0;
  for (const Pending& pending : batch) {
    chain::Header header;
    if (!chain::ParseHeader(pending.payload, &header)) {
      return absl::InvalidArgumentError(
          absl::StrCat("what follows record ", out.head.seq, " is not a serialised Record"));
    }
    if (at >= out.heads_.size() || out.heads_[at].stream != header.stream) {
      for (at = 0; at < out.heads_.size() && out.heads_[at].stream != header.stream;) ++at;
      if (at == out.heads_.size()) {
        const auto it = streams_.find(header.stream);
        out.heads_.push_back(it != streams_.end()
                                 ? it->second
                                 : chain::StreamHead{std::string(header.stream), 0, ""});
      }
    }
    chain::StreamHead& stream = out.heads_[at];
    RETURN_IF_ERROR(CheckOne(header, out, stream.stream_seq));
    if (header.kind == v1::Record::kControllerStartedFieldNumber) {
      v1::ControllerStarted started;
      if (!started.ParseFromArray(header.body.data(), static_cast<int>(header.body.size())) ||
          started.epoch() != out.head.epoch + 1) {
        return Misfit(header, absl::StrCat("it must begin epoch ", out.head.epoch + 1));
      }
      out.head.epoch = started.epoch();
    }
    out.hashes_.push_back(chain::NextHash(stream.hash, pending.payload));
    if (!pending.hash.empty() && pending.hash != out.hashes_.back()) {
      return Misfit(header, "its hash does not fit the chain");
    }
    stream.stream_seq = header.stream_seq;
    stream.hash = out.hashes_.back();
    out.head.seq = header.seq;
    out.time_us = header.time_us;
    out.records.push_back({header.seq, header.stream, header.stream_seq, header.kind,
                           pending.payload, out.hashes_.back()});
  }
  return out;
}

void Tail::Accept(const Prepared& prepared) {
  head_ = prepared.head;
  time_us_ = prepared.time_us;
  hash_ = prepared.hashes_.back();
  for (const chain::StreamHead& head : prepared.heads_) streams_[head.stream] = head;
}

std::vector<chain::StreamHead> Tail::Heads() const {
  std::vector<chain::StreamHead> heads;
  heads.reserve(streams_.size());
  for (const auto& [name, head] : streams_) heads.push_back(head);
  return heads;
}

}  // namespace drill
