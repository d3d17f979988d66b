#include "agent/command/minder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "agent/process.h"
#include "common/os/clock.h"

namespace drill::agent {
namespace {

constexpr int64_t kGraceMicros = 2'000'000;
constexpr int kTickMillis = 10;

void DefaultSignals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < 65; ++signal) sigaction(signal, &action, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Nothing else of the agent's may stay open here: it would outlive the agent's own close.
void KeepOnly(MinderTask* task) {
  const int control = fcntl(task->control, F_DUPFD, 16);
  const int report = fcntl(task->report, F_DUPFD, 16);
  const int output = fcntl(task->output, F_DUPFD, 16);
  task->control = dup2(control, 3);
  task->report = dup2(report, 4);
  task->output = dup2(output, 5);
  CloseFrom(6);
}

// The shell itself.
[[noreturn]] void BecomeShell(const MinderTask& task, int failed) {
  setsid();
  const int null = open("/dev/null", O_RDONLY);
  if (null >= 0) dup2(null, 0);
  dup2(task.output, 1);
  dup2(task.output, 2);
  dup2(failed, 3);
  fcntl(3, F_SETFD, FD_CLOEXEC);
  CloseFrom(4);
  if (chdir("/tmp") != 0 && chdir("/") != 0) _exit(127);
  umask(022);
  execve(task.program, task.arguments, task.environment);
  const int error = errno;
  if (write(3, &error, sizeof(error)) < 0) _exit(126);
  _exit(127);
}

struct DirectoryEntry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

// The parent of a process, from /proc/PID/stat: "pid (comm) state ppid ...". 0: not there.
int ParentOfProcess(const char* pid) {
  char path[64] = "/proc/";
  strncat(path, pid, 16);
  strncat(path, "/stat", 8);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[512];
  const ssize_t size = read(fd, text, sizeof(text) - 1);
  close(fd);
  if (size <= 0) return 0;
  text[size] = 0;
  const char* at = strrchr(text, ')');
  if (at == nullptr || strlen(at) < 5) return 0;
  int parent = 0;
  for (at += 4; *at >= '0' && *at <= '9'; ++at) parent = parent * 10 + (*at - '0');
  return parent;
}

// SIGKILL to every child; those of a killed one become ours, and are met at the next round.
int KillChildren() {
  const int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return 0;
  const int me = getpid();
  int killed = 0;
  alignas(DirectoryEntry) char buffer[4096];
  for (;;) {
    const long size = syscall(SYS_getdents64, fd, buffer, sizeof(buffer));
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer + at);
      at += entry->length;
      if (entry->name[0] < '1' || entry->name[0] > '9') continue;
      if (ParentOfProcess(entry->name) != me) continue;
      int pid = 0;
      for (const char* c = entry->name; *c >= '0' && *c <= '9'; ++c) pid = pid * 10 + (*c - '0');
      if (kill(pid, SIGKILL) == 0) ++killed;
    }
  }
  close(fd);
  return killed;
}

// Ends all descendants. They cannot leave: whoever loses its parent becomes ours.
int Sweep() {
  int ended = 0;
  for (;;) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid > 0) {
      if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ++ended;
      continue;
    }
    if (pid < 0 && errno == ECHILD) return ended;
    KillChildren();
    poll(nullptr, 0, 1);
  }
}

}  // namespace

void Mind(const MinderTask& given) {
  setsid();
  MinderTask task = given;
  KeepOnly(&task);
  DefaultSignals();
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  char go = 0;
  if (read(task.control, &go, 1) != 1) _exit(0);

  MinderReport report{};
  int failed[2];
  if (pipe2(failed, O_CLOEXEC) != 0) _exit(1);
  const pid_t shell = fork();
  if (shell == 0) BecomeShell(task, failed[1]);
  close(failed[1]);
  close(task.output);
  if (shell < 0) report.exec_error = errno;

  const int64_t limit = os::MonotonicMicros() + task.time_limit_us;
  int64_t kill_at = 0;
  bool running = shell > 0;
  while (running) {
    const pid_t pid = waitpid(-1, &report.wait_status, WNOHANG);
    if (pid == shell || (pid < 0 && errno == ECHILD)) break;
    if (pid > 0) continue;
    pollfd control{task.control, POLLIN, 0};
    // Readable: a second byte, or the end of the agent. Both mean: enough.
    const bool enough = poll(&control, 1, kTickMillis) > 0;
    const int64_t now = os::MonotonicMicros();
    if (kill_at == 0 && (enough || now > limit)) {
      report.timed_out = 1;
      kill(-shell, SIGTERM);
      kill(shell, SIGTERM);
      kill_at = now + kGraceMicros;
    }
    if (kill_at != 0) {
      if (now > kill_at) kill(-shell, SIGKILL);
      if (enough) poll(nullptr, 0, kTickMillis);
    }
  }
  report.left_behind = Sweep();
  int error = 0;
  if (read(failed[0], &error, sizeof(error)) == sizeof(error)) report.exec_error = error;
  if (write(task.report, &report, sizeof(report)) < 0) _exit(1);
  _exit(0);
}

}  // namespace drill::agent
