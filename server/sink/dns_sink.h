#ifndef DRILL_SERVER_SINK_DNS_SINK_H_
#define DRILL_SERVER_SINK_DNS_SINK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/http/io_thread.h"
#include "server/sink/dns.h"
#include "server/sink/sink.h"

namespace drill {

// The answer to one packet, and what it told the hub; "": none.
std::string AnswerDns(absl::string_view packet, const std::vector<std::string>& zone,
                      const std::string& from, int64_t now_us, SinkHub* hub);

// DNS over UDP, authoritative for the sink's zone and nothing else. Answers are about as long as
// their questions: nothing to amplify with. I/O thread.
class DnsSink {
 public:
  static absl::StatusOr<std::unique_ptr<DnsSink>> Start(IoThread* io, const SinkAddress& address,
                                                        std::vector<std::string> zone, SinkHub* hub,
                                                        std::function<int64_t()> clock);
  ~DnsSink();  // Stop()
  int port() const;
  void Stop();

 private:
  struct State;
  explicit DnsSink(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace drill

#endif  // DRILL_SERVER_SINK_DNS_SINK_H_
