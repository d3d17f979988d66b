#ifndef DRILL_AGENT_ENROL_H_
#define DRILL_AGENT_ENROL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "drill/v1/agent.pb.h"

namespace drill::agent {

struct EnrolOptions {
  std::string token;      // as `drillctl agent token` printed it
  std::string directory;  // made if it is not there
  // HOST:PORT instead of the token's; empty: the token's.
  std::string controller;
  std::string agent_address;
};

// InvalidArgument: not such a token, or an incomplete one.
absl::StatusOr<v1::EnrolmentToken> DecodeEnrolmentToken(absl::string_view text);

// Makes this host an agent of the controller: a key that never leaves the host, a certificate for
// it, the owner's keys, a policy that allows nothing. Returns the host's id. On error nothing was
// written.
// PermissionDenied: the server is not the token's controller. Unauthenticated: token unknown, used
// or expired, in the controller's words. FailedPrecondition: an agent runs from the directory.
absl::StatusOr<std::string> Enrol(const EnrolOptions& options);

}  // namespace drill::agent

#endif  // DRILL_AGENT_ENROL_H_
