#ifndef DRILL_CORE_FLEET_FLEET_H_
#define DRILL_CORE_FLEET_FLEET_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "drill/v1/agent.pb.h"
#include "drill/v1/api.pb.h"

namespace drill {

// Who is connected, which desired set each agent holds, and until when something revoked may still
// start somewhere. Volatile (never journalled): a new controller knows nothing until agents return,
// and their leases have run out by then or their next heartbeat tells. Owned by the loop thread.
//
// Lease (DESIGN §5): an agent starts an armed order only within lease_us after it *sent* a
// heartbeat that was acknowledged; here the lease is counted from its receipt, which is later, so
// that a revocation is certain once this side's lease is over or the generation is confirmed.
class Fleet {
 public:
  // Heartbeat max(1 s, agents / 2000 s); lease three of them.
  int64_t HeartbeatUs() const;
  int64_t LeaseUs() const { return 3 * HeartbeatUs(); }
  // How far ahead a planned start must be known: max(10 s, lease + measured fan-out).
  int64_t LeadUs() const;
  // Agents undo what harms service after so long without a frame.
  int64_t SilenceUs() const;

  // A session became the host's; an older one is forgotten.
  v1::Welcome Connect(absl::string_view host, uint64_t session, const v1::Hello& hello,
                      uint64_t epoch, int64_t now_us);
  void Disconnect(absl::string_view host, uint64_t session, int64_t now_us);
  // A generation that was never sent confirms nothing. Zero timestamps t3: the sender stamps it
  // last.
  v1::HeartbeatAck OnHeartbeat(absl::string_view host, const v1::Heartbeat& heartbeat,
                               int64_t received_us);

  // The host should hold `set`. Returns it with its generation when it must be sent: connected and
  // different from what was sent last.
  std::optional<v1::DesiredSet> Offer(absl::string_view host, v1::DesiredSet set, uint64_t epoch,
                                      int64_t now_us);

  bool Connected(absl::string_view host) const;
  uint64_t Session(absl::string_view host) const;  // 0: none
  // Something revoked may start on the host until then; 0: no.
  int64_t MayStartUntil(absl::string_view host, int64_t now_us) const;
  v1::AgentStatus StatusOf(absl::string_view host, int64_t now_us) const;
  int connected_count() const { return connected_; }

 private:
  struct Agent {
    uint64_t session = 0;  // 0: not connected
    v1::Hello hello;
    int64_t last_seen_us = 0;
    int64_t lease_us = 0;  // as it was told: the fleet's may have changed since
    int64_t lease_until_us = 0;
    uint64_t sent_generation = 0;
    uint64_t acked_generation = 0;
    uint64_t revoking_generation = 0;  // the last set that took an armed order away
    int64_t sent_at_us = 0;
    int64_t clock_error_us = 0;
    uint64_t undo_free_bytes = 0;
    int32_t active_orders = 0;
    std::string held_why;
    v1::DesiredSet sent;
  };
  const Agent* Find(absl::string_view host) const;

  absl::btree_map<std::string, Agent> agents_;
  int connected_ = 0;
  int64_t fan_out_us_ = 0;  // slowest confirmation of late, decaying
};

}  // namespace drill

#endif  // DRILL_CORE_FLEET_FLEET_H_
