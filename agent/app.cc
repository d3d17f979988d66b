#include "agent/app.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "agent/app_events.h"
#include "agent/app_loop.h"
#include "agent/engine.h"
#include "agent/host_player.h"
#include "agent/link.h"
#include "agent/outbox.h"
#include "agent/policy.h"
#include "agent/probes/watcher.h"
#include "agent/worker.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/file.h"
#include "common/os/log.h"

namespace drill::agent {
namespace {

// "?" where there is no /proc.
std::string BootId() {
  const absl::StatusOr<std::string> id = os::ReadFile("/proc/sys/kernel/random/boot_id", 64);
  return id.ok() ? std::string(absl::StripAsciiWhitespace(*id)) : "?";
}

EngineConfig ConfigOf(const Identity& identity, const Outbox& outbox, HostPlayer* player) {
  EngineConfig config;
  config.host = identity.settings.host();
  config.version = DRILL_VERSION;
  config.boot_id = BootId();
  config.outbox_id = outbox.id();
  config.owner_keys_pem = {identity.settings.owner_keys_pem().begin(),
                           identity.settings.owner_keys_pem().end()};
  config.signatures_required = identity.settings.signatures_required();
  const absl::StatusOr<v1::Policy> policy = player->CurrentPolicy();
  if (policy.ok()) {
    config.duration_max_us = LimitsOf(*policy).duration_max_seconds * 1'000'000;
    config.silence_us = policy->silence().seconds() * 1'000'000;
  } else {
    os::LogWarning(absl::StrCat("nothing is played: ", policy.status().message()));
  }
  // Only looks at the order: safe beside the worker.
  config.harms_service = [player](const v1::Order& order) { return player->HarmsService(order); };
  return config;
}

void LogFound(const std::vector<Found>& found) {
  for (const Found& f : found) {
    os::LogInfo(absl::StrCat("found order ", OrderName(f.order.id()),
                             f.active ? ": still in place" : ": not in place any more, undone"));
  }
}

// For `status` only: lost is harmless.
void ShowConnection(const AgentDirectory& directory, const std::string& connection) {
  os::WriteFileDurably(directory.Connection(),
                       absl::StrCat(os::WallMicros(), " ", connection, "\n"))
      .IgnoreError();
}

void ShowHealth(const AgentDirectory& directory, const HostHealth& health) {
  std::string text;
  for (const HostHealth::Check& check : health.checks()) {
    absl::StrAppend(&text, os::WallMicros(), "\t", StateOf(check), "\t", check.name, "\t",
                    absl::StrReplaceAll(check.why, {{"\n", " "}, {"\t", " "}}), "\n");
  }
  os::WriteFileDurably(directory.Health(), text).IgnoreError();
}

}  // namespace

// Destroyed in reverse: first the link, then the worker, then what they tell and use.
struct App::State {
  State(AgentDirectory dir, os::FileLock held, Identity who, Outbox box)
      : directory(std::move(dir)),
        lock(std::move(held)),
        identity(std::move(who)),
        outbox(std::move(box)) {}

  const AgentDirectory directory;
  const os::FileLock lock;
  const Identity identity;
  Outbox outbox;
  std::unique_ptr<HostPlayer> player;
  AppEvents events;
};

absl::StatusOr<std::unique_ptr<App>> App::Open(const std::string& path, KillPoint kill_point) {
  const AgentDirectory directory(path);
  ASSIGN_OR_RETURN(Identity identity, LoadIdentity(directory));
  ASSIGN_OR_RETURN(os::FileLock lock, os::FileLock::Take(directory.Lock()));
  ASSIGN_OR_RETURN(Outbox outbox, Outbox::Open(directory.Outbox()));
  if (!outbox.damage().empty()) os::LogWarning(outbox.damage());
  auto state =
      std::make_unique<State>(directory, std::move(lock), std::move(identity), std::move(outbox));
  HostPlayer::Options options;
  options.directory = path;
  options.ca_pem = state->identity.ca_pem;
  options.policy = PolicyFromFile(directory.Policy());
  options.kill_point = std::move(kill_point);
  ASSIGN_OR_RETURN(state->player, HostPlayer::Open(std::move(options)));
  return std::unique_ptr<App>(new App(std::move(state)));
}

App::App(std::unique_ptr<State> state) : state_(std::move(state)) {}
App::~App() = default;

absl::Status App::Run() {
  State& s = *state_;
  // What an earlier run left is undone before anything else, connected or not.
  const std::vector<Found> found = s.player->Recover();
  LogFound(found);
  AgentEngine engine(ConfigOf(s.identity, s.outbox, s.player.get()));
  engine.Begin(found, os::BootMicros());
  for (const v1::OutboxEntry& entry : s.outbox.Pending(0, SIZE_MAX)) engine.Remember(entry);

  AppLoop::Parts parts;
  parts.engine = &engine;
  parts.outbox = &s.outbox;
  parts.events = &s.events;
  parts.facts = FactsOf(*s.player);
  parts.stop_file = s.directory.Stop();
  parts.show = [&s](const std::string& connection) { ShowConnection(s.directory, connection); };
  parts.show("not connected yet");
  parts.show_health = [&s](const HostHealth& health) { ShowHealth(s.directory, health); };
  parts.show_health(engine.health());
  os::LogInfo(absl::StrCat("agent of host ", s.identity.settings.host(), ", version ",
                           DRILL_VERSION, ", ", parts.facts.actions.size(),
                           " kinds of action allowed"));

  const Watcher watcher(PolicyFromFile(s.directory.Policy()), s.directory.path(), &s.events);
  Worker worker(s.player.get(), &s.events);
  Link::Options options;
  options.address = s.identity.settings.agent_address();
  options.ca_pem = s.identity.ca_pem;
  options.key_pem = s.identity.key_pem;
  options.certificate_pem = s.identity.certificate_pem;
  Link link(std::move(options), &s.events);
  parts.worker = &worker;
  parts.sender = &link;
  const absl::Status status = AppLoop(std::move(parts)).Run();
  if (absl::IsDeadlineExceeded(status)) {
    os::LogError(status.message());
    std::_Exit(1);  // joining the worker could hang with it
  }
  s.events.Close();
  ShowConnection(s.directory, "stopped");
  return status;
}

void App::RequestStop() { state_->events.RequestStop(); }

}  // namespace drill::agent
