#include "tests/bench/agents.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "agent/engine.h"
#include "common/os/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/credentials.h"
#include "common/rpc/limits.h"
#include "drill/v1/agent.grpc.pb.h"

namespace drill::bench {
namespace {

std::chrono::steady_clock::time_point After(int64_t us) {
  return std::chrono::steady_clock::now() + std::chrono::microseconds(std::max<int64_t>(0, us));
}

int64_t Median(std::vector<int64_t> samples) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  return samples[samples.size() / 2];
}

}  // namespace

Timers::Timers()
    : timer_thread_([this] {
        while (std::function<void()> run = NextTimer()) run();
      }),
      work_thread_([this] {
        while (std::function<void()> work = NextWork()) work();
      }) {}

Timers::~Timers() { Stop(); }

void Timers::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  timers_changed_.notify_all();
  work_changed_.notify_all();
  if (timer_thread_.joinable()) timer_thread_.join();
  if (work_thread_.joinable()) work_thread_.join();
}

void Timers::Schedule(void* key, int64_t at_us, std::function<void()> run) {
  bool first = false;
  {
    MutexLock lock(mutex_);
    auto [it, added] = by_key_.try_emplace(key);
    if (!added) by_time_.erase({it->second.first, key});
    it->second = {at_us, std::move(run)};
    by_time_.insert({at_us, key});
    first = by_time_.begin()->second == key;
  }
  if (first) timers_changed_.notify_one();
}

void Timers::Cancel(void* key) {
  MutexLock lock(mutex_);
  auto it = by_key_.find(key);
  if (it == by_key_.end()) return;
  by_time_.erase({it->second.first, key});
  by_key_.erase(it);
}

void Timers::Post(std::function<void()> work) {
  {
    MutexLock lock(mutex_);
    work_.push_back(std::move(work));
  }
  work_changed_.notify_one();
}

std::function<void()> Timers::NextTimer() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (by_time_.empty()) {
      lock.Wait(timers_changed_);
      continue;
    }
    const auto [at, key] = *by_time_.begin();
    const int64_t now = os::BootMicros();
    if (now < at) {
      lock.WaitUntil(timers_changed_, After(at - now));
      continue;
    }
    by_time_.erase(by_time_.begin());
    auto it = by_key_.find(key);
    std::function<void()> run = std::move(it->second.second);
    by_key_.erase(it);
    return run;
  }
  return nullptr;
}

std::function<void()> Timers::NextWork() {
  MutexLock lock(mutex_);
  while (!stopping_ && work_.empty()) lock.Wait(work_changed_);
  if (stopping_) return nullptr;
  std::function<void()> work = std::move(work_.front());
  work_.pop_front();
  return work;
}

void Tally::Add(const std::string& what, int64_t at_us) {
  {
    MutexLock lock(mutex_);
    times_[what].push_back(at_us);
  }
  changed_.notify_all();
}

bool Tally::Wait(const std::string& what, size_t count, int64_t limit_us) {
  const auto until = After(limit_us);
  MutexLock lock(mutex_);
  while (times_[what].size() < count) {
    if (std::chrono::steady_clock::now() >= until) return false;
    lock.WaitUntil(changed_, until);
  }
  return true;
}

std::vector<int64_t> Tally::Times(const std::string& what) {
  MutexLock lock(mutex_);
  return times_[what];
}

void Tally::Clear(const std::string& what) {
  MutexLock lock(mutex_);
  times_.erase(what);
}

// One agent: its channel, stream, engine and outbox. gRPC's threads, the timer and the worker come
// in one at a time.
class SimAgent final : public grpc::ClientBidiReactor<v1::AgentFrame, v1::ControllerFrame> {
 public:
  SimAgent(Agents* owner, AgentIdentity identity) : owner_(owner), identity_(std::move(identity)) {
    agent::EngineConfig config;
    config.host = identity_.host;
    config.version = "bench";
    config.boot_id = "bench";
    config.outbox_id = absl::StrCat("box-", identity_.host);
    config.owner_keys_pem = {owner->options_.owner_public};
    config.harms_service = [](const v1::Order&) { return true; };
    engine_ = std::make_unique<agent::AgentEngine>(std::move(config));
    engine_->Begin({}, os::BootMicros());
  }

  void Connect() {
    channel_ = grpc::CreateCustomChannel(
        owner_->options_.address,
        ClientTls(owner_->options_.ca_pem, identity_.key_pem, identity_.certificate_pem),
        ClientArguments(kControllerFrameBytesMax, ConnectionSharing::kOwn));
    stub_ = v1::AgentLink::NewStub(channel_);
    stub_->async()->Connect(&context_, this);
    StartRead(&in_);
    AddHold();  // writes are started from other threads, too
    StartCall();
    MutexLock lock(mutex_);
    if (owner_->options_.bare) {
      v1::AgentFrame hello;
      hello.mutable_hello();
      Send(hello);
      return;
    }
    agent::HostFacts facts;
    facts.actions = {"process_run_decoy"};
    facts.undo_free_bytes = uint64_t{1} << 30;
    engine_->OnConnected(facts, outbox_next_ - 1, os::BootMicros());
    Pump();
  }

  void Cancel() { context_.TryCancel(); }
  void WaitForEnd() {
    MutexLock lock(mutex_);
    while (!over_) lock.Wait(ended_);
  }

  void OnReadDone(bool ok) override {
    const int64_t now = os::BootMicros();
    if (!ok) {
      {
        MutexLock lock(mutex_);
        closed_ = true;
      }
      return RemoveHold();
    }
    {
      MutexLock lock(mutex_);
      Receive(now);
    }
    StartRead(&in_);
  }
  void OnWriteDone(bool ok) override {
    MutexLock lock(mutex_);
    writes_.pop_front();
    if (ok && !closed_ && !writes_.empty()) StartWrite(&writes_.front());
    if (!ok) writes_.clear();
  }
  void OnDone(const grpc::Status&) override {
    MutexLock lock(mutex_);
    over_ = true;
    ended_.notify_all();
  }

  std::optional<int64_t> OffsetUs() {
    MutexLock lock(mutex_);
    const int64_t now = os::BootMicros();
    const std::optional<int64_t> engine = engine_->EngineTime(now);
    if (!engine.has_value()) return std::nullopt;
    return *engine - now;
  }
  int64_t PlannedUs(const std::string& inject) {
    MutexLock lock(mutex_);
    return planned_us_[inject];
  }
  int64_t desired_bytes() {
    MutexLock lock(mutex_);
    return desired_bytes_;
  }

 private:
  void Receive(int64_t now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (in_.has_heartbeat_ack()) owner_->tally_.Add("beat", now - in_.heartbeat_ack().t1_us());
    if (owner_->options_.bare) {
      if (in_.has_heartbeat_ack()) return;
      owner_->tally_.Add(in_.has_welcome() ? "welcome" : "frame", now);
      return in_.has_welcome() ? KeepBeating() : Beat();
    }
    if (in_.has_desired()) {
      desired_bytes_ = static_cast<int64_t>(in_.ByteSizeLong());
      for (const v1::Order& order : in_.desired().orders()) {
        if (planned_us_.try_emplace(order.id().inject(), order.planned_us()).second) {
          owner_->tally_.Add("received " + order.id().inject(), now);
        }
      }
    }
    const bool welcome = in_.has_welcome();
    engine_->OnFrame(in_, now);
    Pump();
    if (welcome) owner_->tally_.Add("welcome", now);
  }

  void Beat() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    v1::AgentFrame frame;
    frame.mutable_heartbeat()->set_number(++beats_);
    frame.mutable_heartbeat()->set_t1_us(os::BootMicros());
    Send(frame);
  }
  void KeepBeating() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Beat();
    owner_->timers_.Schedule(this, os::BootMicros() + owner_->options_.bare_heartbeat_us, [this] {
      MutexLock lock(mutex_);
      KeepBeating();
    });
  }

  void Send(const v1::AgentFrame& frame) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (closed_) return;
    writes_.push_back(frame);
    if (writes_.size() == 1) StartWrite(&writes_.front());
  }

  // What an effect brings about comes after the effects before it.
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (;;) {
      const std::vector<agent::Effect> effects = engine_->TakeEffects();
      if (effects.empty()) break;
      for (const agent::Effect& effect : effects) Carry(effect);
    }
    const int64_t due = engine_->NextDeadline();
    if (due == due_us_) return;
    due_us_ = due;
    if (due == INT64_MAX) return owner_->timers_.Cancel(this);
    owner_->timers_.Schedule(this, due, [this] {
      MutexLock lock(mutex_);
      due_us_ = 0;
      engine_->OnTime(os::BootMicros());
      Pump();
    });
  }

  // On a host the worker thread plays; here one thread plays for all, so that one agent's work
  // does not delay the next one's start.
  void Later(std::function<void()> work) {
    owner_->timers_.Post([this, work = std::move(work)] {
      MutexLock lock(mutex_);
      work();
      Pump();
    });
  }

  void Carry(const agent::Effect& effect) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const int64_t now = os::BootMicros();
    if (const auto* send = std::get_if<agent::SendFrame>(&effect)) {
      Send(send->frame);
    } else if (const auto* prepare = std::get_if<agent::PrepareOrder>(&effect)) {
      engine_->OnPrepared(prepare->order.id(), absl::OkStatus(), now);
    } else if (const auto* start = std::get_if<agent::StartOrder>(&effect)) {
      Later([this, id = start->order.id(), now] { Play(id, now); });
    } else if (const auto* undo = std::get_if<agent::UndoOrder>(&effect)) {
      Later([this, id = undo->id, reason = undo->reason] {
        agent::Outcome outcome;
        outcome.kind = v1::ORDER_EVENT_KIND_UNDONE;
        outcome.cleanup = v1::CLEANUP_RESULT_VERIFIED;
        outcome.at_boot_us = os::BootMicros();
        owner_->tally_.Add("undone", outcome.at_boot_us);
        engine_->OnUndone(id, reason, outcome, outcome.at_boot_us);
      });
    } else if (const auto* record = std::get_if<agent::RecordEvent>(&effect)) {
      v1::OutboxEntry entry;
      entry.set_seq(outbox_next_++);
      *entry.mutable_event() = record->event;
      outbox_.push_back(entry);
      engine_->OnRecorded(entry);
    } else if (const auto* trim = std::get_if<agent::TrimOutbox>(&effect)) {
      std::erase_if(outbox_, [&](const auto& entry) { return entry.seq() <= trim->seq; });
    } else if (std::holds_alternative<agent::ResendOutbox>(effect)) {
      if (outbox_.empty()) return;
      v1::AgentFrame frame;
      for (const auto& entry : outbox_) *frame.mutable_outbox()->add_entries() = entry;
      Send(frame);
    } else if (const auto* ask = std::get_if<agent::AskPlayer>(&effect)) {
      v1::DryRunReport report;
      report.set_exercise(ask->dry_run.exercise());
      for (const auto& finding : ask->findings) *report.add_findings() = finding;
      engine_->OnDryRun(report);
    }
  }

  void Play(const v1::OrderId& id, int64_t at_us) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    owner_->tally_.Add("started " + id.inject(), at_us);
    engine_->OnStarting(id, at_us);
    agent::Outcome outcome;
    outcome.kind = v1::ORDER_EVENT_KIND_APPLIED;
    outcome.at_boot_us = os::BootMicros();
    v1::Trace& trace = outcome.traces.emplace_back();
    trace.mutable_artefact()->set_kind(v1::ARTEFACT_KIND_PROCESS);
    trace.mutable_artefact()->set_value("kworker.x");
    trace.set_noticeable(true);
    trace.set_at_us(outcome.at_boot_us);
    outcome.traces_total = 1;
    engine_->OnPlayed(id, outcome, outcome.at_boot_us);
  }

  Agents* const owner_;
  const AgentIdentity identity_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AgentLink::Stub> stub_;
  grpc::ClientContext context_;
  v1::ControllerFrame in_;  // the reader's
  Mutex mutex_;
  std::condition_variable ended_;
  std::unique_ptr<agent::AgentEngine> engine_ ABSL_GUARDED_BY(mutex_);
  std::deque<v1::AgentFrame> writes_ ABSL_GUARDED_BY(mutex_);  // the first is being written
  std::vector<v1::OutboxEntry> outbox_ ABSL_GUARDED_BY(mutex_);
  uint64_t outbox_next_ ABSL_GUARDED_BY(mutex_) = 1;
  std::map<std::string, int64_t> planned_us_ ABSL_GUARDED_BY(mutex_);
  uint64_t beats_ ABSL_GUARDED_BY(mutex_) = 0;  // bare
  int64_t desired_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t due_us_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
};

Agents::Agents(AgentsOptions options, const std::vector<AgentIdentity>& identities)
    : options_(std::move(options)) {
  for (const AgentIdentity& identity : identities) {
    agents_.push_back(std::make_unique<SimAgent>(this, identity));
  }
}

Agents::~Agents() {
  for (auto& agent : agents_) agent->Cancel();
  for (auto& agent : agents_) agent->WaitForEnd();
  timers_.Stop();  // whatever it still held speaks of them
}

void Agents::Connect() {
  for (auto& agent : agents_) agent->Connect();
}

int64_t Agents::ClockOffsetUs() {
  std::vector<int64_t> all;
  for (auto& agent : agents_) {
    if (const std::optional<int64_t> offset = agent->OffsetUs(); offset.has_value()) {
      all.push_back(*offset);
    }
  }
  return Median(std::move(all));
}

std::vector<int64_t> Agents::ClockErrorsUs() {
  const int64_t median = ClockOffsetUs();
  std::vector<int64_t> out;
  for (auto& agent : agents_) {
    const std::optional<int64_t> offset = agent->OffsetUs();
    if (offset.has_value()) out.push_back(std::abs(*offset - median));
  }
  return out;
}

int64_t Agents::planned_us(const std::string& inject) { return agents_[0]->PlannedUs(inject); }
int64_t Agents::desired_bytes() { return agents_[0]->desired_bytes(); }

}  // namespace drill::bench
