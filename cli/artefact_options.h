#ifndef DRILL_CLI_ARTEFACT_OPTIONS_H_
#define DRILL_CLI_ARTEFACT_OPTIONS_H_

#include "cli/command.h"

namespace drill::cli {

// --path, --sha256, --process, --account, --address, --log-line: what evidence can name.
void AddArtefactOptions(Command& command, google::protobuf::RepeatedPtrField<v1::Artefact>* list);

}  // namespace drill::cli

#endif  // DRILL_CLI_ARTEFACT_OPTIONS_H_
