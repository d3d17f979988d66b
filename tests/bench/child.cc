#include "tests/bench/child.h"

#include <fcntl.h>
#include <google/protobuf/util/json_util.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/os/clock.h"

namespace drill::bench {
namespace {

constexpr int64_t kReadyMaxUs = 300'000'000;

}  // namespace

absl::StatusOr<std::unique_ptr<Child>> Child::Start(const std::vector<std::string>& command,
                                                    const std::string& log) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0) return os::ErrnoStatus(errno, "make a pipe for", command[0]);
  os::Fd in_read(in[0]);
  os::Fd in_write(in[1]);
  if (pipe2(out, O_CLOEXEC) != 0) return os::ErrnoStatus(errno, "make a pipe for", command[0]);
  os::Fd out_read(out[0]);
  os::Fd out_write(out[1]);
  os::Fd log_fd(open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) return os::ErrnoStatus(errno, "start", command[0]);
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(in_read.get(), 0);
    dup2(out_write.get(), 1);
    dup2(log_fd.get(), 2);
    execv(argv[0], argv.data());
    _exit(127);
  }
  std::unique_ptr<Child> child(new Child);
  child->pid_ = pid;
  child->in_ = std::move(in_write);
  child->out_ = std::move(out_read);
  return child;
}

Child::~Child() {
  in_.Reset();
  if (pid_ <= 0) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

bool Child::Alive() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
  return pid_ > 0;
}

absl::Status Child::Say(const std::string& line) {
  return os::WriteAll(in_.get(), absl::StrCat(line, "\n"), "a child's input");
}

absl::StatusOr<std::string> Child::Hear() {
  std::string line;
  for (char c; read(out_.get(), &c, 1) == 1;) {
    if (c == '\n') return line;
    line.push_back(c);
  }
  return absl::UnavailableError("a child ended without an answer");
}

std::string ProgramFolder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

absl::StatusOr<Controller> Controller::Start(const Arguments& arguments,
                                             const std::string& data_dir) {
  const std::string drilld = arguments.Text("drilld", ProgramFolder() + "/drilld");
  std::vector<std::string> command = {drilld,        "--data",   data_dir,     "--listen",
                                      "127.0.0.1:0", "--agents", "127.0.0.1:0"};
  if (arguments.Has("obligations")) {
    command.insert(command.end(), {"--obligations", arguments.Text("obligations", "")});
  }
  Controller out;
  const int64_t from = os::MonotonicMicros();
  ASSIGN_OR_RETURN(out.process, Child::Start(command, data_dir + "/drilld.log"));
  const std::string path = data_dir + "/endpoint.json";
  while (!std::filesystem::exists(path)) {
    if (!out.process->Alive() || os::MonotonicMicros() > from + kReadyMaxUs) {
      absl::StatusOr<std::string> log = os::ReadFile(data_dir + "/drilld.log");
      return absl::UnavailableError(
          absl::StrCat(drilld, " does not serve: ", log.ok() ? *log : "no log"));
    }
    os::SleepMicros(1000);
  }
  out.ready_us = os::MonotonicMicros() - from;
  ASSIGN_OR_RETURN(std::string json, os::ReadFile(path));
  if (!google::protobuf::util::JsonStringToMessage(json, &out.endpoint).ok()) {
    return absl::InternalError("endpoint.json cannot be read");
  }
  return out;
}

}  // namespace drill::bench
