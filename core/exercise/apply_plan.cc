// Planning: what is to be played, on which hosts, and who allowed it.

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "core/exercise/fold.h"
#include "core/exercise/mark.h"
#include "core/scenario/unfold.h"

namespace drill::fold {

absl::Status ExerciseFold::Created() {
  if (r_.exercise_created().exercise() != r_.stream()) {
    return absl::DataLossError(absl::StrCat("creates exercise '", r_.exercise_created().exercise(),
                                            "' in another's stream"));
  }
  e_.created = r_.exercise_created();
  for (const v1::SystemCast& cast : e_.created.systems()) {
    for (const v1::Host& host : cast.hosts()) {
      ExerciseHost entry;
      entry.host = host;
      entry.system = cast.system();
      entry.part = cast.part();
      e_.hosts.push_back(std::move(entry));
    }
  }
  std::sort(e_.hosts.begin(), e_.hosts.end(),
            [](const ExerciseHost& a, const ExerciseHost& b) { return a.host.id() < b.host.id(); });
  for (size_t i = 0; i < e_.hosts.size(); ++i) {
    e_.host_index[e_.hosts[i].host.id()] = static_cast<int>(i);
  }
  for (const v1::Inject& inject : e_.created.scenario().injects()) {
    RETURN_IF_ERROR(AddInject(inject, false));
  }
  return absl::OkStatus();
}

absl::Status ExerciseFold::AddInject(const v1::Inject& authored, bool added) {
  for (Unfolded& unfolded : UnfoldInject(authored)) {
    InjectState state;
    state.inject = std::move(unfolded.inject);
    state.scope_inject = std::move(unfolded.authored_id);
    state.added = added;
    for (size_t h = 0; h < e_.hosts.size(); ++h) {
      const auto chosen = [&](const google::protobuf::RepeatedPtrField<v1::Selector>& selectors) {
        return std::any_of(selectors.begin(), selectors.end(), [&](const v1::Selector& selector) {
          return Selects(selector, e_.hosts[h].part, e_.hosts[h].host);
        });
      };
      if (chosen(state.inject.targets())) state.hosts.push_back(static_cast<int>(h));
      if (chosen(state.inject.against())) state.against.push_back(static_cast<int>(h));
    }
    if (state.is_action()) state.orders.resize(state.hosts.size());
    if (state.is_action() && UsesSink(state.inject.action())) {
      for (int host : state.hosts) {
        Mark(state.inject.id(), static_cast<int>(e_.injects.size()), host, 1);
      }
    }
    if (state.inject.has_at()) {
      state.status = Status::kScheduled;
      state.planned_ex_us = Micros(state.inject.at());
    }
    e_.inject_index[state.inject.id()] = static_cast<int>(e_.injects.size());
    e_.injects.push_back(std::move(state));
  }
  return absl::OkStatus();
}

absl::Status ExerciseFold::Approved() {
  e_.approved = r_.exercise_approved();
  e_.phase = v1::PHASE_APPROVED;
  e_.scopes_of.clear();
  for (int i = 0; i < e_.approved.scopes_size(); ++i) {
    v1::Scope scope;
    if (!scope.ParseFromString(e_.approved.scopes(i).scope())) continue;
    e_.scopes_of[scope.system()].push_back(i);
  }
  // What the hosts said was about the scope and orders before.
  for (ExerciseHost& host : e_.hosts) {
    host.checked = false;
    host.check.Clear();
  }
  return absl::OkStatus();
}

absl::Status ExerciseFold::HostChecked() {
  const int host = e_.FindHost(r_.host_checked().host());
  if (host < 0) return Unknown("host", r_.host_checked().host());
  ExerciseHost& entry = e_.hosts[static_cast<size_t>(host)];
  entry.checked = true;
  entry.check = r_.host_checked();
  return absl::OkStatus();
}

}  // namespace drill::fold
