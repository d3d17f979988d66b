#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/actions/decoy_main.h"
#include "agent/host_files.h"
#include "agent/process.h"
#include "agent/task.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

// Far longer than a child takes to settle its first effect: a host may be so busy that it hardly
// runs.
constexpr int kStartWaitMs = 15'000;
static_assert(kStartWaitMs * int64_t{1000} > kFirstAnswerUs);
constexpr size_t kNameBytesMax = 15;  // the kernel's TASK_COMM_LEN, without its end
// Above every number that the child gives away, so that dup2 cannot overwrite a source.
constexpr int kFirstFreeFd = 16;

struct Pipe {
  os::Fd read;
  os::Fd write;
};

absl::StatusOr<os::Fd> Raise(int fd) {
  os::Fd low(fd);
  os::Fd high(fcntl(fd, F_DUPFD_CLOEXEC, kFirstFreeFd));
  if (!high) return HostError(errno, "duplicate", "descriptor");
  return high;
}

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return HostError(errno, "make", "pipe");
  os::Fd write(ends[1]);
  Pipe pipe;
  ASSIGN_OR_RETURN(pipe.read, Raise(ends[0]));
  ASSIGN_OR_RETURN(pipe.write, Raise(write.Release()));
  return pipe;
}

// Everything that the child needs, made before the fork.
struct ChildPlan {
  const char* program = nullptr;
  char* const* arguments = nullptr;
  int null_fd = -1;
  int go_fd = -1;
  int status_fd = -1;
  int counts_fd = -1;
};

// Between fork and exec: only async-signal-safe calls, no memory is taken.
[[noreturn]] void RunChild(const ChildPlan& plan) {
  setsid();
  const int pid = getpid();
  if (dup2(plan.null_fd, 0) < 0 || dup2(plan.null_fd, 1) < 0 || dup2(plan.null_fd, 2) < 0 ||
      dup2(plan.go_fd, kDecoyGoFd) < 0 || dup2(plan.status_fd, kDecoyStatusFd) < 0 ||
      dup2(plan.counts_fd, kDecoyCountsFd) < 0) {
    _exit(1);
  }
  CloseFrom(kDecoyCountsFd + 1);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (chdir("/") != 0) _exit(1);
  if (write(kDecoyStatusFd, &pid, sizeof pid) != sizeof pid) _exit(1);
  char* const no_environment[] = {nullptr};
  execve(plan.program, plan.arguments, no_environment);
  const int error = errno;
  char said[1 + sizeof error];
  said[0] = kDecoyExecFailed;
  memcpy(said + 1, &error, sizeof error);
  if (write(kDecoyStatusFd, said, sizeof said) < 0) _exit(1);
  _exit(1);
}

// Reads exactly `size` bytes in time. Zero: the other end is closed.
absl::StatusOr<size_t> ReadInTime(int fd, char* buffer, size_t size) {
  size_t done = 0;
  while (done < size) {
    pollfd wait{fd, POLLIN, 0};
    const int ready = poll(&wait, 1, kStartWaitMs);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return HostError(errno, "wait for", "decoy process");
    if (ready == 0) {
      return absl::UnavailableError(
          absl::StrCat("decoy process: no sign of life after ", kStartWaitMs / 1'000, " s"));
    }
    const ssize_t got = read(fd, buffer + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return HostError(errno, "read from", "decoy process");
    if (got == 0) return done;
    done += static_cast<size_t>(got);
  }
  return done;
}

absl::Status Died() {
  return absl::PermissionDeniedError("the decoy process was ended as soon as it was started");
}

// A decoy that is gone must be told by what it said, not by SIGPIPE, which the whole agent ignores
// or not as its main pleases.
void WriteQuietly(int fd, absl::string_view bytes) {
  sigset_t pipe_signal;
  sigset_t before;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const absl::Status written = os::WriteAll(fd, bytes, "decoy process");
  const timespec at_once{};
  if (!written.ok()) sigtimedwait(&pipe_signal, nullptr, &at_once);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

absl::StatusOr<Decoy> Decoy::Spawn(const DecoySpec& spec) {
  os::Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) return HostError(errno, "open", "/dev/null");
  ASSIGN_OR_RETURN(null, Raise(null.Release()));
  ASSIGN_OR_RETURN(Pipe go, MakePipe());
  ASSIGN_OR_RETURN(Pipe status, MakePipe());
  Decoy decoy;
  decoy.task_ = EncodeDecoyGo({spec.task, spec.file_sha256});
  if (decoy.task_.size() > kDecoyGoBytesMax) {
    return absl::InternalError("the task of a decoy process is too large");
  }
  decoy.counts_ = DecoyCounts::Make();
  os::Fd counts;
  if (decoy.counts_.fd() >= 0) {
    counts = os::Fd(fcntl(decoy.counts_.fd(), F_DUPFD_CLOEXEC, kFirstFreeFd));
  }
  std::array<std::string, 2> words = {spec.name, kDecoyArgument};
  char* arguments[] = {words[0].data(), words[1].data(), nullptr};
  const ChildPlan plan{spec.program.c_str(), arguments,
                       null.get(),           go.read.get(),
                       status.write.get(),   counts ? counts.get() : null.get()};
  // Forked twice, so that the decoy is a child of init: it outlives this run of the agent, and
  // leaves no zombie when somebody ends it. _Fork runs no handlers of other libraries.
  const pid_t between = _Fork();
  if (between < 0) return HostError(errno, "fork", "decoy process");
  if (between == 0) {
    const pid_t child = _Fork();
    if (child != 0) _exit(child < 0 ? 1 : 0);
    RunChild(plan);
  }
  while (waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
  }
  status.write.Reset();
  go.read.Reset();
  ASSIGN_OR_RETURN(
      const size_t got,
      ReadInTime(status.read.get(), reinterpret_cast<char*>(&decoy.id_.pid), sizeof decoy.id_.pid));
  if (got != sizeof decoy.id_.pid) return Died();
  const std::optional<ProcessLook> look = LookAtProcess(decoy.id_.pid);
  if (!look) return Died();
  decoy.id_.start_ticks = look->start_ticks;
  decoy.go_ = std::move(go.write);
  decoy.status_ = std::move(status.read);
  return decoy;
}

absl::Status Decoy::Go() {
  WriteQuietly(go_.get(), task_);
  go_.Reset();  // its end is the end of the task's text
  char said = 0;
  ASSIGN_OR_RETURN(const size_t got, ReadInTime(status_.get(), &said, 1));
  if (got != 1) return Died();
  switch (said) {
    case kDecoyRuns:
      return IsAlive(id_) ? absl::OkStatus() : Died();
    case kDecoyExecFailed: {
      int error = 0;
      ASSIGN_OR_RETURN(const size_t more,
                       ReadInTime(status_.get(), reinterpret_cast<char*>(&error), sizeof error));
      return more == sizeof error ? HostError(error, "start", "decoy process") : Died();
    }
    case kDecoyBlocked:
    case kDecoyFailed: {
      std::string why(kDecoyWhyBytesMax, '\0');
      ASSIGN_OR_RETURN(const size_t size, ReadInTime(status_.get(), why.data(), why.size()));
      why.resize(size);
      if (said == kDecoyBlocked) return absl::PermissionDeniedError(why);
      return absl::FailedPreconditionError(why);
    }
    default:
      return Died();
  }
}

DecoyCounts DecoyCounts::Make() {
  DecoyCounts counts;
  counts.memory_ = os::Fd(memfd_create("counts", MFD_CLOEXEC));
  if (counts.memory_ && ftruncate(counts.memory_.get(), sizeof(TaskCounts)) != 0) {
    counts.memory_.Reset();
  }
  return counts;
}

std::string DecoyCounts::Describe() const {
  int64_t values[3] = {};
  static_assert(sizeof values == sizeof(TaskCounts));
  if (!memory_ || pread(memory_.get(), values, sizeof values, 0) != sizeof values) return "";
  const auto [done, failed, bytes] = values;
  if (done == 0 && bytes == 0) return "";
  std::string text = absl::StrCat("contacts made: ", done);
  if (failed > 0) absl::StrAppend(&text, ", of these without success: ", failed);
  if (bytes > 0) absl::StrAppend(&text, ", bytes sent: ", bytes);
  return text;
}

bool IsProcessName(absl::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' ||
                  c == '-';
         });
}

}  // namespace drill::agent
