#include "core/rehearsal/cast.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/rehearsal/profile.h"
#include "core/scenario/unfold.h"

namespace drill::rehearsal {
namespace {

using Choices = google::protobuf::RepeatedPtrField<v1::CastChoice>;
constexpr size_t kIdMax = 63;
constexpr int32_t kMadeUpLevel = 3;

void AddPerson(const std::string& id, v1::Role role, v1::Register* reg) {
  v1::Person* person = reg->add_people();
  person->set_id(id);
  person->add_roles(role);
}

// Roles and labels that the part or a selector on it names; "" for a host without a role.
struct Wanted {
  std::set<std::string> roles;
  std::set<std::string> labels;
};
Wanted WantedOf(const v1::Scenario& scenario, const v1::SystemPart& part) {
  Wanted wanted{{part.roles().begin(), part.roles().end()},
                {part.labels().begin(), part.labels().end()}};
  for (const v1::Inject& inject : scenario.injects()) {
    for (const auto* selectors : {&inject.targets(), &inject.against()}) {
      for (const v1::Selector& selector : *selectors) {
        if (selector.system() != part.id()) continue;
        if (!selector.role().empty()) wanted.roles.insert(selector.role());
        wanted.labels.insert(selector.labels().begin(), selector.labels().end());
      }
    }
  }
  if (wanted.roles.empty()) wanted.roles.insert("");
  return wanted;
}

void AddSystem(const v1::Scenario& scenario, const v1::SystemPart& part, v1::Register* reg) {
  v1::System* system = reg->add_systems();
  system->set_id(part.id());
  *system->mutable_name() = part.title();
  system->set_owner(kExercise);
  system->set_level(kMadeUpLevel);
  const Wanted wanted = WantedOf(scenario, part);
  for (const std::string& role : wanted.roles) {
    v1::Host* host = reg->add_hosts();
    const std::string id = absl::StrCat(part.id(), role.empty() ? "" : ".", role);
    host->set_id(id.size() <= kIdMax ? id : absl::StrCat("host-", reg->hosts_size()));
    host->set_system(part.id());
    if (!role.empty()) host->set_role(role);
    *host->mutable_labels() = {wanted.labels.begin(), wanted.labels.end()};
  }
}

void AddTeam(const v1::TeamPart& part, const v1::TeamProfile& profile, v1::Register* reg) {
  v1::Team* team = reg->add_teams();
  team->set_id(part.id());
  *team->mutable_name() = part.title();
  team->set_kind(v1::TEAM_KIND_RESPONSE);
  for (const v1::RoleProfile& role : profile.roles()) {
    const int people = role.has_people() ? role.people() : 1;
    for (int i = 1; i <= people; ++i) {
      const std::string id = absl::StrCat(part.id(), ".", role.role(), i);
      team->add_members(id.size() <= kIdMax ? id : absl::StrCat("person-", reg->people_size()));
      AddPerson(team->members(team->members_size() - 1), v1::ROLE_RESPONDER, reg);
    }
  }
}

const v1::CastChoice* Asked(const Choices& choices, const std::string& part) {
  const auto found = std::find_if(choices.begin(), choices.end(),
                                  [&](const auto& choice) { return choice.part() == part; });
  return found == choices.end() ? nullptr : &*found;
}

// The system has what the part and every selector on it need.
bool Fits(const v1::Scenario& scenario, const v1::SystemPart& part, const v1::Register& reg,
          const std::string& system) {
  const auto some_host = [&](const auto& good) {
    return std::any_of(reg.hosts().begin(), reg.hosts().end(),
                       [&](const v1::Host& host) { return host.system() == system && good(host); });
  };
  for (const std::string& role : part.roles()) {
    if (!some_host([&](const v1::Host& host) { return host.role() == role; })) return false;
  }
  for (const std::string& label : part.labels()) {
    if (!some_host([&](const v1::Host& host) {
          return std::count(host.labels().begin(), host.labels().end(), label) > 0;
        })) {
      return false;
    }
  }
  for (const v1::Inject& inject : scenario.injects()) {
    for (const auto* selectors : {&inject.targets(), &inject.against()}) {
      for (const v1::Selector& selector : *selectors) {
        if (selector.system() != part.id()) continue;
        const bool action = inject.has_action() && selectors == &inject.targets();
        if (!some_host([&](const v1::Host& host) {
              return Selects(selector, part.id(), host) && !(action && host.agentless());
            })) {
          return false;
        }
      }
    }
  }
  return true;
}

// As asked, else the one of the part's own id, else the first that fits. "": none.
template <typename Entries, typename Good>
std::string Choose(const std::string& part, const Choices& asked, const Entries& entries,
                   const std::set<std::string>& taken, const Good& good) {
  if (const v1::CastChoice* choice = Asked(asked, part); choice != nullptr) return choice->id();
  std::string first;
  for (const auto& entry : entries) {
    if (entry.id() == part && good(entry)) return part;
    if (taken.contains(entry.id()) || !good(entry)) continue;
    if (first.empty()) first = entry.id();
  }
  return first;
}

// So that what somebody asked for, or is called like a part, is not given away before.
template <typename Parts>
std::set<std::string> Reserved(const Choices& asked, const Parts& parts) {
  std::set<std::string> out;
  for (const v1::CastChoice& choice : asked) out.insert(choice.id());
  for (const auto& part : parts) out.insert(part.id());
  return out;
}

std::string Needs(const v1::SystemPart& part) {
  std::vector<std::string> needs;
  for (const std::string& role : part.roles()) needs.push_back(absl::StrCat("role ", role));
  for (const std::string& label : part.labels()) needs.push_back(absl::StrCat("label ", label));
  return needs.empty() ? "hosts for its injects" : absl::StrJoin(needs, ", ");
}

}  // namespace

v1::Register MadeUpRegister(const v1::Scenario& scenario, const v1::Profile& profile) {
  v1::Register reg;
  reg.add_organisations()->set_id(kExercise);
  for (const v1::SystemPart& part : scenario.cast().systems()) AddSystem(scenario, part, &reg);
  for (const v1::TeamPart& part : scenario.cast().teams()) {
    AddTeam(part, TeamProfileOf(profile, part.id()), &reg);
  }
  return reg;
}

void AddControl(const std::vector<std::string>& owner_keys, v1::Register* reg) {
  AddPerson(kDirector, v1::ROLE_DIRECTOR, reg);
  AddPerson(kController, v1::ROLE_CONTROLLER, reg);
  AddPerson(kWitness, v1::ROLE_CONTROLLER, reg);
  AddPerson(kEvaluator, v1::ROLE_EVALUATOR, reg);
  for (v1::System& system : *reg->mutable_systems()) {
    *system.mutable_owner_keys() = {owner_keys.begin(), owner_keys.end()};
  }
}

absl::StatusOr<v1::CreateExercise> ChooseCast(const v1::Scenario& scenario, const v1::Register& reg,
                                              const v1::CreateExercise& asked) {
  v1::CreateExercise create;
  create.set_exercise(kExercise);
  create.set_scenario(scenario.id());
  std::vector<std::string> faults;
  std::set<std::string> taken = Reserved(asked.systems(), scenario.cast().systems());
  for (const v1::SystemPart& part : scenario.cast().systems()) {
    const std::string id =
        Choose(part.id(), asked.systems(), reg.systems(), taken,
               [&](const v1::System& system) { return Fits(scenario, part, reg, system.id()); });
    if (id.empty()) {
      faults.push_back(absl::StrCat("system part '", part.id(), "': the register has no free ",
                                    "system with ", Needs(part)));
      continue;
    }
    taken.insert(id);
    v1::CastChoice* choice = create.add_systems();
    choice->set_part(part.id());
    choice->set_id(id);
  }
  taken = Reserved(asked.teams(), scenario.cast().teams());
  for (const v1::TeamPart& part : scenario.cast().teams()) {
    const std::string id =
        Choose(part.id(), asked.teams(), reg.teams(), taken, [](const v1::Team& team) {
          return team.kind() == v1::TEAM_KIND_RESPONSE && !team.members().empty();
        });
    if (id.empty()) {
      faults.push_back(absl::StrCat("team part '", part.id(),
                                    "': the register has no free response team with members"));
      continue;
    }
    taken.insert(id);
    v1::CastChoice* choice = create.add_teams();
    choice->set_part(part.id());
    choice->set_id(id);
  }
  if (!faults.empty()) return absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
  for (const auto& [person, role] :
       {std::pair(kDirector, v1::ROLE_DIRECTOR), std::pair(kController, v1::ROLE_CONTROLLER),
        std::pair(kEvaluator, v1::ROLE_EVALUATOR)}) {
    v1::Post* post = create.add_posts();
    post->set_person(person);
    post->set_role(role);
  }
  return create;
}

}  // namespace drill::rehearsal
