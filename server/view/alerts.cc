// What sensors said, as far as the person may know.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/exercise/match.h"
#include "server/view/queries.h"
#include "server/view/visible.h"

namespace drill {
namespace {

constexpr int kAlertsMax = 1000;

// Control side: whom the last team's acknowledgement came from; a team: its own.
void SetAcknowledged(const AlertState& alert, const std::string& team, v1::AlertView* view) {
  for (const auto& [by, known] : alert.acknowledged) {
    if (!team.empty() && by != team) continue;
    if (view->acknowledged_us() != 0 && view->acknowledged_us() <= known.at_us) continue;
    view->set_acknowledged_by(known.person);
    view->set_acknowledged_us(known.at_us);
  }
}

}  // namespace

absl::StatusOr<v1::AlertList> ReadAlerts(const Query& q, const v1::GetAlertsRequest& request) {
  const Exercise* e = q.state.FindExercise(request.exercise());
  const Sight sight = e == nullptr ? Sight::kNone : SightOf(q.state, *e, q.person);
  if (sight == Sight::kNone) {
    return absl::NotFoundError(absl::StrCat("no exercise '", request.exercise(), "' for you here"));
  }
  const std::string team = sight == Sight::kTeam ? e->TeamOf(q.person) : "";
  v1::AlertList out;
  uint64_t number = 0;
  for (const AlertState& alert : e->alerts) {
    std::vector<std::string> hosts(alert.alert.hosts().begin(), alert.alert.hosts().end());
    if (!team.empty()) hosts = WatchedHosts(q.state.reg, *e, team, alert.alert);
    if (hosts.empty()) continue;
    ++number;
    if (number <= request.after()) continue;
    if (out.alerts_size() == kAlertsMax) {
      out.set_more(true);
      break;
    }
    v1::AlertView* view = out.add_alerts();
    *view->mutable_alert() = alert.alert;
    *view->mutable_alert()->mutable_hosts() = {hosts.begin(), hosts.end()};
    view->set_received_us(alert.received_us);
    view->set_number(number);
    SetAcknowledged(alert, team, view);
    if (!team.empty()) continue;
    for (const AlertMatch& match : alert.matches) {
      const std::string& id = e->injects[static_cast<size_t>(match.inject)].inject.id();
      if (std::find(view->injects().begin(), view->injects().end(), id) == view->injects().end()) {
        view->add_injects(id);
      }
    }
  }
  return out;
}

}  // namespace drill
