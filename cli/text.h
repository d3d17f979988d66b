#ifndef DRILL_CLI_TEXT_H_
#define DRILL_CLI_TEXT_H_

#include <google/protobuf/generated_enum_reflection.h>

#include <string>

#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "drill/v1/common.pb.h"

// Every word that drillctl says to a person, one catalogue a language: text_vi.cc (sentences),
// words_vi.cc (enum values, help), and the same for English. Pure; any thread.
namespace drill::cli {

enum class Language { kVietnamese, kEnglish };

// "vi", "en"
inline absl::string_view LanguageCode(Language language) {
  return language == Language::kVietnamese ? "vi" : "en";
}

// Sentences; $0, $1... stand for what the caller puts in. A catalogue that lacks one does not
// compile.
enum class Msg {
  // Help.
  kHelpHelp,
  kHelpUsage,
  kHelpCommandWord,
  kHelpCommands,
  kHelpArguments,
  kHelpOptions,
  kHelpCommonOptions,
  // Wrong usage.
  kUsageMissing,
  kUsageTwice,
  kUsageUnexpected,
  kUsageValue,
  kUsageNoCommand,
  kUsageSeeHelp,
  kUsageNumber,
  kUsageSpan,
  kUsageMoment,
  kUsageExerciseTime,
  kUsageDay,
  kUsageOneOf,
  kUsagePair,
  kUsageSha256,
  kUsagePath,
  kUsageWindow,
  kUsageSameWitness,
  kUsageOnBehalf,
  kUsageSameConfirmer,
  kUsageEmptyDetection,
  kUsageArtefacts,
  kUsageEmptyAnswer,
  kUsageDeconflict,
  kUsageBom,
  // Failures: what, where, why; what to do.
  kFailedRefused,
  kFailedNoAnswer,
  kFailedContext,
  kFailedTooLarge,
  kFailedOutput,
  kAdviceInvalid,
  kAdviceUnauthenticated,
  kAdvicePermission,
  kAdviceNotFound,
  kAdvicePrecondition,
  kAdviceAborted,
  kAdviceExhausted,
  kAdviceUnavailable,
  kAdviceDeadline,
  kAdviceUnimplemented,
  kAdviceInternal,
  kAdviceRequestId,
  // Done.
  kDone,
  kDoneWithId,
  kDoneForTeam,
  kDoneAlready,
  kYes,
  kNo,
  kAndMore,
  // Columns.
  kColAbout,
  kColActive,
  kColActiveOrders,
  kColAgent,
  kColApplied,
  kColArtefacts,
  kColCensored,
  kColChecked,
  kColChoice,
  kColClaimed,
  kColCleaned,
  kColCleanupWaiting,
  kColClockError,
  kColCondition,
  kColDepth,
  kColDue,
  kColDuration,
  kColEarned,
  kColElement,
  kColEnd,
  kColExercise,
  kColExpected,
  kColHeld,
  kColHost,
  kColHosts,
  kColInService,
  kColInject,
  kColInjects,
  kColKind,
  kColLabels,
  kColLastSeen,
  kColLate,
  kColLevel,
  kColMayStart,
  kColMean,
  kColMedian,
  kColMembers,
  kColMetric,
  kColMissing,
  kColName,
  kColNotPlayed,
  kColNote,
  kColObjective,
  kColObligation,
  kColObservation,
  kColOnBehalf,
  kColOperator,
  kColOrganisation,
  kColOwner,
  kColOwnerKeys,
  kColParent,
  kColPenalty,
  kColPerson,
  kColPhase,
  kColPossible,
  kColQuestion,
  kColRating,
  kColReceived,
  kColRecipients,
  kColRecord,
  kColRecords,
  kColResidue,
  kColRole,
  kColRoles,
  kColScenario,
  kColScore,
  kColStart,
  kColStarted,
  kColState,
  kColStream,
  kColSuccessors,
  kColSystem,
  kColSystems,
  kColTargets,
  kColTeam,
  kColTeams,
  kColTechnique,
  kColTechniques,
  kColText,
  kColTitle,
  kColType,
  kColVersion,
  kColWhen,
  // Register, people, agents.
  kLevelProposed,
  kLevelMissing,
  kRegisterDryRun,
  kTokenMade,
  kTokenWritten,
  kEnrolmentMade,
  kAgentNotEnrolled,
  kAgentAway,
  kAgentHeld,
  kAgentConnected,
  // Scenarios.
  kLintError,
  kLintWarning,
  kLintGood,
  kLintFailed,
  kImportCounts,
  kImportLeftOut,
  kImportManyLeftOut,
  kImportRefused,
  kImportNothing,
  kImportNoFiles,
  kImportWritten,
  kImportPlatform,
  kImportExecutor,
  kImportPrerequisite,
  kImportUnresolved,
  kImportPayloads,
  kImportNoCommand,
  kImportTooLong,
  kByHand,
  kScenarioHead,
  kAfter,
  kUnless,
  kNoSuchScenario,
  // Scopes and keys.
  kKeyMade,
  kScopeTitle,
  kScopeWindow,
  kScopeDecision,
  kScopeHosts,
  kScopeCap,
  kScopeDigest,
  kScopeUnsigned,
  kScopeAgainst,
  kScopeAimedHere,
  kScopeSignature,
  kScopeNoScenario,
  kScopeWrongDigest,
  kScopeUnknownInject,
  kScopeDoNotSign,
  kScopeMade,
  kScopeSigned,
  kScopeSignedTwice,
  // Exercises.
  kRealIncident,
  kExerciseHead,
  kCastSystem,
  kCastTeam,
  kCastPost,
  kCheckedGood,
  kCheckedFindings,
  kCheckNoAnswer,
  kCheckReady,
  kCheckNotReady,
  kMissing,
  kStarted,
  kStartInterrupted,
  kStartLate,
  kWatchLost,
  kWatchNever,
  kStatusLine,
  kStatusTeams,
  kStatusFailed,
  kActorEngine,
  kActorHost,
  // Records.
  kRecCreated,
  kRecApproved,
  kRecCheckedGood,
  kRecChecked,
  kRecReady,
  kRecStarted,
  kRecStartedAt,
  kRecPaused,
  kRecResumed,
  kRecJumped,
  kRecSpeed,
  kRecAgentLost,
  kRecAgentBack,
  kRecIncident,
  kRecIncidentCleared,
  kRecEnded,
  kRecAborted,
  kRecScheduled,
  kRecReleased,
  kRecReleasedLate,
  kRecRevoked,
  kRecHeld,
  kRecLetGo,
  kRecAdded,
  kRecManual,
  kRecEffect,
  kRecRedRecorded,
  kRecRedAccepted,
  kRecRedRefused,
  kRecRedClosed,
  kEffectLine,
  kRecSink,
  kRecSinkWhole,
  kRecRetried,
  kRecLate,
  kRecOrder,
  kRecObservation,
  kRecMatched,
  kRecRejected,
  kRecRead,
  kRecAlert,
  kRecAlertMatched,
  kRecAlertSeen,
  kRecJudging,
  kRecRated,
  kRecFinal,
  kRecResidue,
  kRecClosed,
  kInPause,
  kDuringIncident,
  // Teams and evaluators.
  kInboxHead,
  kInboxFrom,
  kInboxQuestion,
  kNoSuchMessage,
  kQueueHead,
  kCandidates,
  // Results.
  kScoreFinal,
  kScoreProvisional,
  kScoreTotal,
  kScoreRests,
  kLineTimes,
  kLineUncertain,
  kLineFactors,
  kLineRecords,
  kDocumentWritten,
  kDutyHead,
  kDutySuperseded,
  kDutyVerified,
  kDutyUnverified,
  kJournalGood,
  kJournalBad,
  // Deconfliction.
  kDeconflictOurs,
  kDeconflictNotOurs,
  kDeconflictEntry,
  kDeconflictNoTrace,
  kDeconflictThere,
  kDeconflictGone,
  kDeconflictHead,
  kDeconflictWritten,
  kDeconflictTruncated,
  kWhoAmI,
  // Rehearsals.
  kColPlanned,
  kColReleased,
  kColDetected,
  kColReported,
  kColContained,
  kColRecovered,
  kColAnswered,
  kColLowest,
  kColHighest,
  kRehearsalHead,
  kRehearsalMadeUp,
  kRehearsalCastSystem,
  kRehearsalCastTeam,
  kRehearsalTimes,
  kRehearsalLoad,
  kRehearsalWorst,
  kRehearsalUnreached,
  kRehearsalAnchor,
  kRehearsalRevoked,
  kRehearsalTooLate,
  kRehearsalUnless,
  kRehearsalByHand,
  kRehearsalScore,
  kRehearsalTotal,
  kRehearsalBounds,
  kRehearsalUnreachable,
  kRehearsalUncovered,
  kRehearsalBadPart,
};

absl::string_view Vietnamese(Msg message);
absl::string_view English(Msg message);

template <typename... Args>
std::string Say(Language language, Msg message, const Args&... args) {
  return absl::Substitute(
      language == Language::kVietnamese ? Vietnamese(message) : English(message), args...);
}

// The text in that language, or in the other where it is absent.
std::string Pick(Language language, const v1::Text& text);

// An entry of the tables of words_*.cc.
struct Entry {
  absl::string_view key;
  absl::string_view text;
};

// Of the value of an enum by its name in the vocabulary, "PHASE_RUNNING"; the name itself where the
// catalogue has none (a value newer than this program).
absl::string_view EnumWord(Language language, absl::string_view name);
template <typename Enum>
std::string EnumText(Language language, Enum value) {
  const auto* found = google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(value);
  return found == nullptr ? std::to_string(static_cast<int>(value))
                          : std::string(EnumWord(language, found->name()));
}

// Help of a command by its path ("exercise start"; "" is the program), and of one of its
// parameters, or of the parameter of that name wherever it stands.
absl::string_view CommandHelp(Language language, absl::string_view path);
absl::string_view ParameterHelp(Language language, absl::string_view path,
                                absl::string_view parameter);

// The catalogues themselves, for text.cc.
absl::string_view FindWordVietnamese(absl::string_view key);
absl::string_view FindWordEnglish(absl::string_view key);

}  // namespace drill::cli

#endif  // DRILL_CLI_TEXT_H_
