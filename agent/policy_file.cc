#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/host_files.h"
#include "agent/policy.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "common/yaml/load.h"

namespace drill::agent {
namespace {

constexpr size_t kPolicyBytesMax = 1 << 20;

absl::StatusOr<LoadedPolicy> ReadPolicy(const std::string& path) {
  const os::Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return os::ErrnoStatus(errno, "read policy", path);
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return os::ErrnoStatus(errno, "read policy", path);
  if (!S_ISREG(st.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat("policy ", path, " is not a regular file"));
  }
  if (st.st_uid != 0 && st.st_uid != geteuid()) {
    return absl::PermissionDeniedError(absl::StrCat("policy ", path, " belongs to user ", st.st_uid,
                                                    "; it must belong to root: chown root it"));
  }
  if ((st.st_mode & 022) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat("policy ", path, " can be written by its group or by others: chmod go-w it"));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadFrom(fd.get(), 0, kPolicyBytesMax + 1, path));
  if (text.size() > kPolicyBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("policy ", path, " is larger than 1 MiB"));
  }
  LoadedPolicy loaded;
  loaded.sha256 = Sha256(text);
  RETURN_IF_ERROR(yaml::Load(text, path, &loaded.policy));
  return loaded;
}

}  // namespace

PolicySource PolicyFromFile(std::string path) {
  return [path = std::move(path)] { return ReadPolicy(path); };
}

}  // namespace drill::agent
