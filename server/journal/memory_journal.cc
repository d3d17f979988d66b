#include "server/journal/memory_journal.h"

#include <algorithm>
#include <utility>

#include "common/base/status.h"

namespace drill {

class MemoryReader : public JournalReader {
 public:
  explicit MemoryReader(std::shared_ptr<const MemoryDisk> disk) : disk_(std::move(disk)) {}

  absl::StatusOr<size_t> Visit(uint64_t from_seq, size_t limit, Sink sink) override {
    std::vector<const StoredRecord*> page;
    {
      MutexLock lock(disk_->mutex_);
      const std::deque<StoredRecord>& all = disk_->records_;
      const uint64_t first = std::max<uint64_t>(from_seq, 1) - 1;
      for (uint64_t i = first; i < all.size() && page.size() < limit; ++i) page.push_back(&all[i]);
    }
    return Give(page, sink);
  }

  absl::StatusOr<size_t> VisitStream(absl::string_view stream, uint64_t from_stream_seq,
                                     size_t limit, Sink sink) override {
    std::vector<const StoredRecord*> page;
    {
      MutexLock lock(disk_->mutex_);
      const auto it = disk_->streams_.find(std::string(stream));
      if (it == disk_->streams_.end()) return size_t{0};
      const uint64_t first = std::max<uint64_t>(from_stream_seq, 1) - 1;
      for (uint64_t i = first; i < it->second.size() && page.size() < limit; ++i) {
        page.push_back(it->second[i]);
      }
    }
    return Give(page, sink);
  }

  std::optional<Witness> ReadWitness() override {
    MutexLock lock(disk_->mutex_);
    return disk_->witness_;
  }

  absl::StatusOr<std::vector<std::string>> CheckStorage() override {
    return std::vector<std::string>();
  }

 private:
  // Outside the lock: the sink may take its time, and records never move or change.
  static absl::StatusOr<size_t> Give(const std::vector<const StoredRecord*>& page, Sink sink) {
    for (const StoredRecord* record : page) RETURN_IF_ERROR(sink(record->View()));
    return page.size();
  }

  const std::shared_ptr<const MemoryDisk> disk_;
};

MemoryJournal::MemoryJournal(std::shared_ptr<MemoryDisk> disk) : disk_(std::move(disk)) {
  MutexLock lock(disk_->mutex_);
  if (disk_->witness_.has_value()) last_alive_us_ = disk_->witness_->time_us;
  disk_->reserve_ = true;
}

absl::Status MemoryJournal::Append(absl::Span<const StoredRecord> batch, uint64_t expected_seq,
                                   uint64_t epoch) {
  MutexLock lock(disk_->mutex_);
  ASSIGN_OR_RETURN(const Tail::Prepared prepared, disk_->tail_.Prepare(batch, expected_seq, epoch));
  for (size_t i = 0; i < batch.size(); ++i) {
    disk_->records_.push_back(batch[i]);
    disk_->records_.back().hash = prepared.hashes[i];
    disk_->streams_[batch[i].stream].push_back(&disk_->records_.back());
  }
  disk_->tail_.Accept(prepared);
  disk_->witness_ = Witness{prepared.head.seq, prepared.time_us, prepared.hashes.back()};
  return absl::OkStatus();
}

Position MemoryJournal::Head() const {
  MutexLock lock(disk_->mutex_);
  return disk_->tail_.head();
}

std::vector<chain::StreamHead> MemoryJournal::Heads() const {
  MutexLock lock(disk_->mutex_);
  return disk_->tail_.Heads();
}

std::unique_ptr<JournalReader> MemoryJournal::NewReader() {
  return std::make_unique<MemoryReader>(disk_);
}

void MemoryJournal::TouchAlive(int64_t time_us) {
  MutexLock lock(disk_->mutex_);
  const Tail& tail = disk_->tail_;
  const int64_t at = tail.head().seq > 0 ? std::max(time_us, tail.time_us()) : time_us;
  disk_->witness_ = Witness{tail.head().seq, at, tail.hash()};
}

absl::Status MemoryJournal::ReleaseReserve() {
  MutexLock lock(disk_->mutex_);
  disk_->reserve_ = false;
  return absl::OkStatus();
}

absl::Status MemoryJournal::RestoreReserve() {
  MutexLock lock(disk_->mutex_);
  disk_->reserve_ = true;
  return absl::OkStatus();
}

bool MemoryJournal::HasReserve() const {
  MutexLock lock(disk_->mutex_);
  return disk_->reserve_;
}

}  // namespace drill
