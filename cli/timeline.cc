#include "cli/timeline.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/render.h"
#include "core/scenario/unfold.h"

namespace drill::cli {
namespace {

// Place in the life of an exercise; running and paused take turns.
int Rank(v1::Phase phase) { return phase == v1::PHASE_PAUSED ? v1::PHASE_RUNNING : phase; }

}  // namespace

void Timeline::Add(const v1::WatchEvent& event) {
  if (event.caught_up()) caught_up_ = true;
  if (!event.has_record()) return;
  const v1::Record& r = event.record();
  last_us_ = std::max(last_us_, r.time_us());
  switch (r.body_case()) {
    case v1::Record::kExerciseCreated:
      phase_ = v1::PHASE_DRAFT;
      injects_ = static_cast<int>(Unfold(r.exercise_created().scenario()).size());
      break;
    case v1::Record::kExerciseApproved:
      phase_ = v1::PHASE_APPROVED;
      break;
    case v1::Record::kExerciseReady:
      phase_ = v1::PHASE_READY;
      break;
    case v1::Record::kJudgingOpened:
      phase_ = v1::PHASE_JUDGING;
      break;
    case v1::Record::kScoreFinalised:
      phase_ = v1::PHASE_FINAL;
      break;
    case v1::Record::kExerciseClosed:
      phase_ = v1::PHASE_CLOSED;
      break;
    case v1::Record::kInjectAdded:
      ++injects_;
      break;
    case v1::Record::kInjectReleased:
      ++released_;
      break;
    case v1::Record::kOrderReported:
      AddOrder(r.order_reported().event());
      break;
    case v1::Record::kObservationMade:
      ++observations_;
      break;
    case v1::Record::kObservationMatched:
      matched_.insert(r.observation_matched().observation());
      break;
    case v1::Record::kObservationRejected:
      matched_.erase(r.observation_rejected().observation());
      break;
    default:
      AddRun(r);
  }
}

// What moves the clock.
void Timeline::AddRun(const v1::Record& r) {
  const auto set = [this](v1::Phase phase, int64_t engine_us, int64_t ex_us) {
    phase_ = phase;
    engine_us_ = engine_us;
    ex_us_ = ex_us;
  };
  switch (r.body_case()) {
    case v1::Record::kExerciseStarted:
      set(v1::PHASE_RUNNING, r.exercise_started().start_us(), 0);
      break;
    case v1::Record::kExercisePaused:
      set(v1::PHASE_PAUSED, r.time_us(), r.exercise_paused().at_ex_us());
      break;
    case v1::Record::kExerciseResumed:
      set(v1::PHASE_RUNNING, r.exercise_resumed().resume_us(), r.exercise_resumed().at_ex_us());
      break;
    case v1::Record::kClockJumped:
      set(phase_, r.time_us(), r.clock_jumped().to_ex_us());
      break;
    case v1::Record::kSpeedSet:
      set(phase_, r.time_us(), r.speed_set().at_ex_us());
      speed_permille_ = r.speed_set().speed_permille();
      break;
    case v1::Record::kExerciseEnded:
      set(r.exercise_ended().aborted() ? v1::PHASE_ABORTED : v1::PHASE_ENDED, r.time_us(),
          r.exercise_ended().at_ex_us());
      break;
    case v1::Record::kRealIncidentRaised:
      real_incident_ = true;
      break;
    case v1::Record::kRealIncidentCleared:
      real_incident_ = false;
      break;
    default:
      break;
  }
}

void Timeline::AddOrder(const v1::OrderEvent& event) {
  switch (event.kind()) {
    case v1::ORDER_EVENT_KIND_STARTED:
      ++started_;
      break;
    case v1::ORDER_EVENT_KIND_APPLIED:
      ++applied_;
      break;
    case v1::ORDER_EVENT_KIND_UNDONE:
      ++undone_;
      break;
    case v1::ORDER_EVENT_KIND_FAILED:
    case v1::ORDER_EVENT_KIND_REFUSED:
    case v1::ORDER_EVENT_KIND_MISSED:
    case v1::ORDER_EVENT_KIND_INTERRUPTED:
      ++failed_;
      break;
    default:
      break;
  }
}

std::string Timeline::Status(Language language, int64_t since_us) const {
  int64_t ex_us = ex_us_;
  if (phase_ == v1::PHASE_RUNNING) {
    const int64_t now_us = last_us_ + since_us;
    const int64_t passed = now_us - engine_us_;
    // Before StartEx, and between resume and its lead, the clock has not moved yet.
    ex_us += passed < 0 ? (ex_us_ == 0 ? passed : 0) : passed * speed_permille_ / 1000;
  }
  std::string text =
      Say(language, Msg::kStatusLine, FormatExerciseTime(ex_us), EnumText(language, phase_),
          released_, injects_, applied_, started_, undone_);
  absl::StrAppend(&text, Say(language, Msg::kStatusTeams, matched_.size(), observations_));
  if (failed_ > 0) absl::StrAppend(&text, Say(language, Msg::kStatusFailed, failed_));
  if (real_incident_) text = absl::StrCat(Say(language, Msg::kRealIncident), "  ", text);
  return text;
}

Reached Reaches(v1::Phase phase, v1::Phase until) {
  if (phase == until) return Reached::kYes;
  if (phase == v1::PHASE_ABORTED) return Reached::kNever;
  if (until == v1::PHASE_ABORTED) {
    return Rank(phase) >= v1::PHASE_ENDED ? Reached::kNever : Reached::kNot;
  }
  if (Rank(phase) <= Rank(until)) return Reached::kNot;
  return until == v1::PHASE_PAUSED ? Reached::kNever : Reached::kYes;
}

}  // namespace drill::cli
