#include "cli/context.h"

#include <sys/stat.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "common/yaml/dump.h"
#include "common/yaml/load.h"

namespace drill::cli {
namespace {

constexpr size_t kContextBytesMax = 256 << 10;

}  // namespace

std::string ContextPath(absl::string_view asked,
                        const std::function<std::string(const char*)>& variable) {
  if (!asked.empty()) return std::string(asked);
  if (std::string path = variable("DRILLCTL_CONTEXT"); !path.empty()) return path;
  std::string base = variable("XDG_CONFIG_HOME");
  if (base.empty()) base = absl::StrCat(variable("HOME"), "/.config");
  return absl::StrCat(base, "/cyberdrill/context.yaml");
}

absl::StatusOr<v1::Context> ReadContext(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return os::ErrnoStatus(errno, "read", path);
  if (S_ISREG(info.st_mode) && (info.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": others may read this file, and with it the token; chmod 600 ", path));
  }
  ASSIGN_OR_RETURN(const std::string text, os::ReadFile(path, kContextBytesMax));
  v1::Context context;
  RETURN_IF_ERROR(yaml::Load(text, path, &context));
  return context;
}

absl::Status WriteContext(const std::string& path, const v1::Context& context) {
  RETURN_IF_ERROR(MustNotExist(path));
  return os::WriteFileDurably(path, yaml::Dump(context), 0600);
}

absl::Status MustNotExist(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) {
    return absl::AlreadyExistsError(
        absl::StrCat(path, ": is there already; it will not be overwritten, choose another name"));
  }
  return errno == ENOENT ? absl::OkStatus() : os::ErrnoStatus(errno, "look at", path);
}

}  // namespace drill::cli
