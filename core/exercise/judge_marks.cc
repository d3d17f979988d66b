#include "core/exercise/judge_marks.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "core/exercise/match.h"

namespace drill {
namespace {

constexpr int kJudgesDefault = 2;
constexpr int32_t kSpreadDefaultPermille = 200;

const v1::Rubric& RubricOf(const Exercise& e) { return e.created.scenario().rubric(); }

bool HasChair(const Exercise& e) {
  return std::any_of(e.created.posts().begin(), e.created.posts().end(),
                     [](const v1::Post& post) { return post.role() == v1::ROLE_CHAIR; });
}

const v1::Expectation* ExpectationOf(const Exercise& e, const MarkKey& key) {
  if (key.inject < 0 || key.inject >= static_cast<int>(e.injects.size())) return nullptr;
  const v1::Inject& inject = e.injects[static_cast<size_t>(key.inject)].inject;
  if (key.expectation < 0 || key.expectation >= inject.expect_size()) return nullptr;
  return &inject.expect(key.expectation);
}

bool Written(const v1::Expectation& expectation) {
  return expectation.kind() == v1::EXPECTATION_KIND_REPORT ||
         expectation.kind() == v1::EXPECTATION_KIND_ANSWER;
}

// The team has said something that is linked to the inject.
bool Said(const Exercise& e, int inject, const v1::Expectation& expectation) {
  return std::any_of(e.observations.begin(), e.observations.end(), [&](const ObservationState& o) {
    return o.made.team() == expectation.team() && o.made.kind() == AskedFor(expectation.kind()) &&
           std::any_of(o.matches.begin(), o.matches.end(),
                       [&](const Match& match) { return match.inject == inject; });
  });
}

bool MustBeMarked(const Exercise& e, const MarkKey& key) {
  if (!key.criterion.empty()) return CanBeMarked(e);
  if (auto it = e.judge_marks.find(key); it != e.judge_marks.end()) return true;
  const v1::Inject& inject = e.injects[static_cast<size_t>(key.inject)].inject;
  return EnoughEvaluators(e) && inject.has_question() && InFreeWords(inject.question());
}

bool UpheldAndUnsettled(const Exercise& e, const MarkKey& key) {
  return std::any_of(e.appeals.begin(), e.appeals.end(), [&](const AppealState& appeal) {
    if (!appeal.answered || !appeal.answer.upheld() || appeal.settled) return false;
    MarkKey of;
    return FindMarkSubject(e, appeal.filed.subject(), &of).empty() && of == key;
  });
}

}  // namespace

int MarksNeeded(const Exercise& e) {
  return RubricOf(e).has_judges() ? std::max(2, RubricOf(e).judges()) : kJudgesDefault;
}

int32_t SpreadMaxPermille(const Exercise& e) {
  return RubricOf(e).has_spread_max_permille() ? RubricOf(e).spread_max_permille()
                                               : kSpreadDefaultPermille;
}

bool EnoughEvaluators(const Exercise& e) {
  const auto& posts = e.created.posts();
  return std::count_if(posts.begin(), posts.end(), [&](const v1::Post& post) {
           return post.role() == v1::ROLE_EVALUATOR && !e.HasPost(post.person(), v1::ROLE_CHAIR);
         }) >= MarksNeeded(e);
}

bool CanBeMarked(const Exercise& e) { return EnoughEvaluators(e) || HasChair(e); }

MarkWord MarkWordOn(const Exercise& e, const MarkKey& key) {
  MarkWord word;
  const auto it = e.judge_marks.find(key);
  if (it == e.judge_marks.end()) return word;
  const MarkState& state = it->second;
  for (const auto& [evaluator, given] : state.given) word.evaluators.push_back(evaluator);
  if (!state.settled && static_cast<int>(state.given.size()) < MarksNeeded(e)) return word;
  for (const auto& [evaluator, given] : state.given) {
    word.marks.push_back(given.permille);
    word.records.push_back(given.record);
  }
  std::sort(word.marks.begin(), word.marks.end());
  if (!word.marks.empty()) word.spread_permille = word.marks.back() - word.marks.front();
  if (state.settled) {
    word.records.push_back(state.settled_record);
    word.permille = state.settled_permille;
    word.kind = MarkWord::Kind::kSettled;
  } else {
    const int64_t n = static_cast<int64_t>(word.marks.size());
    const int64_t sum = std::accumulate(word.marks.begin(), word.marks.end(), int64_t{0});
    word.permille = static_cast<int32_t>((2 * sum + n) / (2 * n));  // a half rounded up
    word.kind = word.spread_permille > SpreadMaxPermille(e) ? MarkWord::Kind::kApart
                                                            : MarkWord::Kind::kMean;
  }
  if (UpheldAndUnsettled(e, key)) word.kind = MarkWord::Kind::kApart;
  std::sort(word.records.begin(), word.records.end());
  return word;
}

std::string FindMarkSubject(const Exercise& e, const v1::MarkSubject& subject, MarkKey* key) {
  *key = {};
  if (!subject.criterion().empty()) {
    const v1::Criterion* criterion = FindCriterion(e, subject.criterion());
    if (criterion == nullptr) {
      return absl::StrCat("subject: no criterion '", subject.criterion(), "' here");
    }
    key->criterion = criterion->id();
    key->team = criterion->team();
    return subject.inject().empty() ? "" : "subject: either a criterion or an inject, not both";
  }
  key->inject = e.FindInject(subject.inject());
  key->expectation = subject.expectation();
  const v1::Expectation* expectation = ExpectationOf(e, *key);
  if (expectation != nullptr) key->team = expectation->team();
  // What was marked stays a subject, also when its link was undone since.
  if (expectation != nullptr && Written(*expectation) &&
      (e.judge_marks.contains(*key) || Said(e, key->inject, *expectation))) {
    return "";
  }
  return absl::StrCat("subject: inject '", subject.inject(),
                      "' has no report or answer linked at its expectation ", subject.expectation(),
                      ", nothing to be marked");
}

v1::MarkSubject SubjectOf(const Exercise& e, const MarkKey& key) {
  v1::MarkSubject subject;
  subject.set_criterion(key.criterion);
  if (key.inject >= 0) {
    subject.set_inject(e.injects[static_cast<size_t>(key.inject)].inject.id());
    subject.set_expectation(key.expectation);
  }
  subject.set_team(key.team);
  return subject;
}

std::string Name(const Exercise& e, const MarkKey& key) {
  if (!key.criterion.empty()) return absl::StrCat("criterion '", key.criterion, "'");
  return absl::StrCat("expectation ", key.expectation, " of inject '",
                      e.injects[static_cast<size_t>(key.inject)].inject.id(), "' (team '", key.team,
                      "')");
}

std::vector<MarkKey> MarkSubjects(const Exercise& e) {
  std::vector<MarkKey> keys;
  for (const v1::Criterion& criterion : e.created.scenario().criteria()) {
    keys.push_back({criterion.id(), -1, 0, criterion.team()});
  }
  for (size_t i = 0; i < e.injects.size(); ++i) {
    const v1::Inject& inject = e.injects[i].inject;
    for (int at = 0; at < inject.expect_size(); ++at) {
      const v1::Expectation& expectation = inject.expect(at);
      if (!Written(expectation) || !Said(e, static_cast<int>(i), expectation)) continue;
      keys.push_back({"", static_cast<int>(i), at, expectation.team()});
    }
  }
  return keys;
}

std::vector<MarkKey> MarksWaiting(const Exercise& e) {
  std::vector<MarkKey> keys;
  for (MarkKey& key : MarkSubjects(e)) {
    if (MustBeMarked(e, key) && !MarkWordOn(e, key).InForce()) keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<std::string> AppealsWaiting(const Exercise& e) {
  std::vector<std::string> ids;
  for (const AppealState& appeal : e.appeals) {
    if (!appeal.answered || (appeal.answer.upheld() && !appeal.settled)) {
      ids.push_back(appeal.filed.appeal());
    }
  }
  return ids;
}

const v1::Criterion* FindCriterion(const Exercise& e, absl::string_view id) {
  for (const v1::Criterion& criterion : e.created.scenario().criteria()) {
    if (criterion.id() == id) return &criterion;
  }
  return nullptr;
}

bool InFreeWords(const v1::Question& question) { return question.choices().empty(); }

}  // namespace drill
