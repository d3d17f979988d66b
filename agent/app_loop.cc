#include "agent/app_loop.h"

#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/os/clock.h"
#include "common/os/log.h"

namespace drill::agent {
namespace {

constexpr int64_t kSecondUs = 1'000'000;
// Policy and free space change rarely; every order looks at them itself.
constexpr int64_t kFactsEveryUs = 30 * kSecondUs;
constexpr int64_t kStopLookEveryUs = kSecondUs;

std::string KindName(v1::OrderEventKind kind) {
  const std::string& name = v1::OrderEventKind_Name(kind);
  return absl::AsciiStrToLower(absl::StripPrefix(name, "ORDER_EVENT_KIND_"));
}

void LogEvent(const v1::OrderEvent& event) {
  std::string line = absl::StrCat("order ", OrderName(event.order()), ": ", KindName(event.kind()));
  if (event.late_us() > 0) absl::StrAppend(&line, ", ", event.late_us(), " us late");
  if (event.traces_total() > 0) absl::StrAppend(&line, ", ", event.traces_total(), " traces");
  if (event.cleanup() != v1::CLEANUP_RESULT_UNSPECIFIED) {
    absl::StrAppend(&line, ", clean-up ",
                    absl::AsciiStrToLower(absl::StripPrefix(v1::CleanupResult_Name(event.cleanup()),
                                                            "CLEANUP_RESULT_")));
  }
  if (event.notes_size() > 0) absl::StrAppend(&line, ": ", absl::StrJoin(event.notes(), "; "));
  os::LogInfo(line);
}

}  // namespace

std::string OrderName(const v1::OrderId& id) {
  return absl::StrCat(id.exercise(), "/", id.inject(), "#", id.attempt());
}

AppLoop::AppLoop(Parts parts)
    : parts_(std::move(parts)),
      facts_(parts_.facts),
      engine_(*parts_.engine),
      outbox_(*parts_.outbox),
      timer_(timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK)) {
  DRILL_CHECK(static_cast<bool>(timer_));
  engine_.OnFacts(facts_);
}

absl::Status AppLoop::Run() {
  next_facts_us_ = os::BootMicros() + kFactsEveryUs;
  for (;;) {
    // Asked before taking: what the worker told before it became idle is taken below.
    const bool idle = parts_.worker->idle();
    std::vector<AppEvent> events = parts_.events->TakeAll();
    const bool quiet = idle && events.empty();
    Turn(std::move(events));
    if (Finished(quiet, os::BootMicros())) return result_;
    Wait(NextTurn());
  }
}

void AppLoop::Turn(std::vector<AppEvent> events) {
  const int64_t now = os::BootMicros();
  if (phase_ == Phase::kRunning) {
    if (parts_.events->stop_requested()) {
      BeginStop("asked to stop", now);
    } else if (StopFileAppeared(now)) {
      BeginStop(absl::StrCat(parts_.stop_file, " is there; remove it to run again"), now);
    }
  }
  for (AppEvent& event : events) Handle(event, os::BootMicros());
  if (os::BootMicros() >= engine_.NextDeadline()) engine_.OnTime(os::BootMicros());
  if (now >= next_facts_us_) {
    next_facts_us_ = now + kFactsEveryUs;
    parts_.worker->LookAtFacts();
  }
  Pump(now);
}

void AppLoop::Handle(AppEvent& event, int64_t now_us) {
  std::visit(
      [&](auto& e) {
        using T = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<T, LinkUp>) {
          parts_.show("connected");
          engine_.OnConnected(facts_, outbox_.last_seq(), now_us);
        } else if constexpr (std::is_same_v<T, LinkPeer>) {
          peer_address_ = std::move(e.address);
        } else if constexpr (std::is_same_v<T, LinkFrame>) {
          // Before the engine: what it starts must know where the sink is.
          if (e.frame.has_welcome()) {
            parts_.worker->SetSink({peer_address_, e.frame.welcome().sink()});
          }
          if (e.frame.has_desired()) {
            const v1::DesiredSet& set = e.frame.desired();
            os::LogInfo(absl::StrCat("desired set ", set.epoch(), ".", set.generation(), ": ",
                                     set.orders_size(), " orders", set.frozen() ? ", frozen" : ""));
          }
          engine_.OnFrame(e.frame, e.received_us);
        } else if constexpr (std::is_same_v<T, LinkDown>) {
          parts_.show(absl::StrCat("not connected: ", e.why.message()));
          sending_ = false;
          engine_.OnDisconnected(now_us);
        } else if constexpr (std::is_same_v<T, LinkFailed>) {
          parts_.show(absl::StrCat("not connected: ", e.why.message()));
        } else if constexpr (std::is_same_v<T, Prepared>) {
          if (e.status.ok()) os::LogInfo(absl::StrCat("order ", OrderName(e.id), ": armed"));
          engine_.OnPrepared(e.id, e.status, now_us);
        } else if constexpr (std::is_same_v<T, Starting>) {
          engine_.OnStarting(e.id, e.at_boot_us);
        } else if constexpr (std::is_same_v<T, Played>) {
          engine_.OnPlayed(e.id, e.outcome, now_us);
        } else if constexpr (std::is_same_v<T, Undone>) {
          engine_.OnUndone(e.id, e.reason, e.outcome, now_us);
        } else if constexpr (std::is_same_v<T, DryRunDone>) {
          e.report.set_clock_error_us(engine_.ClockErrorUs(now_us));
          engine_.OnDryRun(e.report);
        } else if constexpr (std::is_same_v<T, ChecksChanged>) {
          engine_.OnChecks(e.names, now_us);
          OnHealth();
        } else if constexpr (std::is_same_v<T, Reading>) {
          engine_.OnReading(e, now_us);
          OnHealth();
        } else {
          static_assert(std::is_same_v<T, FactsSeen>);
          facts_ = std::move(e.facts);
          engine_.OnFacts(facts_);
        }
      },
      event);
}

// Carries out effects until there are none. What starts, stops or is sent goes before what waits
// for the disk.
void AppLoop::Pump(int64_t now_us) {
  bool recorded = false;
  for (;;) {
    std::vector<Effect> effects = engine_.TakeEffects();
    for (Effect& effect : effects) Carry(effect);
    const bool due = record_again_us_ == INT64_MAX || now_us >= record_again_us_;
    if (!unrecorded_.empty() && due && !recorded) {
      Record(now_us);
      // A failed attempt is repeated in a later turn.
      recorded = !unrecorded_.empty();
    } else if (effects.empty()) {
      break;
    }
  }
  SendOutbox();
}

void AppLoop::Carry(Effect& effect) {
  std::visit(
      [&](auto& e) {
        using T = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<T, SendFrame>) {
          // Entries of the outbox leave by SendOutbox, which keeps their order.
          if (!e.frame.has_outbox()) parts_.sender->Send(std::move(e.frame));
        } else if constexpr (std::is_same_v<T, PrepareOrder>) {
          parts_.worker->Prepare(std::move(e.order));
        } else if constexpr (std::is_same_v<T, DiscardOrder>) {
          parts_.worker->Discard(std::move(e.id));
        } else if constexpr (std::is_same_v<T, StartOrder>) {
          parts_.worker->Start(std::move(e.order));
        } else if constexpr (std::is_same_v<T, UndoOrder>) {
          parts_.worker->Undo(std::move(e.id), e.reason);
        } else if constexpr (std::is_same_v<T, ForgetOrder>) {
          parts_.worker->Forget(std::move(e.id));
        } else if constexpr (std::is_same_v<T, CallOffOrder>) {
          parts_.worker->CallOff(e.id);
        } else if constexpr (std::is_same_v<T, FreezeActions>) {
          os::LogInfo(e.frozen ? "actions stand still" : "actions go on");
          parts_.worker->Freeze(e.frozen);
        } else if constexpr (std::is_same_v<T, RecordEvent>) {
          unrecorded_.push_back(std::move(e.event));
        } else if constexpr (std::is_same_v<T, TrimOutbox>) {
          OnAcked(e.seq);
        } else if constexpr (std::is_same_v<T, ResendOutbox>) {
          sending_ = true;
          sent_seq_ = outbox_.acknowledged();
          unacked_.clear();
          unacked_bytes_ = 0;
        } else {
          static_assert(std::is_same_v<T, AskPlayer>);
          parts_.worker->DryRun(std::move(e.dry_run), std::move(e.findings));
        }
      },
      effect);
}

void AppLoop::Record(int64_t now_us) {
  const bool failing = record_again_us_ != INT64_MAX;
  const absl::StatusOr<uint64_t> first =
      parts_.append ? parts_.append(unrecorded_) : outbox_.Append(unrecorded_);
  if (!first.ok()) {
    if (!failing) {
      os::LogError(absl::StrCat("nothing is started until the outbox can be written: ",
                                first.status().message()));
    }
    record_again_us_ = now_us + kSecondUs;
    engine_.OnOutboxWorks(false, now_us);
    return;
  }
  if (failing) os::LogInfo("the outbox can be written again");
  record_again_us_ = INT64_MAX;
  std::vector<v1::OrderEvent> events;
  events.swap(unrecorded_);
  v1::OutboxEntry entry;
  entry.set_seq(*first);
  for (v1::OrderEvent& event : events) {
    LogEvent(event);
    *entry.mutable_event() = std::move(event);
    engine_.OnRecorded(entry);
    entry.set_seq(entry.seq() + 1);
  }
  engine_.OnOutboxWorks(true, now_us);
}

void AppLoop::SendOutbox() {
  while (sending_ && unacked_bytes_ < kUnackedBytesMax) {
    std::vector<v1::OutboxEntry> entries = outbox_.Pending(sent_seq_, kBatchBytes);
    if (entries.empty()) return;
    const uint64_t last = entries.back().seq();
    v1::AgentFrame frame;
    for (v1::OutboxEntry& entry : entries) {
      *frame.mutable_outbox()->add_entries() = std::move(entry);
    }
    const size_t bytes = frame.ByteSizeLong();
    if (!parts_.sender->Send(std::move(frame))) {
      sending_ = false;  // the next session begins with what is not acknowledged
      return;
    }
    sent_seq_ = last;
    unacked_.push_back({last, bytes});
    unacked_bytes_ += bytes;
  }
}

void AppLoop::OnAcked(uint64_t seq) {
  if (const absl::Status status = outbox_.Ack(seq); !status.ok()) {
    // At worst it is sent again, and known again by its number.
    os::LogWarning(absl::StrCat("outbox: ", status.message()));
  }
  while (!unacked_.empty() && unacked_.front().seq <= seq) {
    unacked_bytes_ -= unacked_.front().bytes;
    unacked_.pop_front();
  }
}

// Readings come all the time; only another state is worth a line.
void AppLoop::OnHealth() {
  std::string states;
  for (const HostHealth::Check& check : engine_.health().checks()) {
    absl::StrAppend(&states, check.name, "=", StateOf(check), ";");
  }
  if (states == shown_health_) return;
  shown_health_ = std::move(states);
  const std::string why = engine_.health().why();
  os::LogInfo(why.empty() ? "the host is well" : absl::StrCat("nothing starts here: ", why));
  if (parts_.show_health) parts_.show_health(engine_.health());
}

bool AppLoop::StopFileAppeared(int64_t now_us) {
  if (parts_.stop_file.empty() || now_us < next_stop_look_us_) return false;
  next_stop_look_us_ = now_us + kStopLookEveryUs;
  return access(parts_.stop_file.c_str(), F_OK) == 0;
}

void AppLoop::BeginStop(absl::string_view why, int64_t now_us) {
  os::LogInfo(absl::StrCat("stopping: ", why, "; ", engine_.active_orders(), " orders to undo"));
  phase_ = Phase::kUndoing;
  phase_until_us_ = now_us + parts_.undo_max_us;
  engine_.StopHere(now_us);
}

// `quiet`: the worker had nothing to do, and nothing has come since.
bool AppLoop::Finished(bool quiet, int64_t now_us) {
  if (phase_ == Phase::kUndoing) {
    if (quiet && engine_.active_orders() == 0) {
      phase_ = Phase::kDelivering;
      phase_until_us_ = now_us + parts_.deliver_max_us;
    } else if (now_us >= phase_until_us_) {
      result_ = absl::DeadlineExceededError(absl::StrCat(
          engine_.active_orders(), " orders not undone after ", parts_.undo_max_us / kSecondUs,
          " s; the next start of the agent goes on with it"));
      return true;
    }
  }
  if (phase_ != Phase::kDelivering) return false;
  // What could not even be recorded stands in the undo log, and is found by the next start.
  const bool told = outbox_.empty() && unrecorded_.empty();
  if (!told && now_us < phase_until_us_) return false;
  os::LogInfo(told ? "stopped; the controller knows all"
                   : "stopped; the rest is told after the next start");
  return true;
}

int64_t AppLoop::NextTurn() const {
  int64_t next =
      std::min({engine_.NextDeadline(), next_facts_us_, record_again_us_, phase_until_us_});
  if (phase_ == Phase::kRunning && !parts_.stop_file.empty()) {
    next = std::min(next, next_stop_look_us_);
  }
  // The worker becomes idle just after its last word: that is looked at again, not told.
  if (phase_ == Phase::kUndoing) next = std::min(next, os::BootMicros() + 10'000);
  return next;
}

void AppLoop::Wait(int64_t until_us) {
  itimerspec when{};
  if (until_us != INT64_MAX) {
    const int64_t micros = std::max<int64_t>(until_us, 1);
    when.it_value.tv_sec = micros / kSecondUs;
    when.it_value.tv_nsec = micros % kSecondUs * 1'000;
  }
  DRILL_CHECK(timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr) == 0);
  pollfd wait[] = {{parts_.events->fd(), POLLIN, 0}, {timer_.get(), POLLIN, 0}};
  poll(wait, 2, -1);  // a signal only brings one more turn
  uint64_t expired = 0;
  [[maybe_unused]] const ssize_t got = read(timer_.get(), &expired, sizeof expired);
}

}  // namespace drill::agent
