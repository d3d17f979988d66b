#include "server/journal/fault_journal.h"

#include <utility>

#include "common/base/check.h"
#include "common/base/status.h"

namespace drill {

void FaultJournal::FailAppend(int nth, absl::Status status, When when) {
  DRILL_CHECK(nth > 0 && !status.ok());
  fault_ = Fault{nth, std::move(status), when};
}

void FaultJournal::FillDisk(size_t reserve_records) {
  full_ = true;
  reserve_records_ = reserve_records;
  room_ = 0;
}

absl::Status FaultJournal::Append(absl::Span<const StoredRecord> batch, uint64_t expected_seq,
                                  uint64_t epoch) {
  if (fault_.has_value() && --fault_->left == 0) {
    const Fault fault = *std::exchange(fault_, std::nullopt);
    if (fault.when == When::kBefore) return fault.status;
    RETURN_IF_ERROR(inner_->Append(batch, expected_seq, epoch));
    return fault.status;
  }
  if (full_ && batch.size() > room_) return absl::ResourceExhaustedError("the disk is full");
  RETURN_IF_ERROR(inner_->Append(batch, expected_seq, epoch));
  if (full_) room_ -= batch.size();
  return absl::OkStatus();
}

absl::Status FaultJournal::ReleaseReserve() {
  if (full_ && inner_->HasReserve()) room_ += reserve_records_;
  return inner_->ReleaseReserve();
}

absl::Status FaultJournal::RestoreReserve() {
  if (full_ && !inner_->HasReserve()) return absl::ResourceExhaustedError("the disk is full");
  return inner_->RestoreReserve();
}

}  // namespace drill
