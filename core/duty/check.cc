#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/duty/day.h"
#include "core/duty/duty.h"
#include "core/register/register_state.h"

namespace drill {
namespace {

constexpr int kLevelMax = 5;

bool Blank(absl::string_view text) { return absl::StripAsciiWhitespace(text).empty(); }
bool Blank(const v1::Text& text) { return Blank(text.vi()) && Blank(text.en()); }

// Collects the faults of one obligation under its path.
class Checker {
 public:
  Checker(const v1::Obligation& obligation, std::string path, std::vector<std::string>* faults)
      : o_(obligation), path_(std::move(path)), faults_(faults) {}

  void Run(const absl::btree_map<std::string, int>& ids) {
    if (!ValidId(o_.id())) {
      Fault("id", absl::StrCat("'", o_.id(),
                               "' is no id; use a-z, 0-9, '.', '_', '-', at most 63 characters"));
    } else if (ids.at(o_.id()) > 1) {
      Fault("id", absl::StrCat("'", o_.id(), "' is used more than once; give each its own"));
    }
    if (Blank(o_.title())) Fault("title", "is missing; say the duty in a few words");
    if (Blank(o_.document())) Fault("document", "is missing; name the document, number and date");
    if (Blank(o_.reach())) Fault("reach", "is missing; say whom the document binds");
    Levels();
    Rule();
    Dates();
    Successor(ids);
  }

 private:
  void Fault(absl::string_view field, absl::string_view what) {
    faults_->push_back(absl::StrCat(path_, ".", field, ": ", what));
  }

  void Levels() {
    if (o_.levels().empty()) Fault("levels", "is missing; list the levels bound, 1 to 5");
    absl::btree_set<int> seen;
    for (int i = 0; i < o_.levels_size(); ++i) {
      const std::string field = absl::StrCat("levels[", i, "]");
      if (o_.levels(i) < 1 || o_.levels(i) > kLevelMax) {
        Fault(field, absl::StrCat(o_.levels(i), " is no level; use 1 to 5"));
      } else if (!seen.insert(o_.levels(i)).second) {
        Fault(field, absl::StrCat(o_.levels(i), " is listed twice"));
      }
    }
  }

  void Rule() {
    if (!v1::DutyRule_IsValid(o_.rule()) || o_.rule() == v1::DUTY_RULE_UNSPECIFIED) {
      Fault("rule", "is missing; use every_calendar_year");
    }
    if (!v1::DutyEvidence_IsValid(o_.evidence()) ||
        o_.evidence() == v1::DUTY_EVIDENCE_UNSPECIFIED) {
      Fault("evidence", "is missing; use live_drill");
    }
  }

  bool Day(absl::string_view field, const v1::Date& date) {
    if (IsAbsent(date)) return false;
    if (IsValid(date)) return true;
    Fault(field, absl::StrCat(date.year(), "-", date.month(), "-", date.day(),
                              " is no day of the calendar"));
    return false;
  }

  void Dates() {
    const bool from = Day("effective_from", o_.effective_from());
    const bool to = Day("effective_to", o_.effective_to());
    if (from && to && ToDay(o_.effective_to()) < ToDay(o_.effective_from())) {
      Fault("effective_to", "lies before effective_from");
    }
  }

  void Successor(const absl::btree_map<std::string, int>& ids) {
    if (!o_.has_superseded_by()) return;
    if (o_.superseded_by() == o_.id() || !ids.contains(o_.superseded_by())) {
      Fault("superseded_by", absl::StrCat("'", o_.superseded_by(),
                                          "' is no other obligation of these; name one of them"));
    }
    if (IsAbsent(o_.effective_to())) {
      Fault("effective_to", "is missing; what is superseded binds until a day");
    }
  }

  const v1::Obligation& o_;
  std::string path_;
  std::vector<std::string>* faults_;
};

}  // namespace

std::vector<std::string> CheckObligations(const v1::Obligations& obligations) {
  std::vector<std::string> faults;
  if (obligations.obligations_size() > kObligationsMax) {
    faults.push_back(absl::StrCat("obligations: ", obligations.obligations_size(),
                                  " are too many; at most ", kObligationsMax));
    return faults;
  }
  absl::btree_map<std::string, int> ids;
  for (const v1::Obligation& obligation : obligations.obligations()) ++ids[obligation.id()];
  for (int i = 0; i < obligations.obligations_size(); ++i) {
    const v1::Obligation& obligation = obligations.obligations(i);
    std::string path = absl::StrCat("obligations[", i, "]");
    if (!obligation.id().empty()) absl::StrAppend(&path, " (", obligation.id(), ")");
    Checker(obligation, std::move(path), &faults).Run(ids);
  }
  return faults;
}

}  // namespace drill
