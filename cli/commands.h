#ifndef DRILL_CLI_COMMANDS_H_
#define DRILL_CLI_COMMANDS_H_

#include "cli/command.h"

// The command groups, one file each: cmd_person.cc has AddPerson and so on.
namespace drill::cli {

void AddPerson(Command& root);      // person
void AddRegister(Command& root);    // register
void AddAgent(Command& root);       // agent
void AddScenario(Command& root);    // scenario
void AddRehearse(Command& root);    // rehearse
void AddScope(Command& root);       // key, scope
void AddExercise(Command& root);    // exercise
void AddInject(Command& root);      // inject
void AddReport(Command& root);      // report, inbox, read
void AddEvaluator(Command& root);   // evaluator
void AddAppeal(Command& root);      // appeal
void AddSurvey(Command& root);      // survey
void AddFinal(Command& root);       // final
void AddDeconflict(Command& root);  // deconflict
void AddDuty(Command& root);        // duty, obligation
void AddResults(Command& root);     // score, aar, journal, whoami, version

// Part of AddEvaluator: merge, undo, comment, mark, marks, settle, note.
void AddMarking(Command& evaluator);

// Part of AddScenario: import.
void AddImport(Command& scenario);

// Parts of AddExercise, each in its own file.
void AddPlanning(Command& exercise);  // create, approve, check, scope, show, list
void AddSteering(Command& exercise);  // start ... abort, incident
void AddWatch(Command& exercise);     // watch
void AddClosing(Command& exercise);   // judge, rate, finalise, accept-residue, close

}  // namespace drill::cli

#endif  // DRILL_CLI_COMMANDS_H_
