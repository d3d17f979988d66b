#include "server/rpc/open_streams.h"

#include <utility>
#include <vector>

#include "common/base/check.h"

namespace drill {

StreamId OpenStreams::NextId() {
  MutexLock lock(mutex_);
  return ++last_id_;
}

void OpenStreams::Add(StreamId id, std::weak_ptr<OpenStream> stream) {
  absl::Status closed;
  {
    MutexLock lock(mutex_);
    closed = closed_;
    if (closed.ok()) streams_.emplace(id, stream);
  }
  if (closed.ok()) return;
  if (const std::shared_ptr<OpenStream> late = stream.lock()) late->Close(closed);
}

void OpenStreams::Remove(StreamId id) {
  MutexLock lock(mutex_);
  streams_.erase(id);
}

void OpenStreams::CloseAll(const absl::Status& status) {
  DRILL_CHECK(!status.ok());
  std::vector<std::weak_ptr<OpenStream>> open;
  {
    MutexLock lock(mutex_);
    closed_ = status;
    open.reserve(streams_.size());
    for (const auto& [id, stream] : streams_) open.push_back(stream);
  }
  // Not under the lock: a stream that ends removes itself.
  for (const std::weak_ptr<OpenStream>& weak : open) {
    if (const std::shared_ptr<OpenStream> stream = weak.lock()) stream->Close(status);
  }
}

size_t OpenStreams::size() {
  MutexLock lock(mutex_);
  return streams_.size();
}

}  // namespace drill
