// Draft → approved → ready.

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "core/exercise/decide_internal.h"
#include "core/exercise/scope.h"
#include "core/scenario/lint.h"
#include "core/scenario/unfold.h"

namespace drill::decide {
namespace {

constexpr size_t kOrdersMax = 1'000'000;

v1::Text Both(absl::string_view vi, absl::string_view en) {
  v1::Text text;
  text.set_vi(std::string(vi));
  text.set_en(std::string(en));
  return text;
}

// Chooses the register's entry for each part; every fault goes to `faults`.
const v1::CastChoice* Choice(const google::protobuf::RepeatedPtrField<v1::CastChoice>& choices,
                             absl::string_view part) {
  auto it = std::find_if(choices.begin(), choices.end(),
                         [&](const v1::CastChoice& choice) { return choice.part() == part; });
  return it == choices.end() ? nullptr : &*it;
}

void CheckPartsKnown(const google::protobuf::RepeatedPtrField<v1::CastChoice>& choices,
                     absl::string_view list, const std::set<std::string>& parts,
                     std::vector<std::string>* faults) {
  std::set<std::string> seen;
  for (const v1::CastChoice& choice : choices) {
    if (!parts.contains(choice.part())) {
      faults->push_back(absl::StrCat(list, ": the scenario has no part '", choice.part(), "'"));
    } else if (!seen.insert(choice.part()).second) {
      faults->push_back(absl::StrCat(list, ": part '", choice.part(), "' is cast twice"));
    }
  }
}

// Hosts of the system, with every role and label that the part declares carried by one of them.
void CastSystem(const RegisterState& reg, const v1::SystemPart& part, const std::string& system,
                v1::ExerciseCreated* created, std::vector<std::string>* faults) {
  if (!reg.systems.contains(system)) {
    faults->push_back(absl::StrCat("systems: part '", part.id(), "': system '", system,
                                   "' is not in the register"));
    return;
  }
  const auto& others = created->systems();
  if (std::any_of(others.begin(), others.end(),
                  [&](const v1::SystemCast& other) { return other.system() == system; })) {
    faults->push_back(absl::StrCat("systems: part '", part.id(), "': system '", system,
                                   "' plays another part already"));
    return;
  }
  v1::SystemCast* cast = created->add_systems();
  cast->set_part(part.id());
  cast->set_system(system);
  std::set<std::string> roles;
  std::set<std::string> labels;
  for (const auto& [id, host] : reg.hosts) {
    if (host.system() != system) continue;
    *cast->add_hosts() = host;
    roles.insert(host.role());
    labels.insert(host.labels().begin(), host.labels().end());
  }
  for (const std::string& role : part.roles()) {
    if (!roles.contains(role)) {
      faults->push_back(absl::StrCat("systems: part '", part.id(), "' needs a host of role '", role,
                                     "'; system '", system, "' has none"));
    }
  }
  for (const std::string& label : part.labels()) {
    if (!labels.contains(label)) {
      faults->push_back(absl::StrCat("systems: part '", part.id(), "' needs a host with label '",
                                     label, "'; system '", system, "' has none"));
    }
  }
}

void CastTeam(const RegisterState& reg, const std::string& part, const std::string& team,
              v1::ExerciseCreated* created, std::vector<std::string>* faults) {
  auto it = reg.teams.find(team);
  if (it == reg.teams.end()) {
    faults->push_back(
        absl::StrCat("teams: part '", part, "': team '", team, "' is not in the register"));
    return;
  }
  if (it->second.members().empty()) {
    faults->push_back(absl::StrCat("teams: team '", team, "' has no members"));
  }
  v1::TeamCast* cast = created->add_teams();
  cast->set_part(part);
  cast->set_team(team);
  *cast->mutable_members() = it->second.members();
}

// What watches and guards the cast systems, as it is now.
void CastSensors(const RegisterState& reg, v1::ExerciseCreated* created) {
  std::set<std::string> systems;
  for (const v1::SystemCast& cast : created->systems()) systems.insert(cast.system());
  for (const auto& [id, sensor] : reg.sensors) {
    if (!sensor.has_system() || systems.contains(sensor.system())) {
      *created->add_sensors() = sensor;
    }
  }
  for (const auto& [id, control] : reg.controls) {
    if (systems.contains(control.system())) *created->add_controls() = control;
  }
}

bool IsPost(v1::Role role) {
  return role == v1::ROLE_DIRECTOR || role == v1::ROLE_CONTROLLER || role == v1::ROLE_EVALUATOR ||
         role == v1::ROLE_OWNER || role == v1::ROLE_OBSERVER;
}

// Nobody is responder and also director, controller or evaluator; posts need the global role.
void CheckPosts(const RegisterState& reg, const v1::ExerciseCreated& created,
                std::vector<std::string>* faults) {
  std::set<std::string> members;
  for (const v1::TeamCast& team : created.teams()) {
    for (const std::string& member : team.members()) {
      if (!members.insert(member).second) {
        faults->push_back(absl::StrCat("teams: '", member, "' is a member of two teams"));
      }
    }
  }
  bool director = false;
  for (const v1::Post& post : created.posts()) {
    if (!IsPost(post.role())) {
      faults->push_back(absl::StrCat("posts: '", post.person(),
                                     "': role: expected director, controller, evaluator, owner or "
                                     "observer"));
      continue;
    }
    std::string role = v1::Role_Name(post.role()).substr(5);
    for (char& ch : role) ch = static_cast<char>(std::tolower(ch));
    if (!reg.people.contains(post.person())) {
      faults->push_back(absl::StrCat("posts: person '", post.person(), "' is not in the register"));
    } else if (!reg.HasRole(post.person(), post.role())) {
      faults->push_back(
          absl::StrCat("posts: '", post.person(), "' lacks the role ", role, " in the register"));
    }
    if (members.contains(post.person())) {
      faults->push_back(absl::StrCat("posts: '", post.person(),
                                     "' is in a team and cannot also be ", role,
                                     " of this exercise"));
    }
    director = director || post.role() == v1::ROLE_DIRECTOR;
  }
  if (!director) faults->push_back("posts: the exercise has no director");
}

void CheckSize(const v1::ExerciseCreated& created, std::vector<std::string>* faults) {
  size_t orders = 0;
  for (const v1::Inject& inject : created.scenario().injects()) {
    const size_t times =
        inject.has_repeat() ? static_cast<size_t>(std::max(1, inject.repeat().times())) : 1;
    size_t hosts = 0;
    bool aims_at_some = inject.against().empty();
    for (const v1::SystemCast& cast : created.systems()) {
      for (const v1::Host& host : cast.hosts()) {
        aims_at_some = aims_at_some || std::any_of(inject.against().begin(), inject.against().end(),
                                                   [&](const v1::Selector& selector) {
                                                     return Selects(selector, cast.part(), host);
                                                   });
        const bool aimed = std::any_of(
            inject.targets().begin(), inject.targets().end(),
            [&](const v1::Selector& selector) { return Selects(selector, cast.part(), host); });
        if (aimed && inject.has_action() && host.agentless()) {
          faults->push_back(absl::StrCat("inject '", inject.id(), "' aims an action at host '",
                                         host.id(), "', which is agentless"));
        }
        hosts += aimed ? 1 : 0;
      }
    }
    if (hosts == 0 && inject.targets_size() > 0) {
      faults->push_back(absl::StrCat("inject '", inject.id(), "' would hit no host of this cast"));
    }
    if (!aims_at_some) {
      faults->push_back(
          absl::StrCat("inject '", inject.id(), "' is aimed against no host of this cast"));
    }
    orders += hosts * times;
  }
  if (orders > kOrdersMax) {
    faults->push_back(
        absl::StrCat("the exercise would have ", orders, " orders; the limit is ", kOrdersMax));
  }
}

// Signed by enough of the owner's keys, over exactly what this exercise does. `covered` gets the
// system that it speaks of, right or wrong: its fault is named then.
absl::Status CheckScope(const Context& c, const Exercise& e, const v1::SignedScope& signed_scope,
                        std::set<std::string>* covered) {
  v1::Scope scope;
  if (!scope.ParseFromString(signed_scope.scope())) {
    return absl::InvalidArgumentError("it is not a scope file");
  }
  auto system = c.state.reg.systems.find(scope.system());
  if (system == c.state.reg.systems.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("system '", scope.system(), "' is not in the register"));
  }
  covered->insert(scope.system());
  const std::vector<std::string> keys(system->second.owner_keys().begin(),
                                      system->second.owner_keys().end());
  RETURN_IF_ERROR(
      Annotate(CheckScopeSignatures(signed_scope, keys, SignaturesRequired(system->second)),
               absl::StrCat("system '", scope.system(), "'")));
  ASSIGN_OR_RETURN(v1::Scope ours, BuildScope(e, scope.system(), scope.not_before_us(),
                                              scope.not_after_us(), scope.decision()));
  if (ours.SerializeAsString() != signed_scope.scope()) {
    return absl::InvalidArgumentError(
        absl::StrCat("system '", scope.system(),
                     "': hosts or actions differ from this exercise; get a new scope to sign"));
  }
  if (scope.not_after_us() <= c.now_us) {
    return absl::InvalidArgumentError(
        absl::StrCat("system '", scope.system(), "': its window is over"));
  }
  if (scope.not_before_us() >= scope.not_after_us()) {
    return absl::InvalidArgumentError(
        absl::StrCat("system '", scope.system(), "': its window ends before it begins"));
  }
  return absl::OkStatus();
}

bool Complete(const v1::RulesOfEngagement& roe) {
  for (const v1::Text* field :
       {&roe.objectives(), &roe.participants(), &roe.tools(), &roe.depth(), &roe.duration()}) {
    if (field->vi().empty() && field->en().empty()) return false;
  }
  return true;
}

// Agents play there, or others' play is aimed at it: its owner must sign.
bool HasActionsOn(const Exercise& e, absl::string_view system) {
  const auto on_system = [&](int host) {
    return e.hosts[static_cast<size_t>(host)].system == system;
  };
  return std::any_of(e.injects.begin(), e.injects.end(), [&](const InjectState& inject) {
    return inject.is_action() &&
           (std::any_of(inject.hosts.begin(), inject.hosts.end(), on_system) ||
            std::any_of(inject.against.begin(), inject.against.end(), on_system));
  });
}

}  // namespace

absl::Status Create(Context& c, const v1::CreateExercise& create) {
  std::vector<std::string> faults;
  if (!ValidId(create.exercise()) || create.exercise() == kRegister) {
    faults.push_back("exercise: expected an id of a-z, 0-9, '.', '_', '-', other than 'register'");
  }
  if (c.state.FindExercise(create.exercise()) != nullptr) {
    return absl::AlreadyExistsError(
        absl::StrCat("exercise '", create.exercise(), "' exists already; choose another id"));
  }
  auto scenario = c.state.reg.scenarios.find(create.scenario());
  if (scenario == c.state.reg.scenarios.end() ||
      c.state.ScenarioHidden(c.person, create.scenario())) {
    return absl::NotFoundError(
        absl::StrCat("no scenario '", create.scenario(), "'; add it with 'drillctl scenario add'"));
  }
  v1::ExerciseCreated created;
  created.set_exercise(create.exercise());
  *created.mutable_scenario() = scenario->second;
  *created.mutable_title() = create.has_title() ? create.title() : scenario->second.title();
  std::set<std::string> parts;
  for (const v1::SystemPart& part : scenario->second.cast().systems()) {
    parts.insert(part.id());
    const v1::CastChoice* choice = Choice(create.systems(), part.id());
    if (choice == nullptr) {
      faults.push_back(absl::StrCat("systems: part '", part.id(), "' is not cast"));
    } else {
      CastSystem(c.state.reg, part, choice->id(), &created, &faults);
    }
  }
  CheckPartsKnown(create.systems(), "systems", parts, &faults);
  CastSensors(c.state.reg, &created);
  parts.clear();
  for (const v1::TeamPart& part : scenario->second.cast().teams()) {
    parts.insert(part.id());
    const v1::CastChoice* choice = Choice(create.teams(), part.id());
    if (choice == nullptr) {
      faults.push_back(absl::StrCat("teams: part '", part.id(), "' is not cast"));
    } else {
      CastTeam(c.state.reg, part.id(), choice->id(), &created, &faults);
    }
  }
  CheckPartsKnown(create.teams(), "teams", parts, &faults);
  *created.mutable_posts() = create.posts();
  if (std::none_of(created.posts().begin(), created.posts().end(),
                   [&](const v1::Post& p) { return p.person() == c.person; })) {
    v1::Post* post = created.add_posts();
    post->set_person(c.person);
    post->set_role(v1::ROLE_DIRECTOR);
  }
  CheckPosts(c.state.reg, created, &faults);
  if (faults.empty()) CheckSize(created, &faults);
  if (!faults.empty()) return Refused(faults);
  *c.Emit(create.exercise())->mutable_exercise_created() = std::move(created);
  c.out.response.set_id(create.exercise());
  return absl::OkStatus();
}

absl::Status Approve(Context& c, const v1::ApproveExercise& approve) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, approve.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_DRAFT, v1::PHASE_APPROVED, v1::PHASE_READY}, "approval"));
  std::vector<std::string> faults;
  const v1::ExerciseApproved& approval = approve.approval();
  if (!Complete(approval.roe())) {
    faults.push_back(
        "roe: all five fields are needed: objectives, participants, tools, depth, duration "
        "(CT 60/CT-BTTTT 2021)");
  }
  std::set<std::string> covered;
  for (const v1::SignedScope& scope : approval.scopes()) {
    if (absl::Status status = CheckScope(c, *e, scope, &covered); !status.ok()) {
      faults.push_back(absl::StrCat("scope: ", status.message()));
    }
  }
  for (const v1::SystemCast& cast : e->created.systems()) {
    if (HasActionsOn(*e, cast.system()) && !covered.contains(cast.system())) {
      faults.push_back(absl::StrCat("scope: system '", cast.system(),
                                    "' is acted on without its owner's signed scope"));
    }
  }
  if (!faults.empty()) return Refused(faults);
  *c.Emit(e->id())->mutable_exercise_approved() = approval;
  return absl::OkStatus();
}

absl::Status Check(Context& c, const v1::CheckExercise& check) {
  ASSIGN_OR_RETURN(const Exercise* e, Find(c, check.exercise()));
  RETURN_IF_ERROR(InPhase(*e, {v1::PHASE_APPROVED, v1::PHASE_READY}, "a check"));
  c.out.dry_run_exercise = e->id();
  std::set<int> targets;
  for (const InjectState& inject : e->injects) {
    if (inject.is_action()) targets.insert(inject.hosts.begin(), inject.hosts.end());
  }
  for (int index : targets) {
    const ExerciseHost& host = e->hosts[static_cast<size_t>(index)];
    if (c.fleet.Connected(host.host.id())) {
      c.out.dry_run_hosts.push_back(host.host.id());
      continue;
    }
    v1::HostChecked* checked = c.Emit(e->id())->mutable_host_checked();
    checked->set_host(host.host.id());
    checked->add_findings()->set_why(
        c.state.reg.agent_keys.contains(host.host.id())
            ? "its agent is not connected; start 'drill-agent run' there or look at the network"
            : "no agent is enrolled; make a token with 'drillctl agent token'");
  }
  for (const v1::Text& missing : MissingForReady(*e, c.fleet)) {
    *c.out.response.add_notes() = missing;
  }
  if (targets.empty() && MissingForReady(*e, c.fleet).empty() && e->phase != v1::PHASE_READY) {
    c.Emit(e->id())->mutable_exercise_ready();
  }
  return absl::OkStatus();
}

absl::Status Answered(Context& c, const DryRunAnswer& answer) {
  const Exercise* e = c.state.FindExercise(answer.report.exercise());
  if (e == nullptr || e->FindHost(answer.host) < 0 ||
      !InPhase(*e, {v1::PHASE_APPROVED, v1::PHASE_READY}, "").ok()) {
    return absl::OkStatus();  // came too late to matter
  }
  v1::HostChecked* checked = c.Emit(e->id())->mutable_host_checked();
  checked->set_host(answer.host);
  *checked->mutable_findings() = answer.report.findings();
  checked->set_clock_error_us(answer.report.clock_error_us());
  checked->set_undo_free_bytes(answer.report.undo_free_bytes());
  return absl::OkStatus();
}

std::vector<v1::Text> MissingForReady(const Exercise& e, const Fleet& fleet) {
  std::vector<v1::Text> missing;
  std::set<int> targets;
  for (const InjectState& inject : e.injects) {
    if (inject.is_action()) targets.insert(inject.hosts.begin(), inject.hosts.end());
  }
  for (int index : targets) {
    const ExerciseHost& host = e.hosts[static_cast<size_t>(index)];
    const std::string& id = host.host.id();
    if (!fleet.Connected(id)) {
      missing.push_back(Both(absl::StrCat("Máy ", id, ": tác tử chưa kết nối"),
                             absl::StrCat("Host ", id, ": its agent is not connected")));
    } else if (!host.checked) {
      missing.push_back(Both(absl::StrCat("Máy ", id, ": chưa chạy thử khô"),
                             absl::StrCat("Host ", id, ": no dry run yet")));
    } else if (host.check.findings_size() > 0) {
      missing.push_back(Both(absl::StrCat("Máy ", id, ": ", host.check.findings(0).why()),
                             absl::StrCat("Host ", id, ": ", host.check.findings(0).why())));
    }
  }
  for (const v1::UpstreamNotice& notice : e.approved.notices()) {
    if (notice.acknowledged()) continue;
    missing.push_back(Both(absl::StrCat("Chưa có xác nhận của ", notice.recipient().vi()),
                           absl::StrCat("Not yet acknowledged by ", notice.recipient().en())));
  }
  if (e.live() && e.approved.notices().empty()) {
    missing.push_back(
        Both("Chưa thông báo cho đơn vị giám sát, nhà mạng, đơn vị lưu trữ (kèm đầu mối 24/7)",
             "Upstream SOC, ISP, hosting not notified (with a 24/7 contact)"));
  }
  return missing;
}

}  // namespace drill::decide
