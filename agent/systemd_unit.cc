#include "agent/systemd_unit.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "agent/host_files.h"

namespace drill::agent {
namespace {

// % begins a specifier in a unit, and a path may hold spaces.
std::string Quoted(absl::string_view path) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(path, {{"%", "%%"}, {"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

bool Allows(const v1::Policy& policy, absl::string_view prefix) {
  return std::any_of(policy.actions().begin(), policy.actions().end(),
                     [&](const std::string& action) { return absl::StartsWith(action, prefix); });
}

bool AnyWithin(const std::set<std::string>& paths, absl::string_view directory) {
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return IsWithin(path, std::string(directory));
  });
}

// Files of any owner are read, replaced and given back with owner and mode; processes become
// another user and are ended.
constexpr absl::string_view kCapabilities =
    "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_KILL CAP_SETGID CAP_SETUID";

}  // namespace

std::string SystemdUnit(const UnitPaths& paths, const v1::Policy& policy) {
  const bool any_command = Allows(policy, "exec.");
  std::set<std::string> writable = {paths.directory};
  for (const v1::Place& place : policy.places()) writable.insert(place.path());
  writable.insert(policy.allow().begin(), policy.allow().end());
  if (Allows(policy, "persistence.systemd")) writable.insert("/etc/systemd/system");
  if (Allows(policy, "persistence.cron")) writable.insert("/etc/cron.d");
  // The files of accounts are replaced whole, so the directory itself must be writable.
  if (Allows(policy, "account.create")) writable.insert("/etc");

  std::string unit = absl::StrCat(
      any_command ? "# exec.atomic is allowed: this unit cannot be fenced as others are.\n" : "",
      "[Unit]\n"
      "Description=Cyberdrill agent: plays simulated incidents within the owner's policy\n"
      "After=network-online.target\n"
      "Wants=network-online.target\n"
      "ConditionPathExists=!",
      paths.directory, "/STOP\n\n[Service]\nType=exec\n", "ExecStartPre=", Quoted(paths.program),
      " recover --dir ", Quoted(paths.directory), "\nExecStart=", Quoted(paths.program),
      " run --dir ", Quoted(paths.directory),
      "\n"
      "Restart=on-failure\n"
      "RestartSec=5\n"
      "TimeoutStopSec=45\n"
      // What an order started outlives a crash of the agent, which finds it again.
      "KillMode=process\n"
      "UMask=0077\n"
      "OOMScoreAdjust=500\n"
      "CPUWeight=20\n"
      "IOWeight=20\n");
  if (any_command) {
    return absl::StrCat(unit, "\n[Install]\nWantedBy=multi-user.target\n");
  }
  std::set<std::string> quoted;
  for (const std::string& path : writable) quoted.insert(Quoted("-" + path));
  const bool in_home = AnyWithin(writable, "/home") || AnyWithin(writable, "/root");
  const bool in_tmp = AnyWithin(writable, "/tmp") || AnyWithin(writable, "/var/tmp");
  absl::StrAppend(
      &unit, "MemoryMax=512M\nTasksMax=128\n", "CapabilityBoundingSet=", kCapabilities,
      policy.remove_log_lines() ? " CAP_SYS_PTRACE" : "",
      "\nNoNewPrivileges=yes\nProtectSystem=strict\nReadWritePaths=", absl::StrJoin(quoted, " "),
      "\nProtectHome=", in_home ? "no" : "yes", "\nPrivateTmp=", in_tmp ? "no" : "yes",
      "\n"
      "PrivateDevices=yes\n"
      "DevicePolicy=closed\n"
      "ProtectClock=yes\n"
      "ProtectControlGroups=yes\n"
      "ProtectHostname=yes\n"
      "ProtectKernelLogs=yes\n"
      "ProtectKernelModules=yes\n"
      "ProtectKernelTunables=yes\n"
      "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX\n"
      "RestrictNamespaces=yes\n"
      "RestrictRealtime=yes\n"
      "RestrictSUIDSGID=yes\n"
      "LockPersonality=yes\n"
      "MemoryDenyWriteExecute=yes\n"
      "KeyringMode=private\n"
      "SystemCallArchitectures=native\n"
      "SystemCallFilter=@system-service\n"
      "SystemCallErrorNumber=EPERM\n"
      "\n[Install]\nWantedBy=multi-user.target\n");
  return unit;
}

}  // namespace drill::agent
