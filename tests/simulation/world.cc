#include "tests/simulation/world.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/keys/keys.h"
#include "core/exercise/desired.h"
#include "core/rehearsal/approval.h"
#include "core/scenario/unfold.h"
#include "core/scoring/score.h"

namespace drill::sim {
namespace {

constexpr int64_t kMs = 1'000;
constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kHealLimit = 20 * 60 * kSecond;

// What a host's disk remembers of an order.
struct OnDisk {
  enum class Stage { kStarting, kApplied, kUndoing, kUndone };
  v1::Order order;
  Stage stage = Stage::kStarting;
  int starts = 0;
  int64_t applied_boot = 0;
};

}  // namespace

struct World::Host {
  std::string id;
  std::unique_ptr<agent::AgentEngine> engine;  // null: the agent is down
  uint64_t run = 0;
  int64_t boot_at_zero = 0;
  int64_t zero = 0;
  int64_t ppm = 0;

  std::vector<v1::OutboxEntry> outbox;
  uint64_t outbox_next = 1;
  std::map<std::string, OnDisk> disk;  // "inject/attempt"

  uint64_t session = 0;   // 0: no connection
  bool known = false;     // the controller has not noticed the end of a session yet
  int64_t last_down = 0;  // ordered delivery each way
  int64_t last_up = 0;
  int64_t wake = INT64_MAX;

  int64_t Boot(int64_t now) const {
    return boot_at_zero + (now - zero) + (now - zero) * ppm / 1'000'000;
  }
  int64_t World(int64_t boot) const {
    const int64_t d = boot - boot_at_zero;
    return zero + d - d * ppm / (1'000'000 + ppm) + 1;
  }
  static std::string Key(const v1::OrderId& id) {
    return absl::StrCat(id.inject(), "/", id.attempt());
  }
};

World::World(uint64_t seed, Faults faults, int hosts) : dice_(seed), faults_(faults) {
  owner_key_ = GenerateKey();
  owner_public_ = *PublicPem(owner_key_);
  for (int i = 0; i < hosts; ++i) {
    auto host = std::make_unique<Host>();
    host->id = absl::StrCat("h", i);
    host->zero = time_.now_us();
    if (faults.clock_drift) {
      host->boot_at_zero = Between(0, 1'000'000 * kSecond);
      host->ppm = Between(-80, 80);
    }
    hosts_.push_back(std::move(host));
  }
}

World::~World() = default;

// ---- machinery ----

void World::Tell(std::string line) {
  story_.push_back(absl::StrCat((time_.now_us() - 1'700'000'000'000'000) / kMs, " ms: ", line));
}

void World::Breach(std::string line) {
  Tell(absl::StrCat("BREACH: ", line));
  breaches_.push_back(story_.back());
}

// ---- controller ----

void World::StartController() {
  if (engine_ != nullptr) return;
  auto engine = std::make_unique<Engine>(&Score);
  for (const Stamped& stamped : journal_) {
    DRILL_CHECK(engine->Replay(stamped.record, stamped.hash).ok());
  }
  engine_ = std::move(engine);
  ++controller_run_;
  Tell("controller starts");
  DRILL_CHECK(Handle(ControllerStart{"sim", alive_us_}).ok());
  (void)Commit();
  SendDesired();
  ArmController();
}

void World::CrashController() {
  if (engine_ == nullptr) return;
  Tell("controller crashes");
  engine_.reset();
  ++controller_run_;
  for (auto& host : hosts_) {
    if (host->session != 0) Cut(host.get());
  }
  const bool longer = faults_.long_downs && Chance(30);
  time_.At(time_.now_us() + Between(1, longer ? 120 : 20) * kSecond, [this] { StartController(); });
}

absl::StatusOr<Decision> World::Handle(const Input& input) {
  return engine_->Handle(time_.now_us(), input);
}

bool World::Commit() {
  std::vector<Stamped> batch = engine_->TakeBatch();
  if (batch.empty()) return true;
  if (faults_.journal_failures && !healing_ && journal_.size() > 20 && Chance(3)) {
    Tell("journal: a commit fails");
    auto fresh = std::make_unique<Engine>(&Score);
    for (const Stamped& stamped : journal_) {
      DRILL_CHECK(fresh->Replay(stamped.record, stamped.hash).ok());
    }
    fresh->AdoptVolatile(std::move(*engine_));
    engine_ = std::move(fresh);
    return false;
  }
  for (Stamped& stamped : batch) {
    if (stamped.record.has_inject_released() && !exercise().InPlay() && !exercise().Over()) {
      Breach("an inject was released outside the run");
    }
    journal_.push_back(std::move(stamped));
  }
  alive_us_ = time_.now_us();
  Snapshot();
  return true;
}

// Remembers since when a start is impossible, for the lease's promise.
void World::Snapshot() {
  const Exercise* e = engine_->state().FindExercise("drill");
  if (e == nullptr) return;
  auto bar = [&](const std::string& key, bool barred) {
    if (barred) {
      barred_since_.try_emplace(key, time_.now_us());
    } else {
      barred_since_.erase(key);
    }
  };
  bar("*", e->phase != v1::PHASE_RUNNING);
  for (const InjectState& inject : e->injects) {
    bar(inject.inject.id(), inject.status != InjectState::Status::kReleased &&
                                (inject.held || inject.status == InjectState::Status::kRevoked));
  }
}

void World::SendDesired() {
  for (auto& [id, set] : engine_->DesiredSets(time_.now_us())) {
    for (auto& host : hosts_) {
      if (host->id != id) continue;
      v1::ControllerFrame frame;
      *frame.mutable_desired() = set;
      ToAgent(host.get(), std::move(frame));
    }
  }
}

void World::ArmController() {
  if (engine_ == nullptr) return;
  const int64_t due = std::min(engine_->NextDeadline(time_.now_us()), time_.now_us() + kSecond);
  time_.At(std::max(due, time_.now_us() + 1), [this, run = controller_run_] {
    if (run != controller_run_ || engine_ == nullptr) return;
    alive_us_ = time_.now_us();
    engine_->Tick(time_.now_us());
    if (Commit() && faults_.controller_crashes && !healing_ && Chance(1) && Chance(20)) {
      return CrashController();  // between commit and send
    }
    SendDesired();
    ArmController();
  });
}

absl::Status World::Command(const std::string& person, v1::Command command) {
  if (engine_ == nullptr) return absl::UnavailableError("down");
  PersonCommand input{person, absl::StrCat("r", ++requests_), command};
  absl::StatusOr<Decision> decision = Handle(input);
  if (!decision.ok()) return decision.status();
  if (!Commit()) {
    const bool urgent = command.has_stop_exercise() || command.has_pause_exercise();
    if (urgent) {
      engine_->ActWithoutRecord(command);
      time_.At(time_.now_us() + kSecond,
               [this, person, command] { (void)Command(person, command); });
    }
    SendDesired();
    return absl::UnavailableError("journal");
  }
  if (faults_.controller_crashes && !healing_ && Chance(2)) {
    CrashController();
    return absl::UnavailableError("crash");
  }
  SendDesired();
  return absl::OkStatus();
}

void World::ToAgent(Host* host, v1::ControllerFrame frame) {
  if (host->session == 0) return;
  host->last_down = std::max(host->last_down + 1, time_.now_us() + Delay());
  time_.At(host->last_down, [this, host, session = host->session, run = host->run, frame] {
    if (host->session != session || host->run != run || host->engine == nullptr) return;
    host->engine->OnFrame(frame, host->Boot(time_.now_us()));
    Pump(host);
  });
}

void World::FromAgent(Host* host, uint64_t session, const v1::AgentFrame& frame) {
  if (engine_ == nullptr || host->session != session) return;
  if (frame.has_hello()) {
    v1::ControllerFrame out;
    *out.mutable_welcome() = engine_->fleet().Connect(host->id, session, frame.hello(),
                                                      engine_->state().epoch, time_.now_us());
    host->known = true;
    ToAgent(host, std::move(out));
    engine_->Touch(host->id);
    (void)Handle(AgentPresence{host->id, true});
  } else if (frame.has_heartbeat()) {
    v1::ControllerFrame out;
    *out.mutable_heartbeat_ack() =
        engine_->fleet().OnHeartbeat(host->id, frame.heartbeat(), time_.now_us());
    out.mutable_heartbeat_ack()->set_t3_us(time_.now_us());
    ToAgent(host, std::move(out));
    return;
  } else if (frame.has_outbox()) {
    AgentEvents events{host->id,
                       "box-" + host->id,
                       {frame.outbox().entries().begin(), frame.outbox().entries().end()}};
    const uint64_t last = events.entries.back().seq();
    Tell(absl::StrCat("from ", host->id, ": outbox ", events.entries.front().seq(), "..", last));
    if (!Handle(events).ok()) Breach("an agent's events were refused");
    if (!Commit()) {
      // As the loop does: the session ends, so that all is sent again, in order.
      Cut(host);
      return SendDesired();
    }
    if (faults_.controller_crashes && !healing_ && Chance(1)) return CrashController();
    v1::ControllerFrame out;
    out.mutable_outbox_ack()->set_seq(last);
    ToAgent(host, std::move(out));
    return SendDesired();
  } else if (frame.has_dry_run()) {
    (void)Handle(DryRunAnswer{host->id, frame.dry_run()});
  }
  (void)Commit();
  SendDesired();
}

// ---- hosts ----

void World::StartAgent(Host* host) {
  if (host->engine != nullptr) return;
  ++host->run;
  agent::EngineConfig config;
  config.host = host->id;
  config.version = "sim";
  config.outbox_id = "box-" + host->id;
  config.owner_keys_pem = {owner_public_};
  config.harms_service = [](const v1::Order&) { return true; };
  host->engine = std::make_unique<agent::AgentEngine>(std::move(config));
  std::vector<agent::Found> found;
  for (auto& [key, disk] : host->disk) {
    agent::Found f;
    f.order = disk.order;
    f.outcome.at_boot_us = host->Boot(time_.now_us());
    if (disk.stage == OnDisk::Stage::kApplied) {
      f.active = true;
      f.outcome.kind = v1::ORDER_EVENT_KIND_APPLIED;
    } else {
      f.outcome.kind = disk.stage == OnDisk::Stage::kStarting ? v1::ORDER_EVENT_KIND_INTERRUPTED
                                                              : v1::ORDER_EVENT_KIND_UNDONE;
      f.outcome.cleanup = v1::CLEANUP_RESULT_VERIFIED;
      disk.stage = OnDisk::Stage::kUndone;
    }
    found.push_back(f);
  }
  Tell(absl::StrCat(host->id, " agent starts, ", found.size(), " orders on disk"));
  host->engine->Begin(found, host->Boot(time_.now_us()));
  for (const v1::OutboxEntry& entry : host->outbox) host->engine->Remember(entry);
  Pump(host);
  time_.At(time_.now_us() + Between(10, 500) * kMs, [this, host] { Connect(host); });
}

void World::CrashAgent(Host* host) {
  if (host->engine == nullptr) return;
  Tell(absl::StrCat(host->id, " agent crashes"));
  if (host->session != 0) Cut(host);
  host->engine.reset();
  ++host->run;
  time_.At(time_.now_us() + Between(1, 15) * kSecond, [this, host] { StartAgent(host); });
}

void World::Connect(Host* host) {
  if (host->engine == nullptr || host->session != 0) return;
  if (engine_ == nullptr) {
    time_.At(time_.now_us() + Between(200, 5000) * kMs, [this, host] { Connect(host); });
    return;
  }
  host->session = ++sessions_;
  host->last_down = host->last_up = time_.now_us();
  host->engine->OnConnected({}, host->outbox_next - 1, host->Boot(time_.now_us()));
  Pump(host);
}

void World::Cut(Host* host) {
  Tell(absl::StrCat(host->id, " connection cut"));
  const uint64_t session = host->session;
  host->session = 0;
  if (host->engine != nullptr) {
    host->engine->OnDisconnected(host->Boot(time_.now_us()));
    Pump(host);
    time_.At(time_.now_us() + Between(200, healing_ ? 1000 : 12'000) * kMs,
             [this, host] { Connect(host); });
  }
  // The other end may notice much later, even after the next session has begun.
  time_.At(time_.now_us() + Between(0, 20'000) * kMs, [this, host, session, run = controller_run_] {
    if (engine_ == nullptr || run != controller_run_ ||
        engine_->fleet().Session(host->id) != session) {
      return;
    }
    engine_->fleet().Disconnect(host->id, session, time_.now_us());
    engine_->Touch(host->id);
    (void)Handle(AgentPresence{host->id, false});
    (void)Commit();
    SendDesired();
  });
}

void World::Pump(Host* host) {
  // What an effect brings about comes after the effects before it.
  while (host->engine != nullptr) {
    const std::vector<agent::Effect> effects = host->engine->TakeEffects();
    if (effects.empty()) return ArmAgent(host);
    for (const agent::Effect& effect : effects) {
      if (host->engine != nullptr) Carry(host, effect);
    }
  }
}

void World::ArmAgent(Host* host) {
  const int64_t boot = host->engine->NextDeadline();
  if (boot == INT64_MAX) return;
  const int64_t at = std::max(host->World(boot), time_.now_us() + 1);
  if (at >= host->wake && host->wake > time_.now_us()) return;
  host->wake = at;
  time_.At(at, [this, host, run = host->run] {
    if (host->run != run || host->engine == nullptr) return;
    host->wake = INT64_MAX;
    host->engine->OnTime(host->Boot(time_.now_us()));
    Pump(host);
  });
}

void World::Carry(Host* host, const agent::Effect& effect) {
  auto later = [this, host](int64_t delay, std::function<void()> run) {
    time_.At(time_.now_us() + delay, [host, started = host->run, run = std::move(run)] {
      if (host->run == started && host->engine != nullptr) run();
    });
  };
  if (const auto* send = std::get_if<agent::SendFrame>(&effect)) {
    if (host->session == 0) return;
    host->last_up = std::max(host->last_up + 1, time_.now_us() + Delay());
    time_.At(host->last_up, [this, host, session = host->session, frame = send->frame] {
      FromAgent(host, session, frame);
    });
  } else if (const auto* prepare = std::get_if<agent::PrepareOrder>(&effect)) {
    later(Between(1, 20) * kMs, [this, host, id = prepare->order.id()] {
      host->engine->OnPrepared(id, absl::OkStatus(), host->Boot(time_.now_us()));
      Pump(host);
    });
  } else if (const auto* start = std::get_if<agent::StartOrder>(&effect)) {
    Play(host, start->order);
  } else if (const auto* undo = std::get_if<agent::UndoOrder>(&effect)) {
    auto it = host->disk.find(Host::Key(undo->id));
    if (it == host->disk.end()) return Breach("undo of an order that is not on the disk");
    if (it->second.stage == OnDisk::Stage::kApplied) it->second.stage = OnDisk::Stage::kUndoing;
    later(Between(1, 300) * kMs, [this, host, id = undo->id, reason = undo->reason] {
      host->disk[Host::Key(id)].stage = OnDisk::Stage::kUndone;
      agent::Outcome outcome;
      outcome.kind = v1::ORDER_EVENT_KIND_UNDONE;
      outcome.cleanup = v1::CLEANUP_RESULT_VERIFIED;
      outcome.at_boot_us = host->Boot(time_.now_us());
      host->engine->OnUndone(id, reason, outcome, host->Boot(time_.now_us()));
      Pump(host);
    });
  } else if (const auto* forget = std::get_if<agent::ForgetOrder>(&effect)) {
    auto it = host->disk.find(Host::Key(forget->id));
    if (it == host->disk.end()) return;
    if (it->second.stage != OnDisk::Stage::kUndone) {
      return Breach("an order that is not undone was forgotten");
    }
    host->disk.erase(it);
  } else if (const auto* record = std::get_if<agent::RecordEvent>(&effect)) {
    v1::OutboxEntry entry;
    entry.set_seq(host->outbox_next++);
    *entry.mutable_event() = record->event;
    host->outbox.push_back(entry);
    Tell(absl::StrCat(host->id, " says ", v1::OrderEventKind_Name(record->event.kind()).substr(17),
                      " ", Host::Key(record->event.order())));
    host->engine->OnRecorded(entry);
  } else if (const auto* look = std::get_if<agent::LookAtOrder>(&effect)) {
    Look(host, look->check);
  } else if (const auto* looked = std::get_if<agent::RecordLook>(&effect)) {
    v1::OutboxEntry entry;
    entry.set_seq(host->outbox_next++);
    *entry.mutable_effect() = looked->report;
    host->outbox.push_back(entry);
    Tell(absl::StrCat(host->id, " looked for ", looked->report.check(), " at ",
                      Host::Key(looked->report.order())));
    host->engine->OnRecorded(entry);
  } else if (const auto* trim = std::get_if<agent::TrimOutbox>(&effect)) {
    std::erase_if(host->outbox, [&](const auto& entry) { return entry.seq() <= trim->seq; });
  } else if (std::holds_alternative<agent::ResendOutbox>(effect)) {
    if (host->session == 0 || host->outbox.empty()) return;
    v1::AgentFrame frame;
    for (const auto& entry : host->outbox) *frame.mutable_outbox()->add_entries() = entry;
    Carry(host, agent::SendFrame{frame});
  } else if (const auto* ask = std::get_if<agent::AskPlayer>(&effect)) {
    v1::DryRunReport report;
    report.set_exercise(ask->dry_run.exercise());
    for (const auto& finding : ask->findings) *report.add_findings() = finding;
    host->engine->OnDryRun(report);
  }
}

// What a team has done on a host is drawn; what the agent has undone is not the team's.
void World::Look(Host* host, const v1::EffectCheck& check) {
  time_.At(time_.now_us() + Between(1, 50) * kMs, [this, host, check, run = host->run] {
    if (host->run != run || host->engine == nullptr) return;
    v1::EffectReport report;
    report.set_check(check.check());
    *report.mutable_order() = check.order();
    report.set_at_us(host->Boot(time_.now_us()));
    const auto it = host->disk.find(Host::Key(check.order()));
    report.set_undone(it == host->disk.end() || it->second.stage != OnDisk::Stage::kApplied);
    if (!report.undone()) {
      report.set_traces_total(4);
      for (int i = 0; i < 4; ++i) {
        report.add_traces()->set_fate(static_cast<v1::TraceFate>(Between(1, 4)));
      }
    }
    host->engine->OnLooked(std::move(report));
    Pump(host);
  });
}

void World::CheckStart(Host* host, const v1::Order& order) {
  const int64_t error = host->engine->ClockErrorUs(host->Boot(time_.now_us()));
  if (time_.now_us() < order.planned_us() - error) {
    Breach(absl::StrCat(host->id, " started ", order.id().inject(), " ",
                        order.planned_us() - time_.now_us(), " us early; its clock error is ",
                        error));
  }
  // Drift of two clocks over one lease.
  const int64_t lease = 3 * kSecond + 1 * kMs;
  for (const std::string& key : {std::string("*"), order.id().inject()}) {
    auto it = barred_since_.find(key);
    if (it != barred_since_.end() && time_.now_us() > it->second + lease) {
      Breach(absl::StrCat(host->id, " started ", order.id().inject(), " ",
                          (time_.now_us() - it->second) / kMs, " ms after it was revoked (", key,
                          ")"));
    }
  }
}

void World::Play(Host* host, const v1::Order& order) {
  CheckStart(host, order);
  ++starts_total_;
  const std::string key = Host::Key(order.id());
  for (const auto& [other, disk] : host->disk) {
    if (disk.order.id().inject() == order.id().inject() && other != key &&
        disk.stage != OnDisk::Stage::kUndone) {
      Breach(absl::StrCat(host->id, " plays two attempts of ", order.id().inject(), " at once"));
    }
  }
  OnDisk& disk = host->disk[key];
  disk.order = order;
  if (++disk.starts > 1) Breach(absl::StrCat(host->id, " started ", key, " twice"));
  disk.stage = OnDisk::Stage::kStarting;
  Tell(absl::StrCat(host->id, " starts ", key));
  host->engine->OnStarting(order.id(), host->Boot(time_.now_us()));
  const bool dies = faults_.agent_crashes && !healing_ && Chance(8);
  time_.At(time_.now_us() + Between(1, 400) * kMs, [this, host, run = host->run, order, key, dies] {
    if (host->run != run || host->engine == nullptr) return;
    if (dies) return CrashAgent(host);
    OnDisk& applied = host->disk[key];
    applied.stage = OnDisk::Stage::kApplied;
    agent::Outcome outcome;
    outcome.kind = v1::ORDER_EVENT_KIND_APPLIED;
    outcome.at_boot_us = host->Boot(time_.now_us());
    v1::Trace& trace = outcome.traces.emplace_back();
    trace.mutable_artefact()->set_kind(v1::ARTEFACT_KIND_PATH);
    trace.mutable_artefact()->set_value(absl::StrCat("/srv/", key));
    trace.set_noticeable(true);
    trace.set_at_us(host->Boot(time_.now_us()));
    outcome.traces_total = 1;
    host->engine->OnPlayed(order.id(), outcome, host->Boot(time_.now_us()));
    Pump(host);
    if (Chance(70)) {
      time_.At(time_.now_us() + Between(1, 25) * kSecond,
               [this, host, path = absl::StrCat("/srv/", key)] { Team(host, path); });
    }
  });
}

// ---- people ----

void World::Prepare() {
  StartController();
  DRILL_CHECK(Handle(Bootstrap{std::string(32, 'x')}).ok());
  (void)Commit();
  v1::Command command;
  v1::Register* reg = command.mutable_apply_register();
  reg->add_organisations()->set_id("org");
  v1::System* system = reg->add_systems();
  system->set_id("sys");
  system->set_owner("org");
  system->set_level(3);
  system->add_owner_keys(owner_public_);
  for (auto& host : hosts_) {
    v1::Host* entry = reg->add_hosts();
    entry->set_id(host->id);
    entry->set_system("sys");
    entry->set_role("web");
  }
  for (auto [id, role] : {std::pair("dir", v1::ROLE_DIRECTOR),
                          {"eva", v1::ROLE_EVALUATOR},
                          {"blue", v1::ROLE_RESPONDER}}) {
    v1::Person* person = reg->add_people();
    person->set_id(id);
    person->add_roles(role);
  }
  v1::Team* team = reg->add_teams();
  team->set_id("soc");
  team->set_kind(v1::TEAM_KIND_RESPONSE);
  team->add_members("blue");
  DRILL_CHECK(Command("admin", command).ok());

  command.Clear();
  v1::Scenario* s = command.mutable_add_scenario()->mutable_scenario();
  s->set_id("s");
  s->mutable_title()->set_vi("Mô phỏng");
  s->mutable_title()->set_en("Simulation");
  s->set_type(v1::EXERCISE_TYPE_LIVE);
  s->mutable_duration()->set_seconds(180);
  v1::SystemPart* part = s->mutable_cast()->add_systems();
  part->set_id("portal");
  part->mutable_title()->set_vi("Cổng");
  part->add_roles("web");
  v1::TeamPart* soc = s->mutable_cast()->add_teams();
  soc->set_id("soc");
  soc->mutable_title()->set_vi("Đội giám sát");
  auto add = [&](const std::string& id) {
    v1::Inject* inject = s->add_injects();
    inject->set_id(id);
    inject->mutable_title()->set_vi(id);
    inject->mutable_title()->set_en(id);
    inject->mutable_action()->mutable_process_run_decoy();
    inject->add_targets()->set_system("portal");
    v1::Expectation* expect = inject->add_expect();
    expect->set_kind(v1::EXPECTATION_KIND_DETECT);
    expect->set_team("soc");
    expect->mutable_target()->set_seconds(10);
    expect->mutable_limit()->set_seconds(30);
    return inject;
  };
  add("a")->mutable_at()->set_seconds(5);
  v1::Inject* b = add("b");
  b->mutable_at()->set_seconds(20);
  b->mutable_repeat()->set_times(3);
  b->mutable_repeat()->mutable_every()->set_seconds(15);
  v1::Inject* c = add("c");
  c->mutable_after()->set_inject("a");
  c->mutable_after()->set_anchor(v1::ANCHOR_DETECTED);
  c->mutable_after()->mutable_delay()->set_seconds(3);
  v1::Inject* d = add("d");
  d->mutable_after()->set_inject("b");
  d->mutable_after()->set_anchor(v1::ANCHOR_STARTED);
  d->mutable_after()->mutable_delay()->set_seconds(2);
  d->set_together(true);
  v1::Inject* u = add("u");
  u->mutable_at()->set_seconds(60);
  u->mutable_unless()->set_inject("b");
  u->mutable_unless()->set_anchor(v1::ANCHOR_DETECTED);
  v1::Inject* o = add("o");
  o->mutable_after()->set_inject("b");
  o->mutable_after()->set_anchor(v1::ANCHOR_OVERDUE);
  add("x")->set_contingency(true);
  const absl::Status added = Command("dir", command);
  if (!added.ok()) std::fprintf(stderr, "%s\n", std::string(added.message()).c_str());
  DRILL_CHECK(added.ok());

  command.Clear();
  v1::CreateExercise* create = command.mutable_create_exercise();
  create->set_exercise("drill");
  create->set_scenario("s");
  v1::CastChoice* choice = create->add_systems();
  choice->set_part("portal");
  choice->set_id("sys");
  choice = create->add_teams();
  choice->set_part("soc");
  choice->set_id("soc");
  v1::Post* post = create->add_posts();
  post->set_person("eva");
  post->set_role(v1::ROLE_EVALUATOR);
  DRILL_CHECK(Command("dir", command).ok());

  const rehearsal::Owners owners{{owner_public_}, [this](size_t, absl::string_view bytes) {
                                   return *SignBytes(owner_key_, bytes);
                                 }};
  command = rehearsal::ApprovalFor(exercise(), engine_->state(), time_.now_us() - kSecond,
                                   time_.now_us() + 3600 * kSecond, owners);
  DRILL_CHECK(Command("dir", command).ok());
}

void World::Team(Host* host, const std::string& path) {
  if (engine_ == nullptr) return;
  v1::Command command;
  command.mutable_observe()->set_exercise("drill");
  v1::ObservationMade* o = command.mutable_observe()->mutable_observation();
  o->set_kind(Chance(50) ? v1::OBSERVATION_KIND_DETECTION : v1::OBSERVATION_KIND_CONTAINMENT);
  o->add_hosts(host->id);
  v1::Artefact* artefact = o->add_artefacts();
  artefact->set_kind(v1::ARTEFACT_KIND_PATH);
  artefact->set_value(Chance(90) ? path : "/srv/nothing");
  const size_t before = exercise().observations.size();
  if (Command("blue", command).ok() && engine_ != nullptr &&
      exercise().observations.size() != before + 1) {
    Breach("an acknowledged observation is not in the state");
  }
}

void World::Director() {
  if (healing_) return;
  time_.At(time_.now_us() + Between(3, 20) * kSecond, [this] { Director(); });
  if (engine_ == nullptr || !faults_.director) return;
  const Exercise& e = exercise();
  if (!e.InPlay()) return;
  static constexpr const char* kInjects[] = {"a", "b", "b#2", "b#3", "c", "d", "u", "o", "x"};
  const std::string inject = kInjects[Between(0, 8)];
  v1::Command command;
  switch (Between(0, 9)) {
    case 0:
    case 1:
      command.mutable_pause_exercise()->set_exercise("drill");
      break;
    case 2:
    case 3:
    case 4:
      command.mutable_resume_exercise()->set_exercise("drill");
      break;
    case 5: {
      v1::HoldInject* hold = command.mutable_hold_inject();
      hold->set_exercise("drill");
      hold->set_inject(inject);
      hold->set_held(Chance(50));
      break;
    }
    case 6: {
      v1::FireInject* fire = command.mutable_fire_inject();
      fire->set_exercise("drill");
      fire->set_inject(inject);
      fire->set_together(Chance(30));
      break;
    }
    case 7:
      command.mutable_skip_inject()->set_exercise("drill");
      command.mutable_skip_inject()->set_inject(inject);
      break;
    case 8:
      command.mutable_jump_clock()->set_exercise("drill");
      command.mutable_jump_clock()->set_to_ex_us(e.clock.At(time_.now_us()) +
                                                 Between(1, 20) * kSecond);
      break;
    default:
      if (!Chance(20)) return;
      command.mutable_stop_exercise()->set_exercise("drill");
      command.mutable_stop_exercise()->set_abort(Chance(50));
      break;
  }
  const absl::Status status = Command("dir", command);
  Tell(absl::StrCat("director: ", command.ShortDebugString(), " -> ", status.ToString()));
}

void World::FaultsTick() {
  if (healing_) return;
  time_.At(time_.now_us() + Between(1, 8) * kSecond, [this] { FaultsTick(); });
  Host* host =
      hosts_[static_cast<size_t>(Between(0, static_cast<int64_t>(hosts_.size()) - 1))].get();
  if (faults_.cuts && host->session != 0 && Chance(40)) Cut(host);
  if (faults_.agent_crashes && Chance(15)) CrashAgent(host);
  if (faults_.controller_crashes && engine_ != nullptr && Chance(8)) CrashController();
}

// ---- the run ----

void World::Run() {
  Prepare();
  for (auto& host : hosts_) StartAgent(host.get());
  auto run_until = [&](int64_t until, const std::function<bool()>& done) {
    while (time_.next_us() <= until && !done()) time_.RunNext();
  };
  // Connected, checked, started.
  run_until(time_.now_us() + 5 * kSecond, [] { return false; });
  v1::Command check;
  check.mutable_check_exercise()->set_exercise("drill");
  PersonCommand input{"dir", "check", check};
  absl::StatusOr<Decision> decision = Handle(input);
  DRILL_CHECK(decision.ok());
  (void)Commit();
  for (auto& host : hosts_) {
    v1::ControllerFrame frame;
    *frame.mutable_dry_run() = DryRunFor(exercise(), host->id);
    ToAgent(host.get(), std::move(frame));
  }
  run_until(time_.now_us() + 5 * kSecond, [] { return false; });
  if (exercise().phase != v1::PHASE_READY) {
    return Breach("the exercise did not become ready");
  }
  healing_ = false;
  v1::Command start;
  start.mutable_start_exercise()->set_exercise("drill");
  while (true) {
    const absl::Status started = Command("dir", start);
    while (engine_ == nullptr) {
      run_until(time_.now_us() + 30 * kSecond, [this] { return engine_ != nullptr; });
    }
    if (started.ok() || exercise().InPlay()) break;
    run_until(time_.now_us() + kSecond, [] { return false; });
  }
  Director();
  FaultsTick();
  run_until(time_.now_us() + 150 * kSecond, [] { return false; });

  // Everything heals: from here on all must come to rest in bounded time.
  healing_ = true;
  Tell("healing");
  const int64_t limit = time_.now_us() + kHealLimit;
  while (time_.now_us() < limit) {
    run_until(time_.now_us() + 5 * kSecond, [] { return false; });
    if (engine_ == nullptr) continue;
    if (exercise().phase == v1::PHASE_PAUSED) {
      v1::Command resume;
      resume.mutable_resume_exercise()->set_exercise("drill");
      (void)Command("dir", resume);
    }
    if (exercise().Over() && exercise().UncleanOrders().empty()) break;
  }
  run_until(time_.now_us() + 5 * kSecond, [] { return false; });
  CheckEnd();
}

void World::CheckEnd() {
  const Exercise& e = exercise();
  if (!e.Over()) Breach("the exercise never ended");
  for (const auto& [inject, host] : e.UncleanOrders()) {
    const InjectState& state = e.injects[static_cast<size_t>(inject)];
    const OrderState& order = state.orders[static_cast<size_t>(state.PositionOf(host))];
    Breach(absl::StrCat("clean-up never confirmed: ", state.inject.id(), "/", order.attempt, " on ",
                        e.hosts[static_cast<size_t>(host)].host.id(), ", stage ",
                        static_cast<int>(order.stage), ", phase ", e.phase, ", ",
                        e.stale_attempts.size(), " earlier attempts open"));
  }
  for (auto& host : hosts_) {
    for (const auto& [key, disk] : host->disk) {
      if (disk.stage != OnDisk::Stage::kUndone) {
        Breach(absl::StrCat(host->id, ": ", key, " was left standing"));
      }
    }
    if (!host->outbox.empty()) Breach(absl::StrCat(host->id, ": its outbox was never emptied"));
  }
  // Each claim is looked at once, and where anything of its order stands, not before it is.
  std::set<std::tuple<std::string, std::string, std::string>> looked;
  for (const Stamped& stamped : journal_) {
    if (!stamped.record.has_effect_checked()) continue;
    const v1::EffectReport& report = stamped.record.effect_checked().report();
    if (!looked.insert({report.check(), report.order().inject(), report.order().host()}).second) {
      Breach(absl::StrCat(report.check(), " was answered twice"));
    }
  }
  // The journal alone gives the same state, and the same score by bytes.
  Engine replayed(&Score);
  for (const Stamped& stamped : journal_) {
    if (!replayed.Replay(stamped.record, stamped.hash).ok())
      return Breach("the journal does not fold");
  }
  const StreamState& head = engine_->state().streams.at("drill");
  if (replayed.state().streams.at("drill").hash != head.hash) Breach("replay: another head");
  if (Score(*replayed.state().FindExercise("drill"), head, time_.now_us()).SerializeAsString() !=
      Score(e, head, time_.now_us()).SerializeAsString()) {
    Breach("replay: another score");
  }
}

}  // namespace drill::sim
