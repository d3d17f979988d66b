#include "core/scoring/evidence.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "core/exercise/effect.h"
#include "core/scoring/rule.h"

namespace drill::scoring {
namespace {

auto Order(const Evidence& e) { return std::tuple(e.inject, e.host, e.counts_us, e.record); }
auto Place(const Evidence& e) { return std::pair(e.inject, e.host); }
// Earlier in time; the record breaks ties.
bool Before(const Evidence& a, const Evidence& b) {
  return std::pair(a.counts_us, a.record) < std::pair(b.counts_us, b.record);
}

// One entry a (inject, host) of one observation, in place of all its matches there: the
// evaluator's last word, else the engine's first.
std::vector<Evidence> Settle(const ObservationState& observation, int index) {
  std::vector<Evidence> entries;
  for (const Match& match : observation.matches) {
    entries.push_back({match.inject, match.host, index, observation.made.kind(),
                       match.credit_permille, match.counts_us, match.by_evaluator, match.record,
                       nullptr});
  }
  // Stable: within one place the order of the journal.
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Evidence& a, const Evidence& b) { return Place(a) < Place(b); });
  std::vector<Evidence> out;
  for (const Evidence& entry : entries) {
    if (out.empty() || Place(out.back()) != Place(entry)) {
      out.push_back(entry);
    } else if (entry.by_evaluator) {
      out.back() = entry;
    }
  }
  return out;
}

// An evaluator's word stands over what the agent found.
void TakeEffect(const Exercise& exercise, Evidence* entry) {
  if (entry->by_evaluator) return;
  const auto found = exercise.effects.find({entry->observation, entry->inject, entry->host});
  if (found == exercise.effects.end() || found->second.record == 0) return;
  entry->effect = &found->second;
  if (entry->verdict() != v1::EFFECT_VERDICT_PARTIAL) return;
  const EffectCount count = CountEffect(found->second.report);
  entry->credit_permille = PartialCredit(entry->credit_permille, count.told, count.standing);
}

}  // namespace

EvidenceIndex::EvidenceIndex(const Exercise& exercise) : exercise_(&exercise) {
  for (size_t i = 0; i < exercise.observations.size(); ++i) {
    for (const Evidence& entry : Settle(exercise.observations[i], static_cast<int>(i))) {
      if (exercise.Over() && entry.counts_us > exercise.end_us) continue;
      Evidence checked = entry;
      TakeEffect(exercise, &checked);
      const bool refuted = checked.verdict() == v1::EFFECT_VERDICT_FALSE;
      (refuted ? false_ : all_).push_back(checked);
    }
  }
  std::sort(false_.begin(), false_.end(),
            [](const Evidence& a, const Evidence& b) { return Order(a) < Order(b); });
  std::sort(all_.begin(), all_.end(),
            [](const Evidence& a, const Evidence& b) { return Order(a) < Order(b); });
  starts_.assign(exercise.injects.size() + 1, 0);
  for (const Evidence& entry : all_) ++starts_[static_cast<size_t>(entry.inject) + 1];
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
}

absl::Span<const Evidence> EvidenceIndex::OfInject(int inject) const {
  const size_t begin = starts_[static_cast<size_t>(inject)];
  return absl::MakeConstSpan(all_).subspan(begin, starts_[static_cast<size_t>(inject) + 1] - begin);
}

absl::Span<const Evidence> EvidenceIndex::On(int inject, int host) const {
  const absl::Span<const Evidence> among = OfInject(inject);
  auto begin = std::lower_bound(among.begin(), among.end(), host,
                                [](const Evidence& e, int h) { return e.host < h; });
  auto end = begin;
  while (end != among.end() && end->host == host) ++end;
  return among.subspan(static_cast<size_t>(begin - among.begin()),
                       static_cast<size_t>(end - begin));
}

template <typename Fits>
const Evidence* EvidenceIndex::FirstWhere(absl::Span<const Evidence> among,
                                          const Fits& fits) const {
  const Evidence* first = nullptr;
  for (const Evidence& entry : among) {
    if (fits(entry) && (first == nullptr || Before(entry, *first))) first = &entry;
  }
  return first;
}

template <typename Fits>
const Evidence* EvidenceIndex::FirstOnHost(int inject, int host, const Fits& fits) const {
  const Evidence* there = FirstWhere(On(inject, host), fits);
  const Evidence* whole = FirstWhere(On(inject, -1), fits);
  if (there == nullptr || whole == nullptr) return there == nullptr ? whole : there;
  return Before(*whole, *there) ? whole : there;
}

const Evidence* EvidenceIndex::First(int inject, int host, v1::ObservationKind kind,
                                     absl::string_view team) const {
  return FirstOnHost(
      inject, host, [&](const Evidence& e) { return e.kind == kind && Of(e).made.team() == team; });
}

const Evidence* EvidenceIndex::FirstWhole(int inject, int host, v1::ObservationKind kind,
                                          absl::string_view team) const {
  return FirstOnHost(inject, host, [&](const Evidence& e) {
    return e.kind == kind && Of(e).made.team() == team && e.verdict() != v1::EFFECT_VERDICT_PARTIAL;
  });
}

const Evidence* EvidenceIndex::FirstFalse(int inject, int host, v1::ObservationKind kind,
                                          absl::string_view team) const {
  return FirstWhere(absl::MakeConstSpan(false_), [&](const Evidence& e) {
    return e.inject == inject && e.host == host && e.kind == kind && Of(e).made.team() == team;
  });
}

const Evidence* EvidenceIndex::FirstOfAny(int inject, int host, v1::ObservationKind kind) const {
  return FirstOnHost(inject, host, [&](const Evidence& e) { return e.kind == kind; });
}

const Evidence* EvidenceIndex::FirstOfOthers(int inject, int host, v1::ObservationKind kind,
                                             absl::string_view team) const {
  return FirstOnHost(
      inject, host, [&](const Evidence& e) { return e.kind == kind && Of(e).made.team() != team; });
}

const Evidence* EvidenceIndex::FirstOnInject(int inject, v1::ObservationKind kind,
                                             absl::string_view team) const {
  return FirstWhere(OfInject(inject),
                    [&](const Evidence& e) { return e.kind == kind && Of(e).made.team() == team; });
}

const Evidence* EvidenceIndex::FirstOnInject(int inject, v1::ObservationKind kind) const {
  return FirstWhere(OfInject(inject), [&](const Evidence& e) { return e.kind == kind; });
}

}  // namespace drill::scoring
