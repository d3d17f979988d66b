#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr int kCpuPermilleMax = 200;
// The decoy ends itself this long after the agent should have ended it.
constexpr int64_t kGraceSeconds = 60;

class ProcessRunDecoy : public Action {
 public:
  explicit ProcessRunDecoy(const v1::ProcessRunDecoy& parameters)
      : name_(parameters.has_name() ? parameters.name() : "kworker.x"),
        cpu_permille_(parameters.has_cpu_permille() ? parameters.cpu_permille() : 20) {}

  absl::Status Check(const Limits& limits) const override {
    FaultList faults;
    faults.AddUnless(IsProcessName(name_),
                     absl::StrCat("name \"", name_, "\" is not 1 to 15 of [A-Za-z0-9._-]"));
    faults.AddUnless(cpu_permille_ >= 0 && cpu_permille_ <= kCpuPermilleMax,
                     absl::StrCat("cpu_permille is ", cpu_permille_, "; 0 to 200 is allowed"));
    RETURN_IF_ERROR(faults.ToStatus("process.run_decoy"));
    if (cpu_permille_ > limits.cpu_permille_max) {
      return absl::PermissionDeniedError(
          absl::StrCat("process.run_decoy: cpu_permille ", cpu_permille_,
                       " is above the owner's cap of ", limits.cpu_permille_max));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    Change change;
    change.kind = v1::STEP_KIND_PROCESS;
    change.decoy.name = name_;
    change.decoy.task.set_cpu_permille(cpu_permille_);
    change.decoy.task.set_seconds(guard.limits().duration_max_seconds + kGraceSeconds);
    change.traces.push_back({v1::ARTEFACT_KIND_PROCESS, name_, true});
    ActionPlan plan;
    plan.changes.push_back(std::move(change));
    return plan;
  }

 private:
  const std::string name_;
  const int cpu_permille_;
};

}  // namespace

std::unique_ptr<Action> MakeProcessRunDecoy(const v1::Action& action, const std::string&) {
  return std::make_unique<ProcessRunDecoy>(action.process_run_decoy());
}

}  // namespace drill::agent
