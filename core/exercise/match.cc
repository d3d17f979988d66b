#include "core/exercise/match.h"

#include <algorithm>
#include <set>

#include "absl/container/btree_map.h"

namespace drill {
namespace {

constexpr int32_t kFull = 1000;

// inject → hosts matched, with the artefact that did it.
struct Found {
  std::set<int> hosts;  // empty: the inject as a whole
  v1::Artefact artefact;
};
using FoundByInject = absl::btree_map<int, Found>;

// Right when the trace was on the host before the claim was received, clock error allowed.
bool There(const Exercise& e, const PlayedTrace& played, int64_t received_us) {
  const InjectState& inject = e.injects[static_cast<size_t>(played.inject)];
  int64_t error = 0;
  if (const int position = inject.PositionOf(played.host);
      position >= 0 && !inject.orders.empty()) {
    error = inject.orders[static_cast<size_t>(position)].error_us;
  }
  return played.trace.at_us() - error <= received_us;
}

// By host and exact artefact. Returns the precision: right artefacts per claimed ones, in
// thousandths. Only what can be right or wrong counts, and each once.
int32_t ByEvidence(const Exercise& e, const v1::ObservationMade& made, int64_t received_us,
                   FoundByInject* found) {
  int right = 0;
  std::set<std::pair<int, absl::string_view>> claimed;
  for (const v1::Artefact& artefact : made.artefacts()) {
    // A rule that fired supports a claim but proves nothing by itself.
    if (artefact.kind() == v1::ARTEFACT_KIND_RULE) continue;
    if (!claimed.emplace(artefact.kind(), artefact.value()).second) continue;
    bool hit = false;
    for (const std::string& host_id : made.hosts()) {
      const int host = e.FindHost(host_id);
      if (host < 0) continue;
      auto it = e.evidence.find(Exercise::EvidenceKey(host, artefact));
      if (it == e.evidence.end()) continue;
      for (const PlayedTrace& played : it->second) {
        if (!There(e, played, received_us)) continue;
        Found& entry = (*found)[played.inject];
        if (entry.hosts.empty()) entry.artefact = artefact;
        entry.hosts.insert(host);
        hit = true;
      }
    }
    right += hit ? 1 : 0;
  }
  return claimed.empty() ? kFull : kFull * right / static_cast<int32_t>(claimed.size());
}

// Through the observations that it rests on.
void ByAbout(const Exercise& e, const v1::ObservationMade& made, FoundByInject* found) {
  std::set<int> named;
  for (const std::string& host : made.hosts()) named.insert(e.FindHost(host));
  for (const std::string& about : made.about()) {
    const int index = e.FindObservation(about);
    if (index < 0) continue;
    const ObservationState& base = e.observations[static_cast<size_t>(index)];
    if (base.made.team() != made.team()) continue;
    for (const Match& match : base.matches) {
      if (match.host < 0) continue;
      if (!named.empty() && !named.contains(match.host)) continue;
      (*found)[match.inject].hosts.insert(match.host);
    }
  }
}

std::vector<v1::ObservationMatched> MatchAnswer(const Exercise& e,
                                                const v1::ObservationMade& made) {
  const int index = e.FindInject(made.question());
  if (index < 0) return {};
  const v1::Question& question = e.injects[static_cast<size_t>(index)].inject.question();
  for (const v1::Choice& choice : question.choices()) {
    if (choice.id() != made.choice()) continue;
    v1::ObservationMatched matched;
    matched.set_observation(made.observation());
    matched.set_inject(made.question());
    matched.set_credit_permille(choice.credit_permille());
    return {matched};
  }
  return {};
}

}  // namespace

std::vector<v1::ObservationMatched> AutoMatch(const Exercise& e, const v1::ObservationMade& made,
                                              int64_t received_us) {
  // Done in a pause or in a real incident: counts only by an evaluator.
  if (made.in_pause() || made.during_real_incident()) return {};
  if (made.kind() == v1::OBSERVATION_KIND_ANSWER) return MatchAnswer(e, made);

  FoundByInject found;
  int32_t credit = ByEvidence(e, made, received_us, &found);
  if (made.kind() != v1::OBSERVATION_KIND_DETECTION) {
    if (found.empty()) credit = kFull;
    ByAbout(e, made, &found);
  }
  std::vector<v1::ObservationMatched> out;
  for (const auto& [inject, entry] : found) {
    v1::ObservationMatched matched;
    matched.set_observation(made.observation());
    matched.set_inject(e.injects[static_cast<size_t>(inject)].inject.id());
    // A report speaks of the incident, not of one host.
    if (made.kind() != v1::OBSERVATION_KIND_REPORT) {
      for (int host : entry.hosts) {
        matched.add_hosts(e.hosts[static_cast<size_t>(host)].host.id());
      }
    }
    if (!entry.artefact.value().empty()) *matched.mutable_artefact() = entry.artefact;
    matched.set_credit_permille(credit);
    out.push_back(std::move(matched));
  }
  return out;
}

std::vector<v1::ObservationMatched> NewLinks(const Exercise& e,
                                             const ObservationState& observation) {
  const auto& matches = observation.matches;
  if (observation.rejection != v1::REJECTION_UNSPECIFIED ||
      std::any_of(matches.begin(), matches.end(), [](const Match& m) { return m.by_evaluator; })) {
    return {};
  }
  std::vector<v1::ObservationMatched> out;
  for (v1::ObservationMatched& match : AutoMatch(e, observation.made, observation.received_us)) {
    const int inject = e.FindInject(match.inject());
    auto is_new = [&](int host) {
      return std::none_of(matches.begin(), matches.end(), [&](const Match& m) {
        return m.inject == inject && m.host == host && m.credit_permille >= match.credit_permille();
      });
    };
    std::vector<std::string> hosts;
    for (const std::string& host : match.hosts()) {
      if (is_new(e.FindHost(host))) hosts.push_back(host);
    }
    if (match.hosts().empty() ? !is_new(-1) : hosts.empty()) continue;
    *match.mutable_hosts() = {hosts.begin(), hosts.end()};
    out.push_back(std::move(match));
  }
  return out;
}

std::vector<v1::AlertMatched> NewAlertLinks(const Exercise& e, const AlertState& alert) {
  v1::ObservationMade said;
  *said.mutable_hosts() = alert.alert.hosts();
  *said.mutable_artefacts() = alert.alert.artefacts();
  FoundByInject found;
  ByEvidence(e, said, alert.received_us, &found);
  std::vector<v1::AlertMatched> out;
  for (const auto& [inject, entry] : found) {
    v1::AlertMatched matched;
    for (const int host : entry.hosts) {
      const bool linked = std::any_of(
          alert.matches.begin(), alert.matches.end(),
          [&, i = inject](const AlertMatch& m) { return m.inject == i && m.host == host; });
      if (!linked) matched.add_hosts(e.hosts[static_cast<size_t>(host)].host.id());
    }
    if (matched.hosts().empty()) continue;
    matched.set_alert(alert.alert.alert());
    matched.set_inject(e.injects[static_cast<size_t>(inject)].inject.id());
    *matched.mutable_artefact() = entry.artefact;
    out.push_back(std::move(matched));
  }
  return out;
}

std::vector<std::string> WatchedHosts(const RegisterState& reg, const Exercise& e,
                                      const std::string& team_part,
                                      const v1::AlertReceived& alert) {
  const auto& teams = e.created.teams();
  const auto cast = std::find_if(teams.begin(), teams.end(), [&](const v1::TeamCast& team) {
    return team.part() == team_part;
  });
  if (cast == teams.end()) return {};
  const auto team = reg.teams.find(cast->team());
  const std::string body = team == reg.teams.end() ? "" : team->second.organisation();
  std::set<std::string> own;
  for (const v1::SystemCast& system : e.created.systems()) {
    const auto entry = reg.systems.find(system.system());
    if (body.empty() || entry == reg.systems.end()) continue;
    if (entry->second.owner() == body || entry->second.operator_() == body) {
      own.insert(system.system());
    }
  }
  std::vector<std::string> out;
  for (const std::string& id : alert.hosts()) {
    const int host = e.FindHost(id);
    if (host < 0) continue;
    if (own.empty() || own.contains(e.hosts[static_cast<size_t>(host)].system)) out.push_back(id);
  }
  return out;
}

}  // namespace drill
