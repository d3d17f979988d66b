#include "core/scenario/reach.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/scenario/unfold.h"
#include "core/scenario/words.h"

namespace drill {
namespace {

// Later than any exercise; sums of two such times still fit.
constexpr int64_t kFarFutureUs = int64_t{1} << 60;
constexpr int64_t kNoEnd = std::numeric_limits<int64_t>::max();

bool Expects(const v1::Inject& inject, v1::ExpectationKind kind) {
  return std::any_of(inject.expect().begin(), inject.expect().end(),
                     [&](const v1::Expectation& e) { return e.kind() == kind; });
}

v1::ExpectationKind KindBehind(v1::Anchor anchor) {
  switch (anchor) {
    case v1::ANCHOR_DETECTED:
      return v1::EXPECTATION_KIND_DETECT;
    case v1::ANCHOR_REPORTED:
      return v1::EXPECTATION_KIND_REPORT;
    case v1::ANCHOR_CONTAINED:
      return v1::EXPECTATION_KIND_CONTAIN;
    case v1::ANCHOR_RECOVERED:
      return v1::EXPECTATION_KIND_RECOVER;
    default:
      return v1::EXPECTATION_KIND_UNSPECIFIED;
  }
}

// One walk along the chains of `after`. Each inject waits for at most one other, so a chain is
// walked with an explicit stack, never by recursion: it may be 10,000 long.
class Walk {
 public:
  Walk(const v1::Scenario& scenario, const InjectIndex& index)
      : scenario_(scenario),
        index_(index),
        end_us_(scenario.has_duration() && ClampedUs(scenario.duration()) > 0
                    ? ClampedUs(scenario.duration())
                    : kNoEnd),
        reach_(static_cast<size_t>(scenario.injects_size())),
        state_(static_cast<size_t>(scenario.injects_size()), State::kNew) {}

  std::vector<Reach> Run() && {
    for (int i = 0; i < scenario_.injects_size(); ++i) Resolve(i);
    return std::move(reach_);
  }

 private:
  enum class State : uint8_t { kNew, kOnPath, kDone };

  // Inject that this one waits for, -1 for none.
  int Next(int i) const {
    const v1::Inject& inject = scenario_.injects(i);
    if (inject.has_at() || !inject.has_after()) return -1;
    return index_.Find(inject.after().inject()).index;
  }

  void Resolve(int start) {
    std::vector<int> path;
    int i = start;
    while (i >= 0 && state_[At(i)] == State::kNew) {
      state_[At(i)] = State::kOnPath;
      path.push_back(i);
      i = Next(i);
    }
    if (i >= 0 && state_[At(i)] == State::kOnPath) CloseCycle(path, i);
    for (; !path.empty(); path.pop_back()) {
      const int last = path.back();
      if (state_[At(last)] == State::kDone) continue;  // on the cycle
      reach_[At(last)] = Judge(last);
      state_[At(last)] = State::kDone;
    }
  }

  void CloseCycle(const std::vector<int>& path, int entry) {
    const auto first = std::find(path.begin(), path.end(), entry);
    // The fault stands at the member that the file names first.
    const auto lowest = std::min_element(first, path.end());
    std::string names;
    for (auto it = lowest; it != path.end(); ++it) absl::StrAppend(&names, Id(*it), " → ");
    for (auto it = first; it != lowest; ++it) absl::StrAppend(&names, Id(*it), " → ");
    reach_[At(*lowest)].cycle = absl::StrCat(names, Id(*lowest));
    for (auto it = first; it != path.end(); ++it) {
      reach_[At(*it)].kind = Reach::Kind::kNever;
      state_[At(*it)] = State::kDone;
    }
  }

  Reach Judge(int i) const {
    const v1::Inject& inject = scenario_.injects(i);
    Reach reach;
    if (inject.has_at()) {
      reach.earliest_us = ClampedUs(inject.at());
      reach.exact = true;
    } else if (inject.has_after()) {
      reach = JudgeAfter(inject);
    } else {
      // Without any schedule: a fault of its own; as if by hand.
      reach.kind = Reach::Kind::kByHand;
    }
    if (reach.kind != Reach::Kind::kNever && reach.earliest_us >= end_us_) {
      reach.why = absl::StrCat(reach.exact ? "it is due at " : "it is due at the earliest at ",
                               DurationText(reach.earliest_us), ", but the exercise ends at ",
                               DurationText(end_us_));
      reach.kind = Reach::Kind::kNever;
    }
    return reach;
  }

  Reach JudgeAfter(const v1::Inject& inject) const {
    Reach reach;
    reach.earliest_us = ClampedUs(inject.after().delay());
    const InjectReference reference = index_.Find(inject.after().inject());
    if (reference.index < 0) return reach;
    const v1::Inject& other = scenario_.injects(reference.index);
    const Reach& before = reach_[At(reference.index)];
    const v1::Anchor anchor = inject.after().anchor();
    if (before.kind == Reach::Kind::kNever) {
      reach.kind = Reach::Kind::kNever;
      reach.why = absl::StrCat("it waits for ", Quoted(inject.after().inject()),
                               ", which can never be released itself");
      return reach;
    }
    if (anchor != v1::ANCHOR_UNSPECIFIED) {
      const AnchorVerdict verdict = JudgeAnchor(other, anchor);
      if (!verdict.possible) {
        reach.kind = Reach::Kind::kNever;
        reach.why = absl::StrCat("it waits for ", Quoted(inject.after().inject()), " to be ",
                                 AnchorName(anchor), ", but ", verdict.why);
        return reach;
      }
    }
    reach.kind = before.kind;
    reach.exact = before.exact && anchor == v1::ANCHOR_RELEASED;
    reach.earliest_us =
        std::min(kFarFutureUs, before.earliest_us + CopyOffsetUs(other, reference.copy) +
                                   (anchor == v1::ANCHOR_OVERDUE ? LongestLimitUs(other) : 0) +
                                   reach.earliest_us);
    return reach;
  }

  static size_t At(int i) { return static_cast<size_t>(i); }
  const std::string& Id(int i) const { return scenario_.injects(i).id(); }

  const v1::Scenario& scenario_;
  const InjectIndex& index_;
  const int64_t end_us_;
  std::vector<Reach> reach_;
  std::vector<State> state_;
};

}  // namespace

InjectIndex::InjectIndex(const v1::Scenario& scenario) : scenario_(scenario) {
  for (int i = 0; i < scenario.injects_size(); ++i) {
    if (!scenario.injects(i).id().empty()) by_id_.try_emplace(scenario.injects(i).id(), i);
  }
}

InjectReference InjectIndex::Find(absl::string_view id) const {
  if (const auto it = by_id_.find(id); it != by_id_.end()) return {it->second, 1};
  const size_t hash = id.rfind('#');
  if (hash == absl::string_view::npos) return {};
  const auto it = by_id_.find(id.substr(0, hash));
  int copy = 0;
  // The first copy is "x" itself: "x#1" is no id, nor is "x#02".
  if (it == by_id_.end() || !absl::SimpleAtoi(id.substr(hash + 1), &copy) || copy < 2 ||
      absl::StrCat(copy) != id.substr(hash + 1) || copy > Times(scenario_.injects(it->second))) {
    return {};
  }
  return {it->second, copy};
}

std::vector<Reach> ComputeReach(const v1::Scenario& scenario, const InjectIndex& index) {
  return Walk(scenario, index).Run();
}

AnchorVerdict JudgeAnchor(const v1::Inject& inject, v1::Anchor anchor) {
  const std::string kind(KindName(inject));
  const auto never = [&](absl::string_view why) { return AnchorVerdict{false, std::string(why)}; };
  switch (anchor) {
    case v1::ANCHOR_RELEASED:
      return {};
    case v1::ANCHOR_STARTED:
      if (OnHosts(inject)) return {};
      return never(absl::StrCat("a ", kind, " starts on no host; wait for released"));
    case v1::ANCHOR_ANSWERED:
      if (inject.kind_case() == v1::Inject::kQuestion) return {};
      return never("only a question is answered");
    case v1::ANCHOR_OVERDUE:
      // Prevention is not owed by a moment: it never is overdue.
      for (const v1::Expectation& e : inject.expect()) {
        if (e.kind() != v1::EXPECTATION_KIND_PREVENT && ClampedUs(e.limit()) > 0) return {};
      }
      return never("it has no expectation with a limit that could pass");
    case v1::ANCHOR_DETECTED:
    case v1::ANCHOR_REPORTED:
    case v1::ANCHOR_CONTAINED:
    case v1::ANCHOR_RECOVERED: {
      const v1::ExpectationKind needed = KindBehind(anchor);
      if (Expects(inject, needed)) return {};
      const std::string why =
          absl::StrCat("no team is expected to ", ExpectationName(needed), " it");
      // Nothing is left on a host that anybody could find unasked.
      if (!OnHosts(inject)) return never(why);
      return {true, why};
    }
    default:
      return never("there is no such anchor");
  }
}

bool OnHosts(const v1::Inject& inject) {
  return inject.kind_case() == v1::Inject::kAction || inject.kind_case() == v1::Inject::kManual;
}

bool AimsAtHosts(const v1::Inject& inject) {
  const v1::Action& action = inject.action();
  return action.has_network_scan() || action.has_network_flood() || action.has_auth_guess();
}

int64_t LongestLimitUs(const v1::Inject& inject) {
  int64_t longest = 0;
  for (const v1::Expectation& e : inject.expect())
    longest = std::max(longest, ClampedUs(e.limit()));
  return longest;
}

int Times(const v1::Inject& inject) {
  if (!inject.has_repeat()) return 1;
  return std::clamp(inject.repeat().times(), 1, kRepeatTimesMax);
}

int64_t CopyOffsetUs(const v1::Inject& inject, int copy) {
  return (copy - 1) * ClampedUs(inject.repeat().every());
}

int64_t ClampedUs(const google::protobuf::Duration& duration) {
  if (duration.seconds() < 0 || duration.nanos() < 0) return 0;
  // Seconds first: their microseconds may not fit.
  if (duration.seconds() > kDurationMaxUs / 1'000'000) return kDurationMaxUs;
  return std::min(kDurationMaxUs, Micros(duration));
}

}  // namespace drill
