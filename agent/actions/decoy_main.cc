#include "agent/actions/decoy_main.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "common/os/clock.h"
#include "common/os/file.h"

namespace drill::agent {
namespace {

constexpr int64_t kSliceMicros = 100'000;
constexpr int kCpuPermilleMax = 4000;
constexpr int kPermilleOfACore = 1000;
constexpr uid_t kNobody = 65534;

// First to be killed when memory runs out, no way to gain rights, and a processor limit from the
// kernel behind the one that it keeps itself.
void GiveUpEverything(int cpu_permille, int64_t seconds) {
  {
    const os::Fd score(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (score && write(score.get(), "1000", 4) != 4) errno = 0;  // not needed, only polite
  }
  const rlim_t cpu = static_cast<rlim_t>(seconds * cpu_permille / 1000 * 2 + 60);
  const rlimit cpu_limit{cpu, cpu};
  setrlimit(RLIMIT_CPU, &cpu_limit);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  setrlimit(RLIMIT_FSIZE, &none);
  if (geteuid() == 0) {
    // In a container without that user this fails, and the decoy stays what it was.
    if (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0) errno = 0;
  }
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

// Works so long of each slice, until `end`.
void HoldShare(int cpu_permille, int64_t end) {
  for (int64_t slice = os::MonotonicMicros(); slice < end;) {
    const int64_t cpu_until = os::ThreadCpuMicros() + kSliceMicros * cpu_permille / 1000;
    while (os::ThreadCpuMicros() < cpu_until && os::MonotonicMicros() < end) {
    }
    // After a freeze or a suspend the missed slices are not made up for.
    slice = std::max(slice + kSliceMicros, os::MonotonicMicros());
    os::SleepMicros(std::max<int64_t>(std::min(slice, end) - os::MonotonicMicros(), 0));
  }
}

// ps shows argv[0]; what follows it is wiped.
void ShowOnlyName(int argc, char** argv) {
  prctl(PR_SET_NAME, argv[0], 0, 0, 0);
  for (int i = 1; i < argc; ++i) memset(argv[i], 0, strlen(argv[i]));
}

}  // namespace

bool IsDecoy(int argc, char** argv) {
  return argc == 4 && absl::string_view(argv[1]) == kDecoyArgument;
}

int DecoyMain(int argc, char** argv) {
  int cpu_permille = 0;
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(argv[2], &cpu_permille) || !absl::SimpleAtoi(argv[3], &seconds) ||
      cpu_permille < 0 || cpu_permille > kCpuPermilleMax || seconds <= 0) {
    return 2;
  }
  char go = 0;
  ssize_t got = 0;
  do {
    got = read(kDecoyGoFd, &go, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) return 0;
  close(kDecoyGoFd);

  const int64_t end = os::MonotonicMicros() + seconds * 1'000'000;
  ShowOnlyName(argc, argv);
  GiveUpEverything(cpu_permille, seconds);
  // Before the limits it could not have been said; a closed pipe only means that nobody listens.
  if (write(kDecoyStatusFd, &kDecoyRuns, 1) != 1) return 0;
  close(kDecoyStatusFd);
  // Last to get the processor. Only now: on a busy host the agent would wait in vain for the word
  // of one that does not get it.
  setpriority(PRIO_PROCESS, 0, 19);

  // One thread holds at most one core; the last one holds what is left.
  std::vector<std::jthread> others;
  for (; cpu_permille > kPermilleOfACore; cpu_permille -= kPermilleOfACore) {
    others.emplace_back([end] { HoldShare(kPermilleOfACore, end); });
  }
  HoldShare(cpu_permille, end);
  return 0;
}

}  // namespace drill::agent
