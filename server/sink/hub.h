#ifndef DRILL_SERVER_SINK_HUB_H_
#define DRILL_SERVER_SINK_HUB_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/exercise/decide.h"
#include "server/sink/archive_hash.h"

namespace drill {

struct SinkCounts {
  int64_t contacts = 0;   // in all
  int64_t unknown = 0;    // of no order in play: not recorded
  int64_t malformed = 0;  // no contact at all
  int64_t dropped = 0;    // no room to remember another mark
};

// Adds up what comes in by mark and channel, and hands it on: the first contact at once, then what
// has grown at most every kTellUs, an archive when it is whole, the rest at Flush(). What could not
// be recorded is kept and told again.
//
// Bodies are hashed and counted, never kept. No clock, no sockets: one thread (the I/O thread).
class SinkHub {
 public:
  static constexpr int64_t kTellUs = 10'000'000;
  static constexpr int64_t kRetryUs = 1'000'000;
  static constexpr int64_t kForgetUs = 600'000'000;  // idle marks
  static constexpr size_t kMarksMax = 50'000;
  // Handed on and not yet answered: below the engine's lane for sensors.
  static constexpr size_t kInFlightMax = 4'000;

  // One request, connection or query.
  struct Contact {
    std::string mark;
    v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
    std::string from;
    int64_t bytes = 0;
    std::string whole_sha256;  // the archive is whole, and this is its checked digest
  };

  // `deliver` hands on; its result comes to Delivered().
  explicit SinkHub(std::function<void(SinkContact)> deliver) : deliver_(std::move(deliver)) {}

  void Received(const Contact& contact, int64_t now_us);
  void Malformed() { ++counts_.malformed; }

  // The archive of this mark so far, over the requests that came whole; fresh when there is none.
  ArchiveHash Archive(absl::string_view mark, v1::Channel channel) const;
  // Replaces it; nullopt: the next request begins another. After Received() of the same contact.
  void KeepArchive(absl::string_view mark, v1::Channel channel,
                   const std::optional<ArchiveHash>& so_far);

  // A numbered piece (DNS): counted once, however often it is asked again. Pieces come in order;
  // after a gap the digest can no longer be known.
  void ReceivedPiece(Contact contact, int64_t number, absl::string_view payload, int64_t now_us);
  // The last word of numbered pieces: the digest that they should have.
  void ReceivedEnd(Contact contact, absl::string_view sha256, int64_t now_us);

  void Delivered(const std::string& mark, v1::Channel channel, const absl::Status& status,
                 int64_t now_us);
  // About once a second: tells what has grown, forgets what is idle, logs what is unknown.
  void Tick(int64_t now_us);
  // Tells everything that is left.
  void Flush();

  const SinkCounts& counts() const { return counts_; }
  size_t marks() const { return entries_.size(); }

 private:
  struct Entry {
    SinkContact pending;  // contacts == 0: nothing
    std::optional<SinkContact> in_flight;
    int64_t next_us = 0;      // not told before
    int64_t last_us = 0;      // of the latest contact
    int64_t refused_us = 0;   // of no order until then; 0: not refused
    bool whole_told = false;  // an archive was told: the next one waits its turn
    std::optional<ArchiveHash> archive;
    int64_t next_piece = -1;  // number expected; -1: none yet
    bool gap = false;
  };
  using Key = std::pair<std::string, int>;

  // Null: no room.
  Entry* Find(const Contact& contact, int64_t now_us);
  void Tell(const Key& key, Entry* entry, int64_t now_us);
  static void Merge(const SinkContact& later, SinkContact* earlier);

  const std::function<void(SinkContact)> deliver_;
  std::map<Key, Entry> entries_;
  size_t in_flight_ = 0;
  SinkCounts counts_;
  SinkCounts logged_;
  int64_t log_us_ = 0;
  std::string stranger_;  // the last unknown mark and its sender, for the log
};

}  // namespace drill

#endif  // DRILL_SERVER_SINK_HUB_H_
