// drill-bench: what the parts of Cyberdrill cost on this machine, each beside its floor in the
// same run. Loopback only; everything it writes is in a folder that it removes.

#include <spdlog/spdlog.h>

#include <cstdio>
#include <string>

#include "absl/synchronization/mutex.h"
#include "tests/bench/report.h"

namespace {

constexpr char kUsage[] =
    "drill-bench MEASUREMENT [--json] [--dir FOLDER] [--NAME NUMBER ...]\n"
    "  intake         observations made durable: plain SQLite, journal, loop\n"
    "                 (--millis, --count, --submitters, --window, --injects)\n"
    "  order-latency  100 agents over mutual TLS: planned starts, fire now, beside a bare fan-out\n"
    "                 (--agents, --rounds, --drilld PATH)\n"
    "  fleet          the same with 1,000 agents\n"
    "  replay         a journal of 1,000,000 records: verified, folded, served\n"
    "                 (--records, --hosts, --drilld PATH)\n";

constexpr int kAgents = 100;
constexpr int kFleet = 1000;

}  // namespace

int main(int argc, char** argv) {
  using namespace drill::bench;
  spdlog::set_level(spdlog::level::err);
  // As drilld does, so that the floor has it too.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const std::string what = argc > 1 ? argv[1] : "";
  absl::StatusOr<Arguments> arguments = Arguments::Parse(argc, argv, 2);
  absl::Status status = arguments.status();
  if (status.ok() && what == "intake") {
    status = RunIntake(*arguments);
  } else if (status.ok() && what == "replay") {
    status = RunReplay(*arguments);
  } else if (status.ok() && what == "order-latency") {
    status = RunFleet(*arguments, "order-latency", kAgents);
  } else if (status.ok() && what == "fleet") {
    status = RunFleet(*arguments, "fleet", kFleet);
  } else if (status.ok() && what == "bare-server") {
    status = RunBareServer(*arguments);
  } else if (status.ok()) {
    status = absl::InvalidArgumentError(kUsage);
  }
  if (status.ok()) return 0;
  std::fprintf(stderr, "drill-bench: %s\n", std::string(status.message()).c_str());
  return 1;
}
