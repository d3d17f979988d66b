// score, aar, journal verify, whoami, version.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/pdf.h"
#include "cli/score_export.h"
#include "cli/score_text.h"
#include "cli/session.h"
#include "common/base/digest.h"
#include "common/base/status.h"

namespace drill::cli {
namespace {

enum ScoreFormat { kText, kCsv, kNavigator };

struct ScoreOptions {
  std::string exercise;
  bool explain = false;
  int format = kText;
  bool bom = false;
  std::string out;
};

absl::Status Score(Session& session, const ScoreOptions& o) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::Scorecard card, client->GetScore(o.exercise));
  if (o.format == kCsv) return session.Deliver(o.out, "text/csv", ScoreCsv(card, o.bom));
  if (o.format == kNavigator) {
    return session.Deliver(o.out, "application/json", NavigatorLayer(session.language(), card));
  }
  if (session.json()) {
    session.PrintJson(card);
  } else {
    PrintScore(session, card, o.explain);
  }
  return absl::OkStatus();
}

struct AarOptions {
  v1::GetReportRequest request;
  bool pdf = false;
  std::string out;
};

constexpr int kPdf = -1;  // no DocumentFormat: made here
constexpr char kPdfProgram[] = "weasyprint";

absl::Status WritePdf(Session& session, const std::string& out, absl::string_view html) {
  const absl::StatusOr<std::string> pdf = ToPdf(kPdfProgram, html);
  if (absl::IsNotFound(pdf.status())) {
    return absl::FailedPreconditionError(session.Say(Msg::kPdfNoProgram, kPdfProgram));
  }
  if (!pdf.ok()) {
    return absl::Status(pdf.status().code(),
                        session.Say(Msg::kPdfFailed, CleanLines(pdf.status().message())));
  }
  return session.Deliver(out, "application/pdf", *pdf);
}

absl::Status Aar(Session& session, AarOptions& o) {
  o.request.set_language(session.language_asked());
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::Document document, client->GetReport(o.request));
  if (o.pdf) return WritePdf(session, o.out, document.content());
  return session.Deliver(o.out, document.media_type(), document.content());
}

// ---- journal, whoami, version ------------------------------------------------------------------

absl::Status Verify(Session& session) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::VerifyReport report, client->VerifyJournal());
  if (session.json()) {
    session.PrintJson(report);
  } else {
    Table table({session.Say(Msg::kColStream), session.Say(Msg::kColRecords), "sha256"});
    for (const v1::StreamHead& head : report.heads()) {
      table.Row({head.stream(), static_cast<int64_t>(head.stream_seq()), Hex(head.hash())});
    }
    session.PrintTable(table);
    for (const std::string& fault : report.faults()) {
      session.PrintLine(session.Painted(Clean(fault), Colour::kRed));
    }
  }
  if (!report.faults().empty()) {
    return absl::DataLossError(
        session.Say(Msg::kJournalBad, report.faults_size(), report.records()));
  }
  if (!session.json()) session.PrintLine(session.Say(Msg::kJournalGood, report.records()));
  return absl::OkStatus();
}

absl::Status WhoAmI(Session& session) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::Identity identity, client->WhoAmI());
  if (session.json()) {
    session.PrintJson(identity);
    return absl::OkStatus();
  }
  const std::string roles = absl::StrJoin(
      identity.person().roles(), ", ",
      [&](std::string* out, int role) { out->append(session.Word(static_cast<v1::Role>(role))); });
  session.PrintLine(session.Say(Msg::kWhoAmI, Clean(identity.person().id()),
                                Clean(identity.person().name()), roles, session.address(),
                                Clean(identity.controller_version())));
  return absl::OkStatus();
}

absl::Status Version(Session& session) {
  if (session.json()) {
    v1::Identity identity;
    identity.set_controller_version(DRILL_VERSION);
    session.PrintJson(identity);
  } else {
    session.PrintLine("drillctl " DRILL_VERSION);
  }
  return absl::OkStatus();
}

void AddScore(Command& root) {
  auto o = std::make_shared<ScoreOptions>();
  root.Sub("score")
      .Arg("EXERCISE", Into(&o->exercise))
      .Flag("--explain", [o] { o->explain = true; })
      .Opt("--format", "text|csv|navigator",
           OneOf({{"text", kText}, {"csv", kCsv}, {"navigator", kNavigator}},
                 [o](int value) { o->format = value; }))
      .Flag("--bom", [o] { o->bom = true; })
      .Opt("--out", "FILE", Into(&o->out))
      .Check([o](Language language, std::vector<std::string>* faults) {
        if (o->bom && o->format != kCsv) faults->push_back(Say(language, Msg::kUsageBom));
        if (!o->out.empty() && o->format == kText) {
          faults->push_back(Say(language, Msg::kUsageScoreOut));
        }
      })
      .Runs([o](Session& s) { return Score(s, *o); });
}

void AddAar(Command& root) {
  auto o = std::make_shared<AarOptions>();
  o->request.set_format(v1::DOCUMENT_FORMAT_HTML);
  root.Sub("aar")
      .Arg("EXERCISE", Into(o->request.mutable_exercise()))
      .Opt("--format", "html|json|pdf",
           OneOf({{"html", v1::DOCUMENT_FORMAT_HTML},
                  {"json", v1::DOCUMENT_FORMAT_JSON},
                  {"pdf", kPdf}},
                 [o](int value) {
                   // Printed from the page, on this machine.
                   o->pdf = value == kPdf;
                   o->request.set_format(o->pdf ? v1::DOCUMENT_FORMAT_HTML
                                                : static_cast<v1::DocumentFormat>(value));
                 }))
      .Opt("--out", "FILE", Into(&o->out))
      .Check([o](Language language, std::vector<std::string>* faults) {
        if (o->pdf && o->out.empty()) faults->push_back(Say(language, Msg::kUsagePdfOut));
      })
      .Runs([o](Session& s) { return Aar(s, *o); });
}

}  // namespace

void AddResults(Command& root) {
  AddScore(root);
  AddAar(root);
  root.Sub("journal").Sub("verify").Runs(Verify);
  root.Sub("whoami").Runs(WhoAmI);
  root.Sub("version").Runs(Version);
}

}  // namespace drill::cli
