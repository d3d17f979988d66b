#include "cli/tables.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace drill::cli {

Cell PhaseCell(const Session& session, v1::Phase phase) {
  Colour colour = Colour::kNone;
  if (phase == v1::PHASE_RUNNING) colour = Colour::kGreen;
  if (phase == v1::PHASE_PAUSED) colour = Colour::kYellow;
  if (phase == v1::PHASE_ABORTED) colour = Colour::kRed;
  return Cell(session.Word(phase), colour);
}

Cell AgentState(const Session& session, const v1::AgentStatus& agent) {
  if (!agent.enrolled()) return Cell(session.Say(Msg::kAgentNotEnrolled), Colour::kYellow);
  if (!agent.connected()) return Cell(session.Say(Msg::kAgentAway), Colour::kRed);
  if (!agent.held_why().empty()) {
    return Cell(session.Say(Msg::kAgentHeld, Clean(agent.held_why())), Colour::kRed);
  }
  return Cell(session.Say(Msg::kAgentConnected), Colour::kGreen);
}

void PrintPeople(Session& session, const v1::Register& reg) {
  Table table({session.Say(Msg::kColPerson), session.Say(Msg::kColName),
               session.Say(Msg::kColOrganisation), session.Say(Msg::kColActive),
               session.Say(Msg::kColRoles)});
  for (const v1::Person& p : reg.people()) {
    std::vector<std::string> roles;
    for (const int role : p.roles()) roles.push_back(session.Word(static_cast<v1::Role>(role)));
    const bool active = !p.has_active() || p.active();
    table.Row(
        {p.id(), p.name(), p.organisation(),
         Cell(session.Say(active ? Msg::kYes : Msg::kNo), active ? Colour::kNone : Colour::kYellow),
         absl::StrJoin(roles, ", ")});
  }
  session.PrintTable(table);
}

std::string ArtefactText(const Session& session,
                         const google::protobuf::RepeatedPtrField<v1::Artefact>& artefacts) {
  return absl::StrJoin(artefacts, "; ", [&](std::string* out, const v1::Artefact& artefact) {
    absl::StrAppend(out, session.Word(artefact.kind()), " ", Clean(artefact.value()));
  });
}

}  // namespace drill::cli
