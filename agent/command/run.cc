#include "agent/command/run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/command/minder.h"
#include "agent/host_files.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/file.h"

namespace drill::agent {
namespace {

constexpr int kPollMillis = 100;
constexpr int64_t kGroupWaitMicros = 5'000'000;

struct Pipe {
  os::Fd read;
  os::Fd write;
};

absl::StatusOr<Pipe> MakePipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return HostError(errno, "make", "a pipe");
  return Pipe{os::Fd(fds[0]), os::Fd(fds[1])};
}

// The directory below which our own cgroup v2 may have children; empty: there is none.
std::string GroupRoot() {
  const auto mounts = os::ReadFile("/proc/self/mountinfo", 1 << 20);
  const auto own = os::ReadFile("/proc/self/cgroup", 1 << 16);
  if (!mounts.ok() || !own.ok()) return "";
  std::string root;
  for (const absl::string_view line : absl::StrSplit(*mounts, '\n')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ');
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    if (fields.size() > 4 && dash != fields.end() && dash + 1 != fields.end() &&
        *(dash + 1) == "cgroup2") {
      root = std::string(fields[4]);
      break;
    }
  }
  if (root.empty()) return "";
  for (absl::string_view line : absl::StrSplit(*own, '\n')) {
    if (absl::ConsumePrefix(&line, "0::/")) return absl::StrCat(root, "/", line);
  }
  return "";
}

std::string GroupPath(const std::string& group) {
  const std::string root = GroupRoot();
  return root.empty() || group.empty() ? "" : absl::StrCat(root, "/drill-", group);
}

// Where cgroups are missing, closed or full, the minder alone does it.
std::string EnterGroup(const std::string& group, int pid) {
  const std::string path = GroupPath(group);
  if (path.empty() || (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)) return "";
  const os::Fd procs(open((path + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
  if (procs && os::WriteAll(procs.get(), absl::StrCat(pid), path).ok()) return path;
  rmdir(path.c_str());
  return "";
}

// Of the agent's own user, without asking NSS: the agent is static.
std::string HomeDirectory() {
  const auto passwd = os::ReadFile("/etc/passwd", 1 << 20);
  if (!passwd.ok()) return "/";
  for (const absl::string_view line : absl::StrSplit(*passwd, '\n')) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ':');
    if (fields.size() >= 7 && fields[2] == absl::StrCat(geteuid())) return std::string(fields[5]);
  }
  return geteuid() == 0 ? "/root" : "/";
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Reads what is there into `output`; false: its end.
bool Drain(int fd, CommandResult* result) {
  char buffer[16 << 10];
  const ssize_t size = read(fd, buffer, sizeof(buffer));
  if (size <= 0) return size < 0 && (errno == EAGAIN || errno == EINTR);
  const size_t room = kCommandOutputMax - std::min(kCommandOutputMax, result->output.size());
  result->output.append(buffer, std::min(room, static_cast<size_t>(size)));
  result->output_cut = result->output_cut || static_cast<size_t>(size) > room;
  return true;
}

// A program and its words, minded.
struct Minded {
  std::string program;
  std::vector<std::string> words;
  int64_t time_limit_us = 0;
  std::string group;
  std::function<bool()> cancelled;
};

// Until the minder reports. A daemon that holds the output open does not keep us.
absl::Status Follow(const Minded& minded, int output, int report, os::Fd* control,
                    CommandResult* result, MinderReport* told) {
  bool open = true;
  for (;;) {
    pollfd fds[2] = {{report, POLLIN, 0}, {open ? output : -1, POLLIN, 0}};
    if (poll(fds, 2, kPollMillis) < 0 && errno != EINTR) {
      return HostError(errno, "wait for", "the command");
    }
    if (fds[1].revents != 0) open = Drain(output, result);
    if (fds[0].revents != 0) break;
    // The end of this pipe tells the minder to end the command.
    if (minded.cancelled && minded.cancelled()) control->Reset();
  }
  if (read(report, told, sizeof(*told)) != sizeof(*told)) {
    return absl::UnavailableError("what minds the command was ended by something on this host");
  }
  fcntl(output, F_SETFL, O_NONBLOCK);
  while (open && Drain(output, result)) {
    if (errno == EAGAIN) break;
    errno = 0;
  }
  return absl::OkStatus();
}

absl::StatusOr<CommandResult> RunMinded(
    Minded minded, const std::function<absl::Status(const ProcessId&)>& on_spawned) {
  ASSIGN_OR_RETURN(Pipe control, MakePipe());
  ASSIGN_OR_RETURN(Pipe report, MakePipe());
  ASSIGN_OR_RETURN(Pipe output, MakePipe());
  std::vector<std::string> variables = {
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      absl::StrCat("HOME=", HomeDirectory()), "LANG=C.UTF-8", "TERM=dumb"};
  const std::vector<char*> arguments = Pointers(minded.words);
  const std::vector<char*> environment = Pointers(variables);
  const MinderTask task{minded.program.c_str(), arguments.data(),   environment.data(),
                        control.read.get(),     report.write.get(), output.write.get(),
                        minded.time_limit_us};
  const pid_t pid = fork();
  if (pid < 0) return HostError(errno, "start", "the command's minder");
  if (pid == 0) {
    close(control.write.get());
    Mind(task);
  }
  control.read.Reset();
  report.write.Reset();
  output.write.Reset();
  ProcessId id{pid, LookAtProcess(pid).value_or(ProcessLook()).start_ticks};
  const std::string group = EnterGroup(minded.group, pid);
  absl::Status status = on_spawned(id);
  CommandResult result;
  MinderReport told{};
  if (status.ok() && write(control.write.get(), "g", 1) != 1) {
    status = HostError(errno, "start", "the command");
  }
  if (status.ok()) {
    status = Follow(minded, output.read.get(), report.read.get(), &control.write, &result, &told);
  }
  control.write.Reset();
  int ignored = 0;
  while (waitpid(pid, &ignored, 0) < 0 && errno == EINTR) {
  }
  if (!group.empty()) {
    const absl::Status ended = EndCommandGroup(minded.group);
    if (status.ok()) status = ended;
  }
  RETURN_IF_ERROR(status);
  if (told.exec_error != 0) return HostError(told.exec_error, "run", minded.program);
  result.exited = WIFEXITED(told.wait_status);
  result.exit_code = result.exited ? WEXITSTATUS(told.wait_status) : 0;
  result.signal = WIFSIGNALED(told.wait_status) ? WTERMSIG(told.wait_status) : 0;
  result.timed_out = told.timed_out != 0;
  result.left_behind = told.left_behind;
  return result;
}

}  // namespace

std::string CommandResult::Describe() const {
  std::string text =
      exited ? absl::StrCat("exit code ", exit_code) : absl::StrCat("ended by signal ", signal);
  if (timed_out) absl::StrAppend(&text, ", its time was over");
  if (left_behind > 0) {
    absl::StrAppend(&text, ", ", left_behind, " processes that it left behind were ended");
  }
  absl::StrAppend(&text, ", ", output.size(), output_cut ? " bytes and more" : " bytes",
                  " of output");
  return text;
}

absl::Status EndCommandGroup(const std::string& group) {
  const std::string path = GroupPath(group);
  struct stat st {};
  if (path.empty() || stat(path.c_str(), &st) != 0) return absl::OkStatus();
  const int64_t give_up = os::MonotonicMicros() + kGroupWaitMicros;
  while (rmdir(path.c_str()) != 0 && errno != ENOENT) {
    const os::Fd kill_file(open((path + "/cgroup.kill").c_str(), O_WRONLY | O_CLOEXEC));
    if (kill_file) {
      RETURN_IF_ERROR(os::WriteAll(kill_file.get(), "1", path));
    } else if (const auto pids = os::ReadFile(path + "/cgroup.procs", 1 << 20); pids.ok()) {
      for (const absl::string_view pid : absl::StrSplit(*pids, '\n', absl::SkipEmpty())) {
        kill(std::stoi(std::string(pid)), SIGKILL);
      }
    }
    if (os::MonotonicMicros() > give_up) {
      return absl::UnavailableError(absl::StrCat("processes of the command are still in ", path));
    }
    os::SleepMicros(1000);
  }
  return absl::OkStatus();
}

absl::StatusOr<CommandResult> RunShellCommand(
    const CommandSpec& spec, const std::function<absl::Status(const ProcessId&)>& on_spawned) {
  return RunMinded({absl::StrCat("/bin/", spec.shell),
                    {spec.shell, "-c", spec.text},
                    spec.time_limit_us,
                    spec.group,
                    spec.cancelled},
                   on_spawned);
}

absl::StatusOr<CommandResult> RunProgram(const ProgramSpec& spec) {
  Minded minded{spec.program, {spec.program}, spec.time_limit_us, "", spec.cancelled};
  minded.words.insert(minded.words.end(), spec.arguments.begin(), spec.arguments.end());
  return RunMinded(std::move(minded), [](const ProcessId&) { return absl::OkStatus(); });
}

}  // namespace drill::agent
