#ifndef DRILL_SERVER_JOURNAL_MEMORY_JOURNAL_H_
#define DRILL_SERVER_JOURNAL_MEMORY_JOURNAL_H_

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "server/journal/journal.h"
#include "server/journal/tail.h"

namespace drill {

// What outlives the "crash" of a MemoryJournal: its disk. Internally synchronised.
class MemoryDisk {
 private:
  friend class MemoryJournal;
  friend class MemoryReader;

  mutable Mutex mutex_;
  Tail tail_ ABSL_GUARDED_BY(mutex_);
  // A deque: records keep their place in memory while others are appended.
  std::deque<StoredRecord> records_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::vector<const StoredRecord*>> streams_ ABSL_GUARDED_BY(mutex_);
  std::optional<Witness> witness_ ABSL_GUARDED_BY(mutex_);
  bool reserve_ ABSL_GUARDED_BY(mutex_) = false;
};

// The journal in memory, for tests, simulations and rehearsals: same answers as SqliteJournal,
// except that what was "durable" lasts as long as the disk. Several journals may stand on one
// disk, as a controller and its successor do; the one that comes too late is Aborted.
class MemoryJournal : public Journal {
 public:
  explicit MemoryJournal(std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>());

  absl::Status Append(absl::Span<const StoredRecord> batch, uint64_t expected_seq,
                      uint64_t epoch) override;
  Position Head() const override;
  std::vector<chain::StreamHead> Heads() const override;
  std::unique_ptr<JournalReader> NewReader() override;
  int64_t LastAliveUs() const override { return last_alive_us_; }
  bool WitnessMissing() const override { return false; }
  void TouchAlive(int64_t time_us) override;
  absl::Status ReleaseReserve() override;
  absl::Status RestoreReserve() override;
  bool HasReserve() const override;

  std::shared_ptr<MemoryDisk> disk() const { return disk_; }

 private:
  const std::shared_ptr<MemoryDisk> disk_;
  int64_t last_alive_us_ = 0;
};

}  // namespace drill

#endif  // DRILL_SERVER_JOURNAL_MEMORY_JOURNAL_H_
