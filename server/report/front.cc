#include <algorithm>

#include "absl/container/btree_map.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/report/sections.h"

// What stands before and after the body: letterhead, front page figures, signatures.
namespace drill::report {
namespace {

constexpr size_t kShortHash = 16;

// The body that reports: the director's, else the owner of the first system.
const v1::Organisation* Reporter(const Facts& facts) {
  for (const std::string& director : facts.Holders(v1::ROLE_DIRECTOR)) {
    for (const v1::Person& person : facts.data().entries().people()) {
      if (person.id() != director) continue;
      const v1::Organisation* body = facts.FindOrganisation(person.organisation());
      if (body != nullptr) return body;
    }
  }
  if (facts.data().created().systems().empty()) return nullptr;
  const v1::System* system = facts.FindSystem(facts.data().created().systems(0).system());
  return system == nullptr ? nullptr : facts.FindOrganisation(system->owner());
}

void FillLetterhead(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const v1::Organisation* reporter = Reporter(facts);
  if (reporter == nullptr) {
    PutPair(out, "ORG_NAME", words.Say(TextId::organisation_blank));
    return;
  }
  PutPair(out, "ORG_NAME", words.Of(reporter->name(), reporter->id()));
  const v1::Organisation* parent = facts.FindOrganisation(reporter->parent());
  if (parent == nullptr) return;
  PutPair(Add(out, "PARENT"), "PARENT_NAME", words.Of(parent->name(), parent->id()));
}

TextId SubjectText(v1::ExerciseType type) {
  switch (type) {
    case v1::EXERCISE_TYPE_TABLETOP:
      return TextId::doc_subject_tabletop;
    case v1::EXERCISE_TYPE_MIXED:
      return TextId::doc_subject_mixed;
    default:
      return TextId::doc_subject_live;
  }
}

void FillScore(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const v1::Scorecard& card = facts.card();
  Put(out, "SCORE", words.Score(card.score_mp()));
  ShowIf(out, "HAS_SCORE", card.score_mp() >= 0);
  PutPair(out, "SCORE_MORE",
          card.score_mp() < 0
              ? words.Say(TextId::key_no_score)
              : words.Say(TextId::key_score_more, {words.Thousandths(card.earned_mp()),
                                                   words.Thousandths(card.possible_mp()),
                                                   words.Thousandths(card.penalty_mp())}));
}

// Injects played and detected. A message is played once it is released.
void FillCounts(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  int64_t played = 0;
  int64_t detectable = 0;
  int64_t detected = 0;
  for (const v1::InjectTimes& inject : facts.card().injects()) {
    const Fate fate = FateOf(inject);
    const bool seen = fate == Fate::kDetected || fate == Fate::kPartly;
    if (fate == Fate::kOther ? inject.released_us() != 0 : fate != Fate::kNotPlayed) ++played;
    if (seen || fate == Fate::kUndetected) ++detectable;
    if (seen) ++detected;
  }
  const int64_t all = facts.card().injects_size();
  Put(out, "PLAYED", words.Count(played));
  Put(out, "PLAYABLE", words.Count(all));
  PutPair(out, "PLAYED_MORE", words.Say(TextId::key_played_more, {words.Count(all - played)}));
  Put(out, "DETECTED", words.Count(detected));
  Put(out, "DETECTABLE", words.Count(detectable));
  PutPair(out, "DETECTED_MORE",
          detected == detectable
              ? words.Say(TextId::key_detected_all)
              : words.Say(TextId::key_detected_more, {words.Count(detectable - detected)}));
}

void FillMedian(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  for (const v1::TimeMetric& metric : facts.card().metrics()) {
    if (metric.metric() != v1::METRIC_TIME_TO_DETECT || metric.n() == 0) continue;
    PutPair(out, "MEDIAN", words.Duration(metric.median_us()));
    PutPair(out, "MEDIAN_MORE",
            words.Say(TextId::key_median_more,
                      {words.Count(metric.n()), words.Duration(metric.p90_us())}));
    return;
  }
  PutPair(out, "MEDIAN", words.Say(TextId::key_no_value));
  PutPair(out, "MEDIAN_MORE", words.Say(TextId::key_median_more, {"0", "–"}));
}

void FillWrong(const Facts& facts, Dictionary* out) {
  int64_t wrong = 0;
  for (const v1::Claim& claim : facts.card().claims()) {
    if (claim.state() == v1::CLAIM_STATE_WRONG) ++wrong;
  }
  const Words& words = facts.words();
  Put(out, "WRONG", words.Count(wrong));
  PutPair(out, "WRONG_MORE",
          words.Say(TextId::key_wrong_more, {words.Thousandths(facts.card().penalty_mp())}));
}

void FillCleanupKey(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  int64_t verified = 0;
  int64_t open = 0;
  int64_t closed = 0;
  for (const v1::HostSummary& host : facts.data().hosts()) {
    verified += host.verified();
    closed += host.superseded() + host.declared() + host.residue_accepted();
    open += host.residue() + host.waiting();
  }
  const bool any = verified + open + closed > 0;
  PutPair(out, "CLEANUP",
          words.Say(!any       ? TextId::key_cleanup_none
                    : open > 0 ? TextId::key_cleanup_open
                               : TextId::key_cleanup_done));
  PutPair(out, "CLEANUP_MORE",
          words.Say(TextId::key_cleanup_more,
                    {words.Count(verified), words.Count(closed), words.Count(open)}));
}

// Systems that a duty binds, and those that have met every such duty.
void FillDutyKey(const Facts& facts, Dictionary* out) {
  absl::btree_map<std::string, bool> met;
  for (const v1::DutyRow& row : facts.data().duty().rows()) {
    if (row.state() == v1::DUTY_STATE_NOT_APPLICABLE) continue;
    const auto system = met.emplace(row.system(), true).first;
    system->second = system->second && row.state() == v1::DUTY_STATE_MET;
  }
  const Words& words = facts.words();
  const int64_t count =
      std::count_if(met.begin(), met.end(), [](const auto& entry) { return entry.second; });
  PutPair(out, "DUTY",
          met.empty() ? words.Say(TextId::key_no_duty)
                      : words.Say(TextId::key_duty,
                                  {absl::StrCat(facts.data().duty().year()), words.Count(count),
                                   words.Count(static_cast<int64_t>(met.size()))}));
}

}  // namespace

void FillStyle(const Facts& facts, Dictionary* out) {
  Put(out, "EXERCISE", facts.card().exercise());
  ShowIf(out, "PROVISIONAL", facts.provisional());
  if (facts.card().head_hash().empty()) return;
  out->ShowSection("HAS_HEAD");
  Put(out, "HEAD_SHORT", absl::BytesToHexString(facts.card().head_hash()).substr(0, kShortHash));
}

void FillHeader(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  FillLetterhead(facts, out);
  if (facts.provisional()) {
    const Pair why =
        facts.data().phase() == v1::PHASE_ABORTED
            ? words.Say(TextId::why_aborted)
            : words.Say(TextId::why_provisional, {words.Say(PhaseText(facts.data().phase())),
                                                  FullTime(facts.data().as_of_us())});
    PutPair(Add(out, "PROVISIONAL"), "WHY_PROVISIONAL", why);
  }
  PutPair(out, "DOC_SUBJECT", words.Say(SubjectText(facts.card().type())));
  PutPair(out, "QUOTED", words.Say(TextId::quoted, {facts.Title()}));
  FillScore(facts, out);
  FillCounts(facts, out);
  FillMedian(facts, out);
  FillWrong(facts, out);
  FillCleanupKey(facts, out);
  FillDutyKey(facts, out);
}

void FillSignatures(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  PutPair(out, "CLOSING", words.Say(TextId::closing, {facts.Title()}));
  if (!facts.data().close_note().empty()) {
    out->ShowSection("HAS_NOTE");
    Put(out, "NOTE", facts.data().close_note());
  }
  const std::pair<TextId, v1::Role> signers[] = {{TextId::sign_evaluators, v1::ROLE_EVALUATOR},
                                                 {TextId::sign_owner, v1::ROLE_OWNER},
                                                 {TextId::sign_director, v1::ROLE_DIRECTOR}};
  for (const auto& [post, role] : signers) {
    Dictionary* signer = Add(out, "SIGNER");
    PutPair(signer, "POST", words.Say(post));
    // One holder is the signer; of several the body decides who signs.
    const std::vector<std::string> holders = facts.Holders(role);
    Put(signer, "WHO", holders.size() == 1 ? facts.Person(holders[0]) : "");
  }
  std::vector<std::string> owners;
  for (const v1::SystemCast& cast : facts.data().created().systems()) {
    const v1::System* system = facts.FindSystem(cast.system());
    if (system == nullptr || system->owner().empty()) continue;
    if (std::find(owners.begin(), owners.end(), system->owner()) == owners.end()) {
      owners.push_back(system->owner());
    }
  }
  for (const std::string& owner : owners) {
    PutPair(Add(out, "RECIPIENT"), "NAME", facts.Organisation(owner));
  }
}

}  // namespace drill::report
