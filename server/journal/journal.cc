#include "server/journal/journal.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "core/chain/verifier.h"
#include "drill/v1/api.pb.h"

namespace drill {

absl::StatusOr<std::vector<StoredRecord>> JournalReader::Read(uint64_t from_seq, size_t limit) {
  std::vector<StoredRecord> out;
  RETURN_IF_ERROR(Visit(from_seq, limit, [&](const chain::RecordView& record) {
                    out.push_back(StoredRecord::Copy(record));
                    return absl::OkStatus();
                  }).status());
  return out;
}

absl::StatusOr<std::vector<StoredRecord>> JournalReader::ReadStream(absl::string_view stream,
                                                                    uint64_t from_stream_seq,
                                                                    size_t limit) {
  std::vector<StoredRecord> out;
  RETURN_IF_ERROR(VisitStream(stream, from_stream_seq, limit, [&](const chain::RecordView& record) {
                    out.push_back(StoredRecord::Copy(record));
                    return absl::OkStatus();
                  }).status());
  return out;
}

StoredRecord Store(const v1::Record& record) {
  return {record.seq(),
          record.stream(),
          record.stream_seq(),
          static_cast<int>(record.body_case()),
          record.SerializeAsString(),
          ""};
}

absl::Status VisitAll(JournalReader& reader, JournalReader::Sink sink) {
  for (uint64_t next = 1;;) {
    ASSIGN_OR_RETURN(const size_t count,
                     reader.Visit(next, kReadPage, [&](const chain::RecordView& record) {
                       next = record.seq + 1;
                       return sink(record);
                     }));
    if (count < kReadPage) return absl::OkStatus();
  }
}

absl::StatusOr<v1::VerifyReport> VerifyJournal(Journal* journal) {
  const std::unique_ptr<JournalReader> reader = journal->NewReader();
  chain::Verifier verifier;
  // Before the records: what is appended meanwhile lies behind it.
  const std::optional<Witness> witness = reader->ReadWitness();
  if (witness.has_value() && witness->seq > 0) verifier.ExpectSeq(witness->seq, witness->hash);
  uint64_t last = 0;
  const absl::Status read = VisitAll(*reader, [&](const chain::RecordView& record) {
    verifier.Add(record);
    last = record.seq;
    return absl::OkStatus();
  });
  if (!read.ok() && !absl::IsDataLoss(read)) return read;
  if (!read.ok()) {
    verifier.AddFault(absl::StrCat("cannot be read behind record ", last, ": ", read.message()));
  }
  if (last > 0 && !witness.has_value()) {
    verifier.AddFault("the head witness is missing or torn: nothing vouches for the journal's end");
  }
  ASSIGN_OR_RETURN(std::vector<std::string> storage, reader->CheckStorage());
  for (std::string& fault : storage) verifier.AddFault(std::move(fault));

  chain::Verifier::Report found = verifier.Finish();
  v1::VerifyReport report;
  report.set_records(found.records);
  for (chain::StreamHead& head : found.heads) {
    v1::StreamHead* out = report.add_heads();
    out->set_stream(std::move(head.stream));
    out->set_stream_seq(head.stream_seq);
    out->set_hash(std::move(head.hash));
  }
  for (std::string& fault : found.faults) report.add_faults(std::move(fault));
  return report;
}

}  // namespace drill
