#ifndef DRILL_CORE_EXERCISE_JUDGE_MARKS_H_
#define DRILL_CORE_EXERCISE_JUDGE_MARKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/exercise/state.h"

// What evaluators mark by hand, and what counts of their marks. Pure.
//
// Marked are the criteria of the scenario and the quality of what a team wrote: a report, or an
// answer to a question, that is linked to its inject. Marking is blind until as many evaluators as
// the rubric asks for (Rubric.judges) have marked; what they gave is then in force as their mean,
// unless it lies further apart than Rubric.spread_max_permille: then the chair settles. The chair's
// word is in force before any other.
namespace drill {

int MarksNeeded(const Exercise& e);
int32_t SpreadMaxPermille(const Exercise& e);

// Enough evaluators have a post here to mark anything, or a chair could settle in their place.
bool CanBeMarked(const Exercise& e);
// Enough evaluators have a post; without, the chair settles what must be marked.
bool EnoughEvaluators(const Exercise& e);

struct MarkWord {
  enum class Kind {
    kOpen,     // blind marking goes on
    kApart,    // the marks lie too far apart, or an appeal was upheld: the chair must settle
    kMean,     // in force: the evaluators'
    kSettled,  // in force: the chair's
  };
  Kind kind = Kind::kOpen;
  int32_t permille = 0;  // in force
  int32_t spread_permille = 0;
  std::vector<int32_t> marks;           // ascending: not in the order of those who gave them
  std::vector<uint64_t> records;        // ascending
  std::vector<std::string> evaluators;  // those who have marked, also while it goes on

  bool InForce() const { return kind == Kind::kMean || kind == Kind::kSettled; }
  // What was given may be seen. Until then marks and records above are empty.
  bool Shown() const { return kind != Kind::kOpen; }
};
MarkWord MarkWordOn(const Exercise& e, const MarkKey& key);

// Fills `key`. A reason why there is no such thing to mark here, empty: there is.
std::string FindMarkSubject(const Exercise& e, const v1::MarkSubject& subject, MarkKey* key);
v1::MarkSubject SubjectOf(const Exercise& e, const MarkKey& key);
// "criterion 'calm'", "expectation 0 of inject 'ask' (team 'soc')".
std::string Name(const Exercise& e, const MarkKey& key);

// All that may be marked now, criteria first, in the order of the scenario.
std::vector<MarkKey> MarkSubjects(const Exercise& e);
// Those without which there is no final score: criteria, answers in free words and whatever
// marking was begun on, without a mark in force. Nothing where nobody could mark.
std::vector<MarkKey> MarksWaiting(const Exercise& e);
// Appeals without an answer, or upheld without the chair's new mark.
std::vector<std::string> AppealsWaiting(const Exercise& e);

const v1::Criterion* FindCriterion(const Exercise& e, absl::string_view id);
// The team answers in its own words: no choice or number says how good it is.
bool InFreeWords(const v1::Question& question);

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_JUDGE_MARKS_H_
