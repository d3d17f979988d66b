#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/guard.h"
#include "common/base/status.h"

// Whom the owner's policy lets an order talk to.
namespace drill::agent {
namespace {

constexpr int kDnsPort = 53;

struct ChannelPort {
  absl::string_view name;
  int port;
};
ChannelPort PortOf(const v1::SinkPorts& ports, v1::Channel channel) {
  switch (channel) {
    case v1::CHANNEL_HTTPS:
      return {"https", ports.https()};
    case v1::CHANNEL_TCP:
      return {"tcp", ports.tcp()};
    case v1::CHANNEL_DNS:
      return {"dns", ports.dns()};
    default:
      return {"http", ports.http()};
  }
}

}  // namespace

absl::StatusOr<v1::NetworkTask> Guard::SinkTask(v1::Channel channel) const {
  const ChannelPort at = PortOf(reach_.sink.ports, channel);
  if (reach_.sink.address.empty()) {
    return absl::FailedPreconditionError(
        "where the drill's sink is, is not known yet: the controller has not been reached since "
        "this agent started");
  }
  if (at.port == 0) {
    return absl::FailedPreconditionError(absl::StrCat("the drill's sink is closed for ", at.name));
  }
  v1::NetworkTask task;
  v1::NetworkTask::Endpoint* endpoint = task.add_endpoints();
  endpoint->set_address(reach_.sink.address);
  endpoint->add_ports(at.port);
  task.set_mark(reach_.mark);
  if (channel == v1::CHANNEL_HTTPS) {
    if (reach_.ca_pem.empty()) {
      return absl::FailedPreconditionError("the controller's CA is not known to this agent");
    }
    task.set_ca_pem(reach_.ca_pem);
  }
  if (channel == v1::CHANNEL_DNS) RETURN_IF_ERROR(SetZone(&task));
  return task;
}

absl::Status Guard::SetZone(v1::NetworkTask* task) const {
  if (reach_.sink.ports.zone().empty()) {
    return absl::FailedPreconditionError("the drill's sink has no DNS zone");
  }
  task->set_zone(reach_.sink.ports.zone());
  return absl::OkStatus();
}

absl::StatusOr<v1::NetworkTask> Guard::ResolverTask(const std::string& resolver) const {
  if (resolver.empty()) return SinkTask(v1::CHANNEL_DNS);
  if (std::find(policy_.resolvers().begin(), policy_.resolvers().end(), resolver) ==
      policy_.resolvers().end()) {
    return absl::PermissionDeniedError(
        absl::StrCat("the owner's policy does not list the resolver ", resolver,
                     "; the owner may add it to `resolvers`"));
  }
  v1::NetworkTask task;
  v1::NetworkTask::Endpoint* endpoint = task.add_endpoints();
  endpoint->set_address(resolver);
  endpoint->add_ports(kDnsPort);
  task.set_mark(reach_.mark);
  RETURN_IF_ERROR(SetZone(&task));
  return task;
}

absl::StatusOr<v1::NetworkTask> Guard::TargetTask(const std::vector<int>& ports) const {
  if (reach_.against.empty()) {
    return absl::InvalidArgumentError("the order names no host that it is aimed at (`against`)");
  }
  v1::NetworkTask task;
  task.set_mark(reach_.mark);
  std::vector<std::string> refused;
  for (const std::string& host : reach_.against) {
    const auto target =
        std::find_if(policy_.targets().begin(), policy_.targets().end(),
                     [&](const v1::Target& candidate) { return candidate.host() == host; });
    if (target == policy_.targets().end()) {
      refused.push_back(absl::StrCat("host \"", host, "\" is not among its `targets`"));
      continue;
    }
    v1::NetworkTask::Endpoint* endpoint = task.add_endpoints();
    endpoint->set_host(host);
    endpoint->set_address(target->address());
    if (ports.empty()) *endpoint->mutable_ports() = target->ports();
    for (const int port : ports) {
      if (std::find(target->ports().begin(), target->ports().end(), port) ==
          target->ports().end()) {
        refused.push_back(absl::StrCat("port ", port, " of host \"", host, "\" is not listed"));
      }
      endpoint->add_ports(port);
    }
  }
  if (refused.empty()) return task;
  return absl::PermissionDeniedError(
      absl::StrCat("the owner's policy does not allow this: ", absl::StrJoin(refused, "; ")));
}

absl::Status Guard::AllowListen(int port) const {
  if (std::find(policy_.ports().begin(), policy_.ports().end(), port) != policy_.ports().end()) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(
      absl::StrCat("the owner's policy does not allow listening on port ", port,
                   "; the owner may add it to `ports`"));
}

}  // namespace drill::agent
