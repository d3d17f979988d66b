#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "agent/app_config.h"
#include "agent/commands.h"
#include "agent/policy.h"
#include "agent/systemd_unit.h"
#include "common/base/status.h"
#include "common/os/file.h"

namespace drill::agent {
namespace {

constexpr char kProgram[] = "/usr/local/sbin/drill-agent";
constexpr char kUnit[] = "/etc/systemd/system/drill-agent.service";
// Made by `systemctl enable`.
constexpr char kEnabled[] = "/etc/systemd/system/multi-user.target.wants/drill-agent.service";
constexpr size_t kProgramBytesMax = 64 << 20;

absl::Status Remove(const std::string& path) {
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return os::ErrnoStatus(errno, "remove", path);
}

// The owner's pages that could not be put back lie there; they must not go with the agent.
absl::Status CheckNothingKept(const AgentDirectory& directory) {
  const std::string kept = directory.path() + "/kept";
  std::error_code error;
  std::filesystem::directory_iterator entry(kept, error);
  if (error || entry == std::filesystem::directory_iterator()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      kept,
      " holds files of this host that could not be put back because somebody had changed them "
      "meanwhile; look at them, move them away, then uninstall again"));
}

}  // namespace

absl::Status InstallCommand(Flags& flags) {
  const std::string root = flags["--root"];
  const std::string dir = flags["--dir"];
  const AgentDirectory directory(root + dir);
  RETURN_IF_ERROR(os::MakeDirectories(directory.path()));
  if (chmod(directory.path().c_str(), 0700) != 0) {
    return os::ErrnoStatus(errno, "chmod", directory.path());
  }
  if (access(directory.Policy().c_str(), F_OK) != 0) {
    RETURN_IF_ERROR(os::WriteFileDurably(directory.Policy(), kDefaultPolicy));
  }
  ASSIGN_OR_RETURN(const LoadedPolicy policy, PolicyFromFile(directory.Policy())());
  ASSIGN_OR_RETURN(const std::string program, os::ReadFile("/proc/self/exe", kProgramBytesMax));
  const std::string target = root + kProgram;
  const std::string unit = root + kUnit;
  RETURN_IF_ERROR(os::MakeDirectories(std::filesystem::path(target).parent_path(), 0755));
  RETURN_IF_ERROR(os::MakeDirectories(std::filesystem::path(unit).parent_path(), 0755));
  RETURN_IF_ERROR(os::WriteFileDurably(target, program, 0755));
  RETURN_IF_ERROR(os::WriteFileDurably(unit, SystemdUnit({kProgram, dir}, policy.policy), 0644));
  std::printf(
      "installed %s\n          %s\n          %s (mode 0700)\n"
      "Next: %s enrol --token TOKEN --dir %s; edit %s/policy.yaml; run install again, so that the\n"
      "unit fits the policy; then: systemctl daemon-reload && systemctl enable --now drill-agent\n",
      target.c_str(), unit.c_str(), directory.path().c_str(), kProgram, dir.c_str(), dir.c_str());
  return absl::OkStatus();
}

absl::Status UninstallCommand(Flags& flags) {
  const std::string root = flags["--root"];
  const AgentDirectory directory(root + flags["--dir"]);
  if (access(directory.Settings().c_str(), F_OK) == 0) {
    Flags stop = {{"--dir", directory.path()}};
    RETURN_IF_ERROR(StopCommand(stop));
  }
  RETURN_IF_ERROR(CheckNothingKept(directory));
  for (const char* path : {kEnabled, kUnit, kProgram}) RETURN_IF_ERROR(Remove(root + path));
  std::error_code error;
  std::filesystem::remove_all(directory.path(), error);
  if (error) return os::ErrnoStatus(error.value(), "remove", directory.path());
  std::printf(
      "uninstalled; nothing of the agent is left on this host\n"
      "The controller does not know yet: 'drillctl agent list' shows it as lost. If systemd "
      "runs: systemctl daemon-reload\n");
  return absl::OkStatus();
}

}  // namespace drill::agent
