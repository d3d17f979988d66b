// What teams should do about an inject, and what it is worth.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/scenario/lint_context.h"
#include "core/scenario/unfold.h"
#include "core/scenario/words.h"

namespace drill::lint {
namespace {

// A report carries no more (exercise.proto, ObservationMade).
constexpr int kRecipientsMax = 16;
constexpr int kFieldsMax = 64;

struct ExpectationAt {
  const v1::Expectation& expectation;
  const std::string& path;
  const InjectAt& inject;
};

// Kinds that may stand on an inject; "" or why not.
std::string Misplaced(v1::ExpectationKind kind, const v1::Inject& inject) {
  const std::string place = absl::StrCat("a ", KindName(inject));
  if (inject.kind_case() == v1::Inject::KIND_NOT_SET) return "";
  if (inject.kind_case() == v1::Inject::kCue) {
    return "a cue is for controllers only: no team can answer to it; remove the expectation";
  }
  switch (kind) {
    case v1::EXPECTATION_KIND_ANSWER:
      if (inject.kind_case() == v1::Inject::kQuestion) return "";
      return "only a question is answered; ask one, or expect detect or report here";
    case v1::EXPECTATION_KIND_PREVENT:
    case v1::EXPECTATION_KIND_CONTAIN:
    case v1::EXPECTATION_KIND_RECOVER:
      if (OnHosts(inject)) return "";
      return absl::StrCat(place, " leaves nothing on a host to ", ExpectationName(kind),
                          "; expect it on an action or a manual action");
    case v1::EXPECTATION_KIND_DETECT:
    case v1::EXPECTATION_KIND_REPORT:
      if (inject.kind_case() != v1::Inject::kQuestion) return "";
      return absl::StrCat("a question awaits an answer, there is nothing to ",
                          ExpectationName(kind), "; expect answer");
    default:
      return "";
  }
}

void CheckWho(Context& context, const ExpectationAt& at) {
  const v1::Expectation& e = at.expectation;
  const v1::Inject& inject = at.inject.inject;
  if (ExpectationName(e.kind()).empty()) {
    context.Missing(Member(at.path, "kind"),
                    "expected prevent, detect, report, contain, recover or answer");
  } else if (const std::string why = Misplaced(e.kind(), inject); !why.empty()) {
    context.Error(Member(at.path, "kind"), why);
  }
  if (!context.CheckReference(Member(at.path, "team"), context.teams, e.team())) return;
  if (e.kind() == v1::EXPECTATION_KIND_REPORT && OnHosts(inject) &&
      std::none_of(inject.expect().begin(), inject.expect().end(), [&](const v1::Expectation& d) {
        return d.kind() == v1::EXPECTATION_KIND_DETECT && d.team() == e.team();
      })) {
    context.Warn(Member(at.path, "team"),
                 absl::StrCat("team part ", Quoted(e.team()),
                              " is not expected to detect it, but a report of what is played on "
                              "hosts earns only where the same team has detected it"));
  }
  const auto& asked = inject.question().teams();
  if (inject.has_question() && std::find(asked.begin(), asked.end(), e.team()) == asked.end()) {
    context.Error(Member(at.path, "team"),
                  absl::StrCat("team part ", Quoted(e.team()),
                               " is not asked: it is not among the question's teams"));
  }
}

void CheckTimes(Context& context, const ExpectationAt& at) {
  const v1::Expectation& e = at.expectation;
  const std::string target = Member(at.path, "target");
  const std::string limit = Member(at.path, "limit");
  const bool target_ok = !e.has_target() || context.CheckDuration(target, e.target());
  if (!e.has_limit()) {
    context.Missing(limit, "after how long it earns nothing for being in time");
    return;
  }
  if (!context.CheckDuration(limit, e.limit())) return;
  const int64_t limit_us = Micros(e.limit());
  if (limit_us <= 0) {
    context.Error(limit, "limit must be longer than 0s");
    return;
  }
  if (target_ok && Micros(e.target()) > limit_us) {
    context.Error(target, absl::StrCat("a target of ", DurationText(Micros(e.target())),
                                       " is longer than the limit of ", DurationText(limit_us)));
  }
  if (at.inject.index < 0) return;  // free play: at no planned time
  const Reach& reach = context.reach[static_cast<size_t>(at.inject.index)];
  if (context.duration_us == 0 || reach.kind == Reach::Kind::kNever) return;
  const v1::Inject& inject = at.inject.inject;
  const int64_t last_us = reach.earliest_us + CopyOffsetUs(inject, Times(inject));
  // A copy that never comes is a fault of its own.
  if (last_us >= context.duration_us || last_us + limit_us <= context.duration_us) return;
  context.Warn(limit, absl::StrCat("the limit runs to ", DurationText(last_us + limit_us),
                                   " at the earliest, but the exercise ends at ",
                                   DurationText(context.duration_us),
                                   ": it is cut there and what is still open is not judged"));
}

void CheckWorth(Context& context, const ExpectationAt& at) {
  const v1::Expectation& e = at.expectation;
  if (e.has_weight()) context.CheckRange(Member(at.path, "weight"), e.weight(), 1, 1000);
  context.CheckRange(Member(at.path, "late_floor_permille"), e.late_floor_permille(), 0, 1000);
}

void CheckHosts(Context& context, const ExpectationAt& at) {
  if (!at.expectation.has_hosts()) return;
  const v1::HostRule& rule = at.expectation.hosts();
  const std::string path = Member(at.path, "hosts");
  switch (rule.rule_case()) {
    case v1::HostRule::kAny:
      if (!rule.any()) context.Error(Member(path, "any"), "false says nothing; write each: true");
      break;
    case v1::HostRule::kEach:
      if (!rule.each()) context.Error(Member(path, "each"), "false says nothing; write any: true");
      break;
    case v1::HostRule::kSharePermille:
      context.CheckRange(Member(path, "share_permille"), rule.share_permille(), 1, 1000);
      break;
    case v1::HostRule::RULE_NOT_SET:
      context.Error(path, "hosts says nothing; write any: true, each: true or share_permille");
      break;
  }
  if (!OnHosts(at.inject.inject) || at.expectation.kind() == v1::EXPECTATION_KIND_REPORT) {
    context.Warn(path, "hosts has no effect: this is expected once, not host by host");
  }
}

void CheckReport(Context& context, const ExpectationAt& at) {
  const v1::Expectation& e = at.expectation;
  const std::string recipients = Member(at.path, "recipients");
  const std::string fields = Member(at.path, "fields");
  if (e.kind() != v1::EXPECTATION_KIND_REPORT) {
    if (!e.recipients().empty()) context.Error(recipients, "only a report has recipients");
    if (!e.fields().empty()) context.Error(fields, "only a report has fields");
    return;
  }
  if (e.recipients().empty()) {
    context.Warn(recipients, "no recipients; whom the report reaches is then not judged");
  }
  if (e.recipients_size() > kRecipientsMax) {
    context.Error(recipients, absl::StrCat("there are ", e.recipients_size(),
                                           " recipients; a report can name ", kRecipientsMax));
  }
  context.CheckUnique(recipients, "recipient", e.recipients());
  for (int i = 0; i < e.recipients_size(); ++i) {
    if (!Blank(e.recipients(i))) context.CheckId(Element(recipients, i), e.recipients(i));
  }
  if (e.fields_size() > kFieldsMax) {
    context.Error(fields, absl::StrCat("there are ", e.fields_size(),
                                       " fields; a report can carry ", kFieldsMax));
  }
  Names seen("field");
  for (int i = 0; i < e.fields_size(); ++i) {
    const v1::FieldKey& key = e.fields(i);
    const std::string path = Element(fields, i);
    if (Blank(key.field())) {
      context.Missing(Member(path, "field"), "the report's field, as in incident_type");
    } else if (seen.Add(key.field(), i) >= 0) {
      context.Error(Member(path, "field"),
                    absl::StrCat("field ", Quoted(key.field()), " is named twice"));
    }
    if (key.accept().empty()) {
      context.Missing(Member(path, "accept"), "list the values that count as right");
    }
    context.CheckUnique(Member(path, "accept"), "value", key.accept());
  }
}

}  // namespace

void CheckExpectations(Context& context, const InjectAt& at) {
  const v1::Inject& inject = at.inject;
  const std::string list = Member(at.path, "expect");
  if (inject.expect_size() > kExpectationsMax) {
    context.Error(list, absl::StrCat("there are ", inject.expect_size(),
                                     " expectations; the limit is ", kExpectationsMax));
  }
  if (inject.expect().empty() && (inject.has_action() || inject.has_question())) {
    context.Warn(list, absl::StrCat("no expectations; nothing that a team does about this ",
                                    KindName(inject), " is measured"));
  }
  for (int i = 0; i < std::min(inject.expect_size(), kExpectationsMax); ++i) {
    const std::string path = Element(list, i);
    const ExpectationAt expectation{inject.expect(i), path, at};
    CheckWho(context, expectation);
    CheckHosts(context, expectation);
    CheckTimes(context, expectation);
    CheckWorth(context, expectation);
    CheckReport(context, expectation);
  }
}

}  // namespace drill::lint
