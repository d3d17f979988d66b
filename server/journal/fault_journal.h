#ifndef DRILL_SERVER_JOURNAL_FAULT_JOURNAL_H_
#define DRILL_SERVER_JOURNAL_FAULT_JOURNAL_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/journal/journal.h"

namespace drill {

// Another journal, with failures put in front of it. Without one, transparent. Same thread rules.
class FaultJournal : public Journal {
 public:
  enum class When {
    kBefore,  // nothing was written
    kAfter,   // the commit took effect and its answer was lost
  };

  explicit FaultJournal(std::unique_ptr<Journal> inner) : inner_(std::move(inner)) {}

  // The `nth` Append from now on (1: the next) returns `status`; all others pass. One at a time.
  // REQUIRES: nth > 0, `status` is an error.
  void FailAppend(int nth, absl::Status status, When when);

  // From now on the disk is full: every Append is ResourceExhausted and the reserve cannot be
  // restored. What ReleaseReserve gives up is room for `reserve_records`.
  void FillDisk(size_t reserve_records);
  // There is room again.
  void EmptyDisk() { full_ = false; }

  absl::Status Append(absl::Span<const StoredRecord> batch, uint64_t expected_seq,
                      uint64_t epoch) override;
  Position Head() const override { return inner_->Head(); }
  std::vector<chain::StreamHead> Heads() const override { return inner_->Heads(); }
  std::unique_ptr<JournalReader> NewReader() override { return inner_->NewReader(); }
  int64_t LastAliveUs() const override { return inner_->LastAliveUs(); }
  bool WitnessMissing() const override { return inner_->WitnessMissing(); }
  void TouchAlive(int64_t time_us) override { inner_->TouchAlive(time_us); }
  absl::Status ReleaseReserve() override;
  absl::Status RestoreReserve() override;
  bool HasReserve() const override { return inner_->HasReserve(); }

 private:
  struct Fault {
    int left;
    absl::Status status;
    When when;
  };

  const std::unique_ptr<Journal> inner_;
  std::optional<Fault> fault_;
  bool full_ = false;
  size_t reserve_records_ = 0;
  size_t room_ = 0;
};

}  // namespace drill

#endif  // DRILL_SERVER_JOURNAL_FAULT_JOURNAL_H_
