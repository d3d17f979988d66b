#ifndef DRILL_AGENT_APP_CONFIG_H_
#define DRILL_AGENT_APP_CONFIG_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "drill/v1/host.pb.h"

namespace drill::agent {

// The agent's private directory (mode 0700): who it is, what the owner allows, what it must undo.
class AgentDirectory {
 public:
  explicit AgentDirectory(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string Settings() const { return path_ + "/agent.yaml"; }
  std::string Key() const { return path_ + "/agent.key"; }
  std::string Certificate() const { return path_ + "/agent.crt"; }
  std::string Ca() const { return path_ + "/ca.crt"; }
  std::string Policy() const { return path_ + "/policy.yaml"; }
  std::string Lock() const { return path_ + "/lock"; }
  // Made by the owner: stops the agent and keeps it from starting.
  std::string Stop() const { return path_ + "/STOP"; }
  // One line about the connection, for `status`.
  std::string Connection() const { return path_ + "/connection"; }
  // One line a check of the host's health, for `status`.
  std::string Health() const { return path_ + "/health"; }
  std::string Outbox() const { return path_ + "/outbox"; }
  std::string Undo() const { return path_ + "/undo"; }

 private:
  std::string path_;
};

// What enrolment gave this host.
struct Identity {
  v1::AgentSettings settings;
  std::string key_pem;
  std::string certificate_pem;
  std::string ca_pem;
};

// NotFound: not enrolled, says how. FailedPrecondition: the files do not belong together, or
// others may read the key.
absl::StatusOr<Identity> LoadIdentity(const AgentDirectory& directory);

// Writes the settings last: without them the host is not enrolled. A policy that is there stays;
// else the default one is written, which allows nothing.
// FailedPrecondition: an agent runs from this directory.
absl::Status SaveIdentity(const AgentDirectory& directory, const Identity& identity);

// The default policy.yaml.
extern const char kDefaultPolicy[];

}  // namespace drill::agent

#endif  // DRILL_AGENT_APP_CONFIG_H_
