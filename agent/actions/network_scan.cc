#include <set>

#include "absl/strings/str_cat.h"
#include "agent/actions/network_plan.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr int kPortsMax = 200;
constexpr int kDefaultRate = 20;

class NetworkScan : public Action {
 public:
  explicit NetworkScan(const v1::NetworkScan& p) : scan_(p) {
    if (!p.has_rounds()) scan_.set_rounds(1);
    if (!p.has_process()) scan_.set_process("netmap");
  }

  absl::Status Check(const Limits& limits) const override {
    FaultList faults;
    CheckRange("ports (how many)", scan_.ports_size(), 0, kPortsMax, &faults);
    std::set<int> ports;
    for (const int port : scan_.ports()) {
      CheckRange("port", port, 1, 65'535, &faults);
      faults.AddUnless(ports.insert(port).second, absl::StrCat("port ", port, " is named twice"));
    }
    if (scan_.has_rate()) CheckRange("rate", scan_.rate(), 1, 200, &faults);
    CheckRange("rounds", scan_.rounds(), 1, 100, &faults);
    CheckProcessName(scan_.process(), &faults);
    RETURN_IF_ERROR(faults.ToStatus("network.scan"));
    return CheckCap("network.scan", "rate", scan_.has_rate() ? scan_.rate() : 1, limits.rate_max);
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    ASSIGN_OR_RETURN(v1::NetworkTask task,
                     guard.TargetTask({scan_.ports().begin(), scan_.ports().end()}));
    v1::NetworkScan* scan = task.mutable_action()->mutable_network_scan();
    *scan = scan_;
    if (!scan_.has_rate()) scan->set_rate(AtMost(kDefaultRate, guard.limits().rate_max));
    ActionPlan plan;
    plan.changes.push_back(NetworkProcess(scan_.process(), std::move(task), guard.limits()));
    return plan;
  }

 private:
  v1::NetworkScan scan_;
};

}  // namespace

std::unique_ptr<Action> MakeNetworkScan(const v1::Action& action, const std::string&) {
  return std::make_unique<NetworkScan>(action.network_scan());
}

}  // namespace drill::agent
