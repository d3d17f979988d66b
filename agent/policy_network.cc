#include <arpa/inet.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "agent/policy.h"

// What the owner's policy says about the network.
namespace drill::agent {
namespace {

constexpr int kPortMax = 65'535;
constexpr int kUnprivilegedPort = 1'024;
constexpr int kTargetsMax = 1'000;
constexpr int kTargetPortsMax = 1'000;

}  // namespace

bool IsIpAddress(const std::string& text) {
  in6_addr address{};
  return inet_pton(AF_INET, text.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

void CheckNetworkPolicy(const v1::Policy& policy, FaultList* faults) {
  faults->AddUnless(
      policy.targets_size() <= kTargetsMax,
      absl::StrCat("targets has ", policy.targets_size(), " entries; the limit is ", kTargetsMax));
  std::set<std::string> hosts;
  for (const v1::Target& target : policy.targets()) {
    const std::string at = absl::StrCat("target \"", target.host(), "\"");
    faults->AddUnless(!target.host().empty(), "a target has no host");
    faults->AddUnless(hosts.insert(target.host()).second, absl::StrCat(at, " is named twice"));
    faults->AddUnless(IsIpAddress(target.address()),
                      absl::StrCat(at, ": address \"", target.address(),
                                   "\" is no IP address; names are not "
                                   "resolved, so that nobody else can say where they lead"));
    faults->AddUnless(target.ports_size() > 0 && target.ports_size() <= kTargetPortsMax,
                      absl::StrCat(at, ": 1 to ", kTargetPortsMax, " ports are needed"));
    for (const int port : target.ports()) {
      faults->AddUnless(port >= 1 && port <= kPortMax,
                        absl::StrCat(at, ": port ", port, "; 1 to 65535 is allowed"));
    }
  }
  for (const std::string& resolver : policy.resolvers()) {
    faults->AddUnless(IsIpAddress(resolver),
                      absl::StrCat("resolver \"", resolver, "\" is no IP address"));
  }
  for (const int port : policy.ports()) {
    faults->AddUnless(port >= kUnprivilegedPort && port <= kPortMax,
                      absl::StrCat("ports: ", port, "; 1024 to 65535 is allowed"));
  }
}

}  // namespace drill::agent
