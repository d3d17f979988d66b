#include "core/register/register_state.h"

#include <algorithm>
#include <functional>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "core/register/check_sensors.h"

namespace drill {
namespace {

// Collects the faults of one file; `At` says where: "systems[2] (portal)".
class Checker {
 public:
  Checker(const RegisterState& reg, const v1::Register& entries)
      : reg_(reg),
        entries_(entries),
        organisations_(IdsOf(entries.organisations())),
        systems_(IdsOf(entries.systems())),
        people_(IdsOf(entries.people())) {}

  std::vector<std::string> Run() {
    CheckIds("organisations", entries_.organisations());
    CheckIds("systems", entries_.systems());
    CheckIds("hosts", entries_.hosts());
    CheckIds("people", entries_.people());
    CheckIds("teams", entries_.teams());
    CheckIds("sensors", entries_.sensors());
    CheckIds("controls", entries_.controls());
    Organisations();
    Systems();
    for (int i = 0; i < entries_.hosts_size(); ++i) {
      const v1::Host& host = entries_.hosts(i);
      Refer(At("hosts", i, host.id()), "system", host.system(), reg_.systems, systems_, true);
    }
    People();
    Teams();
    for (std::string& fault : CheckSensors(reg_, entries_)) faults_.push_back(std::move(fault));
    return std::move(faults_);
  }

 private:
  static std::string At(absl::string_view list, int i, absl::string_view id) {
    return absl::StrCat(list, "[", i, "] (", id, ")");
  }
  void Fault(absl::string_view at, absl::string_view text) {
    faults_.push_back(absl::StrCat(at, ": ", text));
  }

  template <typename List>
  void CheckIds(absl::string_view name, const List& list) {
    absl::flat_hash_set<std::string> seen;
    for (int i = 0; i < list.size(); ++i) {
      const std::string& id = list.Get(i).id();
      if (!ValidId(id)) {
        Fault(At(name, i, id),
              "id: expected a-z, 0-9, '.', '_', '-', at most 63, letter or digit first");
      } else if (!seen.insert(id).second) {
        Fault(At(name, i, id), "id: stands twice in this file");
      }
    }
  }

  using Ids = absl::flat_hash_set<std::string>;
  template <typename List>
  static Ids IdsOf(const List& list) {
    Ids ids;
    for (const auto& entry : list) ids.insert(entry.id());
    return ids;
  }

  template <typename Map>
  void Refer(const std::string& at, absl::string_view field, const std::string& id, const Map& map,
             const Ids& here, bool required) {
    if (id.empty()) {
      if (required) Fault(at, absl::StrCat(field, ": missing"));
      return;
    }
    if (!map.contains(id) && !here.contains(id)) {
      Fault(at, absl::StrCat(field, ": '", id, "' is neither in the register nor in this file"));
    }
  }

  void Organisations() {
    absl::btree_map<std::string, std::string> parents;
    for (const auto& [id, organisation] : reg_.organisations) parents[id] = organisation.parent();
    for (int i = 0; i < entries_.organisations_size(); ++i) {
      const v1::Organisation& organisation = entries_.organisations(i);
      const std::string at = At("organisations", i, organisation.id());
      Refer(at, "parent", organisation.parent(), reg_.organisations, organisations_, false);
      for (const v1::Successor& successor : organisation.successors()) {
        Refer(at, "successors", successor.organisation(), reg_.organisations, organisations_, true);
      }
      parents[organisation.id()] = organisation.parent();
    }
    // Chains that were found to end; each step is walked once.
    Ids end;
    for (int i = 0; i < entries_.organisations_size(); ++i) {
      Ids chain;
      std::string up = entries_.organisations(i).id();
      while (!up.empty() && !end.contains(up) && chain.insert(up).second) {
        auto it = parents.find(up);
        up = it == parents.end() ? "" : it->second;
      }
      if (!up.empty() && !end.contains(up)) {
        Fault(At("organisations", i, entries_.organisations(i).id()),
              "parent: the chain of parents comes back to itself");
      }
      // Also of a loop, once it is named.
      end.insert(chain.begin(), chain.end());
    }
  }

  void Systems() {
    for (int i = 0; i < entries_.systems_size(); ++i) {
      const v1::System& system = entries_.systems(i);
      const std::string at = At("systems", i, system.id());
      Refer(at, "owner", system.owner(), reg_.organisations, organisations_, true);
      Refer(at, "operator", system.operator_(), reg_.organisations, organisations_, false);
      if (system.has_level() && (system.level() < 1 || system.level() > 5)) {
        Fault(at, absl::StrCat("level: found ", system.level(), ", expected 1 to 5"));
      }
      if (system.has_proposed_level() &&
          (system.proposed_level() < 1 || system.proposed_level() > 5)) {
        Fault(at,
              absl::StrCat("proposed_level: found ", system.proposed_level(), ", expected 1 to 5"));
      }
      Ids keys;
      for (const std::string& key : system.owner_keys()) {
        std::string id;
        if (absl::Status status = PublicKeyId(key, &id); !status.ok()) {
          Fault(at, absl::StrCat("owner_keys: ", status.message(),
                                 "; make one with 'drillctl key new'"));
        } else if (!keys.insert(id).second) {
          Fault(at, "owner_keys: the same key stands twice; two signatures need two keys");
        }
      }
    }
  }

  static bool IsAdmin(const v1::Person& person) {
    return (!person.has_active() || person.active()) &&
           std::find(person.roles().begin(), person.roles().end(), v1::ROLE_ADMIN) !=
               person.roles().end();
  }

  // Entries are replaced whole: a file without the roles would lock everybody out for ever.
  void KeepAnAdmin() {
    bool before = false;
    bool after = false;
    for (const auto& [id, person] : reg_.people) {
      before = before || IsAdmin(person);
      after = after || (IsAdmin(person) && !people_.contains(id));
    }
    for (const v1::Person& person : entries_.people()) after = after || IsAdmin(person);
    if (before && !after) {
      Fault("people", "nobody would be left who is active and has the role admin");
    }
  }

  void People() {
    KeepAnAdmin();
    for (int i = 0; i < entries_.people_size(); ++i) {
      const v1::Person& person = entries_.people(i);
      Refer(At("people", i, person.id()), "organisation", person.organisation(), reg_.organisations,
            organisations_, false);
    }
  }

  void Teams() {
    for (int i = 0; i < entries_.teams_size(); ++i) {
      const v1::Team& team = entries_.teams(i);
      const std::string at = At("teams", i, team.id());
      Refer(at, "organisation", team.organisation(), reg_.organisations, organisations_, false);
      for (const std::string& member : team.members()) {
        Refer(at, "members", member, reg_.people, people_, true);
      }
      if (team.kind() == v1::TEAM_KIND_UNSPECIFIED) {
        Fault(at, "kind: missing; expected response or red");
      }
    }
  }

  const RegisterState& reg_;
  const v1::Register& entries_;
  const absl::flat_hash_set<std::string> organisations_;  // ids in this file
  const absl::flat_hash_set<std::string> systems_;
  const absl::flat_hash_set<std::string> people_;
  std::vector<std::string> faults_;
};

}  // namespace

void RegisterState::Put(const v1::Register& entries) {
  for (const auto& entry : entries.organisations()) organisations[entry.id()] = entry;
  for (const auto& entry : entries.systems()) systems[entry.id()] = entry;
  for (const auto& entry : entries.hosts()) hosts[entry.id()] = entry;
  for (const auto& entry : entries.people()) people[entry.id()] = entry;
  for (const auto& entry : entries.teams()) teams[entry.id()] = entry;
  for (const auto& entry : entries.sensors()) sensors[entry.id()] = entry;
  for (const auto& entry : entries.controls()) controls[entry.id()] = entry;
}

v1::Register RegisterState::All() const {
  v1::Register all;
  for (const auto& [id, entry] : organisations) *all.add_organisations() = entry;
  for (const auto& [id, entry] : systems) *all.add_systems() = entry;
  for (const auto& [id, entry] : hosts) *all.add_hosts() = entry;
  for (const auto& [id, entry] : people) *all.add_people() = entry;
  for (const auto& [id, entry] : teams) *all.add_teams() = entry;
  for (const auto& [id, entry] : sensors) *all.add_sensors() = entry;
  for (const auto& [id, entry] : controls) *all.add_controls() = entry;
  return all;
}

absl::Status RegisterState::Authenticate(absl::string_view sha256, int64_t now_us,
                                         std::string* person) const {
  auto by_hash = token_by_hash.find(sha256);
  if (by_hash == token_by_hash.end()) {
    return absl::UnauthenticatedError("no such token; ask an administrator for a new one");
  }
  const TokenState& token = tokens.at(by_hash->second);
  if (token.revoked) return absl::UnauthenticatedError("this token was revoked");
  if (token.expires_us != 0 && now_us >= token.expires_us) {
    return absl::UnauthenticatedError("this token has expired; ask an administrator for a new one");
  }
  auto it = people.find(token.person);
  if (it == people.end() || (it->second.has_active() && !it->second.active())) {
    return absl::UnauthenticatedError("the person of this token may not sign in");
  }
  *person = token.person;
  return absl::OkStatus();
}

bool RegisterState::HasRole(absl::string_view person, v1::Role role) const {
  auto it = people.find(person);
  return it != people.end() && std::find(it->second.roles().begin(), it->second.roles().end(),
                                         role) != it->second.roles().end();
}

std::vector<std::string> CheckRegister(const RegisterState& reg, const v1::Register& entries) {
  return Checker(reg, entries).Run();
}

int EffectiveLevel(const v1::System& system) {
  return system.has_level() ? system.level() : system.proposed_level();
}

bool ValidId(absl::string_view id) {
  if (id.empty() || id.size() > 63) return false;
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return plain(id.front()) && std::all_of(id.begin(), id.end(), [&](char c) {
           return plain(c) || c == '.' || c == '_' || c == '-';
         });
}

}  // namespace drill
