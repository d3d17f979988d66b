#ifndef DRILL_CLI_TABLES_H_
#define DRILL_CLI_TABLES_H_

#include "cli/session.h"
#include "drill/v1/api.pb.h"
#include "drill/v1/register.pb.h"

// Tables and cells that several command groups show.
namespace drill::cli {

void PrintPeople(Session& session, const v1::Register& reg);
// "connected", "away", "not enrolled"
Cell AgentState(const Session& session, const v1::AgentStatus& agent);
Cell PhaseCell(const Session& session, v1::Phase phase);
// "ransom: db-1, db-2" of what an artefact list names: "path /a; process x"
std::string ArtefactText(const Session& session,
                         const google::protobuf::RepeatedPtrField<v1::Artefact>& artefacts);

}  // namespace drill::cli

#endif  // DRILL_CLI_TABLES_H_
