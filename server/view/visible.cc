#include "server/view/visible.h"

#include <algorithm>

#include "core/exercise/judge_marks.h"

namespace drill {
namespace {

bool Addressed(const Exercise& e, const std::string& inject_id, const std::string& team) {
  const int index = e.FindInject(inject_id);
  if (index < 0) return false;
  const v1::Inject& inject = e.injects[static_cast<size_t>(index)].inject;
  const auto& teams = inject.has_message() ? inject.message().teams() : inject.question().teams();
  return (inject.has_message() || inject.has_question()) &&
         std::find(teams.begin(), teams.end(), team) != teams.end();
}

}  // namespace

Sight SightOf(const State& state, const Exercise& e, const std::string& person) {
  if (!e.TeamOf(person).empty()) return e.start_us != 0 ? Sight::kTeam : Sight::kNone;
  const bool post = std::any_of(e.created.posts().begin(), e.created.posts().end(),
                                [&](const v1::Post& p) { return p.person() == person; });
  if (post || state.reg.HasRole(person, v1::ROLE_ADMIN)) return Sight::kControl;
  if (state.reg.HasRole(person, v1::ROLE_MANAGER) && e.Over()) return Sight::kControl;
  return Sight::kNone;
}

v1::Record ForControlSide(const Exercise& e, const std::string& person, const v1::Record& record) {
  v1::Record out = record;
  if (record.actor().person() == person) return out;
  if (record.has_mark_given()) {
    MarkKey key;
    const bool known = FindMarkSubject(e, record.mark_given().subject(), &key).empty();
    if (!known || !MarkWordOn(e, key).Shown()) out.mutable_mark_given()->Clear();
  }
  // Summed up, without names (GetSurvey).
  if (record.has_survey_answered()) {
    out.mutable_survey_answered()->Clear();
    out.clear_actor();
    out.clear_request_id();
  }
  return out;
}

std::optional<v1::Record> ForTeam(const Exercise& e, const std::string& team,
                                  const v1::Record& record) {
  using R = v1::Record;
  v1::Record out;
  out.set_time_us(record.time_us());
  switch (record.body_case()) {
    case R::kExerciseStarted:
      // Not the lead, which tells how many hosts there are.
      out.mutable_exercise_started()->set_start_us(record.exercise_started().start_us());
      return out;
    case R::kExercisePaused:
      *out.mutable_exercise_paused() = record.exercise_paused();
      out.mutable_exercise_paused()->clear_note();
      return out;
    case R::kExerciseResumed:
      *out.mutable_exercise_resumed() = record.exercise_resumed();
      return out;
    case R::kRealIncidentRaised:
      *out.mutable_real_incident_raised() = record.real_incident_raised();
      return out;
    case R::kRealIncidentCleared:
      out.mutable_real_incident_cleared();
      return out;
    case R::kExerciseEnded:
      *out.mutable_exercise_ended() = record.exercise_ended();
      out.mutable_exercise_ended()->clear_note();
      return out;
    case R::kInjectReleased:
      if (!Addressed(e, record.inject_released().inject(), team)) return std::nullopt;
      // Only that it came; not when it was planned.
      out.mutable_inject_released()->set_inject(record.inject_released().inject());
      return out;
    case R::kObservationMade:
      if (record.observation_made().team() != team) return std::nullopt;
      *out.mutable_observation_made() = record.observation_made();
      return out;
    default:
      return std::nullopt;
  }
}

}  // namespace drill
