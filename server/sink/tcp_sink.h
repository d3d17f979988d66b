#ifndef DRILL_SERVER_SINK_TCP_SINK_H_
#define DRILL_SERVER_SINK_TCP_SINK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/http/io_thread.h"
#include "server/sink/sink.h"

namespace drill {

// First line of a transfer: "DRILL MARK SIZE SHA256HEX", or "DRILL MARK 0 -" for a beacon.
struct TcpLine {
  std::string mark;
  int64_t size = 0;
  std::string sha256;  // "" for "-"
};
// Without its end of line. InvalidArgument: anything else, or more than `bytes_max`.
absl::StatusOr<TcpLine> ParseTcpLine(absl::string_view line, int64_t bytes_max);

// Raw TCP: line, bytes, "OK\n"; as often as the peer likes. Closed without a word after a malformed
// line, answered "BAD\n" and closed after bytes whose digest is another. I/O thread.
class TcpSink {
 public:
  static absl::StatusOr<std::unique_ptr<TcpSink>> Start(IoThread* io, const SinkAddress& address,
                                                        const SinkLimits& limits, SinkHub* hub,
                                                        std::function<int64_t()> clock);
  ~TcpSink();  // Stop()
  int port() const;
  // Closes all. Not on the I/O thread.
  void Stop();

 private:
  struct State;
  explicit TcpSink(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace drill

#endif  // DRILL_SERVER_SINK_TCP_SINK_H_
