#ifndef DRILL_AGENT_LINK_ENROL_H_
#define DRILL_AGENT_LINK_ENROL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "drill/v1/agent.pb.h"

namespace drill::agent {

// Calls Enrolment.Enrol at `address`. Nothing of the request leaves this host unless the server's
// chain leads to the CA with this SHA-256. Blocking.
// PermissionDenied: another server, or somebody between. Unauthenticated, InvalidArgument: the
// controller's own words. Unavailable, DeadlineExceeded: not reached.
absl::StatusOr<v1::EnrolResponse> CallEnrol(const std::string& address, absl::string_view ca_sha256,
                                            const v1::EnrolRequest& request);

}  // namespace drill::agent

#endif  // DRILL_AGENT_LINK_ENROL_H_
