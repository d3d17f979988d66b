// What each kind of inject holds: words for people, teams, choices, artefacts, techniques.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/scenario/lint_context.h"
#include "core/scenario/words.h"

namespace drill::lint {
namespace {

constexpr size_t kArtefactBytesMax = 4096;

void CheckTeams(Context& context, const std::string& path,
                const google::protobuf::RepeatedPtrField<std::string>& teams) {
  if (teams.empty()) {
    context.Missing(path, "name the team parts that receive it");
    return;
  }
  context.CheckUnique(path, "team part", teams);
  for (int i = 0; i < teams.size(); ++i) {
    if (!Blank(teams[i])) context.CheckReference(Element(path, i), context.teams, teams[i]);
  }
}

void CheckManual(Context& context, const v1::ManualAction& manual, const std::string& path,
                 const v1::Inject& inject) {
  context.CheckText(Member(path, "instructions"), manual.has_instructions(), manual.instructions());
  for (int i = 0; i < manual.artefacts_size(); ++i) {
    const v1::Artefact& artefact = manual.artefacts(i);
    const std::string at = Element(Member(path, "artefacts"), i);
    if (artefact.kind() == v1::ARTEFACT_KIND_UNSPECIFIED ||
        !v1::ArtefactKind_IsValid(artefact.kind())) {
      context.Missing(Member(at, "kind"),
                      "expected path, sha256, process, account, address, log_line or rule");
    }
    if (Blank(artefact.value())) {
      context.Missing(Member(at, "value"), "what detections are compared with");
    } else if (artefact.value().size() > kArtefactBytesMax) {
      context.Error(Member(at, "value"), absl::StrCat("the value takes ", artefact.value().size(),
                                                      " bytes; the limit is ", kArtefactBytesMax));
    } else if (artefact.kind() == v1::ARTEFACT_KIND_PATH && artefact.value()[0] != '/') {
      context.Error(Member(at, "value"), absl::StrCat(Quoted(artefact.value()),
                                                      " is no absolute path; begin it with /"));
    } else if (artefact.kind() == v1::ARTEFACT_KIND_SHA256 &&
               (artefact.value().size() != 64 ||
                !std::all_of(artefact.value().begin(), artefact.value().end(), [](char c) {
                  return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
                }))) {
      context.Error(Member(at, "value"),
                    absl::StrCat(Quoted(artefact.value()), " is not 64 lower-case hex digits"));
    }
  }
  if (manual.artefacts().empty() && !inject.expect().empty()) {
    context.Warn(Member(path, "artefacts"),
                 "no artefacts; no detection can match by itself, evaluators must judge each one");
  }
}

void CheckMessage(Context& context, const v1::Message& message, const std::string& path) {
  CheckTeams(context, Member(path, "teams"), message.teams());
  if (message.has_from()) {
    context.CheckText(Member(path, "from"), true, message.from());
  } else {
    context.Warn(Member(path, "from"), "missing from; the team doesn't see who sends it");
  }
  context.CheckText(Member(path, "body"), message.has_body(), message.body());
}

void CheckQuestion(Context& context, const v1::Question& question, const std::string& path) {
  CheckTeams(context, Member(path, "teams"), question.teams());
  context.CheckText(Member(path, "body"), question.has_body(), question.body());
  Names ids("choice");
  bool credit = false;
  for (int i = 0; i < question.choices_size(); ++i) {
    const v1::Choice& choice = question.choices(i);
    const std::string at = Element(Member(path, "choices"), i);
    context.CheckId(Member(at, "id"), choice.id());
    if (const int other = ids.Add(choice.id(), i); other >= 0 && !choice.id().empty()) {
      context.Error(Member(at, "id"),
                    absl::StrCat("choice ", Quoted(choice.id()), " is declared twice; ",
                                 Element(Member(path, "choices"), other), " has this id already"));
    }
    context.CheckText(Member(at, "text"), choice.has_text(), choice.text());
    context.CheckRange(Member(at, "credit_permille"), choice.credit_permille(), 0, 1000);
    credit = credit || choice.credit_permille() > 0;
  }
  if (question.choices_size() == 1) {
    context.Error(Member(path, "choices"),
                  "there is one choice; give at least two, or none for free text");
  }
  if (!question.choices().empty() && !credit) {
    context.Error(Member(path, "choices"),
                  "no choice has credit_permille above 0, so no answer earns anything");
  }
}

}  // namespace

void CheckKind(Context& context, const InjectAt& at) {
  const v1::Inject& inject = at.inject;
  switch (inject.kind_case()) {
    case v1::Inject::kAction:
      CheckAction(context, inject.action(), Member(at.path, "action"));
      return;
    case v1::Inject::kManual:
      CheckManual(context, inject.manual(), Member(at.path, "manual"), inject);
      return;
    case v1::Inject::kMessage:
      CheckMessage(context, inject.message(), Member(at.path, "message"));
      return;
    case v1::Inject::kQuestion:
      CheckQuestion(context, inject.question(), Member(at.path, "question"));
      return;
    case v1::Inject::kCue:
      context.CheckText(Member(at.path, "cue.body"), inject.cue().has_body(), inject.cue().body());
      return;
    case v1::Inject::KIND_NOT_SET:
      context.Error(at.path, "has no kind; write one of action, manual, message, question or cue");
  }
}

void CheckTechniques(Context& context, const InjectAt& at) {
  const std::string path = Member(at.path, "techniques");
  context.CheckUnique(path, "technique", at.inject.techniques());
  for (int i = 0; i < at.inject.techniques_size(); ++i) {
    const std::string& id = at.inject.techniques(i);
    if (Blank(id) || IsTechnique(id)) continue;
    context.Error(
        Element(path, i),
        absl::StrCat(Quoted(id), " is no ATT&CK technique id; expected T1486 or T1491.002"));
  }
}

}  // namespace drill::lint
