#include "core/fleet/fleet.h"

#include <algorithm>

namespace drill {
namespace {

constexpr int64_t kSecond = 1'000'000;
// One slow agent must not put StartEx off for longer.
constexpr int64_t kFanOutMaxUs = 60 * kSecond;

// Whether `next` takes away an order that `last` had armed.
bool Revokes(const v1::DesiredSet& last, const v1::DesiredSet& next) {
  if (next.frozen() && !last.frozen()) return true;
  auto same = [](const v1::OrderId& a, const v1::OrderId& b) {
    return a.exercise() == b.exercise() && a.inject() == b.inject() && a.attempt() == b.attempt();
  };
  return std::any_of(last.orders().begin(), last.orders().end(), [&](const v1::Order& order) {
    return order.wanted() == v1::WANTED_PLAY &&
           std::none_of(next.orders().begin(), next.orders().end(), [&](const v1::Order& other) {
             return other.wanted() == v1::WANTED_PLAY && same(order.id(), other.id()) &&
                    order.planned_us() == other.planned_us();
           });
  });
}

}  // namespace

int64_t Fleet::HeartbeatUs() const {
  return std::max<int64_t>(kSecond, int64_t{connected_} * kSecond / 2000);
}

int64_t Fleet::LeadUs() const { return std::max(10 * kSecond, LeaseUs() + fan_out_us_); }

int64_t Fleet::SilenceUs() const {
  // Reconnection of the whole fleet costs about 5 ms of server each (BASELINE: 73 s for 10,000
  // with the clients on the same cores).
  return std::max(180 * kSecond, 2 * int64_t{static_cast<int64_t>(agents_.size())} * 8000);
}

v1::Welcome Fleet::Connect(absl::string_view host, uint64_t session, const v1::Hello& hello,
                           uint64_t epoch, int64_t now_us) {
  Agent& agent = agents_[std::string(host)];
  if (agent.session == 0) ++connected_;
  agent.session = session;
  agent.hello = hello;
  agent.last_seen_us = now_us;
  agent.undo_free_bytes = hello.undo_free_bytes();
  // Nothing is known of what it holds: the next offer is sent whatever it is.
  agent.sent.Clear();
  agent.acked_generation = 0;
  agent.sent_at_us = 0;
  v1::Welcome welcome;
  welcome.set_host(std::string(host));
  welcome.set_epoch(epoch);
  welcome.set_heartbeat_us(HeartbeatUs());
  agent.lease_us = LeaseUs();
  welcome.set_lease_us(agent.lease_us);
  welcome.set_silence_us(SilenceUs());
  return welcome;
}

void Fleet::Disconnect(absl::string_view host, uint64_t session, int64_t now_us) {
  auto it = agents_.find(host);
  if (it == agents_.end() || it->second.session != session) return;
  it->second.session = 0;
  it->second.last_seen_us = now_us;
  --connected_;
}

v1::HeartbeatAck Fleet::OnHeartbeat(absl::string_view host, const v1::Heartbeat& heartbeat,
                                    int64_t received_us) {
  Agent& agent = agents_[std::string(host)];
  agent.last_seen_us = received_us;
  agent.lease_until_us =
      std::max(agent.lease_until_us, received_us + std::max(agent.lease_us, LeaseUs()));
  agent.clock_error_us = heartbeat.clock_error_us();
  agent.undo_free_bytes = heartbeat.undo_free_bytes();
  agent.active_orders = heartbeat.active_orders();
  agent.held_why = heartbeat.held_why();
  if (heartbeat.generation() > agent.acked_generation &&
      heartbeat.generation() <= agent.sent_generation) {
    agent.acked_generation = heartbeat.generation();
    if (agent.acked_generation == agent.sent_generation && agent.sent_at_us != 0) {
      fan_out_us_ = std::max(fan_out_us_ - fan_out_us_ / 64,
                             std::min(kFanOutMaxUs, received_us - agent.sent_at_us));
    }
  }
  v1::HeartbeatAck ack;
  ack.set_number(heartbeat.number());
  ack.set_t1_us(heartbeat.t1_us());
  ack.set_t2_us(received_us);
  return ack;
}

std::optional<v1::DesiredSet> Fleet::Offer(absl::string_view host, v1::DesiredSet set,
                                           uint64_t epoch, int64_t now_us) {
  auto it = agents_.find(host);
  if (it == agents_.end()) return std::nullopt;
  Agent& agent = it->second;
  if (agent.session == 0) {
    // It cannot be told; what it holds may start until its lease is over.
    if (Revokes(agent.sent, set)) agent.revoking_generation = agent.sent_generation + 1;
    return std::nullopt;
  }
  set.set_epoch(epoch);
  set.set_generation(agent.sent.generation());
  if (agent.sent_at_us != 0 && set.SerializeAsString() == agent.sent.SerializeAsString()) {
    return std::nullopt;
  }
  set.set_generation(++agent.sent_generation);
  if (Revokes(agent.sent, set)) agent.revoking_generation = agent.sent_generation;
  agent.sent = set;
  agent.sent_at_us = now_us;
  return set;
}

const Fleet::Agent* Fleet::Find(absl::string_view host) const {
  auto it = agents_.find(host);
  return it == agents_.end() ? nullptr : &it->second;
}

bool Fleet::Connected(absl::string_view host) const { return Session(host) != 0; }

uint64_t Fleet::Session(absl::string_view host) const {
  const Agent* agent = Find(host);
  return agent == nullptr ? 0 : agent->session;
}

int64_t Fleet::MayStartUntil(absl::string_view host, int64_t now_us) const {
  const Agent* agent = Find(host);
  if (agent == nullptr || agent->revoking_generation <= agent->acked_generation) return 0;
  return agent->lease_until_us > now_us ? agent->lease_until_us : 0;
}

v1::AgentStatus Fleet::StatusOf(absl::string_view host, int64_t now_us) const {
  v1::AgentStatus status;
  status.set_host(std::string(host));
  const Agent* agent = Find(host);
  if (agent == nullptr) return status;
  status.set_connected(agent->session != 0);
  status.set_last_seen_us(agent->session != 0 ? std::max(agent->last_seen_us, int64_t{1})
                                              : agent->last_seen_us);
  status.set_clock_error_us(agent->clock_error_us);
  status.set_may_start_until_us(MayStartUntil(host, now_us));
  status.set_active_orders(agent->active_orders);
  status.set_version(agent->hello.version());
  if (agent->session != 0) status.set_held_why(agent->held_why);
  return status;
}

}  // namespace drill
