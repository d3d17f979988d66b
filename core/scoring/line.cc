#include "core/scoring/line.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "absl/container/btree_map.h"

namespace drill::scoring {
namespace {

v1::LineState StateOf(const Combined& combined) {
  const auto any = [&](v1::LineState state) {
    return combined.by_state[static_cast<size_t>(state)] > 0;
  };
  if (combined.earned_mp > 0) return v1::LINE_STATE_MET;
  for (v1::LineState state : {v1::LINE_STATE_OPEN, v1::LINE_STATE_UNMET, v1::LINE_STATE_CENSORED,
                              v1::LINE_STATE_PREVENTED}) {
    if (any(state)) return state;
  }
  // Met, but the weight is too small to give a millipoint.
  return any(v1::LINE_STATE_MET) ? v1::LINE_STATE_UNMET : v1::LINE_STATE_NOT_PLAYED;
}

const std::string& SystemOf(const Exercise& exercise, int host) {
  return exercise.hosts[static_cast<size_t>(host)].system;
}

std::vector<std::pair<std::string, Combined>> BySystem(const Exercise& exercise,
                                                       const v1::Expectation& expectation,
                                                       const Line& line) {
  std::vector<std::pair<std::string, Combined>> out;
  const InjectState& inject = exercise.injects[static_cast<size_t>(line.inject)];
  absl::btree_map<std::string, std::vector<size_t>> parts;
  for (int host : inject.hosts) parts[SystemOf(exercise, host)];
  if (parts.size() == 1) {
    out.emplace_back(parts.begin()->first, line.total);
    return out;
  }
  if (line.results.size() == 1 && line.results[0].host < 0) {
    // One report speaks for every system that the inject really struck.
    parts.clear();
    for (size_t p = 0; p < inject.hosts.size(); ++p) {
      if (ChanceOn(exercise, inject, p).kind == Chance::Kind::kPlayed) {
        parts[SystemOf(exercise, inject.hosts[p])];
      }
    }
    for (const auto& [system, among] : parts) out.emplace_back(system, line.total);
    return out;
  }
  for (size_t i = 0; i < line.results.size(); ++i) {
    parts[SystemOf(exercise, line.results[i].host)].push_back(i);
  }
  for (const auto& [system, among] : parts) {
    out.emplace_back(system, Combine(expectation.hosts(), line.terms, line.results, among));
  }
  return out;
}

}  // namespace

Combined Combine(const v1::HostRule& rule, const Terms& terms,
                 const std::vector<HostResult>& results, absl::Span<const size_t> among) {
  Combined combined;
  std::vector<size_t> ranked;
  for (size_t i : among) {
    ++combined.by_state[static_cast<size_t>(results[i].state)];
    if (results[i].Counts()) ranked.push_back(i);
  }
  combined.counting = static_cast<int>(ranked.size());
  if (!ranked.empty()) {
    combined.needed = HostsNeeded(rule, combined.counting);
    const auto rank = [&](size_t i) {
      const HostResult& r = results[i];
      return std::tuple(-r.share, r.done_us == 0 ? INT64_MAX : r.done_us, i);
    };
    std::sort(ranked.begin(), ranked.end(), [&](size_t a, size_t b) { return rank(a) < rank(b); });
    ranked.resize(static_cast<size_t>(combined.needed));
    std::vector<int64_t> shares;
    for (size_t i : ranked) shares.push_back(results[i].share);
    combined.earned_mp = Points(terms, shares, combined.needed);
    combined.best = std::move(ranked);
  }
  combined.state = StateOf(combined);
  return combined;
}

void ForEachLine(const Exercise& exercise, const EvidenceIndex& evidence, int64_t now_us,
                 absl::FunctionRef<void(const Line&)> visit) {
  const Judge judge(exercise, evidence, now_us);
  const v1::Rubric& rubric = exercise.created.scenario().rubric();
  for (size_t i = 0; i < exercise.injects.size(); ++i) {
    const InjectState& inject = exercise.injects[i];
    const bool on_hosts = inject.is_action() || inject.is_manual();
    for (int e = 0; e < inject.inject.expect_size(); ++e) {
      const v1::Expectation& expectation = inject.inject.expect(e);
      Line line;
      line.inject = static_cast<int>(i);
      line.expectation = e;
      line.terms = TermsOf(expectation, rubric);
      const bool by_host = on_hosts && expectation.kind() != v1::EXPECTATION_KIND_REPORT &&
                           expectation.kind() != v1::EXPECTATION_KIND_ANSWER;
      if (by_host) {
        line.results.reserve(inject.hosts.size());
        for (size_t p = 0; p < inject.hosts.size(); ++p) {
          line.results.push_back(judge.OnHost(line.inject, p, e, line.terms));
        }
      } else {
        line.results.push_back(judge.OnInject(line.inject, e, line.terms));
      }
      std::vector<size_t> all(line.results.size());
      std::iota(all.begin(), all.end(), size_t{0});
      line.total = Combine(expectation.hosts(), line.terms, line.results, all);
      line.by_system = BySystem(exercise, expectation, line);
      visit(line);
    }
  }
}

}  // namespace drill::scoring
