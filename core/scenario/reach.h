#ifndef DRILL_CORE_SCENARIO_REACH_H_
#define DRILL_CORE_SCENARIO_REACH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "drill/v1/scenario.pb.h"

// When, and whether, each inject of a scenario can come. Total functions: a faulty scenario gives
// an answer too, and no amount of injects, repeats or chained delays overflows.
namespace drill {

// Longest duration that a scenario may name.
inline constexpr int64_t kDurationMaxUs = int64_t{366} * 86'400'000'000;
inline constexpr int kRepeatTimesMax = 1000;

// An inject as others name it: "x", or "x#3" for the third of its repeats.
struct InjectReference {
  int index = -1;  // into Scenario::injects; -1: there is none
  int copy = 1;    // from 1
};

// Finds injects by id. Borrows the scenario's strings: must not outlive it.
class InjectIndex {
 public:
  explicit InjectIndex(const v1::Scenario& scenario);
  // Of several injects with one id, the first.
  InjectReference Find(absl::string_view id) const;

 private:
  const v1::Scenario& scenario_;
  absl::flat_hash_map<absl::string_view, int> by_id_;
};

struct Reach {
  enum class Kind {
    kTimed,   // comes by itself, not before `earliest_us`
    kByHand,  // a contingency, or waits for one
    kNever,
  };
  Kind kind = Kind::kTimed;
  // First copy, exercise clock. kByHand: counted from the hand that fires it.
  int64_t earliest_us = 0;
  // kTimed: it comes exactly then, unless a controller steers.
  bool exact = false;
  // kNever: the reason, "" where the cycle says it.
  std::string why;
  // On the first inject of each cycle of `after`: "a → b → a".
  std::string cycle;
};

// One element an authored inject. References that lead nowhere are taken as harmless: they are
// faults of their own.
std::vector<Reach> ComputeReach(const v1::Scenario& scenario, const InjectIndex& index);

// Whether an anchor of an inject can come.
struct AnchorVerdict {
  bool possible = true;
  // Impossible, or possible but nobody is expected to bring it about: the reason; else "".
  std::string why;
};
AnchorVerdict JudgeAnchor(const v1::Inject& inject, v1::Anchor anchor);

// Played on hosts.
bool OnHosts(const v1::Inject& inject);
// Its action goes against other hosts (scan, flood, guess).
bool AimsAtHosts(const v1::Inject& inject);
// Longest limit of its expectations, 0 without any.
int64_t LongestLimitUs(const v1::Inject& inject);
// How often it comes, 1..kRepeatTimesMax.
int Times(const v1::Inject& inject);
// Time from the first copy to the n-th (from 1).
int64_t CopyOffsetUs(const v1::Inject& inject, int copy);
// Micros, with what is out of range brought to the nearest bound: 0..kDurationMaxUs.
int64_t ClampedUs(const google::protobuf::Duration& duration);

}  // namespace drill

#endif  // DRILL_CORE_SCENARIO_REACH_H_
