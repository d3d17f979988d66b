#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr int kCpuPermilleMax = 4000;
constexpr int64_t kSecondsMax = 4 * 3600;

class CpuBurn : public Action {
 public:
  explicit CpuBurn(const v1::CpuBurn& parameters)
      : cpu_permille_(parameters.has_cpu_permille() ? parameters.cpu_permille() : 500),
        name_(parameters.has_name() ? parameters.name() : "xmrig"),
        seconds_(parameters.has_lasts() ? parameters.lasts().seconds() : 600) {}

  absl::Status Check(const Limits& limits) const override {
    FaultList faults;
    faults.AddUnless(IsProcessName(name_),
                     absl::StrCat("name \"", name_, "\" is not 1 to 15 of [A-Za-z0-9._-]"));
    faults.AddUnless(cpu_permille_ >= 1 && cpu_permille_ <= kCpuPermilleMax,
                     absl::StrCat("cpu_permille is ", cpu_permille_, "; 1 to 4000 is allowed"));
    faults.AddUnless(seconds_ >= 1 && seconds_ <= kSecondsMax,
                     absl::StrCat("lasts is ", seconds_, " s; 1 s to 4 h is allowed"));
    RETURN_IF_ERROR(faults.ToStatus("cpu.burn"));
    if (cpu_permille_ > limits.cpu_permille_max) {
      return absl::PermissionDeniedError(absl::StrCat("cpu.burn: cpu_permille ", cpu_permille_,
                                                      " is above the owner's cap of ",
                                                      limits.cpu_permille_max));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    Change change;
    change.kind = v1::STEP_KIND_PROCESS;
    change.decoy.name = name_;
    change.decoy.task.set_cpu_permille(cpu_permille_);
    // Never longer than the owner lets an order last, whatever becomes of the agent.
    change.ends_after_seconds =
        std::max<int64_t>(1, std::min(seconds_, guard.limits().duration_max_seconds));
    change.decoy.task.set_seconds(change.ends_after_seconds);
    change.traces.push_back({v1::ARTEFACT_KIND_PROCESS, name_, true});
    ActionPlan plan;
    plan.changes.push_back(std::move(change));
    return plan;
  }

 private:
  const int cpu_permille_;
  const std::string name_;
  const int64_t seconds_;
};

}  // namespace

std::unique_ptr<Action> MakeCpuBurn(const v1::Action& action, const std::string&) {
  return std::make_unique<CpuBurn>(action.cpu_burn());
}

}  // namespace drill::agent
