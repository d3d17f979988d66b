#ifndef DRILL_CORE_SCORING_ROLLUP_H_
#define DRILL_CORE_SCORING_ROLLUP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/exercise/state.h"
#include "core/scoring/line.h"

namespace drill::scoring {

// Adds lines up by weight: in all, and by objective, team, system and technique.
//
// A line with several techniques, or over several systems, counts in each. Keys stand in the order
// of the scenario and its cast; what no line counts for is listed with score -1. `earned_mp` is
// always before penalties; the score in all and of a team is after those of its wrong claims.
class RollUps {
 public:
  explicit RollUps(const Exercise& exercise);

  void Add(const v1::Inject& inject, const v1::Expectation& expectation, const Line& line);
  // What evaluators marked by hand; of no system or technique.
  void AddCriterion(const v1::CriterionLine& line);
  // Taken from the whole and from the team that claimed.
  void AddPenalty(const std::string& team, int64_t penalty_mp);
  void Finish(v1::Scorecard* card) const;

 private:
  struct Sum {
    std::string key;
    int64_t possible_mp = 0;
    int64_t earned_mp = 0;
    int64_t penalty_mp = 0;
  };
  // Sums in the order in which their keys were first named.
  struct Table {
    std::vector<Sum> sums;
    absl::flat_hash_map<std::string, size_t> index;
    Sum& At(const std::string& key);
    void Add(const std::string& key, int64_t possible_mp, int64_t earned_mp);
    void Write(google::protobuf::RepeatedPtrField<v1::RollUp>* out) const;
  };

  Sum all_;
  Table objectives_, teams_, systems_, techniques_;
};

}  // namespace drill::scoring

#endif  // DRILL_CORE_SCORING_ROLLUP_H_
