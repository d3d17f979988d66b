#include "absl/strings/str_cat.h"
#include "agent/actions/network_plan.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr int kDefaultRate = 50;
constexpr int kDefaultPort = 80;
constexpr int64_t kDefaultSeconds = 60;

class NetworkFlood : public Action {
 public:
  explicit NetworkFlood(const v1::NetworkFlood& p) : flood_(p) {
    if (p.kind() == v1::FLOOD_KIND_UNSPECIFIED) flood_.set_kind(v1::FLOOD_KIND_HTTP);
    if (!p.has_port()) flood_.set_port(kDefaultPort);
    if (!p.has_lasts()) flood_.mutable_lasts()->set_seconds(kDefaultSeconds);
    if (!p.has_path()) flood_.set_path("/");
    if (!p.has_process()) flood_.set_process("httpload");
  }

  absl::Status Check(const Limits& limits) const override {
    FaultList faults;
    CheckRange("kind", flood_.kind(), v1::FLOOD_KIND_HTTP, v1::FLOOD_KIND_TCP, &faults);
    CheckRange("port", flood_.port(), 1, 65'535, &faults);
    if (flood_.has_rate()) CheckRange("rate", flood_.rate(), 1, 2'000, &faults);
    CheckRange("lasts (seconds)", flood_.lasts().seconds(), 1, 3'600, &faults);
    CheckHttpPath(flood_.path(), &faults);
    CheckProcessName(flood_.process(), &faults);
    RETURN_IF_ERROR(faults.ToStatus("network.flood"));
    return CheckCap("network.flood", "rate", flood_.has_rate() ? flood_.rate() : 1,
                    limits.rate_max);
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    ASSIGN_OR_RETURN(v1::NetworkTask task, guard.TargetTask({flood_.port()}));
    v1::NetworkFlood* flood = task.mutable_action()->mutable_network_flood();
    *flood = flood_;
    if (!flood_.has_rate()) flood->set_rate(AtMost(kDefaultRate, guard.limits().rate_max));
    ActionPlan plan;
    plan.changes.push_back(NetworkProcess(flood_.process(), std::move(task), guard.limits()));
    return plan;
  }

 private:
  v1::NetworkFlood flood_;
};

}  // namespace

std::unique_ptr<Action> MakeNetworkFlood(const v1::Action& action, const std::string&) {
  return std::make_unique<NetworkFlood>(action.network_flood());
}

}  // namespace drill::agent
