#ifndef DRILL_AGENT_STEPS_FILE_IDENTITY_H_
#define DRILL_AGENT_STEPS_FILE_IDENTITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace drill::agent {

// Says which file an open descriptor is, whatever is written to it and across reboots: its inode
// and, where the file system has one, the time of its birth.
absl::StatusOr<std::string> FileIdentity(int fd, absl::string_view path);

}  // namespace drill::agent

#endif  // DRILL_AGENT_STEPS_FILE_IDENTITY_H_
