#ifndef DRILL_AGENT_PROBES_PROBE_H_
#define DRILL_AGENT_PROBES_PROBE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "drill/v1/host.pb.h"

// A health probe of the owner's policy: a URL, a systemd unit, or a command.
namespace drill::agent {

inline constexpr int64_t kProbeEverySeconds = 15;
inline constexpr int64_t kProbeTimeoutSeconds = 5;

// http://ADDRESS[:PORT]/PATH, an IPv6 address in brackets.
struct ProbeUrl {
  std::string address;
  int port = 80;
  std::string path = "/";
};
// InvalidArgument: not of that form.
absl::StatusOr<ProbeUrl> ParseProbeUrl(const std::string& url);

// "url http://192.0.2.1/", "unit nginx.service", "command /usr/bin/true -x".
std::string ProbeName(const v1::Probe& probe);
int64_t ProbeEveryUs(const v1::Probe& probe);
int64_t ProbeTimeoutUs(const v1::Probe& probe);

// Asks once. OK: it answered well; any other: why not. Commands run without a shell, in a clean
// environment and a session of their own; when their time is over, they and all that they started
// are ended. Blocking, for at most the probe's timeout and 3 s; `cancelled` ends a command sooner.
// REQUIRES: the probe is one of a checked policy.
absl::Status RunProbe(const v1::Probe& probe, const std::function<bool()>& cancelled);

}  // namespace drill::agent

#endif  // DRILL_AGENT_PROBES_PROBE_H_
