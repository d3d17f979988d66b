#include "agent/worker.h"

#include <utility>

namespace drill::agent {

namespace {

std::tuple<std::string, std::string, int> KeyOf(const v1::OrderId& id) {
  return {id.exercise(), id.inject(), id.attempt()};
}

}  // namespace

// A dry run under way.
struct Worker::Asked {
  v1::DryRun dry_run;
  int next = 0;
  v1::DryRunReport report;
};

HostFacts FactsOf(Player& player) {
  HostFacts facts;
  facts.actions = player.Actions();
  facts.policy_sha256 = player.PolicySha256();
  facts.undo_free_bytes = player.UndoFreeBytes();
  return facts;
}

Worker::Worker(Player* player, WorkerEvents* events)
    : player_(player), events_(events), thread_([this] { Run(); }) {}

Worker::~Worker() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  ready_.notify_one();
  thread_.join();
}

void Worker::Post(std::deque<Job> Worker::*lane, Job job) {
  {
    MutexLock lock(mutex_);
    (this->*lane).push_back(std::move(job));
  }
  ready_.notify_one();
}

void Worker::Run() {
  for (;;) {
    Job job;
    {
      MutexLock lock(mutex_);
      busy_ = false;
      while (!stopping_ && first_.empty() && slow_.empty()) lock.Wait(ready_);
      if (stopping_) return;
      std::deque<Job>& lane = first_.empty() ? slow_ : first_;
      job = std::move(lane.front());
      lane.pop_front();
      busy_ = true;
    }
    job();
  }
}

void Worker::SetSink(SinkEndpoint sink) {
  Post(&Worker::first_, [this, sink = std::move(sink)] { player_->SetSink(sink); });
}

void Worker::Prepare(v1::Order order) {
  uint64_t ticket = 0;
  {
    MutexLock lock(mutex_);
    ticket = ++tickets_;
    preparing_[KeyOf(order.id())] = ticket;
  }
  Post(&Worker::slow_, [this, order = std::move(order), ticket] { PrepareNow(order, ticket); });
}

// Whether this is still the newest request to prepare the order; `done` ends it.
bool Worker::Current(const Key& key, uint64_t ticket, bool done) {
  MutexLock lock(mutex_);
  const auto it = preparing_.find(key);
  if (it == preparing_.end() || it->second != ticket) return false;
  if (done) preparing_.erase(it);
  return true;
}

void Worker::PrepareNow(const v1::Order& order, uint64_t ticket) {
  const Key key = KeyOf(order.id());
  if (!Current(key, ticket, false)) return;
  absl::Status status = player_->Prepare(order);
  // Dropped meanwhile: its Discard waits in this lane.
  if (Current(key, ticket, true)) events_->OnPrepared(order.id(), std::move(status));
}

void Worker::Discard(v1::OrderId id) {
  {
    MutexLock lock(mutex_);
    preparing_.erase(KeyOf(id));
  }
  Post(&Worker::slow_, [this, id = std::move(id)] { player_->Discard(id); });
}

void Worker::Start(v1::Order order) {
  Post(&Worker::first_, [this, order = std::move(order)] {
    Outcome outcome = player_->Start(
        order, [&](int64_t at_boot_us) { events_->OnStarting(order.id(), at_boot_us); });
    events_->OnPlayed(order.id(), std::move(outcome));
  });
}

void Worker::Undo(v1::OrderId id, v1::UndoReason reason) {
  Post(&Worker::first_, [this, id = std::move(id), reason] {
    events_->OnUndone(id, reason, player_->Undo(id, reason));
  });
}

void Worker::Look(v1::EffectCheck check, bool first) {
  Post(first ? &Worker::first_ : &Worker::slow_, [this, check = std::move(check)] {
    v1::EffectReport report = player_->Look(check.order());
    report.set_check(check.check());
    *report.mutable_order() = check.order();
    events_->OnLooked(std::move(report));
  });
}

void Worker::Freeze(bool frozen) {
  Post(&Worker::first_, [this, frozen] { player_->Freeze(frozen); });
}

void Worker::Forget(v1::OrderId id) {
  Post(&Worker::slow_, [this, id = std::move(id)] { player_->Forget(id); });
}

void Worker::DryRun(v1::DryRun dry_run, std::vector<v1::CheckFinding> findings) {
  auto asked = std::make_shared<Asked>();
  asked->report.set_exercise(dry_run.exercise());
  *asked->report.mutable_findings() = {findings.begin(), findings.end()};
  asked->dry_run = std::move(dry_run);
  Post(&Worker::slow_, [this, asked] { AskNext(asked); });
}

void Worker::AskNext(const std::shared_ptr<Asked>& asked) {
  if (asked->next == asked->dry_run.orders_size()) {
    asked->report.set_undo_free_bytes(player_->UndoFreeBytes());
    events_->OnDryRun(std::move(asked->report));
    return;
  }
  const v1::Order& order = asked->dry_run.orders(asked->next++);
  if (const absl::Status status = player_->DryRun(order); !status.ok()) {
    v1::CheckFinding* finding = asked->report.add_findings();
    finding->set_inject(order.id().inject());
    finding->set_why(std::string(status.message()));
  }
  Post(&Worker::slow_, [this, asked] { AskNext(asked); });
}

void Worker::LookAtFacts() {
  Post(&Worker::slow_, [this] { events_->OnFacts(FactsOf(*player_)); });
}

bool Worker::idle() {
  MutexLock lock(mutex_);
  return !busy_ && first_.empty() && slow_.empty();
}

}  // namespace drill::agent
