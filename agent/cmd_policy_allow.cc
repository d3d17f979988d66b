#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/app_config.h"
#include "agent/commands.h"
#include "agent/policy_allow.h"
#include "common/base/status.h"
#include "common/os/file.h"
#include "common/yaml/load.h"
#include "core/atomic/command_digest.h"
#include "drill/v1/host.pb.h"
#include "drill/v1/scenario.pb.h"

namespace drill::agent {
namespace {

constexpr size_t kScenarioBytesMax = 4 << 20;
constexpr size_t kPolicyBytesMax = 1 << 20;

// Somebody else wrote it: nothing of it may move the cursor, hide or reorder what is shown.
void PrintText(absl::string_view title, absl::string_view text) {
  if (text.empty()) return;
  std::printf("  %s:\n", std::string(title).c_str());
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    std::string shown;
    for (const char c : line) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte == '\t' || (byte >= 0x20 && byte < 0x7F)) {
        shown += c;
      } else {
        absl::StrAppend(&shown, "\\x", absl::Hex(byte, absl::kZeroPad2));
      }
    }
    std::printf("    | %s\n", shown.c_str());
  }
}

// False: no, or nobody is there to ask.
bool Ask() {
  std::fputs("  allow this command on this host? [y/N] ", stdout);
  std::fflush(stdout);
  std::string answer;
  if (!std::getline(std::cin, answer)) return false;
  answer = absl::AsciiStrToLower(absl::StripAsciiWhitespace(answer));
  return answer == "y" || answer == "yes" || answer == "c" || answer == "có";
}

// The new content takes the place, the mode and the owner of the old.
absl::Status ReplacePolicy(const std::string& path, const std::string& text) {
  struct stat st {};
  if (stat(path.c_str(), &st) != 0) return os::ErrnoStatus(errno, "look at", path);
  RETURN_IF_ERROR(os::WriteFileDurably(path, text, st.st_mode & 07777));
  if (chown(path.c_str(), st.st_uid, st.st_gid) != 0) {
    return os::ErrnoStatus(errno, "give back its owner", path);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status AllowPolicyCommand(Flags& flags) {
  const std::string& file = flags["--from"];
  if (file.empty()) return absl::InvalidArgumentError("--from SCENARIO is needed");
  ASSIGN_OR_RETURN(const std::string source, os::ReadFile(file, kScenarioBytesMax));
  v1::Scenario scenario;
  RETURN_IF_ERROR(yaml::Load(source, file, &scenario));
  const std::string path = AgentDirectory(flags["--dir"]).Policy();
  ASSIGN_OR_RETURN(const std::string before, os::ReadFile(path, kPolicyBytesMax));
  v1::Policy policy;
  RETURN_IF_ERROR(yaml::Load(before, path, &policy));
  std::set<std::string> known;
  for (const v1::AllowedCommand& command : policy.commands()) known.insert(command.sha256());

  std::vector<v1::AllowedCommand> allowed;
  int asked = 0;
  for (const v1::Inject& inject : scenario.injects()) {
    if (!inject.action().has_exec_atomic()) continue;
    const v1::ExecAtomic& atomic = inject.action().exec_atomic();
    const std::string digest = CommandDigest(atomic);
    if (!known.insert(digest).second) continue;
    ++asked;
    std::printf("\n%s, run by %s%s, sha256 %s\n", inject.id().c_str(),
                ExecutorWord(atomic.executor()).c_str(),
                atomic.elevation_required() ? ", needs root" : "", digest.c_str());
    PrintText("name", atomic.name());
    PrintText("prerequisite", atomic.prerequisite());
    PrintText("command", atomic.command());
    PrintText("clean-up", atomic.cleanup());
    if (flags["--yes"] != "yes" && !Ask()) continue;
    v1::AllowedCommand command;
    command.set_sha256(digest);
    command.set_name(atomic.name().empty() ? inject.id() : atomic.name());
    allowed.push_back(command);
  }
  if (!allowed.empty()) {
    ASSIGN_OR_RETURN(const std::string after, WithCommands(before, allowed));
    RETURN_IF_ERROR(ReplacePolicy(path, after));
  }
  std::printf("\n%zu of %d new commands are now allowed by %s\n", allowed.size(), asked,
              path.c_str());
  const auto& actions = policy.actions();
  if (!allowed.empty() &&
      std::find(actions.begin(), actions.end(), "exec.atomic") == actions.end()) {
    std::printf("its `actions` do not list exec.atomic yet; without that none of them is run\n");
  }
  return absl::OkStatus();
}

}  // namespace drill::agent
