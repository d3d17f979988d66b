#ifndef DRILL_AGENT_ACTIONS_HOST_FILE_H_
#define DRILL_AGENT_ACTIONS_HOST_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/actions/action.h"
#include "agent/host_files.h"

// What several kinds of action look for on the host when they plan. Blocking; changes nothing.
namespace drill::agent {

// "@docs" and "a.txt" → "@docs/a.txt".
std::string PathIn(absl::string_view dir, absl::string_view name);

// A path where a new file can be made: allowed, free, its directory the agent's to write in.
// FailedPrecondition, and the errors of Guard::ResolveNew.
absl::StatusOr<std::string> PlaceForNew(const Guard& guard, absl::string_view text);

// The same of a directory of our own, named `folder`, in `dir`.
absl::StatusOr<std::string> PlaceForNewFolder(const Guard& guard, absl::string_view dir,
                                              absl::string_view folder);

// A change that makes one new file, noticeable by its path.
Change NewFileChange(const std::string& path, Content content, uint32_t mode);

// A file of the owner that can be replaced, or changed, and given back.
struct OwnersFile {
  Seen seen;
  std::string content;
};
// REQUIRES: `path` was resolved by `guard`. FailedPrecondition: too large, has several names, or
// belongs to somebody to whom this process could not give it back.
absl::StatusOr<OwnersFile> ReadOwnersFile(const Guard& guard, const std::string& path,
                                          size_t bytes_max);

// PermissionDenied: above the owner's cap.
absl::Status CheckBytes(absl::string_view kind, int64_t bytes, const Limits& limits);

}  // namespace drill::agent

#endif  // DRILL_AGENT_ACTIONS_HOST_FILE_H_
