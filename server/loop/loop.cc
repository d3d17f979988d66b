#include "server/loop/loop.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "core/exercise/desired.h"

namespace drill {
namespace {

constexpr int64_t kSecondUs = 1'000'000;

// Sent even when it cannot be made durable; idempotent and safe.
bool Urgent(const v1::Command& command) {
  return command.has_stop_exercise() || command.has_pause_exercise() ||
         command.has_raise_real_incident();
}

absl::Status Full() {
  return absl::ResourceExhaustedError("the controller is busy; try again in a moment");
}

std::string Text(const absl::Status& status) { return std::string(status.message()); }

}  // namespace

Loop::Loop(LoopOptions options, Journal* journal, View* view, EngineClock* clock)
    : options_(std::move(options)),
      journal_(journal),
      view_(view),
      clock_(clock),
      mailbox_(
          {options_.control_max, options_.agents_max, options_.people_max, options_.sensors_max}) {}

absl::StatusOr<std::unique_ptr<Engine>> Loop::Replay() {
  auto engine = std::make_unique<Engine>(options_.score);
  std::unique_ptr<JournalReader> reader = journal_->NewReader();
  v1::Record record;
  const auto fold = [&](const chain::RecordView& stored) -> absl::Status {
    if (!record.ParseFromArray(stored.payload.data(), static_cast<int>(stored.payload.size()))) {
      return absl::DataLossError(absl::StrCat("record ", stored.seq, " cannot be read"));
    }
    auto head = engine->state().streams.find(record.stream());
    const bool first = head == engine->state().streams.end();
    if (chain::NextHash(first ? "" : head->second.hash, stored.payload) != stored.hash) {
      return absl::DataLossError(absl::StrCat(
          "journal: record ", stored.seq, " (", record.stream(), " ", record.stream_seq(),
          "): its hash does not fit; its bytes were changed. Restore the back-up"));
    }
    return engine->Replay(record, stored.hash);
  };
  RETURN_IF_ERROR(VisitAll(*reader, fold));
  return engine;
}

absl::Status Loop::Start() {
  ASSIGN_OR_RETURN(engine_, Replay());
  view_->Start(engine_->state());  // folded once for both, as it is before our first record
  clock_->Begin(engine_->state().last_time_us);
  int64_t alive = journal_->LastAliveUs();
  if (engine_->state().seq != 0) alive = std::max(alive, engine_->state().last_time_us);
  const int64_t now = clock_->NowUs();
  RETURN_IF_ERROR(engine_->Handle(now, ControllerStart{options_.version, alive}).status());
  RETURN_IF_ERROR(Commit(now));
  {
    MutexLock lock(keys_mutex_);
    agent_keys_ = engine_->state().reg.agent_keys;
  }
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void Loop::Stop() {
  mailbox_.Close();
  if (thread_.joinable()) thread_.join();
}

void Loop::Submit(PersonCommand command, Done<v1::SubmitResponse> done) {
  const Lane lane = Urgent(command.command) ? Lane::kControl : Lane::kPeople;
  if (!mailbox_.Post(static_cast<size_t>(lane), Command{std::move(command), done})) done(Full());
}

void Loop::Enrol(AgentEnrolment enrolment, Done<v1::EnrolResponse> done) {
  Other other{std::move(enrolment), [done](absl::StatusOr<Decision> decision) {
                if (decision.ok()) {
                  done(std::move(decision->enrolment));
                } else {
                  done(decision.status());
                }
              }};
  if (!mailbox_.Post(static_cast<size_t>(Lane::kPeople), std::move(other))) done(Full());
}

void Loop::Boot(Bootstrap bootstrap, std::function<void(absl::Status)> done) {
  Other other{std::move(bootstrap),
              [done](absl::StatusOr<Decision> decision) { done(decision.status()); }};
  if (!mailbox_.Post(static_cast<size_t>(Lane::kControl), std::move(other))) done(Full());
}

void Loop::Received(SinkContact contact, std::function<void(absl::Status)> done) {
  Other other{std::move(contact),
              [done](absl::StatusOr<Decision> decision) { done(decision.status()); }};
  if (!mailbox_.Post(static_cast<size_t>(Lane::kSensors), std::move(other))) done(Full());
}

void Loop::Signed(FinalSignature signature) {
  Other other{std::move(signature), [](const absl::StatusOr<Decision>& decision) {
                if (!decision.ok())
                  spdlog::error("a final's signature: {}", Text(decision.status()));
              }};
  (void)mailbox_.Post(static_cast<size_t>(Lane::kPeople), std::move(other));
}

bool Loop::Read(ReadWork work) {
  return mailbox_.Post(static_cast<size_t>(Lane::kPeople), std::move(work));
}

absl::Status Loop::AgentConnected(const AgentPeer& peer, std::shared_ptr<AgentSink> sink) {
  {
    MutexLock lock(keys_mutex_);
    auto it = agent_keys_.find(peer.host);
    if (it == agent_keys_.end() || it->second != peer.key_sha256) {
      return absl::PermissionDeniedError(
          absl::StrCat("the certificate of host '", peer.host,
                       "' was replaced or is unknown here; enrol the agent again"));
    }
  }
  if (!mailbox_.Post(static_cast<size_t>(Lane::kAgents), Connect{peer, std::move(sink)})) {
    return Full();
  }
  return absl::OkStatus();
}

bool Loop::AgentFrame(StreamId session, v1::AgentFrame frame, int64_t received_us) {
  return mailbox_.Post(static_cast<size_t>(Lane::kAgents),
                       Frame{session, std::move(frame), received_us});
}

void Loop::AgentGone(StreamId session) {
  // In the lane of what the agent said before, or the end would overtake the beginning.
  // False: the loop has ended, and with it every session.
  (void)mailbox_.PostBeyondLimit(static_cast<size_t>(Lane::kAgents), Gone{session});
}

void Loop::Run() {
  while (!mailbox_.closed()) {
    const int64_t now = clock_->NowUs();
    const int64_t due = std::min(engine_->NextDeadline(now), next_second_us_);
    const auto until = std::chrono::steady_clock::now() +
                       std::chrono::microseconds(std::max<int64_t>(0, due - now));
    RunBatch(mailbox_.Take(options_.batch_max, until));
  }
}

void Loop::RunBatch(std::vector<Item> items) {
  const int64_t now = clock_->NowUs();
  if (now >= next_second_us_) {
    next_second_us_ = now + kSecondUs;
    CheckClock(now);
    RetryUnrecorded(now);
    journal_->TouchAlive(now);
  }
  engine_->Tick(now);
  // All of them have come before `now`.
  for (Item& item : items) Take(item, now);
  const absl::Status status = Commit(now);
  if (!status.ok()) {
    spdlog::error("journal: {}; the batch is given up", Text(status));
    std::vector<PersonCommand> urgent;
    for (const Waiting& pending : pending_) {
      if (pending.urgent.has_value()) urgent.push_back(*pending.urgent);
    }
    Reload();
    for (PersonCommand& command : urgent) {
      engine_->ActWithoutRecord(command.command);
      unrecorded_.push_back(std::move(command));
    }
  }
  std::vector<Waiting> pending;
  pending.swap(pending_);
  for (Waiting& p : pending) p.settle(status);
  SendDesired(clock_->NowUs());
}

void Loop::Take(Item& item, int64_t now_us) {
  if (auto* connect = std::get_if<Connect>(&item)) return TakeConnect(*connect, now_us);
  if (auto* frame = std::get_if<Frame>(&item)) return TakeFrame(*frame, now_us);
  if (auto* gone = std::get_if<Gone>(&item)) return TakeGone(gone->session, now_us);
  if (auto* command = std::get_if<Command>(&item)) return TakeCommand(*command, now_us);
  if (auto* other = std::get_if<Other>(&item)) return TakeOther(*other, now_us);
  std::get<ReadWork>(item)(*engine_, now_us);
}

void Loop::TakeConnect(Connect& connect, int64_t) {
  // Known by its Hello; an older session of the same host ends then.
  sessions_[connect.peer.session] = {connect.peer.host, std::move(connect.sink), "", 0, false};
}

void Loop::TakeHello(StreamId id, const v1::Hello& hello, int64_t now_us) {
  const uint64_t older = engine_->fleet().Session(sessions_[id].host);
  if (older != 0 && older != id) {
    if (auto it = sessions_.find(older); it != sessions_.end()) {
      it->second.sink->Close(absl::AbortedError("a newer session of this host took over"));
      sessions_.erase(it);
    }
  }
  Session& session = sessions_[id];  // after the erasure, which moves the others
  session.hello = true;
  session.outbox_id = hello.outbox_id();
  v1::ControllerFrame frame;
  *frame.mutable_welcome() =
      engine_->fleet().Connect(session.host, id, hello, engine_->state().epoch, now_us);
  *frame.mutable_welcome()->mutable_sink() = sink_;
  Push(id, std::move(frame));
  engine_->Touch(session.host);
  spdlog::info("agent {} connected, version {}", session.host, hello.version());
  (void)engine_->Handle(now_us, AgentPresence{session.host, true});
}

void Loop::TakeFrame(Frame& frame, int64_t now_us) {
  auto it = sessions_.find(frame.session);
  if (it == sessions_.end()) return;
  const v1::AgentFrame& in = frame.frame;
  if (in.has_hello()) return TakeHello(frame.session, in.hello(), now_us);
  if (!it->second.hello) {
    it->second.sink->Close(absl::FailedPreconditionError("the first frame must be Hello"));
    sessions_.erase(it);
    return;
  }
  if (in.has_heartbeat()) {
    v1::ControllerFrame out;
    *out.mutable_heartbeat_ack() =
        engine_->fleet().OnHeartbeat(it->second.host, in.heartbeat(), frame.received_us);
    out.mutable_heartbeat_ack()->set_t3_us(clock_->NowUs());
    Push(frame.session, std::move(out));
  } else if (in.has_outbox()) {
    HandleEvents(frame.session, in.outbox(), now_us);
  } else if (in.has_dry_run()) {
    (void)engine_->Handle(now_us, DryRunAnswer{it->second.host, in.dry_run()});
  }
}

void Loop::HandleEvents(StreamId id, const v1::OutboxBatch& batch, int64_t now_us) {
  Session& session = sessions_[id];
  if (batch.entries().empty()) return;
  if (session.outbox_seq != 0 && batch.entries(0).seq() > session.outbox_seq + 1) {
    // Acknowledging past a gap would lose what fell into it.
    session.sink->Close(absl::InvalidArgumentError("outbox entries out of order"));
    return TakeGone(id, now_us);
  }
  session.outbox_seq = batch.entries(batch.entries_size() - 1).seq();
  AgentEvents events{
      session.host, session.outbox_id, {batch.entries().begin(), batch.entries().end()}};
  const uint64_t last = events.entries.back().seq();
  absl::StatusOr<Decision> decision = engine_->Handle(now_us, events);
  if (!decision.ok()) {
    spdlog::warn("agent {}: {}", session.host, Text(decision.status()));
    return;
  }
  pending_.push_back({[this, id, last](const absl::Status& status) {
                        if (!status.ok()) {
                          // The next entries must not overtake these: the session ends, and the
                          // agent sends all again, in order, in its next one.
                          if (auto it = sessions_.find(id); it != sessions_.end()) {
                            it->second.sink->Close(absl::UnavailableError(status.message()));
                            TakeGone(id, clock_->NowUs());
                          }
                          return;
                        }
                        v1::ControllerFrame out;
                        out.mutable_outbox_ack()->set_seq(last);
                        Push(id, std::move(out));
                      },
                      std::nullopt});
}

void Loop::TakeGone(StreamId id, int64_t now_us) {
  auto it = sessions_.find(id);
  if (it == sessions_.end()) return;
  const std::string host = it->second.host;
  const bool current = engine_->fleet().Session(host) == id;
  sessions_.erase(it);
  if (!current) return;
  engine_->fleet().Disconnect(host, id, now_us);
  engine_->Touch(host);
  spdlog::info("agent {} disconnected", host);
  (void)engine_->Handle(now_us, AgentPresence{host, false});
}

void Loop::TakeCommand(Command& command, int64_t now_us) {
  Input input = std::move(command.command);
  absl::StatusOr<Decision> decision = engine_->Handle(now_us, input);
  if (!decision.ok()) {
    // Refused on a state that is not durable yet: true only if the batch gets durable.
    pending_.push_back(
        {[done = std::move(command.done), refused = decision.status()](const absl::Status& s) {
           done(s.ok() ? refused : absl::UnavailableError(s.message()));
         },
         std::nullopt});
    return;
  }
  AskDryRuns(*decision);
  // Of the batch's own record; only a durable one is signed.
  const std::string final = decision->sign_final;
  const uint64_t final_seq =
      final.empty() ? 0 : engine_->state().FindExercise(final)->final_score.head_stream_seq() + 1;
  std::optional<PersonCommand> urgent;
  PersonCommand& given = std::get<PersonCommand>(input);
  if (Urgent(given.command) && !decision->records.empty()) urgent = std::move(given);
  const bool sent = urgent.has_value();
  pending_.push_back(
      {[this, done = std::move(command.done), response = std::move(decision->response), sent, final,
        final_seq](const absl::Status& s) {
         if (s.ok()) {
           if (!final.empty() && sign_final_ != nullptr) sign_final_(final, final_seq);
           done(response);
         } else if (sent) {
           done(absl::UnavailableError(
               absl::StrCat("the hosts were told, but it could not be written down (", s.message(),
                            "); the controller keeps trying: make room on its disk")));
         } else {
           done(absl::UnavailableError(
               absl::StrCat("nothing was changed: ", s.message(), "; try again")));
         }
       },
       std::move(urgent)});
}

void Loop::TakeOther(Other& other, int64_t now_us) {
  absl::StatusOr<Decision> decision = engine_->Handle(now_us, other.input);
  pending_.push_back(
      {[done = std::move(other.done), decision = std::move(decision)](const absl::Status& s) {
         if (s.ok()) {
           done(decision);
         } else {
           done(absl::UnavailableError(s.message()));
         }
       },
       std::nullopt});
}

void Loop::AskDryRuns(const Decision& decision) {
  if (decision.dry_run_hosts.empty()) return;
  const Exercise* e = engine_->state().FindExercise(decision.dry_run_exercise);
  for (const std::string& host : decision.dry_run_hosts) {
    v1::ControllerFrame frame;
    *frame.mutable_dry_run() = DryRunFor(*e, host);
    Push(engine_->fleet().Session(host), std::move(frame));
  }
}

absl::Status Loop::Commit(int64_t now_us) {
  auto batch = std::make_shared<std::vector<Stamped>>(engine_->TakeBatch());
  if (batch->empty()) return absl::OkStatus();
  const bool enrolled = std::any_of(batch->begin(), batch->end(),
                                    [](const Stamped& s) { return s.record.has_agent_enrolled(); });
  absl::Status status = Append(*batch);
  const bool urgent = std::any_of(pending_.begin(), pending_.end(),
                                  [](const Waiting& p) { return p.urgent.has_value(); });
  if (absl::IsResourceExhausted(status) && urgent && journal_->HasReserve()) {
    // A full disk must not hide that the drill was stopped.
    spdlog::error("journal: disk full; the reserve is used to write down a stop");
    RETURN_IF_ERROR(journal_->ReleaseReserve());
    status = Append(*batch);
  }
  RETURN_IF_ERROR(status);
  journal_->TouchAlive(now_us);
  if (enrolled) {
    MutexLock lock(keys_mutex_);
    agent_keys_ = engine_->state().reg.agent_keys;
  }
  view_->Publish(std::move(batch));
  return absl::OkStatus();
}

absl::Status Loop::Append(const std::vector<Stamped>& batch) {
  // One transaction but for batches beyond the journal's limit.
  for (size_t from = 0; from < batch.size(); from += kBatchRecordsMax) {
    const size_t to = std::min(batch.size(), from + kBatchRecordsMax);
    std::vector<StoredRecord> stored;
    stored.reserve(to - from);
    for (size_t i = from; i < to; ++i) {
      const v1::Record& record = batch[i].record;
      stored.push_back({record.seq(), record.stream(), record.stream_seq(),
                        static_cast<int>(record.body_case()), batch[i].payload, batch[i].hash});
    }
    RETURN_IF_ERROR(journal_->Append(stored, stored.front().seq - 1, engine_->state().epoch));
  }
  return absl::OkStatus();
}

void Loop::Reload() {
  absl::StatusOr<std::unique_ptr<Engine>> fresh = Replay();
  if (!fresh.ok()) {
    // What is durable cannot be read: going on would be guessing.
    spdlog::critical("journal: cannot be read again: {}; stopping", Text(fresh.status()));
    std::abort();
  }
  (*fresh)->AdoptVolatile(std::move(*engine_));
  engine_ = *std::move(fresh);
}

void Loop::SendDesired(int64_t now_us) {
  for (auto& [host, set] : engine_->DesiredSets(now_us)) {
    v1::ControllerFrame frame;
    *frame.mutable_desired() = std::move(set);
    Push(engine_->fleet().Session(host), std::move(frame));
  }
}

void Loop::Push(StreamId session, v1::ControllerFrame frame) {
  auto it = sessions_.find(session);
  if (it == sessions_.end()) return;
  auto shared = std::make_shared<const v1::ControllerFrame>(std::move(frame));
  // False: it is over; AgentGone follows.
  (void)it->second.sink->Push(std::move(shared));
}

// A stop or pause that the journal could not take is written down as soon as it can.
void Loop::RetryUnrecorded(int64_t now_us) {
  std::vector<PersonCommand> commands;
  commands.swap(unrecorded_);
  for (PersonCommand& command : commands) {
    absl::StatusOr<Decision> decision = engine_->Handle(now_us, command);
    if (!decision.ok() || decision->records.empty()) continue;
    pending_.push_back({[](const absl::Status&) {}, std::move(command)});
  }
  if (!journal_->HasReserve()) (void)journal_->RestoreReserve();  // tried again in a second
}

void Loop::CheckClock(int64_t now_us) {
  const int64_t divergence = clock_->DivergenceUs();
  if (divergence > -kClockStepUs && divergence < kClockStepUs) return;
  spdlog::warn("clock: the wall clock left engine time by {} us", divergence);
  (void)engine_->Handle(now_us, ClockStep{divergence});
  clock_->AcceptDivergence(divergence);
}

}  // namespace drill
