#include "core/rehearsal/workload.h"

#include <algorithm>
#include <map>

namespace drill::rehearsal {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kWindowsMax = 12;

}  // namespace

int64_t WindowFor(int64_t duration_us) {
  for (int64_t s : {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600,
                    43200, 86400}) {
    if (s * kSecond * kWindowsMax >= duration_us) return s * kSecond;
  }
  return (duration_us + kWindowsMax - 1) / kWindowsMax;
}

Workload WorkloadOf(const Teammate& person, int64_t duration_us, int64_t window_us) {
  Workload load;
  const auto windows = static_cast<size_t>((duration_us + window_us - 1) / window_us);
  load.injects.resize(windows);
  load.busy_permille.resize(windows);
  const auto window_of = [&](int64_t us) {
    return std::min(static_cast<size_t>(std::max<int64_t>(0, us) / window_us), windows - 1);
  };
  // (moment, ends before begins, inject)
  std::vector<std::tuple<int64_t, int, int>> changes;
  for (const Span& span : person.open) {
    const int64_t to_us = std::min(span.to_us, duration_us);
    if (to_us <= span.from_us) continue;  // was on no desk for any time
    changes.emplace_back(span.from_us, 1, span.inject);
    changes.emplace_back(to_us, -1, span.inject);
  }
  std::sort(changes.begin(), changes.end());
  std::map<int, int> open;
  size_t window = 0;
  for (const auto& [us, step, inject] : changes) {
    // What was open stays so up to here.
    for (; window < window_of(us); ++window) {
      load.injects[window + 1] =
          std::max(load.injects[window + 1], static_cast<int32_t>(open.size()));
    }
    if ((open[inject] += step) == 0) open.erase(inject);
    const auto now = static_cast<int32_t>(open.size());
    load.injects[window] = std::max(load.injects[window], now);
    if (now <= load.most) continue;
    load.most = now;
    load.most_at_us = us;
    load.most_of.clear();
    for (const auto& [id, count] : open) load.most_of.push_back(id);
  }
  for (size_t w = 0; w < windows; ++w) {
    const int64_t from_us = static_cast<int64_t>(w) * window_us;
    const int64_t to_us = std::min(from_us + window_us, duration_us);
    int64_t busy_us = 0;
    for (const Span& span : person.work) {
      busy_us +=
          std::max<int64_t>(0, std::min(span.to_us, to_us) - std::max(span.from_us, from_us));
    }
    load.busy_permille[w] = static_cast<int32_t>(busy_us / person.at_once * 1000 /
                                                 std::max<int64_t>(1, to_us - from_us));
  }
  return load;
}

}  // namespace drill::rehearsal
