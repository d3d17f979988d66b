#include "core/exercise/apply.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "core/exercise/mark.h"
#include "core/scenario/unfold.h"

namespace drill {
namespace {

using Stage = OrderState::Stage;
using Status = InjectState::Status;
using v1::Record;

absl::Status Unknown(absl::string_view what, absl::string_view id) {
  return absl::DataLossError(absl::StrCat("names ", what, " '", id, "' that no record made"));
}

// Takes the first time of an anchor.
void First(int64_t* anchor, int64_t time_us) {
  if (*anchor == 0 || time_us < *anchor) *anchor = time_us;
}

// ---- register stream ----

void ApplyController(const Record& record, State* s) {
  s->epoch = record.controller_started().epoch();
  s->last_alive_us = record.controller_started().last_alive_us();
  s->up_since_us = record.time_us();
  // Whoever was connected was so to the run before.
  for (auto& [id, exercise] : s->exercises) {
    for (ExerciseHost& host : exercise->hosts) host.connected = false;
  }
}

void ApplyToken(const Record& record, RegisterState* reg) {
  const v1::TokenIssued& issued = record.token_issued();
  reg->tokens[issued.token_id()] = {issued.person(), issued.sha256(), issued.expires_us(), false};
  reg->token_by_hash[issued.sha256()] = issued.token_id();
}

absl::Status ApplyEnrolled(const Record& record, RegisterState* reg) {
  const v1::AgentEnrolled& enrolled = record.agent_enrolled();
  reg->agent_keys[enrolled.host()] = enrolled.key_sha256();
  for (auto& [hash, enrolment] : reg->enrolments) {
    if (enrolment.token_id == enrolled.token_id()) enrolment.used = true;
  }
  return absl::OkStatus();
}

// ---- one exercise ----

// Every fact of one exercise is applied by a method of this name; `r` is the whole record.
class ExerciseFold {
 public:
  ExerciseFold(const Record& record, Exercise* exercise) : r_(record), e_(*exercise) {}

  absl::Status Run() {
    switch (r_.body_case()) {
      case Record::kExerciseCreated:
        return Created();
      case Record::kExerciseApproved:
        return Approved();
      case Record::kHostChecked:
        return HostChecked();
      case Record::kExerciseReady:
        e_.phase = v1::PHASE_READY;
        return absl::OkStatus();
      case Record::kExerciseStarted:
        return Started();
      case Record::kExercisePaused:
        return Paused();
      case Record::kExerciseResumed:
        return Resumed();
      case Record::kClockJumped:
        e_.clock.Jump(r_.time_us(), r_.clock_jumped().to_ex_us());
        return absl::OkStatus();
      case Record::kSpeedSet:
        e_.clock.SetSpeed(r_.time_us(), r_.speed_set().speed_permille());
        return absl::OkStatus();
      case Record::kInjectScheduled:
        return Scheduled();
      case Record::kInjectReleased:
        return Released();
      case Record::kInjectRevoked:
        return Revoked();
      case Record::kInjectHeld:
        return Held();
      case Record::kInjectAdded:
        return AddInject(r_.inject_added().inject(), true);
      case Record::kManualPlayed:
        return Manual();
      case Record::kOrderReported:
        return Order();
      case Record::kSinkReceived:
        return Sink();
      case Record::kOrderRetried:
        return Retried();
      case Record::kAgentSeen:
        return Seen();
      case Record::kRealIncidentRaised:
        e_.real_incident = true;
        e_.real_incidents.emplace_back(r_.time_us(), std::numeric_limits<int64_t>::max());
        return absl::OkStatus();
      case Record::kRealIncidentCleared:
        e_.real_incident = false;
        if (!e_.real_incidents.empty()) e_.real_incidents.back().second = r_.time_us();
        return absl::OkStatus();
      case Record::kExerciseEnded:
        return Ended();
      case Record::kObservationMade:
        return Observed();
      case Record::kObservationMatched:
        return Matched();
      case Record::kObservationRejected:
        return Rejected();
      case Record::kMessageRead:
        return Read();
      case Record::kJudgingOpened:
        e_.phase = v1::PHASE_JUDGING;
        return absl::OkStatus();
      case Record::kElementRated:
        return Rated();
      case Record::kScoreFinalised:
        e_.final_score = r_.score_finalised();
        e_.phase = v1::PHASE_FINAL;
        return absl::OkStatus();
      case Record::kResidueAccepted:
        return Accepted();
      case Record::kExerciseClosed:
        e_.close_note = r_.exercise_closed().note();
        if (e_.phase != v1::PHASE_ABORTED) e_.phase = v1::PHASE_CLOSED;
        return absl::OkStatus();
      default:
        return absl::DataLossError(absl::StrCat("its kind ", r_.body_case(),
                                                " does not belong into the stream of an exercise"));
    }
  }

 private:
  absl::StatusOr<InjectState*> FindInject(absl::string_view id) {
    const int index = e_.FindInject(id);
    if (index < 0) return Unknown("inject", id);
    return &e_.injects[static_cast<size_t>(index)];
  }
  uint32_t Position() const { return static_cast<uint32_t>(r_.stream_seq()); }

  absl::Status Created() {
    if (r_.exercise_created().exercise() != r_.stream()) {
      return absl::DataLossError(absl::StrCat(
          "creates exercise '", r_.exercise_created().exercise(), "' in another's stream"));
    }
    e_.created = r_.exercise_created();
    for (const v1::SystemCast& cast : e_.created.systems()) {
      for (const v1::Host& host : cast.hosts()) {
        ExerciseHost entry;
        entry.host = host;
        entry.system = cast.system();
        entry.part = cast.part();
        e_.hosts.push_back(std::move(entry));
      }
    }
    std::sort(e_.hosts.begin(), e_.hosts.end(), [](const ExerciseHost& a, const ExerciseHost& b) {
      return a.host.id() < b.host.id();
    });
    for (size_t i = 0; i < e_.hosts.size(); ++i) {
      e_.host_index[e_.hosts[i].host.id()] = static_cast<int>(i);
    }
    for (const v1::Inject& inject : e_.created.scenario().injects()) {
      RETURN_IF_ERROR(AddInject(inject, false));
    }
    return absl::OkStatus();
  }

  absl::Status AddInject(const v1::Inject& authored, bool added) {
    for (Unfolded& unfolded : UnfoldInject(authored)) {
      InjectState state;
      state.inject = std::move(unfolded.inject);
      state.scope_inject = std::move(unfolded.authored_id);
      state.added = added;
      for (size_t h = 0; h < e_.hosts.size(); ++h) {
        const auto chosen = [&](const google::protobuf::RepeatedPtrField<v1::Selector>& selectors) {
          return std::any_of(selectors.begin(), selectors.end(), [&](const v1::Selector& selector) {
            return Selects(selector, e_.hosts[h].part, e_.hosts[h].host);
          });
        };
        if (chosen(state.inject.targets())) state.hosts.push_back(static_cast<int>(h));
        if (chosen(state.inject.against())) state.against.push_back(static_cast<int>(h));
      }
      if (state.is_action()) state.orders.resize(state.hosts.size());
      if (state.is_action() && UsesSink(state.inject.action())) {
        for (int host : state.hosts) {
          Mark(state.inject.id(), static_cast<int>(e_.injects.size()), host, 1);
        }
      }
      if (state.inject.has_at()) {
        state.status = Status::kScheduled;
        state.planned_ex_us = Micros(state.inject.at());
      }
      e_.inject_index[state.inject.id()] = static_cast<int>(e_.injects.size());
      e_.injects.push_back(std::move(state));
    }
    return absl::OkStatus();
  }

  // From now on the sink knows this order.
  void Mark(const std::string& id, int inject, int host, int attempt) {
    v1::OrderId order;
    order.set_exercise(e_.id());
    order.set_inject(id);
    order.set_host(e_.hosts[static_cast<size_t>(host)].host.id());
    order.set_attempt(attempt);
    e_.marks[OrderMark(order)] = {inject, host, attempt};
  }

  absl::Status Sink() {
    const v1::SinkReceived& received = r_.sink_received();
    const int inject = e_.FindInject(received.order().inject());
    if (inject < 0) return Unknown("inject", received.order().inject());
    const int host = e_.FindHost(received.order().host());
    if (host < 0) return Unknown("host", received.order().host());
    e_.sink[{inject, host, received.order().attempt(), received.channel()}] = received;
    return absl::OkStatus();
  }

  absl::Status Approved() {
    e_.approved = r_.exercise_approved();
    e_.phase = v1::PHASE_APPROVED;
    // What the hosts said was about the scope and orders before.
    for (ExerciseHost& host : e_.hosts) {
      host.checked = false;
      host.check.Clear();
    }
    return absl::OkStatus();
  }

  absl::Status HostChecked() {
    const int host = e_.FindHost(r_.host_checked().host());
    if (host < 0) return Unknown("host", r_.host_checked().host());
    ExerciseHost& entry = e_.hosts[static_cast<size_t>(host)];
    entry.checked = true;
    entry.check = r_.host_checked();
    return absl::OkStatus();
  }

  absl::Status Started() {
    if (e_.clock.started()) return absl::DataLossError("starts an exercise a second time");
    e_.phase = v1::PHASE_RUNNING;
    e_.start_us = r_.exercise_started().start_us();
    e_.clock.Start(e_.start_us);
    // StartEx is refused unless every agent that is to play is connected.
    for (const InjectState& inject : e_.injects) {
      if (!inject.is_action()) continue;
      for (int host : inject.hosts) e_.hosts[static_cast<size_t>(host)].connected = true;
    }
    return absl::OkStatus();
  }

  // About to be taken back.
  void MarkCrossing(InjectState* inject) {
    if (!inject->is_action() || inject->status != Status::kScheduled || inject->held ||
        inject->direct || !e_.clock.running()) {
      return;
    }
    if (e_.clock.EngineAt(inject->planned_ex_us) <= r_.time_us() + kLeaseMaxUs) {
      inject->may_have_started = true;
    }
  }

  absl::Status Paused() {
    for (InjectState& inject : e_.injects) MarkCrossing(&inject);
    e_.phase = v1::PHASE_PAUSED;
    e_.clock.Stop(r_.time_us(), r_.exercise_paused().at_ex_us());
    return absl::OkStatus();
  }

  absl::Status Resumed() {
    const v1::ExerciseResumed& resumed = r_.exercise_resumed();
    e_.phase = v1::PHASE_RUNNING;
    e_.clock.Resume(resumed.resume_us(), resumed.at_ex_us());
    return absl::OkStatus();
  }

  absl::Status Scheduled() {
    const v1::InjectScheduled& scheduled = r_.inject_scheduled();
    ASSIGN_OR_RETURN(InjectState * inject, FindInject(scheduled.inject()));
    MarkCrossing(inject);
    inject->status = Status::kScheduled;
    inject->planned_ex_us = scheduled.planned_ex_us();
    inject->direct = scheduled.direct();
    if (scheduled.reason() == v1::SCHEDULE_REASON_FIRED) inject->held = false;
    return absl::OkStatus();
  }

  absl::Status Released() {
    const v1::InjectReleased& released = r_.inject_released();
    ASSIGN_OR_RETURN(InjectState * inject, FindInject(released.inject()));
    inject->status = Status::kReleased;
    inject->planned_us = released.planned_us();
    inject->planned_ex_us = released.planned_ex_us();
    inject->released_us = released.planned_us() + released.late_us();
    inject->late_us = released.late_us();
    inject->direct = released.direct();
    inject->released_record = Position();
    return absl::OkStatus();
  }

  absl::Status Revoked() {
    ASSIGN_OR_RETURN(InjectState * inject, FindInject(r_.inject_revoked().inject()));
    MarkCrossing(inject);
    inject->status = Status::kRevoked;
    inject->revoke_reason = r_.inject_revoked().reason();
    return absl::OkStatus();
  }

  absl::Status Held() {
    ASSIGN_OR_RETURN(InjectState * inject, FindInject(r_.inject_held().inject()));
    MarkCrossing(inject);
    inject->held = r_.inject_held().held();
    return absl::OkStatus();
  }

  absl::Status Manual() {
    const v1::ManualPlayed& played = r_.manual_played();
    ASSIGN_OR_RETURN(InjectState * inject, FindInject(played.inject()));
    const int host = e_.FindHost(played.host());
    if (host < 0) return Unknown("host", played.host());
    inject->manual[host] = {played, Position()};
    First(&inject->started_us, played.at_us());
    for (const v1::Artefact& artefact : played.artefacts()) {
      v1::Trace trace;
      *trace.mutable_artefact() = artefact;
      trace.set_noticeable(true);
      trace.set_at_us(played.at_us());
      AddTrace(e_.FindInject(played.inject()), host, 0, trace);
    }
    return absl::OkStatus();
  }

  void AddTrace(int inject, int host, int attempt, const v1::Trace& trace) {
    e_.traces[{inject, host}].push_back(trace);
    e_.trace_attempts[{inject, host}].push_back(attempt);
    e_.evidence[Exercise::EvidenceKey(host, trace.artefact())].push_back({inject, host, trace});
    if (!trace.sha256().empty()) {
      // A file may be named by its content as well as by its path.
      v1::Artefact content;
      content.set_kind(v1::ARTEFACT_KIND_SHA256);
      content.set_value(Hex(trace.sha256()));
      e_.evidence[Exercise::EvidenceKey(host, content)].push_back({inject, host, trace});
    }
  }
  static std::string Hex(absl::string_view bytes) {
    std::string out;
    for (char c : bytes) absl::StrAppend(&out, absl::Hex(static_cast<uint8_t>(c), absl::kZeroPad2));
    return out;
  }

  // When something happened on a host. An agent that knows no engine time yet (a recovery at boot)
  // says 0: the receipt is all there is. And nothing happened after it was told.
  int64_t HostTime(int64_t at_us) const {
    return at_us <= 0 || at_us > r_.time_us() ? r_.time_us() : at_us;
  }
  // The same for a trace, which cannot be older than the start of its order.
  int64_t TraceTime(const v1::OrderEvent& event, const v1::Trace& trace,
                    const OrderState& order) const {
    const int64_t start = order.started_us != 0 ? order.started_us : e_.start_us;
    const int64_t error = std::max<int64_t>(event.error_us(), order.error_us);
    return HostTime(trace.at_us() < start - error ? event.at_us() : trace.at_us());
  }

  absl::Status Order() {
    const v1::OrderEvent& event = r_.order_reported().event();
    const int index = e_.FindInject(event.order().inject());
    if (index < 0) return Unknown("inject", event.order().inject());
    InjectState& inject = e_.injects[static_cast<size_t>(index)];
    const int host = e_.FindHost(event.order().host());
    const int position = host < 0 ? -1 : inject.PositionOf(host);
    if (position < 0 || inject.orders.empty()) return Unknown("order on", event.order().host());
    OrderState& order = inject.orders[static_cast<size_t>(position)];
    if (event.order().attempt() < order.attempt) {
      StaleStep(event, index, host);
    } else if (event.order().attempt() == order.attempt) {
      OrderStep(event, index, host, &inject, &order);
    }
    return absl::OkStatus();
  }

  // An earlier attempt: only its clean-up still matters.
  void StaleStep(const v1::OrderEvent& event, int index, int host) {
    const std::tuple<int, int, int> key(index, host, event.order().attempt());
    v1::CleanupResult cleanup = event.cleanup();
    switch (event.kind()) {
      case v1::ORDER_EVENT_KIND_STARTED:
      case v1::ORDER_EVENT_KIND_APPLIED:
        // Given up here, but standing there.
        e_.stale_attempts.insert(key);
        return;
      case v1::ORDER_EVENT_KIND_UNDONE:
        if (cleanup == v1::CLEANUP_RESULT_UNSPECIFIED) return;  // nothing verified
        break;
      case v1::ORDER_EVENT_KIND_BLOCKED:
      case v1::ORDER_EVENT_KIND_FAILED:
      case v1::ORDER_EVENT_KIND_REFUSED:
      case v1::ORDER_EVENT_KIND_MISSED:
      case v1::ORDER_EVENT_KIND_INTERRUPTED:
        break;
      default:
        return;
    }
    e_.stale_attempts.erase(key);
    if (auto past = e_.past_attempts.find(key); past != e_.past_attempts.end()) {
      past->second.cleanup =
          cleanup == v1::CLEANUP_RESULT_UNSPECIFIED ? v1::CLEANUP_RESULT_VERIFIED : cleanup;
      past->second.undone_us = HostTime(event.at_us());
    }
    if (cleanup == v1::CLEANUP_RESULT_RESIDUE) {
      e_.stale_residue.insert(key);
      KeepNotes(event, index, host);
    } else {
      e_.stale_residue.erase(key);
    }
  }

  void OrderStep(const v1::OrderEvent& event, int index, int host, InjectState* inject,
                 OrderState* order) {
    switch (event.kind()) {
      case v1::ORDER_EVENT_KIND_STARTED:
        if (order->stage != Stage::kNone) return;
        order->stage = Stage::kStarted;
        order->started_us = HostTime(event.at_us());
        order->error_us = Clamped(event.error_us());
        order->late_us = event.late_us();
        order->started_record = Position();
        First(&inject->started_us, order->started_us);
        return;
      case v1::ORDER_EVENT_KIND_APPLIED:
        // Told again after a restart of the agent, or after its end: the first word stands.
        if (order->stage > Stage::kStarted || HasEnd(*order)) return;
        order->stage = Stage::kApplied;
        order->applied_record = Position();
        // What is measured from here on are the traces, by the clock as it was known then.
        if (event.error_us() > 0) order->error_us = Clamped(event.error_us());
        for (v1::Trace trace : event.traces()) {
          trace.set_at_us(TraceTime(event, trace, *order));
          AddTrace(index, host, order->attempt, trace);
          if (trace.noticeable()) First(&order->noticeable_us, trace.at_us());
        }
        return;
      case v1::ORDER_EVENT_KIND_UNDONE:
        // Something was there, though its start was never heard of.
        if (order->stage == Stage::kNone) order->stage = Stage::kInterrupted;
        return Clean(event, event.cleanup(), index, host, order);
      case v1::ORDER_EVENT_KIND_BLOCKED:
        return Close(Stage::kBlocked, event, index, host, order);
      case v1::ORDER_EVENT_KIND_FAILED:
        return Close(Stage::kFailed, event, index, host, order);
      case v1::ORDER_EVENT_KIND_REFUSED:
        return Close(Stage::kRefused, event, index, host, order);
      case v1::ORDER_EVENT_KIND_MISSED:
        // "Never started here" about what did start: the host was rebuilt, and what was played
        // is gone with it. It stays played.
        if (order->stage == Stage::kStarted || order->stage == Stage::kApplied) {
          return Clean(event, v1::CLEANUP_RESULT_SUPERSEDED, index, host, order);
        }
        // Revoked, and the host says that it did not cross: nothing was to be played.
        if (inject->status == Status::kRevoked) {
          return Clean(event, v1::CLEANUP_RESULT_VERIFIED, index, host, order);
        }
        return Close(Stage::kMissed, event, index, host, order);
      case v1::ORDER_EVENT_KIND_INTERRUPTED:
        return Close(Stage::kInterrupted, event, index, host, order);
      default:
        return;
    }
  }

  static int32_t Clamped(int64_t us) {
    return static_cast<int32_t>(std::clamp<int64_t>(us, 0, INT32_MAX));
  }
  static bool HasEnd(const OrderState& order) {
    return order.cleanup != v1::CLEANUP_RESULT_UNSPECIFIED;
  }

  // Not played, or undone again by the agent at once: what is left of it is in the event. After
  // its effect was confirmed it is only its end: it was played.
  void Close(Stage stage, const v1::OrderEvent& event, int index, int host, OrderState* order) {
    if (!HasEnd(*order)) {
      if (order->stage != Stage::kApplied) order->stage = stage;
      if (order->started_record == 0) order->started_record = Position();
    }
    const v1::CleanupResult cleanup = event.cleanup() == v1::CLEANUP_RESULT_UNSPECIFIED
                                          ? v1::CLEANUP_RESULT_VERIFIED
                                          : event.cleanup();
    Clean(event, cleanup, index, host, order);
  }

  // The end of an order. The first word stands; only what was left may be found gone later.
  void Clean(const v1::OrderEvent& event, v1::CleanupResult cleanup, int index, int host,
             OrderState* order) {
    if (cleanup == v1::CLEANUP_RESULT_UNSPECIFIED) return;  // nothing verified
    if (HasEnd(*order)) {
      if (order->cleanup != v1::CLEANUP_RESULT_RESIDUE || cleanup == v1::CLEANUP_RESULT_RESIDUE) {
        return;
      }
      e_.residue.erase({index, host});
    } else {
      const bool failed = order->stage == Stage::kApplied &&
                          event.kind() != v1::ORDER_EVENT_KIND_UNDONE &&
                          event.kind() != v1::ORDER_EVENT_KIND_MISSED;
      order->undo_reason = failed ? v1::UNDO_REASON_FAILED : event.undo_reason();
      order->undone_us = HostTime(event.at_us());
    }
    order->cleanup = cleanup;
    order->undone_record = Position();
    KeepNotes(event, index, host);
  }

  void KeepNotes(const v1::OrderEvent& event, int index, int host) {
    auto& notes = e_.residue[{index, host}];
    notes.insert(notes.end(), event.notes().begin(), event.notes().end());
  }

  absl::Status Retried() {
    const v1::OrderRetried& retried = r_.order_retried();
    ASSIGN_OR_RETURN(InjectState * inject, FindInject(retried.inject()));
    const int host = e_.FindHost(retried.host());
    const int position = host < 0 ? -1 : inject->PositionOf(host);
    if (position < 0) return Unknown("order on", retried.host());
    OrderState& order = inject->orders[static_cast<size_t>(position)];
    if (order.NeedsCleanup()) {
      e_.stale_attempts.insert({e_.FindInject(retried.inject()), host, order.attempt});
    }
    e_.past_attempts[{e_.FindInject(retried.inject()), host, order.attempt}] = order;
    order = OrderState{};
    order.attempt = retried.attempt();
    if (UsesSink(inject->inject.action())) {
      Mark(inject->inject.id(), e_.FindInject(retried.inject()), host, order.attempt);
    }
    // A start that was taken back is no anchor.
    inject->started_us = 0;
    for (const OrderState& other : inject->orders) {
      if (other.started_us != 0) First(&inject->started_us, other.started_us);
    }
    const int index = e_.FindInject(retried.inject());
    auto left = e_.stale_residue.lower_bound({index, host, 0});
    const bool keep =
        left != e_.stale_residue.end() && std::get<0>(*left) == index && std::get<1>(*left) == host;
    if (!keep) e_.residue.erase({index, host});
    return absl::OkStatus();
  }

  absl::Status Seen() {
    const int host = e_.FindHost(r_.agent_seen().host());
    if (host < 0) return Unknown("host", r_.agent_seen().host());
    e_.hosts[static_cast<size_t>(host)].connected = r_.agent_seen().connected();
    return absl::OkStatus();
  }

  absl::Status Ended() {
    const v1::ExerciseEnded& ended = r_.exercise_ended();
    e_.aborted = ended.aborted();
    e_.phase = ended.aborted() ? v1::PHASE_ABORTED : v1::PHASE_ENDED;
    e_.end_us = r_.time_us();
    e_.end_ex_us = ended.at_ex_us();
    for (InjectState& inject : e_.injects) MarkCrossing(&inject);
    if (e_.clock.started()) e_.clock.Stop(r_.time_us(), ended.at_ex_us());
    for (InjectState& inject : e_.injects) {
      if (inject.status == Status::kReleased || inject.status == Status::kRevoked) continue;
      inject.status = Status::kRevoked;
      inject.revoke_reason = v1::REVOKE_REASON_ENDED;
    }
    return absl::OkStatus();
  }

  absl::Status Observed() {
    ObservationState observation;
    observation.made = r_.observation_made();
    observation.received_us = observation.made.has_on_behalf()
                                  ? observation.made.on_behalf().received_us()
                                  : r_.time_us();
    observation.record = Position();
    ++e_.said[observation.made.team()];
    SetAnswered(observation);
    e_.observation_index[observation.made.observation()] = static_cast<int>(e_.observations.size());
    e_.observations.push_back(std::move(observation));
    return absl::OkStatus();
  }

  absl::Status Matched() {
    const v1::ObservationMatched& matched = r_.observation_matched();
    const int index = e_.FindObservation(matched.observation());
    if (index < 0) return Unknown("observation", matched.observation());
    const int inject_index = e_.FindInject(matched.inject());
    if (inject_index < 0) return Unknown("inject", matched.inject());
    ObservationState& observation = e_.observations[static_cast<size_t>(index)];
    observation.rejection = v1::REJECTION_UNSPECIFIED;
    Match match;
    match.inject = inject_index;
    match.credit_permille = matched.credit_permille();
    match.counts_us =
        matched.counts_from_us() != 0 ? matched.counts_from_us() : observation.received_us;
    match.by_evaluator = r_.actor().who_case() == v1::Actor::kPerson;
    match.record = Position();
    if (matched.hosts().empty()) Link(match, &observation);
    for (const std::string& id : matched.hosts()) {
      match.host = e_.FindHost(id);
      if (match.host < 0) return Unknown("host", id);
      Link(match, &observation);
    }
    SetAnchor(observation, match, &e_.injects[static_cast<size_t>(inject_index)]);
    return absl::OkStatus();
  }

  // The first answer is one, right or wrong; its worth comes with a match.
  void SetAnswered(const ObservationState& observation) {
    const v1::ObservationMade& made = observation.made;
    if (made.kind() != v1::OBSERVATION_KIND_ANSWER || made.in_pause() ||
        made.during_real_incident()) {
      return;
    }
    const int inject = e_.FindInject(made.question());
    if (inject < 0) return;
    First(&e_.injects[static_cast<size_t>(inject)].answered_us, observation.received_us);
  }

  // The engine's later word on the same place knows more: traces that were told late.
  static void Link(const Match& match, ObservationState* observation) {
    for (Match& other : observation->matches) {
      if (other.inject == match.inject && other.host == match.host && !other.by_evaluator &&
          !match.by_evaluator) {
        other = match;
        return;
      }
    }
    observation->matches.push_back(match);
  }

  static void SetAnchor(const ObservationState& observation, const Match& match,
                        InjectState* inject) {
    switch (observation.made.kind()) {
      case v1::OBSERVATION_KIND_DETECTION:
        return First(&inject->detected_us, match.counts_us);
      case v1::OBSERVATION_KIND_REPORT:
        return First(&inject->reported_us, match.counts_us);
      case v1::OBSERVATION_KIND_CONTAINMENT:
        return First(&inject->contained_us, match.counts_us);
      case v1::OBSERVATION_KIND_RECOVERY:
        return First(&inject->recovered_us, match.counts_us);
      case v1::OBSERVATION_KIND_ANSWER:
        return First(&inject->answered_us, match.counts_us);
      default:
        return;
    }
  }

  // Undoes this observation's matches; anchors that rested on them are found again from the rest.
  absl::Status Rejected() {
    const v1::ObservationRejected& rejected = r_.observation_rejected();
    const int index = e_.FindObservation(rejected.observation());
    if (index < 0) return Unknown("observation", rejected.observation());
    ObservationState& observation = e_.observations[static_cast<size_t>(index)];
    observation.rejection = rejected.rejection();
    observation.rejection_record = Position();
    const std::vector<Match> undone = std::move(observation.matches);
    observation.matches.clear();
    for (const Match& match : undone) {
      InjectState& inject = e_.injects[static_cast<size_t>(match.inject)];
      inject.detected_us = inject.reported_us = inject.contained_us = 0;
      inject.recovered_us = inject.answered_us = 0;
      for (const ObservationState& other : e_.observations) {
        SetAnswered(other);
        for (const Match& m : other.matches) {
          if (m.inject == match.inject) SetAnchor(other, m, &inject);
        }
      }
    }
    return absl::OkStatus();
  }

  absl::Status Read() {
    const int inject = e_.FindInject(r_.message_read().inject());
    if (inject < 0) return Unknown("inject", r_.message_read().inject());
    e_.reads.try_emplace({inject, r_.message_read().team()}, r_.time_us());
    return absl::OkStatus();
  }

  absl::Status Rated() {
    const v1::ElementRated& rated = r_.element_rated();
    for (size_t i = 0; i < e_.ratings.size(); ++i) {
      if (e_.rated_by[i] == r_.actor().person() && e_.ratings[i].system() == rated.system() &&
          e_.ratings[i].element() == rated.element()) {
        e_.ratings[i] = rated;
        return absl::OkStatus();
      }
    }
    e_.ratings.push_back(rated);
    e_.rated_by.push_back(r_.actor().person());
    return absl::OkStatus();
  }

  absl::Status Accepted() {
    ASSIGN_OR_RETURN(InjectState * inject, FindInject(r_.residue_accepted().inject()));
    const int host = e_.FindHost(r_.residue_accepted().host());
    const int position = host < 0 ? -1 : inject->PositionOf(host);
    if (position < 0 || inject->orders.empty()) {
      return Unknown("order on", r_.residue_accepted().host());
    }
    OrderState& order = inject->orders[static_cast<size_t>(position)];
    order.residue_accepted = true;
    // An owner may also accept a host that never confirmed (rebuilt, gone).
    if (order.cleanup == v1::CLEANUP_RESULT_UNSPECIFIED) {
      order.cleanup = v1::CLEANUP_RESULT_RESIDUE;
      if (order.stage == Stage::kNone) order.stage = Stage::kMissed;
    }
    const int index = e_.FindInject(r_.residue_accepted().inject());
    for (int attempt = 1; attempt < order.attempt; ++attempt) {
      e_.stale_attempts.erase({index, host, attempt});
      e_.stale_residue.erase({index, host, attempt});
    }
    return absl::OkStatus();
  }

  const Record& r_;
  Exercise& e_;
};

absl::Status ApplyRegister(const Record& record, State* s) {
  RegisterState& reg = s->reg;
  switch (record.body_case()) {
    case Record::kControllerStarted:
      ApplyController(record, s);
      return absl::OkStatus();
    case Record::kClockStepped:
      return absl::OkStatus();
    case Record::kRegisterChanged:
      reg.Put(record.register_changed().entries());
      return absl::OkStatus();
    case Record::kTokenIssued:
      ApplyToken(record, &reg);
      return absl::OkStatus();
    case Record::kTokenRevoked: {
      auto it = reg.tokens.find(record.token_revoked().token_id());
      if (it == reg.tokens.end()) return Unknown("token", record.token_revoked().token_id());
      it->second.revoked = true;
      return absl::OkStatus();
    }
    case Record::kEnrolmentIssued: {
      const v1::EnrolmentIssued& issued = record.enrolment_issued();
      reg.enrolments[issued.secret_sha256()] = {issued.token_id(), issued.host(),
                                                issued.expires_us(), false};
      return absl::OkStatus();
    }
    case Record::kAgentEnrolled:
      return ApplyEnrolled(record, &reg);
    case Record::kScenarioAdded:
      reg.scenarios[record.scenario_added().scenario().id()] = record.scenario_added().scenario();
      return absl::OkStatus();
    default:
      return absl::DataLossError(absl::StrCat("its kind ", record.body_case(),
                                              " does not belong into the stream 'register'"));
  }
}

absl::Status ApplyBody(const Record& record, State* s) {
  if (record.body_case() == Record::BODY_NOT_SET) {
    return absl::DataLossError("its kind is unknown to this version; a newer one wrote it");
  }
  if (record.stream() == "register") return ApplyRegister(record, s);
  Exercise* exercise = s->FindExercise(record.stream());
  if (record.has_exercise_created()) {
    if (exercise != nullptr) return absl::DataLossError("its exercise exists already");
    auto made = std::make_unique<Exercise>();
    exercise = made.get();
    exercise->phase = v1::PHASE_DRAFT;
    s->exercises[record.stream()] = std::move(made);
  }
  if (exercise == nullptr) return Unknown("exercise", record.stream());
  exercise->head_stream_seq = record.stream_seq();
  return ExerciseFold(record, exercise).Run();
}

// The id that the command's answer carried.
std::string GivenId(const Record& record) {
  switch (record.body_case()) {
    case Record::kObservationMade:
      return record.observation_made().observation();
    case Record::kTokenIssued:
      return record.token_issued().token_id();
    case Record::kEnrolmentIssued:
      return record.enrolment_issued().token_id();
    case Record::kScenarioAdded:
      return record.scenario_added().scenario().id();
    case Record::kExerciseCreated:
      return record.exercise_created().exercise();
    case Record::kInjectAdded:
      return record.inject_added().inject().id();
    default:
      return "";
  }
}

// Every record of a command carries its id: the last one's number is the answer's.
void RememberRequest(const Record& record, State* s) {
  if (record.request_id().empty()) return;
  auto [it, fresh] = s->requests.try_emplace(record.request_id());
  it->second.seq = record.seq();
  if (std::string id = GivenId(record); !id.empty()) it->second.id = std::move(id);
  if (!fresh) return;
  if (s->request_order.size() < kRequestsKept) {
    s->request_order.push_back(record.request_id());
    return;
  }
  s->requests.erase(s->request_order[s->request_next]);
  s->request_order[s->request_next] = record.request_id();
  s->request_next = (s->request_next + 1) % kRequestsKept;
}

}  // namespace

absl::Status Apply(const Record& record, State* state) {
  const auto known = state->streams.find(record.stream());
  const uint64_t stream_seq = known == state->streams.end() ? 0 : known->second.stream_seq;
  absl::Status status = absl::OkStatus();
  if (record.seq() != state->seq + 1 || record.stream_seq() != stream_seq + 1) {
    status = absl::DataLossError(absl::StrCat("expected record ", state->seq + 1, " and ",
                                              stream_seq + 1, " in its stream"));
  } else if (record.time_us() < state->last_time_us) {
    status = absl::DataLossError("its time is before the previous record's");
  } else {
    status = ApplyBody(record, state);
  }
  if (!status.ok()) {
    return Annotate(status, absl::StrCat("record ", record.seq(), " (", record.stream(), " ",
                                         record.stream_seq(), ")"));
  }
  state->seq = record.seq();
  state->streams[record.stream()].stream_seq = record.stream_seq();
  state->last_time_us = record.time_us();
  if (record.has_order_reported()) {
    const v1::OrderReported& reported = record.order_reported();
    state->outbox[reported.event().order().host()] = {reported.outbox_id(), reported.outbox_seq()};
  }
  RememberRequest(record, state);
  return absl::OkStatus();
}

}  // namespace drill
