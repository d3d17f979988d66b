#ifndef DRILL_CORE_SCORING_JUDGE_H_
#define DRILL_CORE_SCORING_JUDGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/exercise/state.h"
#include "core/scoring/chance.h"
#include "core/scoring/evidence.h"
#include "core/scoring/rule.h"

namespace drill::scoring {

// What one host contributes to one expectation. `host` -1: the inject as a whole.
struct HostResult {
  int host = -1;
  v1::LineState state = v1::LINE_STATE_OPEN;
  int64_t share = 0;  // of the weight, in billionths; counts when state is MET or UNMET
  int64_t from_us = 0;
  int64_t done_us = 0;
  int64_t elapsed_us = 0;  // exercise time from `from` to what decided the state
  int64_t error_us = 0;
  bool uncertain = false;
  bool timed = false;  // false: target and limit play no part (prevent)
  int32_t timeliness_permille = 0;
  int32_t quality_permille = 0;
  int observation = -1;
  v1::EffectVerdict effect = v1::EFFECT_VERDICT_UNSPECIFIED;  // of that observation
  absl::string_view why;                                      // the state in words; empty for MET
  std::string quality_why;
  Records records;

  bool Counts() const { return state == v1::LINE_STATE_MET || state == v1::LINE_STATE_UNMET; }
};

// Judges one team's expectation against what happened. Holds references only; pure.
class Judge {
 public:
  Judge(const Exercise& exercise, const EvidenceIndex& evidence, int64_t now_us);

  // Prevent, detect, contain, recover of an action or manual action: one result a target host.
  // `expectation`: index in the inject's list.
  HostResult OnHost(int inject, size_t position, int expectation, const Terms& terms) const;
  // Report and answer, and every expectation of a message, question or cue.
  HostResult OnInject(int inject, int expectation, const Terms& terms) const;

 private:
  // What was done, if anything, and how well.
  struct Done {
    int64_t at_us = 0;
    int32_t quality_permille = 0;
    std::string quality_why;
    int observation = -1;
    v1::EffectVerdict effect = v1::EFFECT_VERDICT_UNSPECIFIED;
    Records records;
  };
  // The moment from which the team had no more chance; 0: none.
  struct Cut {
    int64_t at_us = 0;
    absl::string_view why;
  };
  const InjectState& At(int inject) const { return exercise_.injects[static_cast<size_t>(inject)]; }
  const v1::Expectation& Asked(int inject, int expectation) const {
    return At(inject).inject.expect(expectation);
  }
  // With the evaluators' mark of it, where one is in force.
  Done DoneBy(const Evidence* evidence, int inject, int expectation) const;
  Cut CutOn(int inject, int host, const Chance& chance, absl::string_view team) const;
  // When another team contained it there, if before this one; 0: not so.
  int64_t ContainedByOthers(int inject, int host, absl::string_view team) const;
  Chance ChanceToReport(int inject, absl::string_view team, Cut* cut) const;
  HostResult Report(int inject, int expectation, const Terms& terms) const;
  // The earliest that the team knew of the inject; 0: never.
  int64_t Discovery(int inject, absl::string_view team, Records* records) const;
  // Says of what was left undone that it was claimed all the same.
  void TellFalse(int inject, const v1::Expectation& expectation, HostResult* result) const;
  void Settle(const Done& done, const Cut& cut, const Terms& terms, HostResult* result) const;
  void SettleUndone(const Cut& cut, const Terms& terms, HostResult* result) const;

  const Exercise& exercise_;
  const EvidenceIndex& evidence_;
  bool over_;
  int64_t horizon_us_;  // EndEx, or now
};

}  // namespace drill::scoring

#endif  // DRILL_CORE_SCORING_JUDGE_H_
