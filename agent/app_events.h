#ifndef DRILL_AGENT_APP_EVENTS_H_
#define DRILL_AGENT_APP_EVENTS_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "agent/health.h"
#include "agent/link.h"
#include "agent/probes/watcher.h"
#include "agent/worker.h"
#include "common/base/mutex.h"
#include "common/os/file.h"

namespace drill::agent {

struct LinkUp {};
struct LinkFrame {
  v1::ControllerFrame frame;
  int64_t received_us = 0;
};
struct LinkPeer {
  std::string address;
};
struct LinkDown {
  absl::Status why;
};
struct LinkFailed {
  absl::Status why;
};
struct Prepared {
  v1::OrderId id;
  absl::Status status;
};
struct Starting {
  v1::OrderId id;
  int64_t at_boot_us = 0;
};
struct Played {
  v1::OrderId id;
  Outcome outcome;
};
struct Undone {
  v1::OrderId id;
  v1::UndoReason reason = v1::UNDO_REASON_UNSPECIFIED;
  Outcome outcome;
};
struct DryRunDone {
  v1::DryRunReport report;
};
struct FactsSeen {
  HostFacts facts;
};
struct ChecksChanged {
  std::vector<std::string> names;
};
using AppEvent = std::variant<LinkUp, LinkPeer, LinkFrame, LinkDown, LinkFailed, Prepared, Starting,
                              Played, Undone, DryRunDone, FactsSeen, ChecksChanged, Reading>;

// The mailbox of the agent's engine thread: everything that happens, in one order, behind one
// descriptor that can be polled together with a timer.
//
// Posted by the link, the worker and the watcher on their threads, taken by one. Results of the
// worker are bounded by the orders that there are, readings by the checks' pace; frames by
// kFramesMax, above which the link waits.
class AppEvents : public LinkEvents, public WorkerEvents, public WatcherEvents {
 public:
  AppEvents();

  void OnLinkUp() override { Post(LinkUp{}); }
  void OnLinkPeer(std::string address) override { Post(LinkPeer{std::move(address)}); }
  void OnLinkFrame(v1::ControllerFrame frame, int64_t received_us) override;
  void OnLinkDown(absl::Status why) override { Post(LinkDown{std::move(why)}); }
  void OnLinkFailed(absl::Status why) override { Post(LinkFailed{std::move(why)}); }
  void OnPrepared(const v1::OrderId& id, absl::Status status) override {
    Post(Prepared{id, std::move(status)});
  }
  void OnStarting(const v1::OrderId& id, int64_t at_boot_us) override {
    Post(Starting{id, at_boot_us});
  }
  void OnPlayed(const v1::OrderId& id, Outcome outcome) override {
    Post(Played{id, std::move(outcome)});
  }
  void OnUndone(const v1::OrderId& id, v1::UndoReason reason, Outcome outcome) override {
    Post(Undone{id, reason, std::move(outcome)});
  }
  void OnDryRun(v1::DryRunReport report) override { Post(DryRunDone{std::move(report)}); }
  void OnFacts(HostFacts facts) override { Post(FactsSeen{std::move(facts)}); }
  void OnChecks(std::vector<std::string> names) override { Post(ChecksChanged{std::move(names)}); }
  void OnReading(Reading reading) override { Post(std::move(reading)); }

  // All that is there, in order. Never blocks.
  std::vector<AppEvent> TakeAll();
  // Readable when something is there, or a stop was asked for.
  int fd() const { return wake_.get(); }

  // May be called by a signal handler.
  void RequestStop();
  bool stop_requested() const { return stop_; }
  // Nothing is waited for any more: a link that waits for room goes on.
  void Close();

  static constexpr size_t kFramesMax = 64;

 private:
  void Post(AppEvent event);
  void Wake();

  const os::Fd wake_;
  std::atomic<bool> stop_{false};
  Mutex mutex_;
  std::condition_variable room_;
  std::vector<AppEvent> events_ ABSL_GUARDED_BY(mutex_);
  size_t frames_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_APP_EVENTS_H_
