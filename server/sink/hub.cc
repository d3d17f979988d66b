#include "server/sink/hub.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace drill {
namespace {

constexpr int64_t kLogUs = 10'000'000;

}  // namespace

void SinkHub::Merge(const SinkContact& later, SinkContact* earlier) {
  if (earlier->contacts == 0) earlier->first_us = later.first_us;
  earlier->contacts += later.contacts;
  earlier->bytes += later.bytes;
  earlier->from = later.from;
  earlier->last_us = later.last_us;
  if (!later.sha256.empty()) earlier->sha256 = later.sha256;
}

SinkHub::Entry* SinkHub::Find(const Contact& contact, int64_t now_us) {
  const Key key(contact.mark, contact.channel);
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    if (entries_.size() >= kMarksMax) return nullptr;
    found = entries_.try_emplace(key).first;
    found->second.pending.mark = contact.mark;
    found->second.pending.channel = contact.channel;
  }
  found->second.last_us = now_us;
  return &found->second;
}

void SinkHub::Received(const Contact& contact, int64_t now_us) {
  ++counts_.contacts;
  Entry* entry = Find(contact, now_us);
  if (entry == nullptr) {
    ++counts_.dropped;
    return;
  }
  if (now_us < entry->refused_us) {
    ++counts_.unknown;
    return;
  }
  entry->refused_us = 0;
  SinkContact one = entry->pending;
  one.from = contact.from;
  one.contacts = 1;
  one.bytes = contact.bytes;
  one.sha256 = contact.whole_sha256;
  one.first_us = one.last_us = now_us;
  Merge(one, &entry->pending);
  const bool whole = !contact.whole_sha256.empty() && !entry->whole_told;
  if (whole || now_us >= entry->next_us) {
    Tell({contact.mark, contact.channel}, entry, now_us);
  }
}

void SinkHub::Tell(const Key& key, Entry* entry, int64_t now_us) {
  if (entry->pending.contacts == 0 || entry->in_flight.has_value()) return;
  if (in_flight_ >= kInFlightMax) return;  // at the next tick
  entry->next_us = now_us + kTellUs;
  entry->whole_told = entry->whole_told || !entry->pending.sha256.empty();
  entry->in_flight = entry->pending;
  entry->pending = SinkContact();
  entry->pending.mark = key.first;
  entry->pending.channel = static_cast<v1::Channel>(key.second);
  ++in_flight_;
  deliver_(*entry->in_flight);
}

void SinkHub::Delivered(const std::string& mark, v1::Channel channel, const absl::Status& status,
                        int64_t now_us) {
  auto found = entries_.find({mark, channel});
  if (found == entries_.end() || !found->second.in_flight.has_value()) return;
  Entry& entry = found->second;
  --in_flight_;
  SinkContact told = *std::move(entry.in_flight);
  entry.in_flight.reset();
  if (status.ok()) return;
  if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) {
    Merge(entry.pending, &told);
    entry.pending = std::move(told);
    entry.next_us = now_us + kRetryUs;
    return;
  }
  counts_.unknown += told.contacts + entry.pending.contacts;
  stranger_ = absl::StrCat(mark, " from ", told.from);
  // Remembered for a moment, so that whoever repeats it does not ask the engine each time. An order
  // whose exercise has not begun may be in play in the next second.
  const int64_t refused_us = now_us + (absl::IsNotFound(status) ? kTellUs : kRetryUs);
  const int64_t last_us = entry.last_us;
  entry = Entry();
  entry.pending.mark = mark;
  entry.pending.channel = channel;
  entry.last_us = last_us;
  entry.refused_us = refused_us;
}

ArchiveHash SinkHub::Archive(absl::string_view mark, v1::Channel channel) const {
  auto found = entries_.find({std::string(mark), channel});
  return found == entries_.end() || !found->second.archive.has_value() ? ArchiveHash()
                                                                       : *found->second.archive;
}

void SinkHub::KeepArchive(absl::string_view mark, v1::Channel channel,
                          const std::optional<ArchiveHash>& so_far) {
  auto found = entries_.find({std::string(mark), channel});
  if (found != entries_.end()) found->second.archive = so_far;
}

void SinkHub::ReceivedPiece(Contact contact, int64_t number, absl::string_view payload,
                            int64_t now_us) {
  Entry* entry = Find(contact, now_us);
  if (entry != nullptr) {
    if (entry->next_piece < 0) {
      // Counted from 0 or from 1.
      entry->next_piece = std::min<int64_t>(number, 1);
      entry->archive.emplace();
    }
    if (number < entry->next_piece) {
      payload = "";  // asked again
    } else {
      entry->gap = entry->gap || number > entry->next_piece;
      entry->next_piece = number + 1;
      entry->archive->Add(payload);
    }
  }
  contact.bytes = static_cast<int64_t>(payload.size());
  Received(contact, now_us);
}

void SinkHub::ReceivedEnd(Contact contact, absl::string_view sha256, int64_t now_us) {
  if (Entry* entry = Find(contact, now_us); entry != nullptr && entry->archive.has_value()) {
    if (!entry->gap && entry->archive->Digest() == sha256) {
      contact.whole_sha256 = std::string(sha256);
    }
    entry->archive.reset();
    entry->next_piece = -1;
    entry->gap = false;
  }
  Received(contact, now_us);
}

void SinkHub::Tick(int64_t now_us) {
  for (auto at = entries_.begin(); at != entries_.end();) {
    auto& [key, entry] = *at;
    if (now_us >= entry.next_us) Tell(key, &entry, now_us);
    const bool busy = entry.in_flight.has_value() || entry.pending.contacts > 0;
    const bool refused = entry.refused_us != 0;
    const bool over = refused ? now_us >= entry.refused_us : entry.last_us + kForgetUs <= now_us;
    at = !busy && over ? entries_.erase(at) : std::next(at);
  }
  if (now_us < log_us_ + kLogUs) return;
  const int64_t unknown = counts_.unknown - logged_.unknown;
  const int64_t malformed = counts_.malformed - logged_.malformed;
  const int64_t dropped = counts_.dropped - logged_.dropped;
  if (unknown + malformed + dropped == 0) return;
  log_us_ = now_us;
  logged_ = counts_;
  spdlog::warn("sink: {} contacts of no order in play (the last: {}), {} malformed, {} dropped",
               unknown, stranger_.empty() ? "none" : stranger_, malformed, dropped);
}

void SinkHub::Flush() {
  for (auto& [key, entry] : entries_) {
    if (entry.pending.contacts == 0 || entry.refused_us != 0) continue;
    deliver_(entry.pending);
    entry.pending.contacts = 0;
  }
}

}  // namespace drill
