// What time and earlier records make due.

#include <algorithm>
#include <iterator>
#include <limits>

#include "core/exercise/decide_internal.h"
#include "core/exercise/match.h"
#include "core/scenario/unfold.h"

namespace drill {
namespace {

using Status = InjectState::Status;
using decide::Context;

// Said later than this after its time, a release is late by our failure.
constexpr int64_t kLateUs = 1'000'000;
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

v1::ObservationKind AskedFor(v1::ExpectationKind kind) {
  switch (kind) {
    case v1::EXPECTATION_KIND_DETECT:
      return v1::OBSERVATION_KIND_DETECTION;
    case v1::EXPECTATION_KIND_REPORT:
      return v1::OBSERVATION_KIND_REPORT;
    case v1::EXPECTATION_KIND_CONTAIN:
      return v1::OBSERVATION_KIND_CONTAINMENT;
    case v1::EXPECTATION_KIND_RECOVER:
      return v1::OBSERVATION_KIND_RECOVERY;
    case v1::EXPECTATION_KIND_ANSWER:
      return v1::OBSERVATION_KIND_ANSWER;
    default:
      return v1::OBSERVATION_KIND_UNSPECIFIED;
  }
}

// Hosts on which the inject is in place, so that a team could do something about it; at least 1.
int64_t HostsPlayed(const InjectState& inject) {
  const auto applied = std::count_if(
      inject.orders.begin(), inject.orders.end(),
      [](const OrderState& order) { return order.stage == OrderState::Stage::kApplied; });
  return std::max<int64_t>(1, applied + static_cast<int64_t>(inject.manual.size()));
}

// An expectation of the inject is met by matching observations of its team, on as many of the
// hosts as it asks for. A question is answered by any answer: its worth is judged later.
bool Met(const Exercise& e, int index, const v1::Expectation& expectation) {
  if (expectation.kind() == v1::EXPECTATION_KIND_PREVENT) return true;
  const InjectState& inject = e.injects[static_cast<size_t>(index)];
  absl::btree_set<int> hosts;
  bool whole = false;
  for (const ObservationState& o : e.observations) {
    if (o.made.kind() != AskedFor(expectation.kind()) || o.made.team() != expectation.team()) {
      continue;
    }
    whole = whole || (o.made.kind() == v1::OBSERVATION_KIND_ANSWER &&
                      o.made.question() == inject.inject.id());
    for (const Match& match : o.matches) {
      if (match.inject != index) continue;
      if (match.host < 0) whole = true;
      hosts.insert(match.host);
    }
  }
  if (whole || hosts.empty()) return whole;
  if (expectation.hosts().each()) return std::ssize(hosts) >= HostsPlayed(inject);
  return std::ssize(hosts) * 1000 >= HostsPlayed(inject) * expectation.hosts().share_permille();
}

// Exercise time at which the longest limit passes with an expectation unmet; kNever: it will not.
int64_t OverdueExUs(const Exercise& e, int index) {
  const InjectState& inject = e.injects[static_cast<size_t>(index)];
  if (inject.status != Status::kReleased) return kNever;
  int64_t longest = 0;
  bool unmet = false;
  for (const v1::Expectation& expectation : inject.inject.expect()) {
    longest = std::max(longest, Micros(expectation.limit()));
    unmet = unmet || !Met(e, index, expectation);
  }
  return unmet ? inject.planned_ex_us + longest : kNever;
}

// Engine time at which the anchor came, up to now; 0: not yet.
int64_t AnchorAt(const Exercise& e, int index, v1::Anchor anchor, int64_t now_us) {
  const InjectState& inject = e.injects[static_cast<size_t>(index)];
  switch (anchor) {
    case v1::ANCHOR_RELEASED:
      return inject.released_us;
    case v1::ANCHOR_STARTED:
      return inject.started_us;
    case v1::ANCHOR_DETECTED:
      return inject.detected_us;
    case v1::ANCHOR_REPORTED:
      return inject.reported_us;
    case v1::ANCHOR_CONTAINED:
      return inject.contained_us;
    case v1::ANCHOR_RECOVERED:
      return inject.recovered_us;
    case v1::ANCHOR_ANSWERED:
      return inject.answered_us;
    case v1::ANCHOR_OVERDUE: {
      const int64_t at = OverdueExUs(e, index);
      return at != kNever && e.clock.At(now_us) >= at ? now_us : 0;
    }
    default:
      return 0;
  }
}

// `after`: its anchor came, so its time is known.
void Trigger(Context& c, const Exercise& e, const InjectState& inject) {
  const v1::After& after = inject.inject.after();
  const int index = e.FindInject(after.inject());
  const int64_t anchor = index < 0 ? 0 : AnchorAt(e, index, after.anchor(), c.now_us);
  if (anchor == 0) return;
  const int64_t clock = e.clock.At(c.now_us);
  int64_t planned = std::max(e.clock.At(std::min(anchor, c.now_us)) + Micros(after.delay()), clock);
  const int64_t ready = e.clock.At(c.now_us + c.fleet.LeadUs());
  const bool action = inject.is_action();
  const bool together = action && inject.inject.together();
  if (together) planned = std::max(planned, ready);
  v1::InjectScheduled* scheduled = c.Emit(e.id())->mutable_inject_scheduled();
  scheduled->set_inject(inject.inject.id());
  scheduled->set_planned_ex_us(planned);
  scheduled->set_reason(v1::SCHEDULE_REASON_AFTER);
  scheduled->set_direct(action && !together && planned < ready);
}

bool RevokedByUnless(const Exercise& e, const InjectState& inject, int64_t now_us) {
  if (!inject.inject.has_unless()) return false;
  const int index = e.FindInject(inject.inject.unless().inject());
  return index >= 0 && AnchorAt(e, index, inject.inject.unless().anchor(), now_us) != 0;
}

void Release(Context& c, const Exercise& e, const InjectState& inject) {
  v1::InjectReleased* released = c.Emit(e.id())->mutable_inject_released();
  released->set_inject(inject.inject.id());
  released->set_planned_ex_us(inject.planned_ex_us);
  const int64_t due = e.clock.EngineAt(inject.planned_ex_us);
  if (due < e.clock.since_us()) {
    // Jumped over, or let go after its time: it is due now.
    released->set_planned_us(c.now_us);
    released->set_direct(inject.is_action());
  } else if (due < c.state.up_since_us || c.now_us - due > kLateUs) {
    // We were away, or could not write it down in time: agents' leases may be over.
    released->set_planned_us(due);
    released->set_late_us(c.now_us - due);
    released->set_direct(inject.is_action());
  } else {
    released->set_planned_us(due);
    released->set_direct(inject.direct);
  }
}

void SettleRunning(Context& c, const Exercise& e) {
  for (const InjectState& inject : e.injects) {
    if (inject.status == Status::kWaiting && inject.inject.has_after() &&
        !inject.inject.contingency()) {
      Trigger(c, e, inject);
    }
    if (inject.status == Status::kWaiting || inject.status == Status::kScheduled) {
      if (RevokedByUnless(e, inject, c.now_us)) {
        decide::RetractStarted(c, e, inject);
        v1::InjectRevoked* revoked = c.Emit(e.id())->mutable_inject_revoked();
        revoked->set_inject(inject.inject.id());
        revoked->set_reason(v1::REVOKE_REASON_UNLESS);
        continue;
      }
    }
    if (inject.status == Status::kScheduled && !inject.held &&
        e.clock.EngineAt(inject.planned_ex_us) <= c.now_us) {
      Release(c, e, inject);
    }
  }
  if (e.clock.At(c.now_us) >= Micros(e.created.scenario().duration())) {
    v1::ExerciseEnded* ended = c.Emit(e.id())->mutable_exercise_ended();
    ended->set_at_ex_us(e.clock.At(c.now_us));
    ended->set_note("planned end");
  }
}

// Asked with every answer of a dry run, so it must not walk all hosts each time.
bool AllChecked(const Exercise& e) {
  return std::all_of(e.injects.begin(), e.injects.end(), [&](const InjectState& inject) {
    return !inject.is_action() ||
           std::all_of(inject.hosts.begin(), inject.hosts.end(), [&](int host) {
             const ExerciseHost& target = e.hosts[static_cast<size_t>(host)];
             return target.checked && target.check.findings().empty();
           });
  });
}

// May the news say something about this observation?
bool Concerns(const Exercise& e, const News& news, int index) {
  if (news.all || news.observations.contains(index)) return true;
  const v1::ObservationMade& made = e.observations[static_cast<size_t>(index)].made;
  auto told = [&](const std::string& host) { return news.hosts.contains(e.FindHost(host)); };
  auto rests = [&](const std::string& id) {
    return news.observations.contains(e.FindObservation(id));
  };
  return (!news.hosts.empty() && std::any_of(made.hosts().begin(), made.hosts().end(), told)) ||
         std::any_of(made.about().begin(), made.about().end(), rests);
}

// Observations that evidence could not place before, or not wholly, may fit now.
void Rematch(Context& c, const Exercise& e, const News& news) {
  // One rests on earlier ones only.
  int first = 0;
  if (!news.all && news.hosts.empty()) {
    first = news.observations.empty() ? static_cast<int>(e.observations.size())
                                      : *news.observations.begin();
  }
  for (int i = first; i < static_cast<int>(e.observations.size()); ++i) {
    if (!Concerns(e, news, i)) continue;
    for (v1::ObservationMatched& match : NewLinks(e, e.observations[static_cast<size_t>(i)])) {
      *c.Emit(e.id())->mutable_observation_matched() = std::move(match);
    }
  }
}

// The same for alerts that came before their traces were told.
void RematchAlerts(Context& c, const Exercise& e, const News& news) {
  if (!news.all && news.hosts.empty()) return;
  for (const AlertState& alert : e.alerts) {
    const auto& hosts = alert.alert.hosts();
    if (!news.all && std::none_of(hosts.begin(), hosts.end(), [&](const std::string& id) {
          return news.hosts.contains(e.FindHost(id));
        })) {
      continue;
    }
    for (v1::AlertMatched& match : NewAlertLinks(e, alert)) {
      *c.Emit(e.id())->mutable_alert_matched() = std::move(match);
    }
  }
}

}  // namespace

std::vector<v1::Record> Settle(const State& state, const Fleet& fleet, int64_t now_us,
                               const NewsByExercise& news, const Unrecorded& unrecorded) {
  v1::Actor engine;
  engine.set_engine(true);
  Context c{state, fleet, now_us, nullptr, engine, {}, {}, {}};
  for (const auto& [id, exercise] : state.exercises) {
    const Exercise& e = *exercise;
    if (e.phase == v1::PHASE_CLOSED) continue;
    const auto told = news.find(id);
    if (told != news.end() && e.phase >= v1::PHASE_RUNNING && e.phase <= v1::PHASE_JUDGING) {
      Rematch(c, e, told->second);
      RematchAlerts(c, e, told->second);
      if (!c.out.records.empty()) continue;  // its anchors first
    }
    if (e.phase == v1::PHASE_APPROVED && told != news.end() && AllChecked(e) &&
        decide::MissingForReady(e, fleet).empty()) {
      c.Emit(id)->mutable_exercise_ready();
    }
    if (e.Running() && e.clock.running() && now_us >= e.clock.since_us() && !unrecorded.Has(id)) {
      SettleRunning(c, e);
    }
  }
  return std::move(c.out.records);
}

int64_t NextDeadline(const State& state, int64_t now_us, const Unrecorded& unrecorded) {
  int64_t next = kNever;
  for (const auto& [id, exercise] : state.exercises) {
    const Exercise& e = *exercise;
    if (!e.Running() || !e.clock.running() || unrecorded.Has(id)) continue;
    auto at = [&](int64_t ex_us) {
      next = std::min(next, std::max(e.clock.EngineAt(ex_us), e.clock.since_us()));
    };
    at(Micros(e.created.scenario().duration()));
    for (const InjectState& inject : e.injects) {
      if (inject.status == Status::kScheduled && !inject.held) at(inject.planned_ex_us);
      // Only an overdue anchor comes by time alone.
      const bool after = inject.status == Status::kWaiting && inject.inject.has_after() &&
                         inject.inject.after().anchor() == v1::ANCHOR_OVERDUE;
      const bool unless =
          inject.inject.has_unless() && inject.inject.unless().anchor() == v1::ANCHOR_OVERDUE &&
          (inject.status == Status::kWaiting || inject.status == Status::kScheduled);
      if (!after && !unless) continue;
      const int other =
          e.FindInject(after ? inject.inject.after().inject() : inject.inject.unless().inject());
      if (other < 0) continue;
      const int64_t overdue = OverdueExUs(e, other);
      if (overdue != kNever) at(overdue);
    }
  }
  return std::max(next, now_us);
}

}  // namespace drill
