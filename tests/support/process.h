#ifndef DRILL_TESTS_SUPPORT_PROCESS_H_
#define DRILL_TESTS_SUPPORT_PROCESS_H_

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace drill::testing {

// How a program ended.
struct Ended {
  bool by_signal = false;
  int code = 0;  // exit code, or the signal
};

// A program that a test runs: its standard output is a pipe or a file, its standard error a file.
// Dies with the test. One owner, one thread.
class Process {
 public:
  struct Options {
    std::vector<std::string> arguments;    // the first is the program's path
    std::vector<std::string> environment;  // NAME=VALUE, besides the test's own
    std::string out_path;                  // empty: a pipe, read by ReadLines
    std::string err_path;
  };

  explicit Process(const Options& options);
  ~Process();  // kills it
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  bool Running();
  void Signal(int number);
  // nullopt: still running after so long.
  std::optional<Ended> Wait(int64_t patience_us);
  // Hands on each line of its standard output until `line` returns true. False: it ended, or so
  // long passed, before.
  bool ReadLines(const std::function<bool(absl::string_view)>& line, int64_t patience_us);
  // For poll(): readable when the program has ended.
  int pidfd() const { return pidfd_; }

 private:
  pid_t pid_ = -1;
  int pidfd_ = -1;
  int out_ = -1;
  std::string unread_;
  std::optional<Ended> ended_;
};

}  // namespace drill::testing

#endif  // DRILL_TESTS_SUPPORT_PROCESS_H_
