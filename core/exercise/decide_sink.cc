// What the drill's sink received.

#include <algorithm>
#include <limits>

#include "core/exercise/decide_internal.h"
#include "core/exercise/mark.h"

namespace drill::decide {
namespace {

constexpr size_t kAddressMax = 64;

// The state that this attempt has now; null: there was no such attempt.
const OrderState* FindOrder(const Exercise& e, const MarkedOrder& at) {
  const InjectState& inject = e.injects[static_cast<size_t>(at.inject)];
  const OrderState& order = inject.orders[static_cast<size_t>(inject.PositionOf(at.host))];
  if (order.attempt == at.attempt) return &order;
  auto past = e.past_attempts.find({at.inject, at.host, at.attempt});
  return past == e.past_attempts.end() ? nullptr : &past->second;
}

// In play, or afterwards while the host has not confirmed that it is gone. What came before the
// clean-up and is told only now still counts.
bool Counts(const Exercise& e, const MarkedOrder& at, const SinkContact& contact) {
  if (e.start_us == 0 || e.phase == v1::PHASE_CLOSED) return false;
  if (e.InPlay()) return true;
  const OrderState* order = FindOrder(e, at);
  if (order == nullptr) return false;
  const bool unclean = order->NeedsCleanup() ||
                       e.injects[static_cast<size_t>(at.inject)].Unheard(*order) ||
                       e.stale_attempts.contains({at.inject, at.host, at.attempt});
  return unclean || contact.first_us <= std::max(e.end_us, order->undone_us);
}

int64_t Sum(int64_t a, int64_t b) {
  return a > std::numeric_limits<int64_t>::max() - b ? std::numeric_limits<int64_t>::max() : a + b;
}

}  // namespace

absl::Status Received(Context& c, const SinkContact& contact) {
  if (!IsMark(contact.mark) || contact.contacts <= 0 || contact.bytes < 0 ||
      contact.channel == v1::CHANNEL_UNSPECIFIED) {
    return absl::InvalidArgumentError("no contact of the sink");
  }
  for (const auto& [id, exercise] : c.state.exercises) {
    const Exercise& e = *exercise;
    auto found = e.marks.find(contact.mark);
    if (found == e.marks.end()) continue;
    const MarkedOrder at = found->second;
    if (!Counts(e, at, contact)) {
      return absl::FailedPreconditionError(
          absl::StrCat("exercise '", id, "' does not run, and the order is cleaned up"));
    }
    v1::SinkReceived* received = c.Emit(id)->mutable_sink_received();
    const auto before = e.sink.find({at.inject, at.host, at.attempt, contact.channel});
    if (before != e.sink.end()) *received = before->second;
    received->mutable_order()->set_exercise(id);
    received->mutable_order()->set_inject(e.injects[static_cast<size_t>(at.inject)].inject.id());
    received->mutable_order()->set_host(e.hosts[static_cast<size_t>(at.host)].host.id());
    received->mutable_order()->set_attempt(at.attempt);
    received->set_channel(contact.channel);
    received->set_from(contact.from.substr(0, kAddressMax));
    received->set_contacts(Sum(received->contacts(), contact.contacts));
    received->set_bytes(Sum(received->bytes(), contact.bytes));
    if (!contact.sha256.empty()) received->set_sha256(contact.sha256);
    if (received->first_us() == 0) received->set_first_us(contact.first_us);
    received->set_last_us(std::max(received->last_us(), contact.last_us));
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("no order has the mark ", contact.mark));
}

}  // namespace drill::decide
