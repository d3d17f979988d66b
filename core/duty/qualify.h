#ifndef DRILL_CORE_DUTY_QUALIFY_H_
#define DRILL_CORE_DUTY_QUALIFY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/string_view.h"
#include "core/duty/phrases.h"
#include "core/exercise/state.h"

namespace drill::duty {

// What one exercise proves about the systems that it was held on, gathered once in one pass.
// Keeps a pointer to the exercise.
class DrillFacts {
 public:
  DrillFacts(const Exercise& exercise, int64_t now_us);

  const Exercise& exercise() const { return *exercise_; }
  // What was really played on the system.
  Depth DepthOn(absl::string_view system) const;
  // Host ids on which something is left that was neither verified nor accepted, ascending.
  std::vector<std::string> UncleanOn(absl::string_view system) const;
  bool Scored(absl::string_view system, v1::ExpectationKind kind) const;

 private:
  struct Played {
    int actions = 0, hand_actions = 0, blocked = 0;
    absl::btree_set<int> hosts, hand_hosts;
  };
  void AddInject(const InjectState& inject);

  const Exercise* exercise_;
  absl::btree_map<std::string, Played> played_;
  absl::btree_map<std::string, absl::btree_set<std::string>> unclean_;
  absl::btree_set<std::pair<std::string, v1::ExpectationKind>> scored_;
};

// Why an exercise does not count as a live drill of a system (DUTY_EVIDENCE_LIVE_DRILL).
struct Verdict {
  std::vector<v1::Text> missing;
  // Everything missing can still be added: the exercise goes on, is judged or closed.
  bool curable = true;

  bool Counts() const { return missing.empty(); }
};
// `signatures_needed` on the owner's scope: two from level 4 on (DESIGN §6).
Verdict JudgeLiveDrill(const DrillFacts& facts, absl::string_view system, int signatures_needed);

}  // namespace drill::duty

#endif  // DRILL_CORE_DUTY_QUALIFY_H_
