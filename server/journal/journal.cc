#include "server/journal/journal.h"

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace drill {

absl::StatusOr<Position> Journal::Append(absl::Span<const v1::Record> batch,
                                         const Position& expected) {
  std::vector<std::string> payloads(batch.size());
  std::vector<Pending> pending(batch.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    if (!batch[i].SerializeToString(&payloads[i])) {
      return absl::InvalidArgumentError(
          absl::StrCat("record ", batch[i].seq(), " cannot be serialised: larger than 2 GiB"));
    }
    pending[i].payload = payloads[i];
  }
  return Append(absl::Span<const Pending>(pending), expected);
}

absl::Status ReadAll(JournalReader& reader, JournalReader::Sink sink) {
  uint64_t next = 1;
  for (;;) {
    ASSIGN_OR_RETURN(const size_t count,
                     reader.Read(next, kReadPage, [&](const chain::RecordView& record) {
                       next = record.seq + 1;
                       return sink(record);
                     }));
    if (count < kReadPage) return absl::OkStatus();
  }
}

}  // namespace drill
