#ifndef DRILL_AGENT_TASK_SSH_H_
#define DRILL_AGENT_TASK_SSH_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"

namespace drill::agent {

// The host's own client: the only program that any action runs.
inline constexpr char kSshClient[] = "/usr/bin/ssh";

struct SshGuess {
  std::string program;  // this program, asked by ssh for the password
  std::string address;
  int port = 0;
  std::string account;
  std::string password;
};

// One failed log-in over SSH. `on_reached` is called as soon as the server has taken part in it,
// until `deadline_us` (MONOTONIC); the rest, which servers delay on purpose, may take
// kLaterAnswerUs more. ssh reads no configuration, no keys, no agent, and writes no known hosts.
// PermissionDenied: the server was not reached. Unavailable: ssh cannot be run.
absl::Status GuessBySsh(const SshGuess& guess, int64_t deadline_us,
                        const std::function<void()>& on_reached);

}  // namespace drill::agent

#endif  // DRILL_AGENT_TASK_SSH_H_
