#ifndef DRILL_CLI_DUTY_TEXT_H_
#define DRILL_CLI_DUTY_TEXT_H_

#include "absl/strings/string_view.h"
#include "cli/text.h"

// Sentences about duties and obligations, as Msg in text.h: duty_text_vi.cc, duty_text_en.cc.
namespace drill::cli {

enum class DutyMsg {
  kHead,
  kSuperseded,
  kVerified,
  kUnverified,
  kNoRow,
  kWhyHead,
  kWhyState,
  kWhyLevel,
  kWhyNoLevel,
  kWhyLevelMissing,
  kWhyMidYear,
  kWhyExercise,
  kWhyStarts,
  kWhyMissing,
  kObligationsGood,
  kCalendarName,
  kCalendarSummary,
  kCalendarBody,
  kUsageByOwner,
};

absl::string_view Vietnamese(DutyMsg message);
absl::string_view English(DutyMsg message);

}  // namespace drill::cli

#endif  // DRILL_CLI_DUTY_TEXT_H_
