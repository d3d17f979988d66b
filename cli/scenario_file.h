#ifndef DRILL_CLI_SCENARIO_FILE_H_
#define DRILL_CLI_SCENARIO_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/session.h"
#include "common/yaml/positions.h"
#include "core/scenario/lint.h"
#include "drill/v1/scenario.pb.h"

namespace drill::cli {

// A scenario file with what lint says of it.
struct Linted {
  v1::Scenario scenario;
  std::string source;
  std::vector<Fault> faults;
  yaml::Positions positions;
};

// InvalidArgument: it can't be read as a scenario at all.
absl::StatusOr<Linted> ReadScenario(const std::string& path);
// The same, and InvalidArgument with every fault's line: lint found an error.
absl::StatusOr<Linted> ReadGoodScenario(const Session& session, const std::string& path);

// "file.yaml:12:5: warning: ..."
std::string FaultText(const Session& session, const std::string& path, const Linted& linted,
                      const Fault& fault);

}  // namespace drill::cli

#endif  // DRILL_CLI_SCENARIO_FILE_H_
