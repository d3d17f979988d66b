#include "agent/task_ssh.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/task.h"
#include "agent/task_net.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/file.h"

namespace drill::agent {
namespace {

constexpr char kAskpassVariable[] = "DRILL_AGENT_ASKPASS";
constexpr size_t kOutputBytesMax = 64 << 10;
// What ssh -v says once the server has answered the first request to log in; the server logs it.
constexpr char kReached[] = "Authentications that can continue";
constexpr char kDenied[] = "Permission denied";

std::vector<std::string> ArgumentsOf(const SshGuess& guess) {
  std::vector<std::string> words = {"ssh", "-v", "-N", "-T", "-F", "none"};
  for (const char* option : {"UserKnownHostsFile=/dev/null",
                             "GlobalKnownHostsFile=/dev/null",
                             "StrictHostKeyChecking=no",
                             "UpdateHostKeys=no",
                             "CheckHostIP=no",
                             "BatchMode=no",
                             "NumberOfPasswordPrompts=1",
                             "PreferredAuthentications=password,keyboard-interactive",
                             "PubkeyAuthentication=no",
                             "GSSAPIAuthentication=no",
                             "HostbasedAuthentication=no",
                             "IdentityAgent=none",
                             "IdentitiesOnly=yes",
                             "ForwardAgent=no",
                             "ForwardX11=no",
                             "ControlMaster=no",
                             "ControlPath=none",
                             "ProxyCommand=none",
                             "PermitLocalCommand=no",
                             "ConnectionAttempts=1",
                             "CanonicalizeHostname=no",
                             "AddKeysToAgent=no"}) {
    words.push_back("-o");
    words.push_back(option);
  }
  for (const std::string& word : {std::string("-p"), absl::StrCat(guess.port), std::string("-l"),
                                  guess.account, std::string("--"), guess.address}) {
    words.push_back(word);
  }
  return words;
}

std::vector<char*> PointersTo(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// ssh while it runs; killed and waited for at the end.
class Client {
 public:
  explicit Client(pid_t pid) : pid_(pid) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() {
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

 private:
  const pid_t pid_;
};

absl::StatusOr<pid_t> StartSsh(const SshGuess& guess, int output_fd) {
  std::vector<std::string> words = ArgumentsOf(guess);
  std::vector<std::string> environment = {absl::StrCat("SSH_ASKPASS=", guess.program),
                                          "SSH_ASKPASS_REQUIRE=force",
                                          "DISPLAY=:0",
                                          absl::StrCat(kAskpassVariable, "=", guess.password),
                                          "HOME=/nonexistent",
                                          "LANG=C"};
  const std::vector<char*> arguments = PointersTo(words);
  const std::vector<char*> variables = PointersTo(environment);
  const pid_t pid = _Fork();
  if (pid < 0) return NetworkError(errno, "fork");
  if (pid == 0) {
    signal(SIGPIPE, SIG_DFL);
    if (dup2(output_fd, 2) < 0) _exit(1);
    execve(kSshClient, arguments.data(), variables.data());
    _exit(127);
  }
  return pid;
}

// What a person would want to know: the last line that is not ssh's own running commentary.
std::string LastWords(const std::string& output) {
  std::string last = "ssh said nothing";
  for (const absl::string_view line : absl::StrSplit(output, '\n', absl::SkipWhitespace())) {
    if (!absl::StartsWith(line, "debug1:") && !absl::StartsWith(line, "OpenSSH_")) {
      last = std::string(absl::StripAsciiWhitespace(line));
    }
  }
  return last;
}

}  // namespace

absl::Status GuessBySsh(const SshGuess& guess, int64_t deadline_us,
                        const std::function<void()>& on_reached) {
  if (access(kSshClient, X_OK) != 0) {
    return absl::FailedPreconditionError(absl::StrCat("this host has no ", kSshClient));
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return NetworkError(errno, "pipe");
  const os::Fd output_end(ends[0]);
  os::Fd input_end(ends[1]);
  ASSIGN_OR_RETURN(const pid_t pid, StartSsh(guess, input_end.get()));
  const Client client(pid);
  input_end.Reset();

  const std::string peer = absl::StrCat("SSH ", AddressText(guess.address, guess.port));
  std::string output;
  bool reached = false;
  while (output.size() < kOutputBytesMax) {
    const absl::Status waited = WaitFor(output_end.get(), POLLIN, deadline_us, peer);
    if (!waited.ok()) return reached ? absl::OkStatus() : waited;
    char buffer[4096];
    const ssize_t got = read(output_end.get(), buffer, sizeof buffer);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got <= 0) break;
    output.append(buffer, static_cast<size_t>(got));
    if (!reached && (absl::StrContains(output, kReached) || absl::StrContains(output, kDenied))) {
      reached = true;
      on_reached();
      deadline_us = os::MonotonicMicros() + kLaterAnswerUs;
    }
    // Said again when a password was refused. ssh would now try the server's other way of asking
    // for one, which counts as another failed log-in where PAM answers both.
    const size_t first = output.find(kReached);
    if (first != std::string::npos && output.find(kReached, first + 1) != std::string::npos) break;
  }
  if (reached) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat(peer, ": ", LastWords(output)));
}

bool IsAskpass() { return getenv(kAskpassVariable) != nullptr; }

int AskpassMain() { return puts(getenv(kAskpassVariable)) < 0 ? 1 : 0; }

}  // namespace drill::agent
