#include "absl/strings/str_cat.h"
#include "agent/actions/network_plan.h"
#include "agent/task_net.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr char kAnyAddress[] = "0.0.0.0";

class NetworkListen : public Action {
 public:
  explicit NetworkListen(const v1::NetworkListen& p) : listen_(p) {
    if (!p.has_banner()) listen_.set_banner("220 ready");
    if (!p.has_process()) listen_.set_process("sshd_bk");
  }

  absl::Status Check(const Limits&) const override {
    FaultList faults;
    CheckRange("port", listen_.port(), 1024, 65'535, &faults);
    CheckLine("banner", listen_.banner(), &faults);
    CheckProcessName(listen_.process(), &faults);
    return faults.ToStatus("network.listen");
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    RETURN_IF_ERROR(guard.AllowListen(listen_.port()));
    v1::NetworkTask task;
    *task.mutable_action()->mutable_network_listen() = listen_;
    ActionPlan plan;
    plan.changes.push_back(NetworkProcess(listen_.process(), std::move(task), guard.limits()));
    // As ss and netstat show it.
    plan.changes.back().traces.push_back(
        {v1::ARTEFACT_KIND_ADDRESS, AddressText(kAnyAddress, listen_.port()), true});
    return plan;
  }

 private:
  v1::NetworkListen listen_;
};

}  // namespace

std::unique_ptr<Action> MakeNetworkListen(const v1::Action& action, const std::string&) {
  return std::make_unique<NetworkListen>(action.network_listen());
}

}  // namespace drill::agent
