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

// An entry with the action that it stands for. False: it is not what the scenario says.
bool PrintEntry(Session& session, const v1::ScopeEntry& entry, Msg against,
                const absl::flat_hash_map<std::string, const v1::Inject*>* injects) {
  session.PrintLine(
      absl::StrCat("  ", Clean(entry.inject()), "  sha256 ", Hex(entry.action_sha256())));
  if (!entry.against().empty()) {
    session.PrintLine(
        absl::StrCat("    ", session.Say(against, Clean(absl::StrJoin(entry.against(), ", ")))));
  }
  if (injects == nullptr) return true;
  const auto found = injects->find(entry.inject());
  const bool known = found != injects->end() && found->second->has_action();
  if (!known || Sha256(found->second->action().SerializeAsString()) != entry.action_sha256()) {
    session.PrintLine(absl::StrCat(
        "    ",
        session.Painted(session.Say(known ? Msg::kScopeWrongDigest : Msg::kScopeUnknownInject),
                        Colour::kRed)));
    return false;
  }
  session.PrintLine(absl::StrCat("    ", Clean(session.Pick(found->second->title()))));
  for (const std::string& line : ActionLines(found->second->action())) {
    session.PrintLine(absl::StrCat("    ", Clean(line)));
  }
  return true;
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
  const auto* known = scenario == nullptr ? nullptr : &injects;
  for (const v1::ScopeEntry& entry : scope.entries()) {
    wrong += PrintEntry(session, entry, Msg::kScopeAgainst, known) ? 0 : 1;
  }
  for (const v1::ScopeEntry& entry : scope.aimed_here()) {
    wrong += PrintEntry(session, entry, Msg::kScopeAimedHere, known) ? 0 : 1;
  }
  if (wrong == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(session.Say(Msg::kScopeDoNotSign, wrong));
}

}  // namespace drill::cli
