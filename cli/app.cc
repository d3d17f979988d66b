#include "cli/app.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/context.h"

namespace drill::cli {
namespace {

Parser LanguageWord(std::string* to) {
  return OneOf({{"vi", 0}, {"en", 1}}, [to](int value) { *to = value == 0 ? "vi" : "en"; });
}

// What the words say of the language, before they can be parsed in it.
std::string LanguageInWords(const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--lang" && i + 1 < words.size()) return words[i + 1];
    if (absl::StartsWith(words[i], "--lang=")) return words[i].substr(7);
  }
  return "";
}

std::string ContextInWords(const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--context" && i + 1 < words.size()) return words[i + 1];
    if (absl::StartsWith(words[i], "--context=")) return words[i].substr(10);
  }
  return "";
}

// As asked, else the context file's, else the locale's; Vietnamese where none says.
Language ChooseLanguage(const std::vector<std::string>& words, const Environment& environment) {
  std::string code = LanguageInWords(words);
  if (code.empty()) {
    // Its faults are told by the command that needs it.
    const auto context = ReadContext(ContextPath(ContextInWords(words), environment.variable));
    if (context.ok()) code = context->language();
  }
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (code.empty()) code = environment.variable(name);
  }
  return absl::StartsWith(code, "en") ? Language::kEnglish : Language::kVietnamese;
}

Msg AdviceOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return Msg::kAdviceInvalid;
    case absl::StatusCode::kUnauthenticated:
      return Msg::kAdviceUnauthenticated;
    case absl::StatusCode::kPermissionDenied:
      return Msg::kAdvicePermission;
    case absl::StatusCode::kNotFound:
      return Msg::kAdviceNotFound;
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAlreadyExists:
      return Msg::kAdvicePrecondition;
    case absl::StatusCode::kAborted:
      return Msg::kAdviceAborted;
    case absl::StatusCode::kResourceExhausted:
      return Msg::kAdviceExhausted;
    case absl::StatusCode::kUnavailable:
      return Msg::kAdviceUnavailable;
    case absl::StatusCode::kDeadlineExceeded:
      return Msg::kAdviceDeadline;
    case absl::StatusCode::kUnimplemented:
      return Msg::kAdviceUnimplemented;
    default:
      return Msg::kAdviceInternal;
  }
}

int UsageExit(const Parsed& parsed, const Environment& environment, Language language) {
  std::string path = parsed.command->Path();
  const std::string named = path.empty() ? "drillctl" : absl::StrCat("drillctl ", path);
  for (const std::string& fault : parsed.faults) {
    environment.err << "drillctl: " << (path.empty() ? "" : absl::StrCat(path, ": ")) << fault
                    << '\n';
  }
  environment.err << "drillctl: " << Say(language, Msg::kUsageSeeHelp, named) << '\n';
  return kExitUsage;
}

}  // namespace

void AddAll(Command& root, CommonOptions* options) {
  root.Flag("--json", [options] { options->json = true; })
      .Opt("--lang", "vi|en", LanguageWord(&options->language))
      .Opt("--context", "FILE", Into(&options->context))
      .Opt("--timeout", "DURATION", Span([options](int64_t us) { options->timeout_us = us; }))
      .Opt("--request-id", "ID", Into(&options->request_id));
  AddExercise(root);
  AddInject(root);
  AddReport(root);
  AddEvaluator(root);
  AddAppeal(root);
  AddSurvey(root);
  AddFinal(root);
  AddDuty(root);
  AddResults(root);
  AddDeconflict(root);
  AddScenario(root);
  AddRehearse(root);
  AddRegister(root);
  AddPerson(root);
  AddAgent(root);
  AddScope(root);
}

std::string FailureText(const absl::Status& status, const Session& session,
                        absl::string_view path) {
  const std::string why = CleanLines(status.message());
  if (!FromController(status)) return absl::StrCat(path, ": ", why);
  const std::string what = session.Say(
      absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ? Msg::kFailedNoAnswer
                                                                      : Msg::kFailedRefused,
      path, session.address(), why);
  std::string advice = session.Say(AdviceOf(status.code()));
  const bool unsure = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  if (unsure && !session.request_id().empty()) {
    absl::StrAppend(&advice, "\n", session.Say(Msg::kAdviceRequestId, session.request_id()));
  }
  return absl::StrCat(what, "; ", advice);
}

int Run(const std::vector<std::string>& words, const Environment& environment) {
  const Language language = ChooseLanguage(words, environment);
  CommonOptions options;
  Command root("drillctl");
  AddAll(root, &options);
  const Parsed parsed = Parse(root, words, ParseContext{language, environment.now_us()});
  if (parsed.help || words.empty()) {
    (parsed.help ? environment.out : environment.err) << Help(*parsed.command, language);
    environment.out.flush();
    if (!environment.out) return kExitFailed;
    return parsed.help ? kExitDone : kExitUsage;
  }
  if (!parsed.faults.empty()) return UsageExit(parsed, environment, language);

  Session session(environment, options, language);
  const absl::Status status = parsed.command->Run(session);
  environment.out.flush();
  if (!status.ok()) {
    environment.err << "drillctl: " << FailureText(status, session, parsed.command->Path()) << '\n';
    return kExitFailed;
  }
  if (!environment.out) {
    environment.err << "drillctl: " << Say(language, Msg::kFailedOutput) << '\n';
    return kExitFailed;
  }
  return session.exit_code();
}

}  // namespace drill::cli
