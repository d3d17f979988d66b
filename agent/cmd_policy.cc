#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "agent/app_config.h"
#include "agent/commands.h"
#include "agent/host_player.h"
#include "agent/probes/checks.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "common/yaml/load.h"
#include "drill/v1/scenario.pb.h"

namespace drill::agent {
namespace {

constexpr size_t kScenarioBytesMax = 4 << 20;

// A player needs a directory of its own; the agent's may be in use.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "drill-check.XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The policy is asked, not the controller: its sink counts as open. Nothing is sent.
SinkEndpoint AnyOpenSink() {
  SinkEndpoint sink;
  sink.address = "192.0.2.1";
  sink.ports.set_http(80);
  sink.ports.set_https(443);
  sink.ports.set_tcp(80);
  sink.ports.set_dns(53);
  sink.ports.set_zone("drill.invalid");
  return sink;
}

// Asks everything once that the agent would ask again and again: how many did not answer well.
int AskChecks(const v1::Policy& policy, const AgentDirectory& directory) {
  int unwell = 0;
  for (const HostCheck& check : ChecksOf(policy, directory.path())) {
    const Reading reading = check.look([] { return false; });
    unwell += reading.good ? 0 : 1;
    std::printf("%-24s %s%s%s\n", check.name.c_str(), reading.good ? "is well" : "FAILS",
                reading.why.empty() ? "" : ": ", reading.why.c_str());
  }
  return unwell;
}

absl::Status Unwell(int checks) {
  return absl::FailedPreconditionError(absl::StrCat(
      checks, " checks of this host fail; while they do, everything is undone and nothing starts"));
}

}  // namespace

absl::Status CheckPolicyCommand(Flags& flags) {
  const std::string& file = flags["--scenario"];
  v1::Scenario scenario;
  if (!file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, os::ReadFile(file, kScenarioBytesMax));
    RETURN_IF_ERROR(yaml::Load(text, file, &scenario));
  }
  const AgentDirectory directory(flags["--dir"]);
  const Scratch scratch;
  if (scratch.path().empty()) {
    return absl::FailedPreconditionError("no temporary directory can be made; set TMPDIR");
  }
  HostPlayer::Options options;
  options.directory = scratch.path();
  options.policy = PolicyFromFile(directory.Policy());
  options.own_paths = {directory.path()};
  options.ca_pem = "not asked";
  ASSIGN_OR_RETURN(const std::unique_ptr<HostPlayer> player, HostPlayer::Open(std::move(options)));
  ASSIGN_OR_RETURN(const v1::Policy policy, player->CurrentPolicy());
  player->SetSink(AnyOpenSink());
  const int unwell = AskChecks(policy, directory);
  if (file.empty()) {
    std::printf("the policy is sound; --scenario FILE asks what of a scenario it would refuse\n");
    return unwell == 0 ? absl::OkStatus() : Unwell(unwell);
  }

  int actions = 0;
  int refused = 0;
  for (const v1::Inject& inject : scenario.injects()) {
    if (!inject.has_action()) continue;
    ++actions;
    v1::Order order;
    order.mutable_id()->set_exercise("check");
    order.mutable_id()->set_inject(inject.id());
    order.mutable_id()->set_attempt(1);
    order.set_action(inject.action().SerializeAsString());
    // Which hosts an exercise aims at is not known here: every one that the policy lists.
    for (const v1::Target& target : policy.targets()) order.add_against(target.host());
    const absl::Status status = player->DryRun(order);
    refused += status.ok() ? 0 : 1;
    std::printf(
        "%-24s %s\n", inject.id().c_str(),
        status.ok() ? "would be played" : absl::StrCat("REFUSED: ", status.message()).c_str());
  }
  std::printf("%d of %d actions would be played on this host\n", actions - refused, actions);
  if (refused == 0) return unwell == 0 ? absl::OkStatus() : Unwell(unwell);
  return absl::FailedPreconditionError(absl::StrCat(
      refused, " of ", actions, " actions would be refused; the reasons stand above, and ",
      directory.Policy(), " is yours to change"));
}

}  // namespace drill::agent
