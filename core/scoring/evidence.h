#ifndef DRILL_CORE_SCORING_EVIDENCE_H_
#define DRILL_CORE_SCORING_EVIDENCE_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/exercise/state.h"

namespace drill::scoring {

// What one observation proves about one inject on one host.
struct Evidence {
  int inject = 0;
  int host = -1;  // -1: the inject as a whole
  int observation = 0;
  v1::ObservationKind kind = v1::OBSERVATION_KIND_UNSPECIFIED;
  int32_t credit_permille = 0;
  int64_t counts_us = 0;
  bool by_evaluator = false;
  uint32_t record = 0;
  // Containment and recovery: what the agent found, unless an evaluator has linked it. A partial
  // one has its credit in proportion already.
  const EffectState* effect = nullptr;

  v1::EffectVerdict verdict() const {
    return effect == nullptr ? v1::EFFECT_VERDICT_UNSPECIFIED : effect->verdict;
  }
};

// The matches in force, ordered for look-up: by inject, host, time that counts, record.
//
// Where an evaluator linked what the engine had matched, the evaluator's word stands. What counts
// only after EndEx does not count, nor does work that the agent found not to be done. Keeps a
// pointer to the exercise; changes nothing.
class EvidenceIndex {
 public:
  explicit EvidenceIndex(const Exercise& exercise);

  // The earliest of this kind by `team` on that host; a match of the inject as a whole is one on
  // every host. Null: none. Repeats are neutral because only the earliest is ever asked for.
  const Evidence* First(int inject, int host, v1::ObservationKind kind,
                        absl::string_view team) const;
  // The same without those that the agent found to be only partly so.
  const Evidence* FirstWhole(int inject, int host, v1::ObservationKind kind,
                             absl::string_view team) const;
  // The earliest that the agent found to be false: it proves nothing.
  const Evidence* FirstFalse(int inject, int host, v1::ObservationKind kind,
                             absl::string_view team) const;
  // The same by any team, and by any but `team`.
  const Evidence* FirstOfAny(int inject, int host, v1::ObservationKind kind) const;
  const Evidence* FirstOfOthers(int inject, int host, v1::ObservationKind kind,
                                absl::string_view team) const;
  // The earliest anywhere on the inject, by `team`, and by any team.
  const Evidence* FirstOnInject(int inject, v1::ObservationKind kind, absl::string_view team) const;
  const Evidence* FirstOnInject(int inject, v1::ObservationKind kind) const;

  // All of one inject.
  absl::Span<const Evidence> OfInject(int inject) const;
  const ObservationState& Of(const Evidence& evidence) const {
    return exercise_->observations[static_cast<size_t>(evidence.observation)];
  }

 private:
  absl::Span<const Evidence> On(int inject, int host) const;
  template <typename Fits>
  const Evidence* FirstWhere(absl::Span<const Evidence> among, const Fits& fits) const;
  template <typename Fits>
  const Evidence* FirstOnHost(int inject, int host, const Fits& fits) const;

  const Exercise* exercise_;
  std::vector<Evidence> all_;
  std::vector<Evidence> false_;  // in the same order
  std::vector<size_t> starts_;   // of each inject in `all_`, and the end
};

}  // namespace drill::scoring

#endif  // DRILL_CORE_SCORING_EVIDENCE_H_
