#include "core/exercise/scope.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "core/register/register_state.h"

namespace drill {

absl::StatusOr<v1::Scope> BuildScope(const Exercise& exercise, absl::string_view system,
                                     int64_t not_before_us, int64_t not_after_us,
                                     const v1::Decision& decision) {
  v1::Scope scope;
  scope.set_exercise(exercise.id());
  scope.set_system(std::string(system));
  scope.set_not_before_us(not_before_us);
  scope.set_not_after_us(not_after_us);
  *scope.mutable_decision() = decision;
  std::set<int> hosts;
  std::set<std::string> named;
  bool known = false;
  for (const ExerciseHost& host : exercise.hosts) known = known || host.system == system;
  if (!known) {
    return absl::NotFoundError(
        absl::StrCat("system '", system, "' plays no part in exercise '", exercise.id(), "'"));
  }
  const auto ours = [&](const std::vector<int>& of) {
    std::vector<int> chosen;
    for (int host : of) {
      if (exercise.hosts[static_cast<size_t>(host)].system == system) chosen.push_back(host);
    }
    return chosen;
  };
  const auto fill = [&](const InjectState& inject, const std::vector<int>& against,
                        v1::ScopeEntry* entry) {
    entry->set_inject(inject.scope_inject);
    entry->set_action_sha256(Sha256(inject.inject.action().SerializeAsString()));
    for (int host : against) {
      entry->add_against(exercise.hosts[static_cast<size_t>(host)].host.id());
    }
  };
  int orders = 0;
  for (const InjectState& inject : exercise.injects) {
    if (!inject.is_action()) continue;
    const std::vector<int> plays = ours(inject.hosts);
    const std::vector<int> aimed = ours(inject.against);
    hosts.insert(plays.begin(), plays.end());
    orders += plays.empty() ? 0 : 1;
    if (plays.empty() && aimed.empty()) continue;
    if (!named.insert(inject.scope_inject).second) continue;
    if (!plays.empty()) fill(inject, inject.against, scope.add_entries());
    if (!aimed.empty()) fill(inject, aimed, scope.add_aimed_here());
  }
  for (int host : hosts) scope.add_hosts(exercise.hosts[static_cast<size_t>(host)].host.id());
  scope.set_orders_per_host_max(orders + kSpareOrdersPerHost);
  return scope;
}

absl::Status CheckScopeSignatures(const v1::SignedScope& scope,
                                  absl::Span<const std::string> owner_keys_pem,
                                  int signatures_required) {
  std::set<std::string> signers;
  for (const std::string& key : owner_keys_pem) {
    std::string id;
    RETURN_IF_ERROR(PublicKeyId(key, &id));
    for (const v1::Signature& signature : scope.signatures()) {
      if (signature.key_sha256() == id &&
          VerifySignature(key, scope.scope(), signature.der()).ok()) {
        signers.insert(id);
      }
    }
  }
  if (static_cast<int>(signers.size()) < signatures_required) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the scope carries ", signers.size(), " valid signature(s) by the owner's keys, ",
        signatures_required, " needed; sign it with 'drillctl scope sign'"));
  }
  return absl::OkStatus();
}

absl::Status CheckOrderInScope(const v1::Scope& scope, const v1::Order& order,
                               absl::string_view host, int64_t at_us) {
  if (scope.exercise() != order.id().exercise()) {
    return absl::PermissionDeniedError("the scope is for another exercise");
  }
  if (order.id().host() != host ||
      std::find(scope.hosts().begin(), scope.hosts().end(), host) == scope.hosts().end()) {
    return absl::PermissionDeniedError(
        absl::StrCat("the signed scope does not name host '", host, "'"));
  }
  if (at_us < scope.not_before_us() || at_us >= scope.not_after_us()) {
    return absl::PermissionDeniedError("outside the signed scope's window");
  }
  const std::string digest = Sha256(order.action());
  for (const v1::ScopeEntry& entry : scope.entries()) {
    if (entry.inject() != order.scope_inject()) continue;
    if (entry.action_sha256() != digest) {
      return absl::PermissionDeniedError(
          absl::StrCat("action of inject '", entry.inject(), "' is not the one that was signed"));
    }
    for (const std::string& aim : order.against()) {
      if (std::find(entry.against().begin(), entry.against().end(), aim) == entry.against().end()) {
        return absl::PermissionDeniedError(absl::StrCat(
            "the signed scope does not let inject '", entry.inject(), "' go against '", aim, "'"));
      }
    }
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(
      absl::StrCat("the signed scope does not name inject '", order.scope_inject(), "'"));
}

int SignaturesRequired(const v1::System& system) { return EffectiveLevel(system) >= 4 ? 2 : 1; }

}  // namespace drill
