#include "cli/duty_text.h"

namespace drill::cli {

absl::string_view English(DutyMsg message) {
  switch (message) {
    case DutyMsg::kHead:
      return "Duty to drill in $0, as of $1";
    case DutyMsg::kSuperseded:
      return "  Superseded by $0";
    case DutyMsg::kVerified:
      return "  Compared with the official text by $0";
    case DutyMsg::kUnverified:
      return "  Nobody has compared it with the official text yet";
    case DutyMsg::kNoRow:
      return "No duty of $0 fits the systems, owners and obligations given; a row bears the name "
             "of the first of the documents that state the same duty; see them all with: "
             "drillctl duty status";
    case DutyMsg::kWhyHead:
      return "$0 · $1 · obligation $2 · year $3";
    case DutyMsg::kWhyState:
      return "State: $0; due $1";
    case DutyMsg::kWhyLevel:
      return "Level $0; owner: $1";
    case DutyMsg::kWhyNoLevel:
      return "No level; taken as bound";
    case DutyMsg::kWhyLevelMissing:
      return "No decision on its level; bound by the proposed one";
    case DutyMsg::kWhyMidYear:
      return "Bound since some day of this year; still due on 31/12";
    case DutyMsg::kWhyExercise:
      return "Exercise considered: $0, held on $1; depth played: $2";
    case DutyMsg::kWhyStarts:
      return "Started this year: $0; aborted: $1";
    case DutyMsg::kWhyMissing:
      return "  Missing: $0";
    case DutyMsg::kObligationsGood:
      return "$0: $1 obligations, valid; $2 without a quote, $3 compared with the official text by "
             "nobody";
    case DutyMsg::kCalendarName:
      return "Duty to drill $0";
    case DutyMsg::kCalendarSummary:
      return "Live drill due: $0 ($1)";
    case DutyMsg::kCalendarBody:
      return "System $0, obligation $1.";
    case DutyMsg::kUsageByOwner:
      return "--by-owner: not with --format csv; that table has a column owner";
  }
  return "";
}

}  // namespace drill::cli
