#include "cli/scope_text.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/base/digest.h"
#include "common/yaml/dump.h"

namespace drill::cli {
namespace {

// One line of YAML a parameter, as the author would write it: "files.encrypt: count: 20 ...".
std::vector<std::string> ActionLines(const v1::Action& action) {
  std::vector<std::string> lines;
  for (const absl::string_view line :
       absl::StrSplit(yaml::Dump(action), '\n', absl::SkipWhitespace())) {
    lines.emplace_back(line);
  }
  if (!lines.empty()) {
    const size_t bar = lines.front().find('_');
    if (bar != std::string::npos) lines.front()[bar] = '.';
  }
  return lines;
}

void PrintHead(Session& session, const v1::SignedScope& file, const v1::Scope& scope) {
  session.PrintLine(
      session.Painted(session.Say(Msg::kScopeTitle, Clean(scope.exercise()), Clean(scope.system())),
                      Colour::kBold));
  session.PrintLine(session.Say(Msg::kScopeWindow, FormatTime(scope.not_before_us()),
                                FormatTime(scope.not_after_us())));
  session.PrintLine(session.Say(Msg::kScopeDecision, Clean(scope.decision().number()),
                                FormatDate(scope.decision().date()),
                                Clean(scope.decision().signed_by())));
  session.PrintLine(
      session.Say(Msg::kScopeHosts, scope.hosts_size(), Clean(absl::StrJoin(scope.hosts(), ", "))));
  session.PrintLine(session.Say(Msg::kScopeCap, scope.orders_per_host_max()));
  session.PrintLine(session.Say(Msg::kScopeDigest, Sha256Hex(file.scope())));
  if (file.signatures().empty()) session.PrintLine(session.Say(Msg::kScopeUnsigned));
  for (const v1::Signature& signature : file.signatures()) {
    session.PrintLine(session.Say(Msg::kScopeSignature, Hex(signature.key_sha256())));
  }
}

}  // namespace

absl::Status PrintScope(Session& session, const v1::SignedScope& file, const v1::Scope& scope,
                        const v1::Scenario* scenario) {
  PrintHead(session, file, scope);
  absl::flat_hash_map<std::string, const v1::Inject*> injects;
  if (scenario != nullptr) {
    for (const v1::Inject& inject : scenario->injects()) injects[inject.id()] = &inject;
  } else {
    session.PrintLine(session.Painted(session.Say(Msg::kScopeNoScenario), Colour::kYellow));
  }
  int wrong = 0;
  for (const v1::ScopeEntry& entry : scope.entries()) {
    session.PrintLine(
        absl::StrCat("  ", Clean(entry.inject()), "  sha256 ", Hex(entry.action_sha256())));
    if (scenario == nullptr) continue;
    const auto found = injects.find(entry.inject());
    const bool known = found != injects.end() && found->second->has_action();
    if (!known || Sha256(found->second->action().SerializeAsString()) != entry.action_sha256()) {
      ++wrong;
      session.PrintLine(absl::StrCat(
          "    ",
          session.Painted(session.Say(known ? Msg::kScopeWrongDigest : Msg::kScopeUnknownInject),
                          Colour::kRed)));
      continue;
    }
    session.PrintLine(absl::StrCat("    ", Clean(session.Pick(found->second->title()))));
    for (const std::string& line : ActionLines(found->second->action())) {
      session.PrintLine(absl::StrCat("    ", Clean(line)));
    }
  }
  if (wrong == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(session.Say(Msg::kScopeDoNotSign, wrong));
}

}  // namespace drill::cli
