#include "cli/text.h"

namespace drill::cli {

absl::string_view English(Msg message) {
  switch (message) {
    case Msg::kHelpHelp:
      return "print this page";
    case Msg::kHelpUsage:
      return "Usage:";
    case Msg::kHelpCommandWord:
      return "COMMAND ...";
    case Msg::kHelpCommands:
      return "Commands:";
    case Msg::kHelpArguments:
      return "Arguments:";
    case Msg::kHelpOptions:
      return "Options:";
    case Msg::kHelpCommonOptions:
      return "Common options:";
    case Msg::kUsageMissing:
      return "$0 is missing";
    case Msg::kUsageTwice:
      return "$0: may be given only once";
    case Msg::kUsageUnexpected:
      return "«$0» is not expected here";
    case Msg::kUsageValue:
      return "a value is missing: $0";
    case Msg::kUsageNoCommand:
      return "a command is missing";
    case Msg::kUsageSeeHelp:
      return "see «$0 --help»";
    case Msg::kUsageNumber:
      return "$0 is not valid; a whole number from $1 to $2 is expected";
    case Msg::kUsageSpan:
      return "$0 is not a length of time; write it like 90d, 1h30m, 20s";
    case Msg::kUsageMoment:
      return "$0 is not a time; write it like now, 15:04, 2026-11-22T15:04 (zone +07:00) or "
             "2026-11-22T15:04:05+07:00";
    case Msg::kUsageExerciseTime:
      return "$0 is not a time on the exercise clock; write it like T+05:30, T+1:05:30.5 or 1h5m";
    case Msg::kUsageDay:
      return "$0 is not a day; write it like 2026-11-22";
    case Msg::kUsageOneOf:
      return "$0 is not valid; expected one of: $1";
    case Msg::kUsagePair:
      return "$0 is not of the form NAME=VALUE";
    case Msg::kUsageSha256:
      return "$0 is not a SHA-256; 64 hexadecimal digits are expected";
    case Msg::kUsagePath:
      return "$0 is not an absolute path (one that starts with /)";
    case Msg::kUsageWindow:
      return "--until must come after --from";
    case Msg::kUsageSameWitness:
      return "--played-by and --witnessed-by must be two different people";
    case Msg::kUsageOnBehalf:
      return "to enter for somebody, give all of --on-behalf, --channel, --received and "
             "--confirmed-by";
    case Msg::kUsageSameConfirmer:
      return "--confirmed-by must be somebody other than --on-behalf";
    case Msg::kUsageEmptyDetection:
      return "name at least one artefact (--path, --sha256, --process, --account, --address, "
             "--log-line) or give --text";
    case Msg::kUsageArtefacts:
      return "$0 artefacts; a claim names at most $1, so split it";
    case Msg::kUsageEmptyAnswer:
      return "give --choice or --text";
    case Msg::kUsageDeconflict:
      return "name an ARTEFACT to ask about, or an --exercise whose pack you want";
    case Msg::kUsageBom:
      return "--bom: only with --format csv";
    case Msg::kUsagePdfOut:
      return "--format pdf: needs --out FILE, since a PDF is nothing to print on a screen";
    case Msg::kUsageScoreOut:
      return "--out: only with --format csv or navigator";
    case Msg::kFailedRefused:
      return "$0: refused by $1: $2";
    case Msg::kFailedNoAnswer:
      return "$0: no answer from $1: $2";
    case Msg::kFailedContext:
      return "; name a context file with --context or DRILLCTL_CONTEXT («drillctl person token "
             "--out» makes one, drilld writes admin.context on its first start)";
    case Msg::kFailedTooLarge:
      return "the request has $0 bytes, the controller takes at most $1; split the file";
    case Msg::kFailedOutput:
      return "the result could not be written to standard output; check for a full disk";
    case Msg::kAdviceInvalid:
      return "correct the input and repeat, nothing has been changed";
    case Msg::kAdviceUnauthenticated:
      return "ask an administrator for a new token («drillctl person token»)";
    case Msg::kAdvicePermission:
      return "ask somebody who has the role for it, or see «drillctl whoami»";
    case Msg::kAdviceNotFound:
      return "check the id: «drillctl exercise list», «scenario list», «register list»";
    case Msg::kAdvicePrecondition:
      return "first do what it names; «drillctl exercise show» tells the phase";
    case Msg::kAdviceAborted:
      return "somebody else changed it first; look again, then repeat";
    case Msg::kAdviceExhausted:
      return "wait a moment and repeat, or split the input";
    case Msg::kAdviceUnavailable:
      return "check that drilld is running, and the address and ca_pem in the context file";
    case Msg::kAdviceDeadline:
      return "look at the state, or give more time with --timeout";
    case Msg::kAdviceUnimplemented:
      return "the controller is of another version; compare «drillctl version» with «drillctl "
             "whoami»";
    case Msg::kAdviceInternal:
      return "this is a fault of the controller; give this message and drilld's log to its "
             "operator";
    case Msg::kAdviceRequestId:
      return "the change may have been made: repeat the same command with --request-id $0 to learn "
             "the result without doing it twice";
    case Msg::kDone:
      return "Done: $0 (record $1)";
    case Msg::kDoneWithId:
      return "Done: $0: $1 (record $2)";
    case Msg::kDoneForTeam:
      return "Done: $0 $1";
    case Msg::kDoneAlready:
      return "$0: it was so already, nothing has changed";
    case Msg::kYes:
      return "yes";
    case Msg::kNo:
      return "no";
    case Msg::kAndMore:
      return " and $0 more";
    case Msg::kColAbout:
      return "About";
    case Msg::kColActive:
      return "Active";
    case Msg::kColActiveOrders:
      return "Active orders";
    case Msg::kColAgent:
      return "Agent";
    case Msg::kColApplied:
      return "Applied";
    case Msg::kColArtefacts:
      return "Artefacts";
    case Msg::kColCensored:
      return "Censored";
    case Msg::kColChecked:
      return "Check";
    case Msg::kColChoice:
      return "Choice";
    case Msg::kColClaimed:
      return "Claimed time";
    case Msg::kColCleaned:
      return "Cleaned";
    case Msg::kColCleanupWaiting:
      return "To clean";
    case Msg::kColClockError:
      return "Clock error";
    case Msg::kColCondition:
      return "Condition";
    case Msg::kColDepth:
      return "Depth";
    case Msg::kColDue:
      return "Due";
    case Msg::kColDuration:
      return "Length";
    case Msg::kColEarned:
      return "Earned";
    case Msg::kColElement:
      return "Element";
    case Msg::kColEnd:
      return "End";
    case Msg::kColExercise:
      return "Exercise";
    case Msg::kColExpected:
      return "Expected (target/limit)";
    case Msg::kColHeld:
      return "Held on";
    case Msg::kColHost:
      return "Host";
    case Msg::kColHosts:
      return "Hosts";
    case Msg::kColInService:
      return "In service";
    case Msg::kColInject:
      return "Inject";
    case Msg::kColInjects:
      return "Injects";
    case Msg::kColKind:
      return "Kind";
    case Msg::kColLabels:
      return "Labels";
    case Msg::kColLastSeen:
      return "Last seen";
    case Msg::kColLate:
      return "Late";
    case Msg::kColLevel:
      return "Level";
    case Msg::kColMayStart:
      return "May start until";
    case Msg::kColMean:
      return "Mean";
    case Msg::kColMedian:
      return "Median";
    case Msg::kColMembers:
      return "Members";
    case Msg::kColMetric:
      return "Time";
    case Msg::kColMissing:
      return "Missing";
    case Msg::kColName:
      return "Name";
    case Msg::kColNotPlayed:
      return "Not played";
    case Msg::kColNote:
      return "Note";
    case Msg::kColObjective:
      return "Objective";
    case Msg::kColObligation:
      return "Duty";
    case Msg::kColObservation:
      return "Observation";
    case Msg::kColOnBehalf:
      return "On behalf";
    case Msg::kColOperator:
      return "Operator";
    case Msg::kColOrganisation:
      return "Organisation";
    case Msg::kColOwner:
      return "Owner";
    case Msg::kColOwnerKeys:
      return "Keys";
    case Msg::kColParent:
      return "Parent";
    case Msg::kColPenalty:
      return "Penalty";
    case Msg::kColPerson:
      return "Person";
    case Msg::kColPhase:
      return "Phase";
    case Msg::kColPossible:
      return "Possible";
    case Msg::kColQuestion:
      return "Question";
    case Msg::kColRating:
      return "Rating";
    case Msg::kColReceived:
      return "Received";
    case Msg::kColRecipients:
      return "Sent to";
    case Msg::kColRecord:
      return "Record";
    case Msg::kColRecords:
      return "Records";
    case Msg::kColResidue:
      return "Residue";
    case Msg::kColRole:
      return "Role";
    case Msg::kColRoles:
      return "Roles";
    case Msg::kColScenario:
      return "Scenario";
    case Msg::kColScore:
      return "Score";
    case Msg::kColStart:
      return "Start";
    case Msg::kColStarted:
      return "Started";
    case Msg::kColState:
      return "State";
    case Msg::kColStream:
      return "Stream";
    case Msg::kColSuccessors:
      return "Successors";
    case Msg::kColSystem:
      return "System";
    case Msg::kColSystems:
      return "Systems";
    case Msg::kColTargets:
      return "Targets";
    case Msg::kColTeam:
      return "Team";
    case Msg::kColTeams:
      return "Teams";
    case Msg::kColTechnique:
      return "Technique";
    case Msg::kColTechniques:
      return "Techniques";
    case Msg::kColText:
      return "Text";
    case Msg::kColTitle:
      return "Title";
    case Msg::kColType:
      return "Type";
    case Msg::kColVersion:
      return "Version";
    case Msg::kColWhen:
      return "When";
    case Msg::kLevelProposed:
      return "$0 (proposed)";
    case Msg::kLevelMissing:
      return "level missing";
    case Msg::kRegisterDryRun:
      return "$0: valid; would add $1, change $2, leave $3 entries as they are. Nothing has been "
             "sent.";
    case Msg::kTokenMade:
      return "Token $0 of $1, shown this once:";
    case Msg::kTokenWritten:
      return "Token $0 of $1 is in $2; hand it over, then delete your copy.";
    case Msg::kEnrolmentMade:
      return "Enrolment token for $0, to be used once within $1; pins $2 owner keys, $3 signatures "
             "needed:";
    case Msg::kAgentNotEnrolled:
      return "not enrolled";
    case Msg::kAgentAway:
      return "away";
    case Msg::kAgentHeld:
      return "holds itself back: $0";
    case Msg::kAgentConnected:
      return "connected";
    case Msg::kLintError:
      return "error";
    case Msg::kLintWarning:
      return "warning";
    case Msg::kLintGood:
      return "$0: can be played, $1 injects";
    case Msg::kLintFailed:
      return "$0 of $1 files cannot be played; correct the errors above";
    case Msg::kImportCounts:
      return "$0 files, $1 tests: $2 actions, $3 manual, $4 left out";
    case Msg::kImportLeftOut:
      return "$0 is left out: $1";
    case Msg::kImportManyLeftOut:
      return "$0 tests are left out: $1";
    case Msg::kImportRefused:
      return "$0 errors; nothing has been imported";
    case Msg::kImportNothing:
      return "no test is left to import; see the reasons above";
    case Msg::kImportNoFiles:
      return "$0 holds no file of this kind";
    case Msg::kImportWritten:
      return "$0: scenario of $1 injects. Add expectations and times, then check it with «drillctl "
             "scenario lint»";
    case Msg::kImportPlatform:
      return "not for $0";
    case Msg::kImportExecutor:
      return "it needs $0, which agents do not run";
    case Msg::kImportPrerequisite:
      return "its prerequisites need $0, which agents do not run";
    case Msg::kImportUnresolved:
      return "no value for $0; give it with --set";
    case Msg::kImportPayloads:
      return "it needs files that Caldera would bring: $0";
    case Msg::kImportNoCommand:
      return "it has no command";
    case Msg::kImportTooLong:
      return "a command is longer than 64 KiB";
    case Msg::kByHand:
      return "by hand";
    case Msg::kScenarioHead:
      return "Type: $0. Length: $1.";
    case Msg::kAfter:
      return "after $0";
    case Msg::kUnless:
      return "unless $0";
    case Msg::kNoSuchScenario:
      return "neither a file nor a scenario is called «$0»; see «drillctl scenario list»";
    case Msg::kKeyMade:
      return "The private key is in $0 (keep it secret, it speaks for the owner). Key id: $1. The "
             "public key, for the system's owner_keys:";
    case Msg::kScopeTitle:
      return "Scope of exercise «$0» on system «$1»";
    case Msg::kScopeWindow:
      return "Nothing starts before $0 nor from $1 on";
    case Msg::kScopeDecision:
      return "By decision number $0 of $1 $2";
    case Msg::kScopeHosts:
      return "On $0 hosts: $1";
    case Msg::kScopeCap:
      return "At most $0 orders on one host";
    case Msg::kScopeDigest:
      return "SHA-256 of the scope: $0";
    case Msg::kScopeUnsigned:
      return "Not signed yet";
    case Msg::kScopeAgainst:
      return "against hosts: $0";
    case Msg::kScopeAimedHere:
      return "AIMED AT YOUR HOSTS: $0";
    case Msg::kScopeSignature:
      return "Signed with key $0";
    case Msg::kScopeNoScenario:
      return "There is no scenario to compare with: only each action's digest can be shown. Add "
             "--scenario FILE to see the actions.";
    case Msg::kScopeWrongDigest:
      return "THE DIGEST IS NOT THAT of the action in the scenario";
    case Msg::kScopeUnknownInject:
      return "NO SUCH ACTION in the scenario";
    case Msg::kScopeDoNotSign:
      return "$0 actions do not fit the scenario; do not sign, ask the exercise director";
    case Msg::kScopeMade:
      return "The unsigned scope is in $0; the owner signs it with «drillctl scope sign» ($1 "
             "signatures needed).";
    case Msg::kScopeSigned:
      return "Signed: $0, key $1, now $2 signatures.";
    case Msg::kScopeSignedTwice:
      return "$0: this key has signed already; a second signature needs another key";
    case Msg::kRealIncident:
      return "REAL INCIDENT";
    case Msg::kExerciseHead:
      return "Type: $0. Phase: $1. Start: $2. End: $3. Exercise clock: $4.";
    case Msg::kCastSystem:
      return "System $0: $1, $2 hosts";
    case Msg::kCastTeam:
      return "Team $0: $1 ($2)";
    case Msg::kCastPost:
      return "$0: $1";
    case Msg::kCheckedGood:
      return "ready";
    case Msg::kCheckedFindings:
      return "$0 findings";
    case Msg::kCheckNoAnswer:
      return "no answer; see whether its agent runs and is connected";
    case Msg::kCheckReady:
      return "$0: ready to start";
    case Msg::kCheckNotReady:
      return "$0: not ready; deal with what is named above, then check again";
    case Msg::kMissing:
      return "Missing for the next step:";
    case Msg::kStarted:
      return "Started at $0";
    case Msg::kStartInterrupted:
      return "$0: did not start, it is now $1; see «drillctl exercise show»";
    case Msg::kStartLate:
      return "$0: the exercise clock has not started in the time given; see «drillctl exercise "
             "show»";
    case Msg::kWatchLost:
      return "The connection is lost ($0), connecting again...";
    case Msg::kWatchNever:
      return "$0: it is $1 and will not come to «$2» any more";
    case Msg::kStatusLine:
      return "$0  $1  injects $2/$3  hosts $4/$5, cleaned $6";
    case Msg::kStatusTeams:
      return "  matched $0/$1";
    case Msg::kStatusFailed:
      return "  not played $0";
    case Msg::kActorEngine:
      return "engine";
    case Msg::kActorHost:
      return "host $0";
    case Msg::kRecCreated:
      return "Created from scenario $0: $1";
    case Msg::kRecApproved:
      return "Approved, decision number $0, $1 signed scopes";
    case Msg::kRecCheckedGood:
      return "$0 checked: ready";
    case Msg::kRecChecked:
      return "$0 checked: $1 findings";
    case Msg::kRecReady:
      return "Ready to start";
    case Msg::kRecStarted:
      return "STARTS at $0 (in $1)";
    case Msg::kRecStartedAt:
      return "STARTS at $0";
    case Msg::kRecPaused:
      return "PAUSED at $0, $1";
    case Msg::kRecResumed:
      return "RESUMED from $0, at $1";
    case Msg::kRecJumped:
      return "The clock jumps from $0 to $1";
    case Msg::kRecSpeed:
      return "Clock speed $0‰";
    case Msg::kRecAgentLost:
      return "$0 lost its connection";
    case Msg::kRecAgentBack:
      return "$0 is connected again";
    case Msg::kRecIncident:
      return "REAL INCIDENT: injects are frozen, what follows is not exercise";
    case Msg::kRecIncidentCleared:
      return "The real incident is over";
    case Msg::kRecEnded:
      return "ENDED at $0";
    case Msg::kRecAborted:
      return "ABORTED at $0, without a score";
    case Msg::kRecScheduled:
      return "$0 is due at $1 ($2)";
    case Msg::kRecReleased:
      return "$0 released";
    case Msg::kRecReleasedLate:
      return "$0 released LATE by $1";
    case Msg::kRecRevoked:
      return "$0 revoked ($1)";
    case Msg::kRecHeld:
      return "$0 held";
    case Msg::kRecLetGo:
      return "$0 let go";
    case Msg::kRecAdded:
      return "Added $0 $1: $2";
    case Msg::kRecManual:
      return "$0 played by hand on $1 at $2 by $3, witnessed by $4";
    case Msg::kRecRedRecorded:
      return "Red team $0 ($1) recorded $2 on $3 at $4: $5, $6";
    case Msg::kRecRedAccepted:
      return "$0 of the red team is accepted as played: $1";
    case Msg::kRecRedRefused:
      return "$0 of the red team is not accepted";
    case Msg::kRecRedClosed:
      return "Red team $0 gave its report and attested that target data is deleted";
    case Msg::kRecEffect:
      return "$0, $1 on $2: $3; $4 of $5 traces that can be told still stood at $6";
    case Msg::kEffectLine:
      return "Agent of $0, inject $1: $2 ($3 of $4 traces still stood)";
    case Msg::kRecSink:
      return "$0 on $1: the drill's sink received $2 contacts, $3 bytes over $4 from $5";
    case Msg::kRecSinkWhole:
      return "; archive whole, sha256 $0";
    case Msg::kRecRetried:
      return "$0 on $1: played again, attempt $2";
    case Msg::kRecLate:
      return "late by $0";
    case Msg::kRecOrder:
      return "$0 on $1: $2 at $3 ± $4";
    case Msg::kRecObservation:
      return "$0, $1 by $2 ($3)";
    case Msg::kRecMatched:
      return "$0 matches $1 [$2], $3‰";
    case Msg::kRecRejected:
      return "$0 rejected: $1";
    case Msg::kRecRead:
      return "$1 opened $0";
    case Msg::kRecAlert:
      return "Alert $0 of $1: host $2";
    case Msg::kRecAlertMatched:
      return "Alert $0 matches inject $1 on $2";
    case Msg::kRecAlertSeen:
      return "$1 has seen alert $0";
    case Msg::kRecJudging:
      return "Judging opened";
    case Msg::kRecRated:
      return "Rated $0, $1: $2";
    case Msg::kRecFinal:
      return "Score final, up to record $0";
    case Msg::kRecResidue:
      return "The owner accepts what $0 left on $1";
    case Msg::kRecClosed:
      return "Closed";
    case Msg::kInPause:
      return "(received in a pause)";
    case Msg::kDuringIncident:
      return "(during a real incident: not exercise)";
    case Msg::kInboxHead:
      return "$0: $1";
    case Msg::kInboxFrom:
      return "From: $0";
    case Msg::kInboxQuestion:
      return "(answer with «drillctl report answer»)";
    case Msg::kNoSuchMessage:
      return "there is no message «$0» in exercise «$1»; see «drillctl inbox»";
    case Msg::kQueueHead:
      return "$0 observations wait for an evaluator";
    case Msg::kCandidates:
      return "It may be";
    case Msg::kScoreFinal:
      return "$0, $1. Start: $2. End: $3. FINAL SCORE.";
    case Msg::kScoreProvisional:
      return "$0, $1. Start: $2. End: $3. Provisional score.";
    case Msg::kScoreTotal:
      return "Score: $0 / 100 = ($1 earned − $2 penalty) / $3 possible";
    case Msg::kScoreRests:
      return "Rests on the records up to $0, hash $1, scoring version $2";
    case Msg::kLineTimes:
      return "$0 → $1 = $2 ± $3";
    case Msg::kLineUncertain:
      return "the margin is smaller than the error";
    case Msg::kLineFactors:
      return "quality $0 × timeliness $1";
    case Msg::kLineRecords:
      return "records $0";
    case Msg::kDocumentWritten:
      return "Wrote $0 ($1, $2 bytes)";
    case Msg::kPdfNoProgram:
      return "No PDF was made: this machine has no $0. Install the Debian package weasyprint and "
             "try again, or use --format html and print it from a browser";
    case Msg::kPdfFailed:
      return "No PDF was made and nothing was written: $0";
    case Msg::kLayerDetected:
      return "Detected in time";
    case Msg::kLayerLate:
      return "Detected late";
    case Msg::kLayerMissed:
      return "Missed";
    case Msg::kLayerBlocked:
      return "Blocked by a control";
    case Msg::kLayerUnasked:
      return "Played, detection not asked for";
    case Msg::kLayerNotPlayed:
      return "Could not be played";
    case Msg::kLayerHosts:
      return "Hosts: $0 in time, $1 late, $2 missed, $3 blocked.";
    case Msg::kLayerInjects:
      return "Injects: $0.";
    case Msg::kLayerFinal:
      return "Final score, scoring version $0, resting on the records up to $1.";
    case Msg::kLayerProvisional:
      return "PROVISIONAL score, scoring version $0, resting on the records up to $1.";
    case Msg::kJournalGood:
      return "The journal is whole: $0 records, every hash fits";
    case Msg::kJournalBad:
      return "the journal has $0 faults in $1 records; stop drilld, keep the files as they are and "
             "tell whoever answers for them";
    case Msg::kDeconflictOurs:
      return "OURS: made by the drill";
    case Msg::kDeconflictNotOurs:
      return "NOT OURS: made by no exercise that you may ask about. Treat it as a real incident";
    case Msg::kDeconflictEntry:
      return "$0: host $1, since $2, exercise $3, inject $4, attempt $5, mark $6; $7";
    case Msg::kDeconflictNoTrace:
      return "an order that told of no artefact";
    case Msg::kDeconflictThere:
      return "STILL THERE";
    case Msg::kDeconflictGone:
      return "gone since $0: $1";
    case Msg::kDeconflictHead:
      return "Exercise $0: $1 artefacts of the drill";
    case Msg::kDeconflictWritten:
      return "Wrote $0 ($1 artefacts, $2 bytes)";
    case Msg::kDeconflictTruncated:
      return "there are more than the $0 artefacts of one answer; ask by --exercise, or for one "
             "artefact";
    case Msg::kColPlanned:
      return "Planned";
    case Msg::kColReleased:
      return "Released";
    case Msg::kColDetected:
      return "Detected";
    case Msg::kColReported:
      return "Reported";
    case Msg::kColContained:
      return "Contained";
    case Msg::kColRecovered:
      return "Recovered";
    case Msg::kColAnswered:
      return "Answered";
    case Msg::kColLowest:
      return "Min";
    case Msg::kColHighest:
      return "Max";
    case Msg::kRehearsalHead:
      return "Rehearsal of «$0» ($1): $2 runs, seed $3, simulated team: $4.";
    case Msg::kRehearsalMadeUp:
      return "No --register: a register was made up to fit the scenario (one host a role, people "
             "as the profile has them).";
    case Msg::kRehearsalCastSystem:
      return "part «$0»: system $1, $2 hosts";
    case Msg::kRehearsalCastTeam:
      return "part «$0»: team $1, $2 people";
    case Msg::kRehearsalTimes:
      return "Timeline (medians; (n): runs in which it happened, where not in all)";
    case Msg::kRehearsalLoad:
      return "Injects on one person at the same time, by windows of $0: median/worst";
    case Msg::kRehearsalWorst:
      return "$0 ($1): $2 injects at once at $3: $4";
    case Msg::kRehearsalUnreached:
      return "Branches not reached, or without effect";
    case Msg::kRehearsalAnchor:
      return "$0: never came, because \"$1 $2\" never happened";
    case Msg::kRehearsalRevoked:
      return "$0: taken back in every run, because \"$1 $2\" always came first";
    case Msg::kRehearsalTooLate:
      return "$0: never came, because its time lay behind the end";
    case Msg::kRehearsalUnless:
      return "$0: came in every run; its \"unless $1 $2\" never held it back";
    case Msg::kRehearsalByHand:
      return "$0: a contingency, played by hand only";
    case Msg::kRehearsalScore:
      return "Expected score (of 100)";
    case Msg::kRehearsalTotal:
      return "the whole exercise";
    case Msg::kRehearsalBounds:
      return "A perfect team gets $0, nobody at all: $1 (\"-\": nothing counts).";
    case Msg::kRehearsalUnreachable:
      return "$0, $1 ($2): even a perfect team gets only $3 of $4: $5";
    case Msg::kRehearsalUncovered:
      return "Nobody in team $0 has the skill: $1; it is never done";
    case Msg::kRehearsalBadPart:
      return "--cast: the scenario has no part «$0»";
    case Msg::kWhoAmI:
      return "$0 ($1), roles: $2; controller $3, version $4";
  }
  return "";
}

}  // namespace drill::cli
