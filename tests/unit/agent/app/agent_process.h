#ifndef DRILL_TESTS_UNIT_AGENT_APP_AGENT_PROCESS_H_
#define DRILL_TESTS_UNIT_AGENT_APP_AGENT_PROCESS_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/os/file.h"

// drill-agent as it is shipped, started by a test.
namespace drill::agent {

inline std::string Binary(absl::string_view name = "drill-agent") {
  const char* bin = getenv("DRILL_BIN");
  return absl::StrCat(bin == nullptr ? "bin" : bin, "/", name);
}

// A started drill-agent. Ended at the latest with this object.
class Process {
 public:
  struct How {
    std::string root;  // not empty: chroot there first
    std::map<std::string, std::string> environment;
  };
  Process(const std::string& program, const std::vector<std::string>& arguments, const How& how)
      : output_(MakeOutput()) {
    pid_ = fork();
    if (pid_ != 0) return;
    std::vector<char*> words = {const_cast<char*>("drill-agent")};
    for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    dup2(output_.get(), STDOUT_FILENO);
    dup2(output_.get(), STDERR_FILENO);
    for (const auto& [name, value] : how.environment) setenv(name.c_str(), value.c_str(), 1);
    if (!how.root.empty() && (chroot(how.root.c_str()) != 0 || chdir("/") != 0)) _exit(126);
    execv(program.c_str(), words.data());
    _exit(127);
  }
  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      Wait();
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void Signal(int number) const { kill(pid_, number); }
  // Exit code, or minus the signal that ended it.
  int Wait() {
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    pid_ = 0;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }
  std::string Output() const {
    std::string text(1 << 20, '\0');
    const ssize_t got = pread(output_.get(), text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return text;
  }
  int64_t ResidentBytes() const {
    const std::string status = *os::ReadFile(absl::StrCat("/proc/", pid_, "/status"));
    for (absl::string_view line : absl::StrSplit(status, '\n')) {
      int64_t kilobytes = 0;
      if (absl::ConsumePrefix(&line, "VmRSS:") && absl::ConsumeSuffix(&line, " kB") &&
          absl::SimpleAtoi(line, &kilobytes)) {
        return kilobytes << 10;
      }
    }
    return -1;
  }

 private:
  static os::Fd MakeOutput() {
    std::string pattern = ::testing::TempDir() + "drill-agent-output-XXXXXX";
    os::Fd fd(mkostemp(pattern.data(), O_CLOEXEC));
    unlink(pattern.c_str());
    return fd;
  }
  os::Fd output_;
  pid_t pid_ = 0;
};

}  // namespace drill::agent

#endif  // DRILL_TESTS_UNIT_AGENT_APP_AGENT_PROCESS_H_
