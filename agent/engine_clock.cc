// The engine's clocks: engine time by the best of recent samples, leases, heartbeats, deadlines.

#include <algorithm>
#include <cstdlib>

#include "agent/engine.h"

namespace drill::agent {
namespace {

constexpr size_t kSamplesMax = 8;
// A host clock may drift by so much between samples (crystal oscillators: < 100 ppm).
constexpr int64_t kDriftPpm = 100;

int64_t Aged(int64_t error_us, int64_t age_us) { return error_us + age_us * kDriftPpm / 1'000'000; }

}  // namespace

void AgentEngine::OnHeartbeatAck(const v1::HeartbeatAck& ack, int64_t received_us) {
  const int64_t t1 = ack.t1_us();
  const int64_t delay = (received_us - t1) - (ack.t3_us() - ack.t2_us());
  if (delay < 0 || t1 > received_us) return;  // not an answer to anything we sent
  const Sample sample{((ack.t2_us() - t1) + (ack.t3_us() - received_us)) / 2, delay / 2 + 1,
                      received_us};
  // Outside what the best one allows: engine time has stepped (another controller, a corrected
  // clock), and what was measured before is about another time.
  if (const Sample* best = Best(received_us);
      best != nullptr && std::abs(sample.offset_us - best->offset_us) >
                             sample.error_us + Aged(best->error_us, received_us - best->at_us)) {
    samples_.clear();
  }
  samples_.push_back(sample);
  if (samples_.size() > kSamplesMax) samples_.erase(samples_.begin());
  if (!found_.empty()) TellFound();
  // Counted from the sending: the controller counts from its receipt, which is later.
  lease_until_us_ = std::max(lease_until_us_, t1 + lease_us_);
  Advance(received_us);
}

const AgentEngine::Sample* AgentEngine::Best(int64_t now_us) const {
  const Sample* best = nullptr;
  for (const Sample& s : samples_) {
    if (best == nullptr ||
        Aged(s.error_us, now_us - s.at_us) < Aged(best->error_us, now_us - best->at_us)) {
      best = &s;
    }
  }
  return best;
}

std::optional<int64_t> AgentEngine::EngineTime(int64_t boot_us) const {
  const Sample* best = Best(boot_us);
  if (best == nullptr) return std::nullopt;
  return boot_us + best->offset_us;
}

// Zero: not known (before any clock sample, or from before a reboot); the controller's receipt is
// all there is.
int64_t AgentEngine::ToEngine(int64_t boot_us) const {
  return boot_us <= 0 ? 0 : EngineTime(boot_us).value_or(0);
}

int64_t AgentEngine::ClockErrorUs(int64_t now_us) const {
  const Sample* best = Best(now_us);
  return best == nullptr ? INT32_MAX
                         : Aged(best->error_us, std::max<int64_t>(0, now_us - best->at_us));
}

void AgentEngine::Heartbeat(int64_t now_us) {
  if (!welcomed_) return;
  next_heartbeat_us_ = now_us + heartbeat_us_;
  v1::AgentFrame frame;
  v1::Heartbeat* heartbeat = frame.mutable_heartbeat();
  heartbeat->set_number(++heartbeat_number_);
  heartbeat->set_t1_us(now_us);
  heartbeat->set_generation(generation_);
  // Zero: not measured yet.
  heartbeat->set_clock_error_us(samples_.empty() ? 0 : ClockErrorUs(now_us));
  heartbeat->set_undo_free_bytes(facts_.undo_free_bytes);
  heartbeat->set_outbox_seq(outbox_seq_);
  heartbeat->set_active_orders(active_orders());
  heartbeat->set_held_why(health_.why());
  effects_.push_back(SendFrame{std::move(frame)});
}

int64_t AgentEngine::NextDeadline() const {
  int64_t next = welcomed_ ? next_heartbeat_us_ : INT64_MAX;
  for (const auto& [key, held] : orders_) {
    if (held.stage == Stage::kArmed && !samples_.empty()) {
      const int64_t planned = held.order.planned_us() - Best(last_advance_us_)->offset_us;
      const int64_t slack = held.order.direct() ? kDirectSlackUs : kSlackUs;
      // Its time; after it, the end of the slack (a new lease brings its own call).
      next =
          std::min(next, MayStart() && planned > last_advance_us_ ? planned : planned + slack + 1);
    } else if (held.stage == Stage::kApplied) {
      next = std::min(next, held.until_us);
      if (config_.harms_service(held.order)) {
        next = std::min(next, last_frame_us_ + silence_us_);
      }
    }
  }
  return next;
}

}  // namespace drill::agent
