// The director's and controllers' hands while it runs.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "core/exercise/decide_internal.h"
#include "core/scenario/lint.h"
#include "core/scenario/unfold.h"

namespace drill::decide {
namespace {

using Status = InjectState::Status;

constexpr int64_t kSpeedMax = 60'000;  // 60 ×, tabletop
constexpr size_t kNoteMax = 4096;
constexpr int64_t kSecond = 1'000'000;

// Now + lead where agents must be told ahead, else now.
int64_t Lead(const Context& c, const Exercise& e) {
  const bool actions = std::any_of(e.injects.begin(), e.injects.end(),
                                   [](const InjectState& i) { return i.is_action(); });
  return actions ? c.fleet.LeadUs() : 0;
}

absl::StatusOr<const Exercise*> InPlay(const Context& c, absl::string_view id,
                                       absl::string_view what) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, id));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_RUNNING, v1::PHASE_PAUSED}, what));
  return e;
}

// The inject, if it can still be steered.
absl::StatusOr<const InjectState*> Unreleased(const Exercise& e, absl::string_view id) {
  ASSIGN_OR_RETURN(int index, FindInject(e, id));
  const InjectState& inject = e.injects[static_cast<size_t>(index)];
  if (inject.status == Status::kReleased) {
    return absl::FailedPreconditionError(
        absl::StrCat("inject '", id, "' is released already; it cannot be changed any more"));
  }
  if (inject.status == Status::kRevoked) {
    return absl::FailedPreconditionError(absl::StrCat("inject '", id, "' was revoked already"));
  }
  return &inject;
}

// A time on the exercise clock at which something can still come.
absl::Status CheckPlanned(const Exercise& e, absl::string_view field, int64_t ex_us,
                          int64_t clock_ex_us) {
  if (ex_us < clock_ex_us) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": that time has passed already; 'drillctl inject fire' plays it now"));
  }
  if (ex_us > Micros(e.created.scenario().duration())) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": that time lies beyond the planned end of the exercise"));
  }
  return absl::OkStatus();
}

absl::Status CheckNote(absl::string_view note) {
  if (note.size() <= kNoteMax) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("note: ", note.size(), " bytes, the limit is ", kNoteMax));
}

void EmitPause(Context& c, const Exercise& e, v1::PauseReason reason, const std::string& note) {
  v1::ExercisePaused* paused = c.Emit(e.id())->mutable_exercise_paused();
  paused->set_reason(reason);
  paused->set_at_ex_us(e.clock.At(c.now_us));
  paused->set_note(note);
}

// The owners let it begin now.
absl::Status CheckWindows(const Exercise& e, int64_t start_us) {
  for (const v1::SignedScope& signed_scope : e.approved.scopes()) {
    v1::Scope scope;
    if (!scope.ParseFromString(signed_scope.scope())) continue;
    if (start_us >= scope.not_before_us() && start_us < scope.not_after_us()) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "system '", scope.system(), "': its owner's signed scope ",
        start_us < scope.not_before_us()
            ? absl::StrCat("begins only in ", (scope.not_before_us() - start_us) / kSecond,
                           " s; wait, or")
            : "is over;",
        " approve the exercise with a new scope"));
  }
  return absl::OkStatus();
}

// A host takes part in one running exercise at a time: a pause freezes all of it, and what a team
// finds there must be of one drill.
absl::Status CheckHostsFree(const Context& c, const Exercise& e) {
  for (const auto& [id, other] : c.state.exercises) {
    if (other.get() == &e || !other->InPlay()) continue;
    for (const InjectState& inject : e.injects) {
      if (!inject.is_action()) continue;
      for (int index : inject.hosts) {
        const std::string& host = e.hosts[static_cast<size_t>(index)].host.id();
        if (other->FindHost(host) < 0) continue;
        return absl::FailedPreconditionError(
            absl::StrCat("host '", host, "' takes part in exercise '", id, "', which is ",
                         PhaseName(other->phase), "; stop that one first"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Start(Context& c, const v1::StartExercise& start) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, start.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_READY}, "start"));
  // What was true at the check may not be now.
  if (std::vector<v1::Text> missing = MissingForReady(*e, c.fleet); !missing.empty()) {
    return absl::FailedPreconditionError(absl::StrCat("not ready any more: ", missing.front().en(),
                                                      "; run 'drillctl exercise check'"));
  }
  const int64_t lead = Lead(c, *e);
  RETURN_IF_ERROR(CheckWindows(*e, c.now_us + lead));
  RETURN_IF_ERROR(CheckHostsFree(c, *e));
  v1::ExerciseStarted* started = c.Emit(e->id())->mutable_exercise_started();
  started->set_lead_us(lead);
  started->set_start_us(c.now_us + lead);
  return absl::OkStatus();
}

absl::Status Pause(Context& c, const v1::PauseExercise& pause) {
  ASSIGN_OR_RETURN(const Exercise* e, InPlay(c, pause.exercise(), "pause"));
  RETURN_IF_ERROR(CheckNote(pause.note()));
  if (e->phase == v1::PHASE_PAUSED) return absl::OkStatus();
  EmitPause(c, *e, v1::PAUSE_REASON_DIRECTOR, pause.note());
  return absl::OkStatus();
}

absl::Status Resume(Context& c, const v1::ResumeExercise& resume) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, resume.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_PAUSED}, "resume"));
  if (e->real_incident) {
    return absl::FailedPreconditionError(
        "a REAL INCIDENT is declared; clear it first ('drillctl exercise incident clear')");
  }
  v1::ExerciseResumed* resumed = c.Emit(e->id())->mutable_exercise_resumed();
  // Whatever stood armed was revoked by the pause and must reach its hosts again.
  resumed->set_resume_us(c.now_us + Lead(c, *e));
  resumed->set_at_ex_us(e->clock.At(c.now_us));
  return absl::OkStatus();
}

absl::Status Hold(Context& c, const v1::HoldInject& hold) {
  ASSIGN_OR_RETURN(const Exercise* e, InPlay(c, hold.exercise(), "hold"));
  ASSIGN_OR_RETURN(const InjectState* inject, Unreleased(*e, hold.inject()));
  RETURN_IF_ERROR(CheckNote(hold.note()));
  if (inject->held == hold.held()) return absl::OkStatus();
  v1::InjectHeld* held = c.Emit(e->id())->mutable_inject_held();
  held->set_inject(hold.inject());
  held->set_held(hold.held());
  held->set_note(hold.note());
  if (hold.held()) RetractStarted(c, *e, *inject);
  const int64_t clock = e->clock.At(c.now_us);
  if (!hold.held() && inject->status == Status::kScheduled && inject->planned_ex_us < clock) {
    // Its time went by while it was held: it is due now, not late.
    v1::InjectScheduled* scheduled = c.Emit(e->id())->mutable_inject_scheduled();
    scheduled->set_inject(hold.inject());
    scheduled->set_planned_ex_us(clock);
    scheduled->set_reason(v1::SCHEDULE_REASON_MOVED);
    scheduled->set_direct(true);
  }
  return absl::OkStatus();
}

absl::Status Skip(Context& c, const v1::SkipInject& skip) {
  ASSIGN_OR_RETURN(const Exercise* e, InPlay(c, skip.exercise(), "skip"));
  ASSIGN_OR_RETURN(const InjectState* inject, Unreleased(*e, skip.inject()));
  RETURN_IF_ERROR(CheckNote(skip.note()));
  v1::InjectRevoked* revoked = c.Emit(e->id())->mutable_inject_revoked();
  revoked->set_inject(skip.inject());
  revoked->set_reason(v1::REVOKE_REASON_SKIPPED);
  revoked->set_note(skip.note());
  RetractStarted(c, *e, *inject);
  return absl::OkStatus();
}

absl::Status Fire(Context& c, const v1::FireInject& fire) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, fire.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_RUNNING}, "fire"));
  RETURN_IF_ERROR(Unreleased(*e, fire.inject()).status());
  if (c.now_us < e->start_us) {
    return absl::FailedPreconditionError("StartEx has not come yet; fire after it");
  }
  v1::InjectScheduled* scheduled = c.Emit(e->id())->mutable_inject_scheduled();
  scheduled->set_inject(fire.inject());
  scheduled->set_reason(v1::SCHEDULE_REASON_FIRED);
  scheduled->set_direct(!fire.together());
  scheduled->set_planned_ex_us(e->clock.At(c.now_us + (fire.together() ? c.fleet.LeadUs() : 0)));
  return absl::OkStatus();
}

absl::Status Add(Context& c, const v1::AddInject& add) {
  ASSIGN_OR_RETURN(const Exercise* e, InPlay(c, add.exercise(), "adding an inject"));
  const v1::Inject& inject = add.inject();
  if (inject.has_action() || inject.has_manual()) {
    return absl::InvalidArgumentError(
        "an action cannot be added while it runs: the owner has not signed it; use a contingency "
        "inject of the scenario");
  }
  if (e->FindInject(inject.id()) >= 0) {
    return absl::AlreadyExistsError(absl::StrCat("inject '", inject.id(), "' exists already"));
  }
  if (inject.has_at()) {
    RETURN_IF_ERROR(CheckPlanned(*e, "at", Micros(inject.at()), e->clock.At(c.now_us)));
  }
  // Linted as a part of the whole scenario, so that all its references are checked.
  v1::Scenario whole = e->created.scenario();
  for (const InjectState& state : e->injects) {
    if (state.added) *whole.add_injects() = state.inject;
  }
  const std::string at = absl::StrCat("injects[", whole.injects_size(), "]");
  *whole.add_injects() = inject;
  std::vector<std::string> faults;
  for (const Fault& fault : Lint(whole)) {
    if (fault.severity == Severity::kError &&
        absl::string_view(fault.path).substr(0, at.size()) == at) {
      faults.push_back(absl::StrCat(fault.path.substr(at.size()), ": ", fault.text));
    }
  }
  if (!faults.empty()) return Refused(faults);
  *c.Emit(e->id())->mutable_inject_added()->mutable_inject() = inject;
  c.out.response.set_id(inject.id());
  return absl::OkStatus();
}

absl::Status Move(Context& c, const v1::MoveInject& move) {
  ASSIGN_OR_RETURN(const Exercise* e, InPlay(c, move.exercise(), "move"));
  ASSIGN_OR_RETURN(const InjectState* inject, Unreleased(*e, move.inject()));
  const int64_t clock = e->clock.At(c.now_us);
  RETURN_IF_ERROR(CheckPlanned(*e, "planned_ex_us", move.planned_ex_us(), clock));
  v1::InjectScheduled* scheduled = c.Emit(e->id())->mutable_inject_scheduled();
  scheduled->set_inject(move.inject());
  scheduled->set_planned_ex_us(move.planned_ex_us());
  scheduled->set_reason(v1::SCHEDULE_REASON_MOVED);
  scheduled->set_direct(inject->is_action() && move.planned_ex_us() - clock < c.fleet.LeadUs());
  RetractStarted(c, *e, *inject);
  return absl::OkStatus();
}

absl::Status Jump(Context& c, const v1::JumpClock& jump) {
  ASSIGN_OR_RETURN(const Exercise* e, InPlay(c, jump.exercise(), "jump"));
  const int64_t clock = e->clock.At(c.now_us);
  if (c.now_us < e->clock.since_us()) {
    return absl::FailedPreconditionError("the clock has not started or resumed yet; jump after it");
  }
  if (jump.to_ex_us() <= clock) {
    return absl::InvalidArgumentError("the exercise clock jumps forward only");
  }
  RETURN_IF_ERROR(CheckPlanned(*e, "to_ex_us", jump.to_ex_us(), clock));
  v1::ClockJumped* jumped = c.Emit(e->id())->mutable_clock_jumped();
  jumped->set_from_ex_us(clock);
  jumped->set_to_ex_us(jump.to_ex_us());
  return absl::OkStatus();
}

absl::Status Speed(Context& c, const v1::SetSpeed& set) {
  ASSIGN_OR_RETURN(const Exercise* e, InPlay(c, set.exercise(), "speed"));
  if (e->created.scenario().type() != v1::EXERCISE_TYPE_TABLETOP) {
    return absl::FailedPreconditionError("only a tabletop exercise can run at another speed");
  }
  if (set.speed_permille() < 1 || set.speed_permille() > kSpeedMax) {
    return absl::InvalidArgumentError(absl::StrCat("speed: found ", set.speed_permille(),
                                                   ", expected 1 to ", kSpeedMax, " permille"));
  }
  v1::SpeedSet* speed = c.Emit(e->id())->mutable_speed_set();
  speed->set_speed_permille(set.speed_permille());
  speed->set_at_ex_us(e->clock.At(c.now_us));
  return absl::OkStatus();
}

absl::Status Stop(Context& c, const v1::StopExercise& stop) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, stop.exercise()));
  RETURN_IF_ERROR(CheckNote(stop.note()));
  // Idempotent: pressed twice, it stays stopped.
  if (e->Over()) {
    if (stop.abort() && !e->aborted) {
      c.Note("Cuộc diễn tập đã kết thúc trước đó, không còn hủy được; việc dọn dẹp vẫn tiếp tục.",
             "The exercise had ended before and can no longer be aborted; its clean-up goes on.");
    }
    return absl::OkStatus();
  }
  if (!stop.abort()) {
    RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_RUNNING, v1::PHASE_PAUSED}, "stop"));
  }
  v1::ExerciseEnded* ended = c.Emit(e->id())->mutable_exercise_ended();
  ended->set_aborted(stop.abort());
  ended->set_at_ex_us(e->clock.At(c.now_us));
  ended->set_note(stop.note());
  return absl::OkStatus();
}

absl::Status RaiseIncident(Context& c, const v1::RaiseRealIncident& raise) {
  ASSIGN_OR_RETURN(const Exercise* e, InPlay(c, raise.exercise(), "REAL INCIDENT"));
  RETURN_IF_ERROR(CheckNote(raise.note()));
  if (!e->real_incident) {
    c.Emit(e->id())->mutable_real_incident_raised()->set_note(raise.note());
  }
  if (e->Running()) EmitPause(c, *e, v1::PAUSE_REASON_REAL_INCIDENT, raise.note());
  return absl::OkStatus();
}

absl::Status ClearIncident(Context& c, const v1::ClearRealIncident& clear) {
  ASSIGN_OR_RETURN(const Exercise* e, InPlay(c, clear.exercise(), "clearing"));
  RETURN_IF_ERROR(CheckNote(clear.note()));
  if (!e->real_incident) return absl::OkStatus();
  c.Emit(e->id())->mutable_real_incident_cleared()->set_note(clear.note());
  return absl::OkStatus();
}

absl::Status Attest(Context& c, const v1::AttestManual& attest) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, attest.exercise()));
  // What was played before EndEx may be attested until the score is final.
  RETURN_IF_ERROR(InPhase(
      *e, {v1::PHASE_RUNNING, v1::PHASE_PAUSED, v1::PHASE_ENDED, v1::PHASE_JUDGING}, "attesting"));
  const v1::ManualPlayed& played = attest.played();
  ASSIGN_OR_RETURN(int index, FindInject(*e, played.inject()));
  const InjectState& inject = e->injects[static_cast<size_t>(index)];
  std::vector<std::string> faults;
  if (!inject.is_manual()) faults.push_back("inject: it is no manual action");
  if (inject.status != Status::kReleased) faults.push_back("inject: it is not released yet");
  const int host = e->FindHost(played.host());
  if (host < 0 || inject.PositionOf(host) < 0) {
    faults.push_back(absl::StrCat("host: '", played.host(), "' is no target of this inject"));
  } else if (inject.manual.contains(host)) {
    faults.push_back(absl::StrCat("host: '", played.host(), "' is attested already"));
  }
  if (played.at_us() < e->start_us || played.at_us() > c.now_us || played.error_us() < 0 ||
      (e->Over() && played.at_us() >= e->end_us)) {
    faults.push_back(
        "at_us: expected the time of play, between StartEx and EndEx or now, and its "
        "error");
  }
  const std::string by = played.played_by().empty() ? c.person : played.played_by();
  for (const std::string& person : {by, played.witnessed_by()}) {
    if (!c.state.reg.people.contains(person)) {
      faults.push_back(absl::StrCat("person '", person, "' is not in the register"));
    } else if (!e->TeamOf(person).empty()) {
      faults.push_back(absl::StrCat("'", person, "' is in a team and cannot attest"));
    }
  }
  if (by == played.witnessed_by()) faults.push_back("two different people must attest");
  if (!faults.empty()) return Refused(faults);
  v1::ManualPlayed* record = c.Emit(e->id())->mutable_manual_played();
  *record = played;
  record->set_played_by(by);
  if (record->artefacts().empty()) {
    *record->mutable_artefacts() = inject.inject.manual().artefacts();
  }
  return absl::OkStatus();
}

}  // namespace drill::decide
