#include "server/report/aar.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "server/report/sections.h"

namespace drill {
namespace {

using report::Dictionary;
using report::Facts;

struct Section {
  const char* name;  // {{>NAME}} in aar.tpl
  const char* file;
  void (*fill)(const Facts&, Dictionary*);
};

constexpr Section kSections[] = {
    {"STYLE", "style.tpl", report::FillStyle},
    {"HEADER", "header.tpl", report::FillHeader},
    {"OVERVIEW", "overview.tpl", report::FillOverview},
    {"RESULTS", "results.tpl", report::FillResults},
    {"TIMELINE", "timeline.tpl", report::FillTimeline},
    {"TIMES", "times.tpl", report::FillTimes},
    {"TECHNIQUES", "techniques.tpl", report::FillTechniques},
    {"GAPS", "gaps.tpl", report::FillGaps},
    {"CLAIMS", "claims.tpl", report::FillClaims},
    {"RATINGS", "ratings.tpl", report::FillRatings},
    {"JUDGING", "judging.tpl", report::FillJudging},
    {"CLEANUP", "cleanup.tpl", report::FillCleanup},
    {"DUTY", "duty.tpl", report::FillDuty},
    {"INTEGRITY", "integrity.tpl", report::FillIntegrity},
    {"SIGNATURES", "signatures.tpl", report::FillSignatures},
    {"ANNEX", "annex.tpl", report::FillAnnex},
};

}  // namespace

absl::StatusOr<Language> ParseLanguage(absl::string_view word) {
  if (word.empty() || word == "vi+en") return Language::kBoth;
  if (word == "vi") return Language::kVi;
  if (word == "en") return Language::kEn;
  return absl::InvalidArgumentError(
      absl::StrCat("language '", word, "' of a report: give vi, en, or vi+en"));
}

absl::StatusOr<std::string> RenderAar(const AarData& data, Language language) {
  const report::Words words(language);
  const Facts facts(data, words);
  Dictionary root("aar");
  report::Put(&root, "LANG", language == Language::kEn ? "en" : "vi");
  report::Put(&root, "TITLE", facts.Title().primary);
  for (const Section& section : kSections) {
    section.fill(facts, report::Include(&root, section.name, section.file));
  }
  return report::Expand("aar.tpl", root, language);
}

absl::StatusOr<std::string> RenderAarJson(const AarData& data) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(data, &json, options);
  if (!status.ok()) {
    return absl::InternalError(absl::StrCat("after-action report of exercise '",
                                            data.scorecard().exercise(),
                                            "' as JSON: ", status.message().ToString()));
  }
  return json;
}

}  // namespace drill
