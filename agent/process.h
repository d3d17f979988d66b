#ifndef DRILL_AGENT_PROCESS_H_
#define DRILL_AGENT_PROCESS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/os/file.h"

// Processes as /proc shows them. Blocking; any thread.
namespace drill::agent {

// A process that cannot be confused with a later one of the same pid, within one boot.
struct ProcessId {
  int pid = 0;
  int64_t start_ticks = 0;
};

struct ProcessLook {
  std::string name;  // comm
  char state = '?';
  int session = 0;
  int64_t start_ticks = 0;
};
// Nothing: there is no such process.
std::optional<ProcessLook> LookAtProcess(int pid);

// Runs or stands still; a zombie does not count.
bool IsAlive(const ProcessId& id);
bool IsStopped(const ProcessId& id);

// Signals the process, then what else is in its session. Gone already is fine.
// PermissionDenied: may not signal it.
absl::Status SignalSession(const ProcessId& id, int signal);
// SIGKILL, then waits until all are gone. Unavailable: something is still there after 5 s.
absl::Status KillSession(const ProcessId& id);

// Does a process hold the file open? Looks at every descriptor in /proc; nothing if it may not see
// all of them. `except_fd` is a descriptor of this process that does not count.
std::optional<bool> IsOpenSomewhere(uint64_t device, uint64_t inode, int except_fd);

// /proc/sys/kernel/random/boot_id.
absl::StatusOr<std::string> BootId();

struct DecoySpec {
  std::string program;  // started again with a hidden argument, see actions/decoy_main.h
  std::string name;     // what ps shows
  int cpu_permille = 0;
  int64_t seconds = 0;  // ends itself after so long
};

// A decoy process on its way. It does nothing before Go; if this object, or the agent, dies before
// Go, it ends by itself. So its pid can be made durable before it does anything.
class Decoy {
 public:
  // PermissionDenied: something on the host does not let it run.
  static absl::StatusOr<Decoy> Spawn(const DecoySpec& spec);

  const ProcessId& id() const { return id_; }
  // Lets it run and waits until it says that it does. PermissionDenied: it died instead.
  absl::Status Go();

 private:
  ProcessId id_;
  os::Fd go_;
  os::Fd status_;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_PROCESS_H_
