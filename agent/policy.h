#ifndef DRILL_AGENT_POLICY_H_
#define DRILL_AGENT_POLICY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "drill/v1/host.pb.h"

namespace drill::agent {

// The owner's policy as read, and the SHA-256 (raw) of the bytes it was read from.
struct LoadedPolicy {
  v1::Policy policy;
  std::string sha256;
};

// Where the policy comes from. Asked before every order, so that an edit takes effect at once.
using PolicySource = std::function<absl::StatusOr<LoadedPolicy>()>;

// policy.yaml. NotFound: there is none. PermissionDenied: somebody else than root or the agent's
// own user could have written it. InvalidArgument: does not parse.
PolicySource PolicyFromFile(std::string path);

// The policy's caps with their defaults.
struct Limits {
  int files_max = 200;
  int64_t bytes_max = 64 << 20;
  int cpu_permille_max = 100;
  int log_lines_max = 200;
  int active_orders_max = 64;
  int64_t undo_store_bytes_max = 256 << 20;
  int64_t duration_max_seconds = 8 * 3600;
  int64_t free_bytes_min = 1 << 30;
  int64_t command_max_seconds = 300;
  int rate_max = 50;
  int guesses_max = 5;
  int64_t sent_bytes_max = 64 << 20;
};
Limits LimitsOf(const v1::Policy& policy);

// InvalidArgument: all faults of the policy's text, one line each. Does not look at the host.
absl::Status CheckPolicy(const v1::Policy& policy, const std::vector<std::string>& known_actions);

// Faults gathered to be told all at once.
class FaultList {
 public:
  void Add(absl::string_view fault);
  void AddUnless(bool fine, absl::string_view fault) {
    if (!fine) Add(fault);
  }
  // OK, or InvalidArgument with one line a fault behind `what`.
  absl::Status ToStatus(absl::string_view what) const;

 private:
  std::vector<std::string> faults_;
};

// Adds what is wrong with targets, resolvers and ports.
void CheckNetworkPolicy(const v1::Policy& policy, FaultList* faults);

// An absolute path without empty, "." or ".." parts, control characters or a slash at its end.
bool IsPlainAbsolutePath(absl::string_view path);
// IPv4 or IPv6, as inet_pton takes it.
bool IsIpAddress(const std::string& text);
// One part of a path: not empty, ".", "..", longer than 255 bytes; no '/' or control character.
bool IsPlainName(absl::string_view name);
// A plain name for a new file that changes nothing by being there: not hidden, no page that a web
// server would show by itself, no configuration that it would read.
bool IsHarmlessName(absl::string_view name);
// A name for an account that a drill makes: 1 to 32 of [a-z0-9_-], a letter or _ first.
bool IsNewAccountName(absl::string_view name);
// NAME.service, NAME.socket, ...: a full name of a systemd unit.
bool IsUnitName(absl::string_view name);

}  // namespace drill::agent

#endif  // DRILL_AGENT_POLICY_H_
