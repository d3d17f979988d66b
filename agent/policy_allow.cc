#include "agent/policy_allow.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status.h"
#include "common/yaml/dump.h"
#include "common/yaml/load.h"

namespace drill::agent {
namespace {

constexpr absl::string_view kKey = "commands:";

// Where the line after `at` begins.
size_t NextLine(absl::string_view text, size_t at) {
  const size_t end = text.find('\n', at);
  return end == absl::string_view::npos ? text.size() : end + 1;
}

// The start of the top-level line "commands:", or npos.
size_t FindKey(absl::string_view text) {
  for (size_t at = 0; at < text.size(); at = NextLine(text, at)) {
    if (absl::StartsWith(text.substr(at), kKey)) return at;
  }
  return absl::string_view::npos;
}

// The spaces before the "- " of the first element; only lines of comment may stand before it.
absl::StatusOr<std::string> IndentOf(absl::string_view rest) {
  for (size_t at = 0; at < rest.size(); at = NextLine(rest, at)) {
    absl::string_view line = rest.substr(at, NextLine(rest, at) - at);
    const size_t spaces = line.find_first_not_of(' ');
    if (spaces == absl::string_view::npos || line[spaces] == '#' || line[spaces] == '\n') continue;
    if (absl::StartsWith(line.substr(spaces), "- ")) return std::string(spaces, ' ');
    break;
  }
  return absl::FailedPreconditionError(
      "its `commands` are not a list of lines \"- sha256: ...\"; write them so, or add the entry "
      "by "
      "hand");
}

std::string Lines(const std::vector<v1::AllowedCommand>& commands, absl::string_view indent) {
  std::string lines;
  for (const v1::AllowedCommand& command : commands) {
    absl::StrAppend(&lines, indent, "- sha256: ", command.sha256(), "\n");
    v1::AllowedCommand name;
    name.set_name(command.name());
    // Quoted as the loader wants it.
    if (command.has_name()) absl::StrAppend(&lines, indent, "  ", yaml::Dump(name));
  }
  return lines;
}

}  // namespace

absl::StatusOr<std::string> WithCommands(absl::string_view policy,
                                         const std::vector<v1::AllowedCommand>& commands) {
  v1::Policy expected;
  RETURN_IF_ERROR(yaml::Load(policy, "policy.yaml", &expected));
  std::string text(policy);
  const size_t key = FindKey(policy);
  if (key == absl::string_view::npos) {
    if (!text.empty() && text.back() != '\n') text += '\n';
    absl::StrAppend(&text, kKey, "\n", Lines(commands, "  "));
  } else {
    const size_t next = NextLine(policy, key);
    if (expected.commands().empty()) {
      // "commands: []"
      text.replace(key, next - key, absl::StrCat(kKey, "\n", Lines(commands, "  ")));
    } else {
      ASSIGN_OR_RETURN(const std::string indent, IndentOf(policy.substr(next)));
      text.insert(next, Lines(commands, indent));
    }
  }
  // What was put in is read back before anybody relies on it.
  v1::Policy made;
  RETURN_IF_ERROR(Annotate(yaml::Load(text, "policy.yaml", &made), "with the commands added"));
  v1::Policy without = made;
  without.clear_commands();
  v1::Policy before = expected;
  before.clear_commands();
  if (made.commands_size() != expected.commands_size() + static_cast<int>(commands.size()) ||
      without.SerializeAsString() != before.SerializeAsString()) {
    return absl::FailedPreconditionError(
        "the commands could not be added without changing the rest; add them by hand");
  }
  return text;
}

}  // namespace drill::agent
