#ifndef DRILL_CORE_SCENARIO_LINT_CONTEXT_H_
#define DRILL_CORE_SCENARIO_LINT_CONTEXT_H_

#include <google/protobuf/repeated_field.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/scenario/lint.h"
#include "core/scenario/reach.h"
#include "drill/v1/scenario.pb.h"

// Shared by the tables of checks behind Lint; seen by lint*.cc and their tests only.
namespace drill::lint {

// "injects[3]", "injects[3].expect[0]".
inline std::string Element(absl::string_view list, int index) {
  return absl::StrCat(list, "[", index, "]");
}
inline std::string Member(absl::string_view path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

// The ids of one list of a scenario, what to call an element of it ("team part") and where the
// list is ("in system part 'db'"; empty: the scenario has one).
class Names {
 public:
  explicit Names(absl::string_view what, absl::string_view where = "")
      : what_(what), where_(where) {}
  // Index of an earlier element of that id, -1 when it is new.
  int Add(absl::string_view id, int index);
  // -1: there is none.
  int Find(absl::string_view id) const;
  const std::string& what() const { return what_; }
  const std::string& where() const { return where_; }
  const std::vector<absl::string_view>& in_order() const { return in_order_; }

 private:
  std::string what_;
  std::string where_;
  std::vector<absl::string_view> in_order_;
  absl::flat_hash_map<absl::string_view, int> index_;
};

// One run of Lint over one scenario: what it knows of it, and the faults so far.
class Context {
 public:
  // REQUIRES: `scenario` outlives this object.
  explicit Context(const v1::Scenario& scenario);

  void Error(std::string path, std::string text) {
    faults_.push_back({std::move(path), std::move(text), Severity::kError});
  }
  void Warn(std::string path, std::string text) {
    faults_.push_back({std::move(path), std::move(text), Severity::kWarning});
  }
  // Error "missing NAME; HINT", the name being the path's last.
  void Missing(const std::string& path, absl::string_view hint);
  std::vector<Fault> TakeFaults() && { return std::move(faults_); }

  // Each of the following adds a fault at `path` where its rule is broken.

  // The text is there, in Vietnamese; a warning where English is missing.
  void CheckText(const std::string& path, bool present, const v1::Text& text);
  // An authored id. True when it is well formed.
  bool CheckId(const std::string& path, absl::string_view id);
  // Not negative, not absurdly long, canonical. True when so.
  bool CheckDuration(const std::string& path, const google::protobuf::Duration& duration);
  void CheckRange(const std::string& path, int64_t value, int64_t min, int64_t max);
  // `name` is one of `names`; suggests the nearest where it is not. True when it is.
  bool CheckReference(const std::string& path, const Names& names, absl::string_view name);
  // The same for an inject, "x#2" included.
  bool CheckInject(const std::string& path, absl::string_view name);
  // The list names nothing twice; `what` as in "role".
  void CheckUnique(const std::string& path, absl::string_view what,
                   const google::protobuf::RepeatedPtrField<std::string>& list);

  const v1::Scenario& scenario;
  Names systems{"system part"};
  Names teams{"team part"};
  Names objectives{"objective"};
  Names moves{"move"};
  Names inject_names{"inject"};
  std::vector<Names> roles;   // parallel to scenario.cast().systems()
  std::vector<Names> labels;  // the same
  const InjectIndex injects;
  const std::vector<Reach> reach;  // parallel to scenario.injects()
  const int64_t duration_us;       // 0: unknown

 private:
  std::string Unknown(const Names& names, absl::string_view name);

  std::vector<Fault> faults_;
  int suggestions_left_;
};

// [a-z0-9][a-z0-9._-]{0,62}: core/register's ValidId, which stands above this room.
bool WellFormedId(absl::string_view id);

// The candidate that a writer of `word` most likely meant; "" if none is near.
absl::string_view NearestName(absl::string_view word,
                              const std::vector<absl::string_view>& candidates);

// Only white space, or nothing.
bool Blank(absl::string_view text);

// Id of an element of a list, well formed and the first of its kind. A badly formed one still
// counts as declared: the fault is there, not at each place that names it.
void CheckElementId(Context& context, Names& names, const std::string& list, int index,
                    const std::string& id);

// Inject number `index` of the context's scenario, which stands at `path`. -1: what a red team's
// actions become (lint_free_play.cc).
struct InjectAt {
  const v1::Inject& inject;
  const std::string& path;
  int index;
};
using InjectCheck = void (*)(Context&, const InjectAt&);

// lint_references.cc: names of other things, and what selectors choose.
void CheckInjectNames(Context& context, const InjectAt& at);
void CheckTargets(Context& context, const InjectAt& at);
void CheckAgainst(Context& context, const InjectAt& at);
// lint_reach.cc: schedules, and what can never come.
void CheckSchedule(Context& context, const InjectAt& at);
void CheckAfter(Context& context, const InjectAt& at);
void CheckUnless(Context& context, const InjectAt& at);
void CheckRepeat(Context& context, const InjectAt& at);
void CheckReach(Context& context, const InjectAt& at);
void CheckMoveWindow(Context& context, const InjectAt& at);
// lint_kinds.cc: what each kind of inject holds.
void CheckKind(Context& context, const InjectAt& at);
void CheckTechniques(Context& context, const InjectAt& at);
// lint_expectations.cc
void CheckExpectations(Context& context, const InjectAt& at);
// lint_judging.cc: what evaluators mark by hand, and what is asked afterwards.
void CheckCriteria(Context& context);
void CheckSurvey(Context& context);
// lint_free_play.cc
void CheckFreePlay(Context& context);
// lint_action.cc
void CheckAction(Context& context, const v1::Action& action, const std::string& path);
// Parameters of action.proto ("files_encrypt.dir") that the table of rules lacks.
std::vector<std::string> ParametersWithoutRule();

}  // namespace drill::lint

#endif  // DRILL_CORE_SCENARIO_LINT_CONTEXT_H_
