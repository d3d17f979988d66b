#include "core/scenario/timeline.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "core/scenario/reach.h"
#include "core/scenario/unfold.h"
#include "core/scenario/words.h"

namespace drill {
namespace {

std::vector<std::string> Targets(const v1::Inject& inject) {
  std::vector<std::string> targets;
  for (const v1::Selector& selector : inject.targets()) {
    std::string text = selector.system();
    if (selector.has_role()) absl::StrAppend(&text, ", role ", selector.role());
    for (const std::string& label : selector.labels()) absl::StrAppend(&text, ", label ", label);
    targets.push_back(std::move(text));
  }
  for (const std::string& team : inject.message().teams()) targets.push_back(team);
  for (const std::string& team : inject.question().teams()) targets.push_back(team);
  return targets;
}

std::string HostsText(const v1::Inject& inject, const v1::Expectation& e) {
  if (!OnHosts(inject) || e.kind() == v1::EXPECTATION_KIND_REPORT) return "";
  switch (e.hosts().rule_case()) {
    case v1::HostRule::kEach:
      return "each";
    case v1::HostRule::kSharePermille:
      return absl::StrCat(e.hosts().share_permille(), "‰");
    default:
      return "any";
  }
}

std::vector<TimelineExpectation> Expectations(const v1::Inject& inject) {
  std::vector<TimelineExpectation> rows;
  for (const v1::Expectation& e : inject.expect()) {
    rows.push_back({.team = e.team(),
                    .kind = ExpectationName(e.kind()),
                    .target_us = ClampedUs(e.target()),
                    .limit_us = ClampedUs(e.limit()),
                    .hosts = HostsText(inject, e),
                    .weight = e.has_weight() ? e.weight() : 1,
                    .recipients = {e.recipients().begin(), e.recipients().end()}});
  }
  return rows;
}

TimelineRow Row(const v1::Inject& inject, int index, int copy) {
  TimelineRow row;
  row.inject = inject.id();
  row.index = index;
  row.copy = copy;
  row.title = inject.title();
  row.kind = inject.has_action() ? ActionName(inject.action()) : std::string(KindName(inject));
  row.contingency = inject.contingency();
  if (inject.has_after()) {
    row.after = absl::StrCat(inject.after().inject(), " ", AnchorName(inject.after().anchor()));
    if (const int64_t delay_us = ClampedUs(inject.after().delay()); delay_us > 0) {
      absl::StrAppend(&row.after, " + ", DurationText(delay_us));
    }
  }
  if (inject.has_unless()) {
    row.unless = absl::StrCat(inject.unless().inject(), " ", AnchorName(inject.unless().anchor()));
  }
  row.move = inject.move();
  row.objective = inject.objective();
  row.targets = Targets(inject);
  row.techniques = {inject.techniques().begin(), inject.techniques().end()};
  row.expectations = Expectations(inject);
  return row;
}

}  // namespace

std::vector<TimelineRow> Timeline(const v1::Scenario& scenario) {
  const InjectIndex by_id(scenario);
  const std::vector<Reach> reach = ComputeReach(scenario, by_id);
  std::vector<TimelineRow> rows;
  for (int i = 0; i < scenario.injects_size(); ++i) {
    const Reach& first = reach[static_cast<size_t>(i)];
    int copy = 0;
    for (const Unfolded& unfolded : UnfoldInject(scenario.injects(i))) {
      TimelineRow row = Row(unfolded.inject, i, ++copy);
      if (first.kind == Reach::Kind::kTimed) {
        row.earliest_us = first.earliest_us + CopyOffsetUs(scenario.injects(i), copy);
        row.exact = first.exact;
      }
      rows.push_back(std::move(row));
    }
  }
  constexpr int64_t kLast = std::numeric_limits<int64_t>::max();
  std::stable_sort(rows.begin(), rows.end(), [kLast](const TimelineRow& a, const TimelineRow& b) {
    return a.earliest_us.value_or(kLast) < b.earliest_us.value_or(kLast);
  });
  return rows;
}

std::string Summary(const TimelineExpectation& e) {
  std::string text = absl::StrCat(e.team, " ", e.kind, " ", DurationText(e.target_us), "/",
                                  DurationText(e.limit_us));
  if (!e.hosts.empty()) absl::StrAppend(&text, " ", e.hosts);
  if (e.weight != 1) absl::StrAppend(&text, " x", e.weight);
  return text;
}

}  // namespace drill
