#include "agent/actions/decoy_main.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "agent/host_files.h"
#include "agent/task.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/file.h"

namespace drill::agent {
namespace {

constexpr int64_t kSliceMicros = 100'000;
constexpr size_t kSizeBytes = 4;
constexpr char kGoEnd = 'g';
// The kernel's own limit for a child that talks to the network, far above what the rates need.
constexpr int kNetworkCpuPermille = 500;
constexpr rlim_t kOpenFilesMax = 512;
constexpr size_t kFileBytesMax = 256 << 20;
constexpr uid_t kNobody = 65534;

std::string ReadGo() {
  std::string text;
  char buffer[4096];
  while (text.size() <= kDecoyGoBytesMax) {
    const ssize_t got = read(kDecoyGoFd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  close(kDecoyGoFd);
  return text;
}

// First to be killed when memory runs out, no way to gain rights, and a processor limit from the
// kernel behind the one that it keeps itself.
void GiveUpEverything(const v1::ProcessTask& task) {
  {
    const os::Fd score(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (score && write(score.get(), "1000", 4) != 4) errno = 0;  // not needed, only polite
  }
  const int permille = task.has_network() ? kNetworkCpuPermille : task.cpu_permille();
  const rlim_t cpu = static_cast<rlim_t>(task.seconds() * permille / 1000 * 2 + 60);
  const rlimit cpu_limit{cpu, cpu};
  setrlimit(RLIMIT_CPU, &cpu_limit);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  setrlimit(RLIMIT_FSIZE, &none);
  const rlimit files{kOpenFilesMax, kOpenFilesMax};
  setrlimit(RLIMIT_NOFILE, &files);
  if (geteuid() == 0) {
    // In a container without that user this fails, and the decoy stays what it was.
    if (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0) errno = 0;
  }
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

// ps shows argv[0]; what follows it is wiped.
void ShowOnlyName(int argc, char** argv) {
  prctl(PR_SET_NAME, argv[0], 0, 0, 0);
  for (int i = 1; i < argc; ++i) memset(argv[i], 0, strlen(argv[i]));
}

// A closed pipe only means that nobody listens.
void Say(char how, absl::string_view why) {
  const std::string said =
      absl::StrCat(absl::string_view(&how, 1), why.substr(0, kDecoyWhyBytesMax));
  if (write(kDecoyStatusFd, said.data(), said.size()) < 0) errno = 0;
  close(kDecoyStatusFd);
}

// Where a kernel gives no shared memory, counts are kept for nobody.
TaskCounts* MapCounts() {
  static TaskCounts own;
  void* const memory =
      mmap(nullptr, sizeof(TaskCounts), PROT_READ | PROT_WRITE, MAP_SHARED, kDecoyCountsFd, 0);
  close(kDecoyCountsFd);
  return memory == MAP_FAILED ? &own : static_cast<TaskCounts*>(memory);
}

// Only the very bytes that the agent made: whatever has been put in the file's place is not read
// out to anybody.
absl::StatusOr<std::string> ReadOwnFile(const std::string& path, absl::string_view sha256) {
  ASSIGN_OR_RETURN(const os::Fd directory, OpenDirectory(ParentOf(path)));
  ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(directory.get(), LeafOf(path)));
  ASSIGN_OR_RETURN(std::string content, ReadFrom(fd.get(), 0, kFileBytesMax, path));
  if (Sha256(content) != sha256) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, " was changed as soon as it was made by something on this host"));
  }
  return content;
}

std::string OwnProgram() {
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  return size <= 0 ? "" : std::string(path, static_cast<size_t>(size));
}

void HoldCore(int cpu_permille, int64_t end_us) {
  for (int64_t slice = os::MonotonicMicros(); slice < end_us;) {
    const int64_t cpu_until = os::ThreadCpuMicros() + kSliceMicros * cpu_permille / 1000;
    while (os::ThreadCpuMicros() < cpu_until) {
    }
    // After a freeze or a suspend the missed slices are not made up for.
    slice = std::max(slice + kSliceMicros, os::MonotonicMicros());
    os::SleepMicros(slice - os::MonotonicMicros());
  }
}

// More than one core takes a thread for each, with equal shares.
void HoldCores(int cpu_permille, int64_t end_us) {
  const int threads = std::max(1, (cpu_permille + 999) / 1000);
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(HoldCore, cpu_permille / threads, end_us);
  HoldCore(cpu_permille / threads, end_us);
  for (std::thread& other : others) other.join();
}

absl::Status DoNetwork(Task* task, const std::string& file_sha256) {
  if (!task->network().file().empty()) {
    ASSIGN_OR_RETURN(task->file, ReadOwnFile(task->network().file(), file_sha256));
  }
  GiveUpEverything(task->spec);
  return RunNetworkTask(*task);
}

}  // namespace

std::string EncodeDecoyGo(const DecoyGo& go) {
  const std::string task = go.task.SerializeAsString();
  std::string bytes;
  for (size_t i = 0; i < kSizeBytes; ++i) {
    bytes += static_cast<char>(static_cast<unsigned char>(task.size() >> (8 * i)));
  }
  return absl::StrCat(bytes, task, go.file_sha256, absl::string_view(&kGoEnd, 1));
}

std::optional<DecoyGo> DecodeDecoyGo(absl::string_view bytes) {
  if (bytes.size() <= kSizeBytes || bytes.back() != kGoEnd) return std::nullopt;
  size_t size = 0;
  for (size_t i = 0; i < kSizeBytes; ++i) {
    size |= static_cast<size_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  bytes.remove_prefix(kSizeBytes);
  bytes.remove_suffix(1);
  if (size > bytes.size()) return std::nullopt;
  DecoyGo go;
  go.file_sha256 = std::string(bytes.substr(size));
  const bool hashed = go.file_sha256.empty() || go.file_sha256.size() == kSha256Bytes;
  if (!hashed || !go.task.ParseFromArray(bytes.data(), static_cast<int>(size))) return std::nullopt;
  return go;
}

bool IsDecoy(int argc, char** argv) {
  return argc == 2 && absl::string_view(argv[1]) == kDecoyArgument;
}

int DecoyMain(int argc, char** argv) {
  const std::string go_bytes = ReadGo();
  if (go_bytes.empty()) return 0;
  const std::optional<DecoyGo> go = DecodeDecoyGo(go_bytes);
  if (!go || go->task.seconds() <= 0 || go->task.cpu_permille() < 0 ||
      go->task.cpu_permille() > kDecoyCpuPermilleMax) {
    return 2;
  }
  Task task;
  task.spec = go->task;
  task.end_us = os::MonotonicMicros() + task.spec.seconds() * 1'000'000;
  task.counts = MapCounts();
  bool told = false;
  task.runs = [&told] {
    if (told) return;
    told = true;
    Say(kDecoyRuns, "");
    // Last to get the processor. Only now: on a busy host the agent would wait in vain for the word
    // of one that does not get it.
    setpriority(PRIO_PROCESS, 0, 19);
  };
  ShowOnlyName(argc, argv);
  // A peer that hangs up is an error of one contact, not the end.
  signal(SIGPIPE, SIG_IGN);
  if (task.spec.has_network()) {
    task.program = OwnProgram();
    const absl::Status status = DoNetwork(&task, go->file_sha256);
    if (!told) {
      Say(absl::IsPermissionDenied(status) ? kDecoyBlocked : kDecoyFailed, status.message());
      return 1;
    }
    os::SleepMicros(std::max<int64_t>(0, task.end_us - os::MonotonicMicros()));
    return 0;
  }
  GiveUpEverything(task.spec);
  task.runs();
  HoldCores(task.spec.cpu_permille(), task.end_us);
  return 0;
}

}  // namespace drill::agent
