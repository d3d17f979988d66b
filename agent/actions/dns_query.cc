#include "absl/strings/str_cat.h"
#include "agent/actions/network_plan.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr int kDefaultRate = 2;

class DnsQuery : public Action {
 public:
  explicit DnsQuery(const v1::DnsQuery& p) : query_(p) {
    if (!p.has_count()) query_.set_count(60);
    if (!p.has_process()) query_.set_process("resolvd");
  }

  absl::Status Check(const Limits& limits) const override {
    FaultList faults;
    faults.AddUnless(!query_.has_resolver() || IsIpAddress(query_.resolver()),
                     absl::StrCat("resolver \"", query_.resolver(), "\" is no IP address"));
    CheckRange("count", query_.count(), 1, 1'000, &faults);
    if (query_.has_rate()) CheckRange("rate", query_.rate(), 1, 50, &faults);
    CheckProcessName(query_.process(), &faults);
    RETURN_IF_ERROR(faults.ToStatus("dns.query"));
    return CheckCap("dns.query", "rate", query_.has_rate() ? query_.rate() : 1, limits.rate_max);
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    ASSIGN_OR_RETURN(v1::NetworkTask task, guard.ResolverTask(query_.resolver()));
    v1::DnsQuery* query = task.mutable_action()->mutable_dns_query();
    *query = query_;
    if (!query_.has_rate()) query->set_rate(AtMost(kDefaultRate, guard.limits().rate_max));
    ActionPlan plan;
    plan.changes.push_back(NetworkProcess(query_.process(), std::move(task), guard.limits()));
    return plan;
  }

 private:
  v1::DnsQuery query_;
};

}  // namespace

std::unique_ptr<Action> MakeDnsQuery(const v1::Action& action, const std::string&) {
  return std::make_unique<DnsQuery>(action.dns_query());
}

}  // namespace drill::agent
