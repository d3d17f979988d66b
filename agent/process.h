#ifndef DRILL_AGENT_PROCESS_H_
#define DRILL_AGENT_PROCESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/os/file.h"
#include "drill/v1/host.pb.h"

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

// Closes every descriptor from this one on. Async-signal-safe: for a child before its exec.
void CloseFrom(int first);

// Does a process hold the file open? Looks at every descriptor in /proc; nothing if it may not see
// all of them. `except_fd` is a descriptor of this process that does not count.
std::optional<bool> IsOpenSomewhere(uint64_t device, uint64_t inode, int except_fd);

// /proc/sys/kernel/random/boot_id.
absl::StatusOr<std::string> BootId();

// What ps can show: 1 to 15 of [A-Za-z0-9._-].
bool IsProcessName(absl::string_view name);

struct DecoySpec {
  std::string program;  // started again with a hidden argument, see actions/decoy_main.h
  std::string name;     // what ps shows
  v1::ProcessTask task;
  // SHA-256 (raw) of the task's file: it sends that content or nothing.
  std::string file_sha256;
};

// How far a decoy got, in words; empty: it did nothing that is counted, or that cannot be told.
// Holds memory that the decoy writes; made before it runs, of use after it is gone too.
class DecoyCounts {
 public:
  DecoyCounts() = default;
  // Empty on a kernel that has no such memory.
  static DecoyCounts Make();
  int fd() const { return memory_.get(); }
  std::string Describe() const;

 private:
  os::Fd memory_;
};

// A decoy process on its way. It does nothing before Go; if this object, or the agent, dies before
// Go, it ends by itself. So its pid can be made durable before it does anything.
class Decoy {
 public:
  // PermissionDenied: something on the host does not let it run.
  static absl::StatusOr<Decoy> Spawn(const DecoySpec& spec);

  const ProcessId& id() const { return id_; }
  // Lets it run and waits until it says that it does. PermissionDenied: it died instead, or a
  // control stopped its first effect. FailedPrecondition: it says that the host is not as needed.
  absl::Status Go();
  // REQUIRES: not called before.
  DecoyCounts TakeCounts() { return std::move(counts_); }

 private:
  ProcessId id_;
  std::string task_;
  DecoyCounts counts_;
  os::Fd go_;
  os::Fd status_;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_PROCESS_H_
