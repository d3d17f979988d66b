#ifndef DRILL_AGENT_ACTIONS_ACTION_FACTS_H_
#define DRILL_AGENT_ACTIONS_ACTION_FACTS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "drill/v1/action.pb.h"

// What people are told about each kind of simulated incident, beside the registry. The agent itself
// decides nothing by it; docs/actions.md is made of it.
namespace drill::agent {

// A type of incident on the national form (Mẫu 05), in the form's order.
struct ReportType {
  absl::string_view name;     // Vietnamese, as on the form
  absl::string_view english;  // ours
  // How a drill plays it where no kind of action does.
  absl::string_view otherwise;
};
const std::vector<ReportType>& ReportTypes();

// Which of an owner's sensors can see an incident first hand.
enum class Sensor { kFile, kProcess, kLog, kNetwork };
absl::string_view SensorName(Sensor sensor);

struct ActionFacts {
  v1::Action::KindCase kind;
  absl::string_view report_type;  // a name of ReportTypes()
  std::vector<Sensor> seen_by;
  absl::string_view leaves;  // what is there until undo, and what becomes of it
  absl::string_view policy;  // entries of policy.yaml besides `actions`
  absl::string_view rights;  // what the agent's user must be able to do
};

// In the order of action.proto; of every kind there, whether this agent plays it or not.
const std::vector<ActionFacts>& AllActionFacts();
// Null: a kind that nobody has described yet.
const ActionFacts* FindActionFacts(v1::Action::KindCase kind);

}  // namespace drill::agent

#endif  // DRILL_AGENT_ACTIONS_ACTION_FACTS_H_
