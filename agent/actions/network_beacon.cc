#include "absl/strings/str_cat.h"
#include "agent/actions/network_plan.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr int64_t kDefaultSeconds = 30;
// More than one call-back sends, TLS and all.
constexpr int64_t kCallBytesMax = 2'048;

class NetworkBeacon : public Action {
 public:
  explicit NetworkBeacon(const v1::NetworkBeacon& p) : beacon_(p) {
    if (p.channel() == v1::CHANNEL_UNSPECIFIED) beacon_.set_channel(v1::CHANNEL_HTTP);
    if (!p.has_every()) beacon_.mutable_every()->set_seconds(kDefaultSeconds);
    if (!p.has_jitter_permille()) beacon_.set_jitter_permille(200);
    if (!p.has_path()) beacon_.set_path("/api/v2/check");
    if (!p.has_user_agent()) beacon_.set_user_agent("UpdateSvc/2.1 (x64; build 8812)");
    if (!p.has_process()) beacon_.set_process("updatesvc");
  }

  absl::Status Check(const Limits& limits) const override {
    FaultList faults;
    CheckRange("channel", beacon_.channel(), v1::CHANNEL_HTTP, v1::CHANNEL_DNS, &faults);
    CheckRange("every (seconds)", beacon_.every().seconds(), 1, 3'600, &faults);
    CheckRange("jitter_permille", beacon_.jitter_permille(), 0, 900, &faults);
    CheckHttpPath(beacon_.path(), &faults);
    CheckLine("user_agent", beacon_.user_agent(), &faults);
    CheckProcessName(beacon_.process(), &faults);
    RETURN_IF_ERROR(faults.ToStatus("network.beacon"));
    return CheckCap("network.beacon", "bytes sent until the order ends: at most",
                    limits.duration_max_seconds / beacon_.every().seconds() * kCallBytesMax,
                    limits.sent_bytes_max);
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    ASSIGN_OR_RETURN(v1::NetworkTask task, guard.SinkTask(beacon_.channel()));
    *task.mutable_action()->mutable_network_beacon() = beacon_;
    ActionPlan plan;
    plan.changes.push_back(NetworkProcess(beacon_.process(), std::move(task), guard.limits()));
    return plan;
  }

 private:
  v1::NetworkBeacon beacon_;
};

}  // namespace

std::unique_ptr<Action> MakeNetworkBeacon(const v1::Action& action, const std::string&) {
  return std::make_unique<NetworkBeacon>(action.network_beacon());
}

}  // namespace drill::agent
