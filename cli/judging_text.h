#ifndef DRILL_CLI_JUDGING_TEXT_H_
#define DRILL_CLI_JUDGING_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "cli/text.h"

// What drillctl says about judging: the part of the catalogue for evaluators, chair, appeals, the
// hot wash and signed finals. As text.h; pure, any thread.
namespace drill::cli {

enum class JudgeMsg {
  kCriterion,
  kPart,
  kOpen,
  kNeedsSettling,
  kCounts,
  kSettled,
  kMarks,
  kOwn,
  kProvisional,
  kProgress,
  kAppeal,
  kAppealOpen,
  kAppealUpheld,
  kAppealRefused,
  kNote,
  kNothing,
  kComment,
  kSurveyHead,
  kSurveyMean,
  kSurveyNobody,
  kFinalGood,
  kFinalRests,
  kFinalCa,
  kFinalCaUnknown,
  kUsageSubject,
  kUsageSurvey,
  kUsageReply,
  kUsageCa,
  kUsageRate,
  kUsageVerdict,
  kRecMerged,
  kRecUndone,
  kRecCommented,
  kRecMarked,
  kRecMarkedBlind,
  kRecSettled,
  kRecAppealed,
  kRecUpheld,
  kRecRefused,
  kRecNote,
  kRecSurvey,
  kRecSigned,
  kLast = kRecSigned,
};

absl::string_view JudgingText(Language language, JudgeMsg message);

template <typename... Args>
std::string Say(Language language, JudgeMsg message, const Args&... args) {
  return absl::Substitute(JudgingText(language, message), args...);
}

// Help of commands and parameters, as FindWord*; "" when it has none.
absl::string_view FindJudgingWord(Language language, absl::string_view key);

}  // namespace drill::cli

#endif  // DRILL_CLI_JUDGING_TEXT_H_
