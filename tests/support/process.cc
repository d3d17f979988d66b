#include "tests/support/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/check.h"
#include "common/os/clock.h"

namespace drill::testing {
namespace {

// Waits for one descriptor. False: not readable within so long.
bool Readable(int fd, int64_t patience_us) {
  pollfd wanted{fd, POLLIN, 0};
  return poll(&wanted, 1, static_cast<int>(patience_us < 0 ? 0 : patience_us / 1000)) > 0;
}

}  // namespace

Process::Process(const Options& options) {
  std::vector<char*> argv;
  for (const std::string& word : options.arguments) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> env;
  for (char** entry = environ; *entry != nullptr; ++entry) env.push_back(*entry);
  for (const std::string& e : options.environment) env.push_back(const_cast<char*>(e.c_str()));
  env.push_back(nullptr);
  int pipe_fds[2] = {-1, -1};
  constexpr int kWrite = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  if (options.out_path.empty()) {
    DRILL_CHECK(pipe2(pipe_fds, O_CLOEXEC) == 0);
  } else {
    pipe_fds[1] = open(options.out_path.c_str(), kWrite, 0600);
  }
  const int err = open(options.err_path.c_str(), kWrite, 0600);
  DRILL_CHECK(pipe_fds[1] >= 0 && err >= 0);
  const pid_t parent = getpid();
  pid_ = fork();
  DRILL_CHECK(pid_ >= 0);
  if (pid_ == 0) {
    // Between fork and exec: system calls only.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    dup2(pipe_fds[1], STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    execve(argv[0], argv.data(), env.data());
    _exit(127);
  }
  close(pipe_fds[1]);
  close(err);
  out_ = pipe_fds[0];
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  DRILL_CHECK(pidfd_ >= 0);
}

Process::~Process() {
  if (!ended_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(pidfd_);
  if (out_ >= 0) close(out_);
}

bool Process::Running() { return !Wait(0); }

void Process::Signal(int number) {
  if (!ended_) kill(pid_, number);
}

std::optional<Ended> Process::Wait(int64_t patience_us) {
  if (ended_ || !Readable(pidfd_, patience_us)) return ended_;
  int status = 0;
  DRILL_CHECK(waitpid(pid_, &status, 0) == pid_);
  ended_ = WIFSIGNALED(status) ? Ended{true, WTERMSIG(status)} : Ended{false, WEXITSTATUS(status)};
  return ended_;
}

bool Process::ReadLines(const std::function<bool(absl::string_view)>& line, int64_t patience_us) {
  const int64_t deadline = os::MonotonicMicros() + patience_us;
  for (;;) {
    for (size_t end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
      const std::string whole = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      if (line(whole)) return true;
    }
    char buffer[4096];
    if (!Readable(out_, deadline - os::MonotonicMicros())) return false;
    const ssize_t got = read(out_, buffer, sizeof buffer);
    if (got <= 0) return false;
    unread_.append(buffer, static_cast<size_t>(got));
  }
}

}  // namespace drill::testing
