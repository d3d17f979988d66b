#ifndef DRILL_COMMON_YAML_FAULTS_H_
#define DRILL_COMMON_YAML_FAULTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/yaml/positions.h"

namespace drill::yaml {

// Where a node stands. For what came through an alias: the alias, and where its anchor is.
struct Place {
  Position at;
  Position anchor;
};

// The faults of one file, up to a limit. Used by one Load on one thread.
class Faults {
 public:
  Faults(absl::string_view file_name, int max_errors)
      : file_name_(file_name), max_errors_(max_errors) {}

  void Add(const Place& place, absl::string_view text);
  bool empty() const { return lines_.empty(); }
  // There was one more than the limit: stop looking.
  bool full() const { return full_; }
  // OK without faults, else InvalidArgument.
  absl::Status ToStatus() const;

 private:
  const std::string file_name_;
  const int max_errors_;
  std::vector<std::string> lines_;
  bool full_ = false;
};

}  // namespace drill::yaml

#endif  // DRILL_COMMON_YAML_FAULTS_H_
