#include "agent/process.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/host_files.h"
#include "common/base/status.h"
#include "common/os/clock.h"

namespace drill::agent {
namespace {

constexpr int64_t kDeathWaitMicros = 5'000'000;
constexpr int64_t kDeathStepMicros = 1'000;

// Numeric names in a directory of /proc; nothing if it cannot be read.
std::optional<std::vector<int>> Numbers(const std::string& directory) {
  std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(directory.c_str()), &closedir);
  if (!dir) return std::nullopt;
  std::vector<int> numbers;
  while (const dirent* entry = readdir(dir.get())) {
    int number = 0;
    if (absl::SimpleAtoi(entry->d_name, &number)) numbers.push_back(number);
  }
  return numbers;
}

bool IsThis(const ProcessId& id) {
  const std::optional<ProcessLook> look = LookAtProcess(id.pid);
  return look && look->start_ticks == id.start_ticks;
}

absl::Status SignalOne(const ProcessId& id, int signal) {
  // The handle is taken first and the identity checked after: from then on the signal cannot reach
  // another process that got the same pid.
  const os::Fd handle(static_cast<int>(syscall(SYS_pidfd_open, id.pid, 0)));
  if (!handle && errno == ESRCH) return absl::OkStatus();
  if (!IsThis(id)) return absl::OkStatus();
  const long result = handle ? syscall(SYS_pidfd_send_signal, handle.get(), signal, nullptr, 0)
                             : kill(id.pid, signal);
  if (result != 0 && errno != ESRCH) {
    return HostError(errno, "signal process", absl::StrCat(id.pid));
  }
  return absl::OkStatus();
}

// The decoy leads its own session; whoever is in it came from the decoy.
std::vector<ProcessId> SessionOf(const ProcessId& leader) {
  std::vector<ProcessId> members;
  const std::optional<std::vector<int>> pids = Numbers("/proc");
  if (!pids) return members;
  for (int pid : *pids) {
    const std::optional<ProcessLook> look = LookAtProcess(pid);
    if (look && look->session == leader.pid && look->start_ticks >= leader.start_ticks) {
      members.push_back({pid, look->start_ticks});
    }
  }
  return members;
}

}  // namespace

std::optional<ProcessLook> LookAtProcess(int pid) {
  const auto stat = os::ReadFile(absl::StrCat("/proc/", pid, "/stat"), 4096);
  if (!stat.ok()) return std::nullopt;
  // pid (comm) state ppid pgrp session ...: comm may hold spaces and brackets.
  const size_t open = stat->find('(');
  const size_t close = stat->rfind(')');
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  const std::vector<absl::string_view> fields =
      absl::StrSplit(absl::string_view(*stat).substr(close + 1), ' ', absl::SkipEmpty());
  ProcessLook look;
  look.name = stat->substr(open + 1, close - open - 1);
  if (fields.size() < 20 || fields[0].empty() || !absl::SimpleAtoi(fields[3], &look.session) ||
      !absl::SimpleAtoi(fields[19], &look.start_ticks)) {
    return std::nullopt;
  }
  look.state = fields[0][0];
  return look;
}

bool IsAlive(const ProcessId& id) {
  const std::optional<ProcessLook> look = LookAtProcess(id.pid);
  return look && look->start_ticks == id.start_ticks && look->state != 'Z' && look->state != 'X';
}

bool IsStopped(const ProcessId& id) {
  const std::optional<ProcessLook> look = LookAtProcess(id.pid);
  return look && look->start_ticks == id.start_ticks && (look->state == 'T' || look->state == 't');
}

absl::Status SignalSession(const ProcessId& id, int signal) {
  // Members before the leader: with the leader gone, another session could get its number.
  const std::vector<ProcessId> members = IsThis(id) ? SessionOf(id) : std::vector<ProcessId>();
  for (const ProcessId& member : members) {
    if (member.pid != id.pid) RETURN_IF_ERROR(SignalOne(member, signal));
  }
  return SignalOne(id, signal);
}

absl::Status KillSession(const ProcessId& id) {
  const int64_t give_up = os::MonotonicMicros() + kDeathWaitMicros;
  // To die it must run once more, and on a busy host one of the lowest priority may not. Where that
  // is not allowed it only takes longer.
  setpriority(PRIO_PROCESS, static_cast<id_t>(id.pid), 0);
  RETURN_IF_ERROR(SignalSession(id, SIGKILL));
  // It is no child of ours (or of this run of the agent), so nothing can be waited for on kernels
  // without pidfd; the kill itself takes well under a millisecond.
  while (IsAlive(id)) {
    if (os::MonotonicMicros() > give_up) {
      return absl::UnavailableError(absl::StrCat("process ", id.pid, " did not die of SIGKILL"));
    }
    os::SleepMicros(kDeathStepMicros);
  }
  return absl::OkStatus();
}

void CloseFrom(int first) {
  if (syscall(SYS_close_range, first, ~0U, 0) == 0) return;
  // Kernels before 5.9. All our descriptors are close-on-exec anyway; this is the second net.
  for (int fd = first; fd < 4096; ++fd) close(fd);
}

std::optional<bool> IsOpenSomewhere(uint64_t device, uint64_t inode, int except_fd) {
  const std::optional<std::vector<int>> pids = Numbers("/proc");
  if (!pids) return std::nullopt;
  bool saw_all = true;
  for (int pid : *pids) {
    const std::string directory = absl::StrCat("/proc/", pid, "/fd");
    const std::optional<std::vector<int>> fds = Numbers(directory);
    if (!fds) {
      // One that ended meanwhile holds nothing; one that we may not look into might.
      if (IsAlive({pid, LookAtProcess(pid).value_or(ProcessLook()).start_ticks})) saw_all = false;
      continue;
    }
    for (int fd : *fds) {
      if (pid == getpid() && fd == except_fd) continue;
      struct stat st {};
      if (stat(absl::StrCat(directory, "/", fd).c_str(), &st) == 0 && st.st_dev == device &&
          st.st_ino == inode) {
        return true;
      }
    }
  }
  if (!saw_all) return std::nullopt;
  return false;
}

absl::StatusOr<std::string> BootId() {
  ASSIGN_OR_RETURN(const std::string id, os::ReadFile("/proc/sys/kernel/random/boot_id", 256));
  return std::string(absl::StripAsciiWhitespace(id));
}

}  // namespace drill::agent
