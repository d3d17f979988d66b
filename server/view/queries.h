#ifndef DRILL_SERVER_VIEW_QUERIES_H_
#define DRILL_SERVER_VIEW_QUERIES_H_

#include <string>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "core/exercise/state.h"
#include "drill/v1/api.pb.h"
#include "drill/v1/report.pb.h"

// Answers to the reads of service Drill: functions of the state, the person and the time. Errors
// are api.proto's; an exercise that is not for the person does not exist for it.
namespace drill {

// Fleet facts by host, copied from the loop for this answer.
using AgentStatuses = absl::btree_map<std::string, v1::AgentStatus>;

struct Query {
  const State& state;
  std::string person;
  int64_t now_us;
};

absl::StatusOr<v1::Identity> WhoAmI(const Query& q, const std::string& version);
absl::StatusOr<v1::Register> ReadRegister(const Query& q);
absl::StatusOr<v1::AgentList> ReadAgents(const Query& q, const AgentStatuses& agents);
absl::StatusOr<v1::ScenarioList> ReadScenarios(const Query& q);
absl::StatusOr<v1::ExerciseList> ReadExercises(const Query& q);
// `missing`: what stands before the next step, as the engine sees it.
absl::StatusOr<v1::ExerciseView> ReadExercise(const Query& q, const std::string& id,
                                              const AgentStatuses& agents,
                                              const std::vector<v1::Text>& missing);
absl::StatusOr<v1::ScopeOffer> ReadScope(const Query& q, const v1::GetScopeRequest& request);
absl::StatusOr<v1::Inbox> ReadInbox(const Query& q, const std::string& id);
absl::StatusOr<v1::Queue> ReadQueue(const Query& q, const std::string& id);
// The frozen scorecard once final, else computed now. Teams see it after EndEx.
absl::StatusOr<v1::Scorecard> ReadScore(const Query& q, const std::string& id);
absl::StatusOr<v1::DutyTable> ReadDuty(const Query& q, const v1::Obligations& obligations,
                                       int year);
// What the drill made on hosts. PermissionDenied unless the person is an administrator, or
// director, controller or owner of the exercise, and plays in none that is running.
absl::StatusOr<v1::Deconfliction> ReadDeconfliction(const Query& q,
                                                    const v1::GetDeconflictionRequest& request);
// Marks, appeals and notes. Of a mark's blind subject an evaluator sees the own mark only; a team
// its own rows, once judging is open and they are blind no more.
absl::StatusOr<v1::MarkSheet> ReadMarks(const Query& q, const std::string& id);
// The hot wash, without names. FailedPrecondition before EndEx.
absl::StatusOr<v1::SurveySummary> ReadSurvey(const Query& q, const std::string& id);
// The same for the after-action report: marks, appeals, notes, hot wash, signature.
void AddJudging(const Exercise& e, v1::AfterAction* report);
void AddAppeals(const Exercise& e, const std::string& team, v1::Inbox* inbox);
void AddComments(const Exercise& e, v1::QueueItem* item);
// The exercise, if the person may see that much of it; else NotFound, or PermissionDenied.
enum class Sight;
absl::StatusOr<const Exercise*> VisibleTo(const Query& q, const std::string& id, Sight least);
// Alerts after a number, at most 1,000: all for the control side; for a team those of the systems
// it watches, numbered for it alone, without what they matched.
absl::StatusOr<v1::AlertList> ReadAlerts(const Query& q, const v1::GetAlertsRequest& request);
// The exercise, if the person may read its report (control side; managers after EndEx).
absl::StatusOr<const Exercise*> ForControl(const Query& q, const std::string& id);

}  // namespace drill

#endif  // DRILL_SERVER_VIEW_QUERIES_H_
