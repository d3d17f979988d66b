#include "tests/bench/report.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"

namespace drill::bench {

absl::StatusOr<Arguments> Arguments::Parse(int argc, char** argv, int from) {
  Arguments out;
  for (int i = from; i < argc; ++i) {
    const std::string name = argv[i];
    if (name.rfind("--", 0) != 0) {
      return absl::InvalidArgumentError(absl::StrCat("'", name, "' is no --option"));
    }
    const bool valued = i + 1 < argc && std::string(argv[i + 1]).rfind("--", 0) != 0;
    out.values_[name.substr(2)] = valued ? argv[++i] : "";
  }
  return out;
}

int64_t Arguments::Number(const std::string& name, int64_t otherwise, int64_t most) const {
  int64_t value = otherwise;
  if (auto it = values_.find(name); it != values_.end()) (void)absl::SimpleAtoi(it->second, &value);
  return std::clamp<int64_t>(value, 1, most);
}

std::string Arguments::Text(const std::string& name, const std::string& otherwise) const {
  auto it = values_.find(name);
  return it == values_.end() ? otherwise : it->second;
}

Quantiles Quantiles::Of(std::vector<int64_t> samples) {
  if (samples.empty()) return {};
  std::sort(samples.begin(), samples.end());
  const auto rank = [&](size_t percent) {
    return samples[(samples.size() * percent + 99) / 100 - 1];
  };
  return {rank(50), rank(99), samples.back()};
}

double Report::Load() {
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  return load;
}

void Report::Figure(const std::string& name, double value, const std::string& unit) {
  rows_.push_back({name, value, unit});
}

void Report::Figures(const std::string& name, const Quantiles& quantiles, const std::string& unit) {
  Figure(absl::StrCat(name, " p50"), static_cast<double>(quantiles.p50), unit);
  Figure(absl::StrCat(name, " p99"), static_cast<double>(quantiles.p99), unit);
  Figure(absl::StrCat(name, " max"), static_cast<double>(quantiles.max), unit);
}

void Report::Ratio(const std::string& name, double value, double floor) {
  Figure(absl::StrCat("ratio: ", name), floor == 0 ? 0 : value / floor, "x");
}

void Report::Print(bool json) const {
  const double load_after = Load();
  if (!json) {
    std::printf("%s (load %.1f before, %.1f after)\n", title_.c_str(), load_before_, load_after);
    for (const Row& row : rows_) {
      std::printf("  %-58s %14.2f %s\n", row.name.c_str(), row.value, row.unit.c_str());
    }
    return;
  }
  google::protobuf::Struct out;
  auto& fields = *out.mutable_fields();
  fields["title"].set_string_value(title_);
  fields["load_before"].set_number_value(load_before_);
  fields["load_after"].set_number_value(load_after);
  auto* figures = fields["figures"].mutable_list_value();
  for (const Row& row : rows_) {
    auto& figure = *figures->add_values()->mutable_struct_value()->mutable_fields();
    figure["name"].set_string_value(row.name);
    figure["value"].set_number_value(row.value);
    figure["unit"].set_string_value(row.unit);
  }
  std::string text;
  DRILL_CHECK(google::protobuf::util::MessageToJsonString(out, &text).ok());
  std::printf("%s\n", text.c_str());
}

int64_t CpuMicros(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string text((std::istreambuf_iterator<char>(file)), {});
  // Behind the name in parentheses: state is field 3, utime 14, stime 15.
  const size_t behind = text.rfind(')');
  if (behind == std::string::npos) return 0;
  int64_t user = 0;
  int64_t system = 0;
  if (std::sscanf(text.c_str() + behind + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld",
                  &user, &system) != 2) {
    return 0;
  }
  return (user + system) * 1'000'000 / sysconf(_SC_CLK_TCK);
}

int64_t ResidentBytes(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/statm"));
  int64_t total = 0;
  int64_t resident = 0;
  file >> total >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

Scratch::Scratch(const std::string& parent) {
  const std::string base =
      parent.empty() ? std::filesystem::temp_directory_path().string() : parent;
  path_ = absl::StrCat(base, "/drill-bench.XXXXXX");
  DRILL_CHECK(mkdtemp(path_.data()) != nullptr);
}

Scratch::~Scratch() {
  std::error_code ignored;  // a folder left behind in /tmp harms nobody
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace drill::bench
