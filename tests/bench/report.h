#ifndef DRILL_TESTS_BENCH_REPORT_H_
#define DRILL_TESTS_BENCH_REPORT_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// What every measurement shares: its arguments, its figures, and what a process has used.
namespace drill::bench {

// "--name value" pairs and "--json". One owner.
class Arguments {
 public:
  // InvalidArgument: not such pairs.
  static absl::StatusOr<Arguments> Parse(int argc, char** argv, int from);

  // The value, clamped to 1..`most`: every measurement is bounded.
  int64_t Number(const std::string& name, int64_t otherwise, int64_t most) const;
  std::string Text(const std::string& name, const std::string& otherwise) const;
  bool Has(const std::string& name) const { return values_.contains(name); }

 private:
  std::map<std::string, std::string> values_;
};

// Nearest-rank quantiles; all zero of nothing.
struct Quantiles {
  int64_t p50 = 0;
  int64_t p99 = 0;
  int64_t max = 0;
  static Quantiles Of(std::vector<int64_t> samples);
};

// The figures of one run, each beside the floor that was measured in the same run.
class Report {
 public:
  explicit Report(std::string title) : title_(std::move(title)) {}

  void Figure(const std::string& name, double value, const std::string& unit);
  // The three as `name` p50, p99, max.
  void Figures(const std::string& name, const Quantiles& quantiles, const std::string& unit);
  // `value` / `floor`.
  void Ratio(const std::string& name, double value, double floor);

  // To standard output, as lines or as JSON, with the machine's load around the run.
  void Print(bool json) const;

 private:
  struct Row {
    std::string name;
    double value;
    std::string unit;
  };
  const std::string title_;
  const double load_before_ = Load();
  std::vector<Row> rows_;

  static double Load();
};

// Microseconds of CPU, and resident bytes, of a process of ours. 0 when it is gone.
int64_t CpuMicros(pid_t pid);
int64_t ResidentBytes(pid_t pid);

// A new folder that is removed at the end, below `parent` or the system's temporary folder.
class Scratch {
 public:
  explicit Scratch(const std::string& parent);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The measurements. Each prints its report.
absl::Status RunIntake(const Arguments& arguments);
absl::Status RunReplay(const Arguments& arguments);
absl::Status RunFleet(const Arguments& arguments, const std::string& title, int agents);
// The other end of the bare fan-out; lives until its standard input ends.
absl::Status RunBareServer(const Arguments& arguments);

}  // namespace drill::bench

#endif  // DRILL_TESTS_BENCH_REPORT_H_
