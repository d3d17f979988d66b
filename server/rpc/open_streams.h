#ifndef DRILL_SERVER_RPC_OPEN_STREAMS_H_
#define DRILL_SERVER_RPC_OPEN_STREAMS_H_

#include <cstddef>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "common/base/mutex.h"
#include "server/rpc/backend.h"

namespace drill {

// A stream that can be ended from outside. Thread-safe.
class OpenStream {
 public:
  virtual ~OpenStream() = default;
  virtual void Close(const absl::Status& status) = 0;
};

// The streams of both servers that are open now: without it a shutdown would wait out its whole
// grace for agents that have no reason to hang up. Thread-safe; outlives the gRPC servers.
class OpenStreams {
 public:
  StreamId NextId();
  // After CloseAll() the newcomer is closed at once, with the same status.
  void Add(StreamId id, std::weak_ptr<OpenStream> stream);
  void Remove(StreamId id);
  void CloseAll(const absl::Status& status);
  size_t size();

 private:
  Mutex mutex_;
  StreamId last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<StreamId, std::weak_ptr<OpenStream>> streams_ ABSL_GUARDED_BY(mutex_);
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);  // OK: still open
};

}  // namespace drill

#endif  // DRILL_SERVER_RPC_OPEN_STREAMS_H_
