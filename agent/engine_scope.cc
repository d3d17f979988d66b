// What the owner's signed scopes admit, for orders and for dry runs.

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine.h"
#include "common/base/status.h"
#include "core/exercise/scope.h"

namespace drill::agent {

std::vector<AgentEngine::HeldScope> AgentEngine::HoldScopes(
    const google::protobuf::RepeatedPtrField<v1::SignedScope>& scopes) const {
  std::vector<HeldScope> out;
  for (const v1::SignedScope& signed_scope : scopes) {
    HeldScope& held = out.emplace_back();
    held.bytes = signed_scope.SerializeAsString();
    auto known = std::find_if(scopes_.begin(), scopes_.end(),
                              [&](const HeldScope& other) { return other.bytes == held.bytes; });
    if (known != scopes_.end()) {
      held = *known;
    } else if (!held.scope.ParseFromString(signed_scope.scope())) {
      held.valid = absl::PermissionDeniedError("the scope that came with the order is unreadable");
    } else {
      held.valid =
          CheckScopeSignatures(signed_scope, config_.owner_keys_pem, config_.signatures_required);
    }
  }
  return out;
}

// `admits`: optional, receives the scope that admits the order.
absl::Status AgentEngine::CheckScope(const v1::Order& order, int64_t at_engine_us,
                                     v1::Scope* admits) const {
  absl::Status last = absl::PermissionDeniedError("no owner-signed scope came with the order");
  for (const HeldScope& candidate : scopes_) {
    const v1::Scope& scope = candidate.scope;
    if (scope.exercise() != order.id().exercise()) continue;
    last = candidate.valid;
    if (last.ok()) last = CheckOrderInScope(scope, order, config_.host, at_engine_us);
    if (!last.ok()) continue;
    if (admits != nullptr) *admits = scope;
    return absl::OkStatus();
  }
  return last;
}

// As CheckScope, and of the scope's number of orders one is left.
absl::Status AgentEngine::MayBeStarted(const v1::Order& order, int64_t at_engine_us,
                                       v1::Scope* admits) const {
  RETURN_IF_ERROR(CheckScope(order, at_engine_us, admits));
  const auto started = starts_.find(order.id().exercise());
  const int count = started == starts_.end() ? 0 : started->second;
  if (count >= admits->orders_per_host_max()) {
    return absl::PermissionDeniedError("the signed scope's number of orders is used up");
  }
  return absl::OkStatus();
}

// The order is over when its scope's window is.
void AgentEngine::EndWith(const v1::Scope& scope, int64_t now_us, Held* held) {
  const Sample* best = Best(now_us);
  if (best == nullptr) return;
  held->until_us = std::min(held->until_us, scope.not_after_us() - best->offset_us);
  held->bounded = true;
}

void AgentEngine::OnDryRunAsked(const v1::DryRun& dry_run, int64_t now_us) {
  AskPlayer ask;
  ask.dry_run = dry_run;
  ask.dry_run.clear_orders();
  std::vector<HeldScope> mine = HoldScopes(dry_run.scopes());
  scopes_.swap(mine);
  // A drill planned for later is asked about at its window's beginning.
  int64_t at = EngineTime(now_us).value_or(0);
  for (const HeldScope& held : scopes_) {
    const auto& hosts = held.scope.hosts();
    if (std::find(hosts.begin(), hosts.end(), config_.host) != hosts.end()) {
      at = std::max(at, held.scope.not_before_us());
    }
  }
  for (const v1::Order& order : dry_run.orders()) {
    v1::Scope scope;
    absl::Status status = MayBeStarted(order, at, &scope);
    if (status.ok() && !health_.may_start()) {
      status = absl::FailedPreconditionError(
          absl::StrCat("the host itself holds everything back now: ", health_.why()));
    }
    if (status.ok()) {
      *ask.dry_run.add_orders() = order;
    } else {
      v1::CheckFinding& finding = ask.findings.emplace_back();
      finding.set_inject(order.id().inject());
      finding.set_why(std::string(status.message()));
    }
  }
  scopes_.swap(mine);
  effects_.push_back(std::move(ask));
}

void AgentEngine::OnDryRun(const v1::DryRunReport& report) {
  if (!welcomed_) return;
  v1::AgentFrame frame;
  *frame.mutable_dry_run() = report;
  effects_.push_back(SendFrame{std::move(frame)});
}

}  // namespace drill::agent
