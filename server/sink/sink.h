#ifndef DRILL_SERVER_SINK_SINK_H_
#define DRILL_SERVER_SINK_SINK_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/exercise/decide.h"
#include "server/http/http_server.h"
#include "server/http/io_thread.h"
#include "server/sink/hub.h"

namespace drill {

struct SinkAddress {
  std::string host;  // IP address
  int port = 0;      // 0: a free one
};

struct SinkLimits {
  HttpLimits http;
  // Of one request or transfer: the largest archive of files.exfiltrate, and some.
  int64_t contact_bytes = 256 << 20;
  size_t tcp_connections = 1024;
  absl::Duration tcp_line_time = absl::Seconds(15);   // for a line, and for its answer
  absl::Duration tcp_piece_time = absl::Seconds(15);  // for each 16 KiB
};

struct SinkOptions {
  // Absent: that channel is closed.
  std::optional<SinkAddress> http;
  std::optional<SinkAddress> https;
  std::optional<SinkAddress> tcp;
  std::optional<SinkAddress> dns;
  std::string zone = "drill.invalid";
  HttpTls tls;
  SinkLimits limits = {};
  // Hands a contact to the engine; the status comes back on any thread, once: NotFound or
  // FailedPrecondition for what belongs to no order in play, Unavailable or ResourceExhausted for
  // what is to be told again.
  std::function<void(SinkContact, std::function<void(absl::Status)>)> deliver;
  std::function<int64_t()> engine_clock;  // any thread
};

// The drill's sink: where exfiltration and beacons of agents go, and the only destination that an
// agent's default policy admits. Takes what comes, counts and hashes it, keeps none of it (decoys),
// and tells the engine who sent how much under which mark. Answers say nothing: a known mark, an
// unknown one and a wrong hash over HTTP and DNS look alike.
//
// docs/protocol.md has what is on the wire. Made, stopped and destroyed on one thread; works on the
// I/O thread. `deliver` may call back until the IoThread is gone.
class Sink {
 public:
  // Errors of HttpServer::Start, and InvalidArgument: the zone.
  static absl::StatusOr<std::unique_ptr<Sink>> Start(IoThread* io, SinkOptions options);
  ~Sink();  // Stop()

  // As agents are told.
  v1::SinkPorts ports() const;
  // Any thread but the I/O thread.
  SinkCounts counts() const;
  // Closes every channel, then hands on what was not told yet.
  void Stop();

 private:
  struct State;
  explicit Sink(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace drill

#endif  // DRILL_SERVER_SINK_SINK_H_
