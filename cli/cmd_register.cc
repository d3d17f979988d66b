// register apply, register list, register export.
#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/files.h"
#include "cli/session.h"
#include "cli/tables.h"
#include "common/base/status.h"
#include "common/yaml/dump.h"
#include "core/register/register_state.h"

namespace drill::cli {
namespace {

struct ApplyOptions {
  std::string file;
  bool dry_run = false;
};

enum class Kind { kAll, kOrganisations, kSystems, kHosts, kPeople, kTeams };

// How many of `entries` are new and how many would change, against those there by id.
template <typename Entries>
void Compare(const Entries& before, const Entries& entries, int* added, int* changed) {
  absl::btree_map<std::string, std::string> there;
  for (const auto& entry : before) there[entry.id()] = entry.SerializeAsString();
  for (const auto& entry : entries) {
    const auto found = there.find(entry.id());
    if (found == there.end()) {
      ++*added;
    } else if (found->second != entry.SerializeAsString()) {
      ++*changed;
    }
  }
}

// What applying would do, found here with the controller's own checks; nothing is sent.
absl::Status DryRun(Session& session, const ApplyOptions& o) {
  v1::Register entries;
  RETURN_IF_ERROR(LoadYaml(o.file, &entries));
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::Register there, client->GetRegister());
  RegisterState state;
  state.Put(there);
  const std::vector<std::string> faults = CheckRegister(state, entries);
  if (!faults.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(o.file, ": ", absl::StrJoin(faults, absl::StrCat("\n", o.file, ": "))));
  }
  int added = 0;
  int changed = 0;
  Compare(there.organisations(), entries.organisations(), &added, &changed);
  Compare(there.systems(), entries.systems(), &added, &changed);
  Compare(there.hosts(), entries.hosts(), &added, &changed);
  Compare(there.people(), entries.people(), &added, &changed);
  Compare(there.teams(), entries.teams(), &added, &changed);
  const int all = entries.organisations_size() + entries.systems_size() + entries.hosts_size() +
                  entries.people_size() + entries.teams_size();
  session.PrintLine(
      session.Say(Msg::kRegisterDryRun, o.file, added, changed, all - added - changed));
  return absl::OkStatus();
}

void AddApply(Command& reg) {
  Command& apply = reg.Sub("apply");
  auto o = std::make_shared<ApplyOptions>();
  apply.Arg("FILE", Into(&o->file)).Flag("--dry-run", [o] { o->dry_run = true; });
  apply.Runs([o](Session& session) -> absl::Status {
    if (o->dry_run) return DryRun(session, *o);
    v1::Command request;
    RETURN_IF_ERROR(LoadYaml(o->file, request.mutable_apply_register()));
    ASSIGN_OR_RETURN(Client * client, session.client());
    ASSIGN_OR_RETURN(const v1::SubmitResponse response, client->Submit(request));
    return session.PrintDone("register apply", response);
  });
}

void PrintOrganisations(Session& session, const v1::Register& reg) {
  Table table({session.Say(Msg::kColOrganisation), session.Say(Msg::kColParent),
               session.Say(Msg::kColSuccessors), session.Say(Msg::kColName)});
  for (const v1::Organisation& o : reg.organisations()) {
    const std::string successors =
        absl::StrJoin(o.successors(), ", ", [](std::string* out, const v1::Successor& s) {
          absl::StrAppend(out, s.organisation(), " ", FormatDate(s.from()));
        });
    table.Row({o.id(), o.parent(), successors, session.Pick(o.name())});
  }
  session.PrintTable(table);
}

void PrintSystems(Session& session, const v1::Register& reg) {
  Table table({session.Say(Msg::kColSystem), session.Say(Msg::kColLevel),
               session.Say(Msg::kColOwner), session.Say(Msg::kColOperator),
               session.Say(Msg::kColOwnerKeys), session.Say(Msg::kColInService),
               session.Say(Msg::kColName)});
  for (const v1::System& s : reg.systems()) {
    std::string level = s.has_level() ? absl::StrCat(s.level())
                        : s.has_proposed_level()
                            ? session.Say(Msg::kLevelProposed, s.proposed_level())
                            : session.Say(Msg::kLevelMissing);
    std::string service = FormatDate(s.in_service_from());
    if (s.has_retired_on()) absl::StrAppend(&service, " → ", FormatDate(s.retired_on()));
    // A scope needs one signature, from level 4 on two different ones.
    const bool enough = s.owner_keys_size() >= (EffectiveLevel(s) >= 4 ? 2 : 1);
    table.Row({s.id(), Cell(level, s.has_level() ? Colour::kNone : Colour::kYellow), s.owner(),
               s.operator_(),
               Cell(absl::StrCat(s.owner_keys_size()), enough ? Colour::kNone : Colour::kYellow),
               service, session.Pick(s.name())});
  }
  session.PrintTable(table);
}

void PrintHosts(Session& session, const v1::Register& reg) {
  Table table({session.Say(Msg::kColHost), session.Say(Msg::kColSystem), session.Say(Msg::kColRole),
               session.Say(Msg::kColLabels), session.Say(Msg::kColAgent),
               session.Say(Msg::kColName)});
  for (const v1::Host& h : reg.hosts()) {
    table.Row({h.id(), h.system(), h.role(), absl::StrJoin(h.labels(), ", "),
               session.Say(h.agentless() ? Msg::kNo : Msg::kYes), session.Pick(h.name())});
  }
  session.PrintTable(table);
}

void PrintTeams(Session& session, const v1::Register& reg) {
  Table table({session.Say(Msg::kColTeam), session.Say(Msg::kColKind),
               session.Say(Msg::kColOrganisation), session.Say(Msg::kColMembers),
               session.Say(Msg::kColName)});
  for (const v1::Team& t : reg.teams()) {
    table.Row({t.id(), session.Word(t.kind()), t.organisation(), absl::StrJoin(t.members(), ", "),
               session.Pick(t.name())});
  }
  session.PrintTable(table);
}

v1::Register Only(const v1::Register& all, Kind kind) {
  if (kind == Kind::kAll) return all;
  v1::Register some;
  if (kind == Kind::kOrganisations) *some.mutable_organisations() = all.organisations();
  if (kind == Kind::kSystems) *some.mutable_systems() = all.systems();
  if (kind == Kind::kHosts) *some.mutable_hosts() = all.hosts();
  if (kind == Kind::kPeople) *some.mutable_people() = all.people();
  if (kind == Kind::kTeams) *some.mutable_teams() = all.teams();
  return some;
}

absl::Status List(Session& session, Kind kind) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::Register all, client->GetRegister());
  if (session.json()) {
    session.PrintJson(Only(all, kind));
    return absl::OkStatus();
  }
  const auto show = [&](Kind one, void (*print)(Session&, const v1::Register&)) {
    if (kind != Kind::kAll && kind != one) return;
    print(session, all);
    if (kind == Kind::kAll && one != Kind::kTeams) session.PrintLine("");
  };
  show(Kind::kOrganisations, PrintOrganisations);
  show(Kind::kSystems, PrintSystems);
  show(Kind::kHosts, PrintHosts);
  show(Kind::kPeople, PrintPeople);
  show(Kind::kTeams, PrintTeams);
  return absl::OkStatus();
}

absl::Status Export(Session& session) {
  ASSIGN_OR_RETURN(Client * client, session.client());
  ASSIGN_OR_RETURN(const v1::Register all, client->GetRegister());
  if (session.json()) {
    session.PrintJson(all);
  } else {
    session.Print(yaml::Dump(all));
  }
  return absl::OkStatus();
}

}  // namespace

void AddRegister(Command& root) {
  Command& reg = root.Sub("register");
  AddApply(reg);
  auto kind = std::make_shared<int>(0);
  Command& list = reg.Sub("list");
  list.Arg("KIND",
           OneOf({{"organisations", static_cast<int>(Kind::kOrganisations)},
                  {"systems", static_cast<int>(Kind::kSystems)},
                  {"hosts", static_cast<int>(Kind::kHosts)},
                  {"people", static_cast<int>(Kind::kPeople)},
                  {"teams", static_cast<int>(Kind::kTeams)}},
                 [kind](int value) { *kind = value; }),
           Need::kOptional);
  list.Runs([kind](Session& s) { return List(s, static_cast<Kind>(*kind)); });
  reg.Sub("export").Runs(Export);
}

}  // namespace drill::cli
