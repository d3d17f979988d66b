// Schedules: when an inject comes, and whether it can come at all.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/scenario/lint_context.h"
#include "core/scenario/unfold.h"
#include "core/scenario/words.h"

namespace drill::lint {
namespace {

const Reach& ReachOf(const Context& context, int index) {
  return context.reach[static_cast<size_t>(index)];
}

// "'x' is at best detected at 20s" needs this: earliest moment of an anchor of a reachable inject.
int64_t AnchorEarliestUs(const Context& context, const InjectReference& reference,
                         v1::Anchor anchor) {
  const v1::Inject& inject = context.scenario.injects(reference.index);
  return ReachOf(context, reference.index).earliest_us + CopyOffsetUs(inject, reference.copy) +
         (anchor == v1::ANCHOR_OVERDUE ? LongestLimitUs(inject) : 0);
}

void CheckAnchor(Context& context, const std::string& path, v1::Anchor anchor) {
  if (!AnchorName(anchor).empty()) return;
  context.Error(path,
                "missing anchor; expected released, started, detected, reported, contained, "
                "recovered, answered or overdue");
}

}  // namespace

void CheckSchedule(Context& context, const InjectAt& at) {
  const v1::Inject& inject = at.inject;
  const int ways = inject.has_at() + inject.has_after() + inject.contingency();
  if (ways == 0) {
    context.Error(at.path,
                  "nothing says when it comes; write one of at, after or contingency: true");
  } else if (ways > 1) {
    std::string found;
    if (inject.has_at()) absl::StrAppend(&found, "at, ");
    if (inject.has_after()) absl::StrAppend(&found, "after, ");
    if (inject.contingency()) absl::StrAppend(&found, "contingency, ");
    found.resize(found.size() - 2);
    context.Error(at.path, absl::StrCat("it has ", found,
                                        "; exactly one of at, after and "
                                        "contingency: true says when it comes"));
  }
  if (inject.has_at()) context.CheckDuration(Member(at.path, "at"), inject.at());
  if (inject.together() && (!inject.has_after() || !inject.has_action())) {
    context.Warn(Member(at.path, "together"),
                 "together has no effect except on an action with after");
  }
}

void CheckAfter(Context& context, const InjectAt& at) {
  if (!at.inject.has_after()) return;
  const v1::After& after = at.inject.after();
  const std::string path = Member(at.path, "after");
  context.CheckInject(Member(path, "inject"), after.inject());
  CheckAnchor(context, Member(path, "anchor"), after.anchor());
  if (after.has_delay()) context.CheckDuration(Member(path, "delay"), after.delay());
}

void CheckRepeat(Context& context, const InjectAt& at) {
  if (!at.inject.has_repeat()) return;
  const v1::Repeat& repeat = at.inject.repeat();
  const std::string path = Member(at.path, "repeat");
  if (!repeat.has_times()) {
    context.Missing(Member(path, "times"), "how often in all, 2 to 1000");
  } else {
    context.CheckRange(Member(path, "times"), repeat.times(), 2, kRepeatTimesMax);
  }
  if (!repeat.has_every()) {
    context.Missing(Member(path, "every"), "the time between two copies");
  } else if (context.CheckDuration(Member(path, "every"), repeat.every()) &&
             Micros(repeat.every()) <= 0) {
    context.Error(Member(path, "every"), "every must be longer than 0s");
  }
  if (at.inject.contingency()) {
    context.Warn(path, "every has no effect on a contingency: each copy is fired by hand");
  }
}

void CheckReach(Context& context, const InjectAt& at) {
  const Reach& reach = ReachOf(context, at.index);
  if (!reach.cycle.empty()) {
    context.Error(Member(at.path, "after.inject"),
                  absl::StrCat("it waits in a circle: ", reach.cycle,
                               "; none of these can ever be released, break the chain"));
  }
  if (reach.kind == Reach::Kind::kNever) {
    if (reach.why.empty()) return;
    context.Error(Member(at.path, at.inject.has_at() ? "at" : "after"),
                  absl::StrCat("can never be released: ", reach.why));
    return;
  }
  if (!at.inject.has_at() && at.inject.has_after()) {
    const v1::After& after = at.inject.after();
    if (const InjectReference other = context.injects.Find(after.inject()); other.index >= 0) {
      const v1::Inject& inject = context.scenario.injects(other.index);
      if (inject.contingency()) {
        context.Warn(Member(at.path, "after.inject"),
                     absl::StrCat("it waits for ", Quoted(after.inject()),
                                  ", a contingency: it comes only if somebody fires that one"));
      }
      if (const std::string why = JudgeAnchor(inject, after.anchor()).why;
          !why.empty() && after.anchor() != v1::ANCHOR_UNSPECIFIED) {
        context.Warn(Member(at.path, "after.anchor"),
                     absl::StrCat("may never be released: it waits for ", Quoted(after.inject()),
                                  " to be ", AnchorName(after.anchor()), ", but ", why));
      }
    }
  }
  const int64_t every_us = ClampedUs(at.inject.repeat().every());
  const int times = Times(at.inject);
  if (context.duration_us == 0 || every_us == 0 || times == 1 || at.inject.contingency()) return;
  const int64_t last_us = reach.earliest_us + CopyOffsetUs(at.inject, times);
  if (last_us < context.duration_us) return;
  // Copies 1..fit come before the end.
  const int64_t fit = (context.duration_us - 1 - reach.earliest_us) / every_us + 1;
  context.Error(Member(at.path, "repeat"),
                absl::StrCat("copies from #", fit + 1,
                             " on can never be released: the last is due "
                             "at ",
                             DurationText(last_us), ", but the exercise ends at ",
                             DurationText(context.duration_us)));
}

void CheckUnless(Context& context, const InjectAt& at) {
  if (!at.inject.has_unless()) return;
  const v1::Unless& unless = at.inject.unless();
  const std::string path = Member(at.path, "unless");
  CheckAnchor(context, Member(path, "anchor"), unless.anchor());
  if (!context.CheckInject(Member(path, "inject"), unless.inject())) return;
  if (AnchorName(unless.anchor()).empty()) return;

  const InjectReference other = context.injects.Find(unless.inject());
  const std::string anchor =
      absl::StrCat(Quoted(unless.inject()), " ", AnchorName(unless.anchor()));
  if (other.index == at.index) {
    context.Error(Member(path, "inject"), "an inject can't be revoked by itself; name another one");
    return;
  }
  const AnchorVerdict verdict = JudgeAnchor(context.scenario.injects(other.index), unless.anchor());
  if (!verdict.possible || ReachOf(context, other.index).kind == Reach::Kind::kNever) {
    context.Error(path, absl::StrCat(anchor, " can never come",
                                     verdict.why.empty() ? ": it can never be released"
                                                         : absl::StrCat(": ", verdict.why),
                                     "; this has no effect"));
    return;
  }
  if (!verdict.why.empty()) {
    context.Warn(path, absl::StrCat(anchor, " may never come: ", verdict.why));
  }
  const v1::After& after = at.inject.after();
  if (!at.inject.has_at() && at.inject.has_after() && after.inject() == unless.inject() &&
      (unless.anchor() == after.anchor() || unless.anchor() == v1::ANCHOR_RELEASED)) {
    context.Error(path,
                  absl::StrCat("always revoked: when it comes, ", anchor, " has come already"));
    return;
  }
  // With a fixed time both ways can be told: surely too late, and surely before.
  const Reach& own = ReachOf(context, at.index);
  const Reach& theirs = ReachOf(context, other.index);
  if (!at.inject.has_at() || theirs.kind != Reach::Kind::kTimed) return;
  const int64_t last_us = own.earliest_us + CopyOffsetUs(at.inject, Times(at.inject));
  const int64_t anchor_us = AnchorEarliestUs(context, other, unless.anchor());
  if (anchor_us > last_us) {
    context.Error(path, absl::StrCat(anchor, " comes at ", DurationText(anchor_us),
                                     " at the earliest, after this inject (", DurationText(last_us),
                                     "); this has no effect"));
  } else if (theirs.exact && unless.anchor() == v1::ANCHOR_RELEASED &&
             anchor_us <= own.earliest_us) {
    context.Warn(path, absl::StrCat(anchor, " comes at ", DurationText(anchor_us),
                                    ", before this inject: it is played only if a controller "
                                    "skips or delays that one"));
  }
}

void CheckMoveWindow(Context& context, const InjectAt& at) {
  const int move = context.moves.Find(at.inject.move());
  if (!at.inject.has_move() || move < 0 || !at.inject.has_at()) return;
  const v1::Scenario& s = context.scenario;
  const int64_t at_us = ClampedUs(at.inject.at());
  if (!s.moves(move).has_at()) return;
  if (at_us < ClampedUs(s.moves(move).at())) {
    context.Warn(Member(at.path, "at"),
                 absl::StrCat("it comes at ", DurationText(at_us), ", before its move ",
                              Quoted(at.inject.move()), " starts (",
                              DurationText(ClampedUs(s.moves(move).at())), ")"));
  } else if (move + 1 < s.moves_size() && s.moves(move + 1).has_at() &&
             at_us >= ClampedUs(s.moves(move + 1).at())) {
    context.Warn(Member(at.path, "at"),
                 absl::StrCat("it comes at ", DurationText(at_us), ", when the next move, ",
                              Quoted(s.moves(move + 1).id()), ", has started (",
                              DurationText(ClampedUs(s.moves(move + 1).at())), ")"));
  }
}

}  // namespace drill::lint
