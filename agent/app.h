#ifndef DRILL_AGENT_APP_H_
#define DRILL_AGENT_APP_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/app_config.h"
#include "agent/kill_point.h"

namespace drill::agent {

// The agent of one directory: recovers what an earlier run left, then keeps the link to its
// controller and plays what it orders. Composition root: the one place that knows all parts.
//
// Threads: the caller of Run (engine), one worker (player), one watcher (the host's health), two of
// the link, gRPC's own.
class App {
 public:
  // FailedPrecondition: another agent runs from the directory, or its files do not fit together.
  // NotFound: not enrolled.
  static absl::StatusOr<std::unique_ptr<App>> Open(
      const std::string& directory, KillPoint kill_point = [](absl::string_view) {});
  ~App();

  // Until RequestStop, or until the file STOP appears: everything is undone and told, then OK.
  // Where not everything can be undone in AppLoop::kUndoMaxUs, it says so and ends the process
  // with 1, because the player may hang in the host's file system; the next start goes on.
  absl::Status Run();
  // May be called by a signal handler.
  void RequestStop();

 private:
  struct State;
  explicit App(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What `drill-agent status` prints. Reads only; an agent may run meanwhile.
absl::StatusOr<std::string> DescribeAgent(const AgentDirectory& directory);

}  // namespace drill::agent

#endif  // DRILL_AGENT_APP_H_
