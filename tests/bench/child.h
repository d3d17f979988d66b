#ifndef DRILL_TESTS_BENCH_CHILD_H_
#define DRILL_TESTS_BENCH_CHILD_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/os/file.h"
#include "drill/v1/context.pb.h"
#include "tests/bench/report.h"

namespace drill::bench {

// A process of ours: ended, and waited for, at the latest by the destructor. Its standard error
// goes to `log`.
class Child {
 public:
  static absl::StatusOr<std::unique_ptr<Child>> Start(const std::vector<std::string>& command,
                                                      const std::string& log);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  bool Alive();
  absl::Status Say(const std::string& line);  // to its standard input
  absl::StatusOr<std::string> Hear();         // a line of its standard output

 private:
  Child() = default;
  pid_t pid_ = 0;
  os::Fd in_;
  os::Fd out_;
};

// drilld on loopback over a data folder, ready to answer.
struct Controller {
  std::unique_ptr<Child> process;
  v1::Endpoint endpoint;
  int64_t ready_us = 0;  // from its start until endpoint.json was there

  static absl::StatusOr<Controller> Start(const Arguments& arguments, const std::string& data_dir);
};

// The folder of this program.
std::string ProgramFolder();

}  // namespace drill::bench

#endif  // DRILL_TESTS_BENCH_CHILD_H_
