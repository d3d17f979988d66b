#include "core/exercise/state.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace drill {
namespace {

int Lookup(const absl::flat_hash_map<std::string, int>& index, absl::string_view key) {
  auto it = index.find(key);
  return it == index.end() ? -1 : it->second;
}

}  // namespace

int InjectState::PositionOf(int host) const {
  auto it = std::lower_bound(hosts.begin(), hosts.end(), host);
  return it != hosts.end() && *it == host ? static_cast<int>(it - hosts.begin()) : -1;
}

int Exercise::FindInject(absl::string_view id) const { return Lookup(inject_index, id); }
int Exercise::FindHost(absl::string_view id) const { return Lookup(host_index, id); }
int Exercise::FindObservation(absl::string_view id) const { return Lookup(observation_index, id); }

std::string Exercise::TeamOf(absl::string_view person) const {
  for (const v1::TeamCast& team : created.teams()) {
    if (std::find(team.members().begin(), team.members().end(), person) != team.members().end()) {
      return team.part();
    }
  }
  return "";
}

bool Exercise::RealIncidentAt(int64_t engine_us) const {
  return std::any_of(real_incidents.begin(), real_incidents.end(), [&](const auto& incident) {
    return incident.first <= engine_us && engine_us < incident.second;
  });
}

bool Exercise::HasPost(absl::string_view person, v1::Role role) const {
  return std::any_of(created.posts().begin(), created.posts().end(), [&](const v1::Post& post) {
    return post.person() == person && post.role() == role;
  });
}

std::vector<std::pair<int, int>> Exercise::UncleanOrders() const {
  std::vector<std::pair<int, int>> out;
  for (int i = 0; i < static_cast<int>(injects.size()); ++i) {
    const InjectState& inject = injects[static_cast<size_t>(i)];
    for (size_t p = 0; p < inject.orders.size(); ++p) {
      const OrderState& order = inject.orders[p];
      if (inject.Unheard(order) || order.NeedsCleanup() ||
          (order.cleanup == v1::CLEANUP_RESULT_RESIDUE && !order.residue_accepted)) {
        out.emplace_back(i, inject.hosts[p]);
      }
    }
  }
  for (const auto* stale : {&stale_attempts, &stale_residue}) {
    for (const auto& [inject, host, attempt] : *stale) {
      if (std::find(out.begin(), out.end(), std::pair(inject, host)) == out.end()) {
        out.emplace_back(inject, host);
      }
    }
  }
  return out;
}

std::string Exercise::EvidenceKey(int host, const v1::Artefact& artefact) {
  return absl::StrCat(host, " ", artefact.kind(), " ", artefact.value());
}

bool State::ScenarioHidden(absl::string_view person, absl::string_view scenario) const {
  return std::any_of(exercises.begin(), exercises.end(), [&](const auto& entry) {
    const Exercise& e = *entry.second;
    return e.created.scenario().id() == scenario && e.phase != v1::PHASE_FINAL &&
           e.phase != v1::PHASE_CLOSED && !e.TeamOf(person).empty();
  });
}

const Exercise* State::FindExercise(absl::string_view id) const {
  auto it = exercises.find(id);
  return it == exercises.end() ? nullptr : it->second.get();
}

Exercise* State::FindExercise(absl::string_view id) {
  auto it = exercises.find(id);
  return it == exercises.end() ? nullptr : it->second.get();
}

}  // namespace drill
