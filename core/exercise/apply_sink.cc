// What the drill's sink received, and from whom it may.

#include "core/exercise/fold.h"
#include "core/exercise/mark.h"

namespace drill::fold {

// From now on the sink knows this order.
void ExerciseFold::Mark(const std::string& id, int inject, int host, int attempt) {
  v1::OrderId order;
  order.set_exercise(e_.id());
  order.set_inject(id);
  order.set_host(e_.hosts[static_cast<size_t>(host)].host.id());
  order.set_attempt(attempt);
  e_.marks[OrderMark(order)] = {inject, host, attempt};
}

absl::Status ExerciseFold::Sink() {
  const v1::SinkReceived& received = r_.sink_received();
  const int inject = e_.FindInject(received.order().inject());
  if (inject < 0) return Unknown("inject", received.order().inject());
  const int host = e_.FindHost(received.order().host());
  if (host < 0) return Unknown("host", received.order().host());
  e_.sink[{inject, host, received.order().attempt(), received.channel()}] = received;
  return absl::OkStatus();
}

}  // namespace drill::fold
