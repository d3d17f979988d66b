// deconflict: is this ours, and the pack of everything that an exercise made.
#include "absl/strings/str_cat.h"
#include "cli/app.h"
#include "cli/commands.h"
#include "cli/deconfliction_pack.h"
#include "cli/session.h"
#include "common/base/status.h"
#include "common/os/file.h"

namespace drill::cli {
namespace {

enum Format { kText, kCsv, kStix };

struct DeconflictOptions {
  v1::GetDeconflictionRequest request;
  int format = kText;
  bool format_given = false;
  bool bom = false;
  std::string out;
};

// One artefact: the answer is a line and the exit code.
absl::Status Answer(Session& session, const v1::Deconfliction& found) {
  if (session.json()) session.PrintJson(found);
  const std::vector<v1::DeconflictionEntry> entries = InOrder(found);
  if (entries.empty()) {
    if (!session.json())
      session.PrintLine(session.Painted(session.Say(Msg::kDeconflictNotOurs), Colour::kYellow));
    session.SetExit(kExitNotOurs);
    return absl::OkStatus();
  }
  if (session.json()) return absl::OkStatus();
  session.PrintLine(session.Painted(session.Say(Msg::kDeconflictOurs), Colour::kGreen));
  for (const v1::DeconflictionEntry& entry : entries) {
    session.PrintLine(absl::StrCat("  ", EntryText(session.language(), entry)));
  }
  return absl::OkStatus();
}

absl::Status Pack(Session& session, const DeconflictOptions& o, const v1::Deconfliction& found) {
  const std::string& exercise = o.request.exercise();
  const std::vector<v1::DeconflictionEntry> entries = InOrder(found);
  std::string content;
  if (session.json()) {
    content = ToJson(found, true);
  } else if (o.format == kCsv) {
    content = PackCsv(entries, o.bom);
  } else if (o.format == kStix) {
    content = PackStix(exercise, entries);
  } else {
    content = PackText(session.language(), exercise, entries);
  }
  if (o.out.empty()) {
    session.Print(content);
    return absl::OkStatus();
  }
  // What it lists helps whoever plays against the drill: not for everybody on this machine.
  RETURN_IF_ERROR(os::WriteFileDurably(o.out, content, 0600));
  session.Remark(session.Say(Msg::kDeconflictWritten, o.out, entries.size(), content.size()));
  return absl::OkStatus();
}

absl::Status Deconflict(Session& session, const DeconflictOptions& o) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::Deconfliction found, client->GetDeconfliction(o.request));
  // Half a pack would pass for the whole.
  if (found.truncated()) {
    return absl::ResourceExhaustedError(
        session.Say(Msg::kDeconflictTruncated, found.entries_size()));
  }
  const bool one = !o.request.value().empty() && !o.format_given && o.out.empty();
  return one ? Answer(session, found) : Pack(session, o, found);
}

}  // namespace

void AddDeconflict(Command& root) {
  auto o = std::make_shared<DeconflictOptions>();
  root.Sub("deconflict")
      .Arg("ARTEFACT", Into(o->request.mutable_value()), Need::kOptional)
      .Opt("--exercise", "EXERCISE", Into(o->request.mutable_exercise()))
      .Opt("--format", "text|csv|stix",
           OneOf({{"text", kText}, {"csv", kCsv}, {"stix", kStix}},
                 [o](int value) {
                   o->format = value;
                   o->format_given = true;
                 }))
      .Flag("--bom", [o] { o->bom = true; })
      .Opt("--out", "FILE", Into(&o->out))
      .Check([o](Language language, std::vector<std::string>* faults) {
        if (o->request.exercise().empty() &&
            (o->request.value().empty() || o->format_given || !o->out.empty())) {
          faults->push_back(Say(language, Msg::kUsageDeconflict));
        }
        if (o->bom && o->format != kCsv) faults->push_back(Say(language, Msg::kUsageBom));
      })
      .Runs([o](Session& s) { return Deconflict(s, *o); });
}

}  // namespace drill::cli
