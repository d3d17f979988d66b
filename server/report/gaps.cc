#include <algorithm>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/report/sections.h"

// What was missed, by the team or by us, and what the team claimed.
namespace drill::report {
namespace {

constexpr int kRowsMax = 300;
constexpr size_t kClaimTextMax = 400;

// ---- techniques --------------------------------------------------------------------------------

struct Technique {
  std::vector<std::string> injects;
  int64_t played = 0;
  int64_t detected = 0;
  bool partly = false;
  bool blocked = false;
};

absl::btree_map<std::string, Technique> Techniques(const v1::Scorecard& card) {
  absl::btree_map<std::string, Technique> all;
  for (const v1::InjectTimes& inject : card.injects()) {
    const Fate fate = FateOf(inject);
    for (const std::string& id : inject.techniques()) {
      Technique& technique = all[id];
      technique.injects.push_back(inject.inject());
      technique.blocked |= fate == Fate::kBlocked;
      technique.partly |= fate == Fate::kPartly;
      if (fate == Fate::kDetected || fate == Fate::kPartly) ++technique.detected;
      if (fate == Fate::kDetected || fate == Fate::kPartly || fate == Fate::kUndetected) {
        ++technique.played;
      }
    }
  }
  return all;
}

Pair InjectTitles(const Facts& facts, const std::vector<std::string>& injects) {
  Pair titles;
  for (const std::string& id : injects) {
    titles = facts.words().Join({titles, facts.Inject(id)}, "; ");
  }
  return titles;
}

TextId TechniqueText(const Technique& technique) {
  if (technique.played == 0) {
    return technique.blocked ? TextId::tech_blocked : TextId::tech_not_played;
  }
  if (technique.detected == 0) return TextId::tech_undetected;
  return technique.detected < technique.played || technique.partly ? TextId::tech_partly
                                                                   : TextId::tech_detected;
}

// ---- not played, marks -------------------------------------------------------------------------

TextId WhyText(v1::HostOutcomeKind kind) {
  switch (kind) {
    case v1::HOST_OUTCOME_KIND_FAILED:
      return TextId::why_failed;
    case v1::HOST_OUTCOME_KIND_REFUSED:
      return TextId::why_refused;
    case v1::HOST_OUTCOME_KIND_MISSED:
      return TextId::why_missed;
    case v1::HOST_OUTCOME_KIND_INTERRUPTED:
      return TextId::why_interrupted;
    case v1::HOST_OUTCOME_KIND_SILENT:
      return TextId::why_silent;
    default:
      return TextId::state_unknown;
  }
}

TextId WhyText(v1::RevokeReason reason) {
  switch (reason) {
    case v1::REVOKE_REASON_SKIPPED:
      return TextId::why_skipped;
    case v1::REVOKE_REASON_UNLESS:
      return TextId::why_unless;
    case v1::REVOKE_REASON_ENDED:
      return TextId::why_ended;
    default:
      return TextId::state_unknown;
  }
}

bool WasPlayed(const v1::HostOutcome& outcome) {
  return outcome.kind() == v1::HOST_OUTCOME_KIND_PLAYED ||
         outcome.kind() == v1::HOST_OUTCOME_KIND_BLOCKED;
}

// Adds rows to a table section that exists only once it has one; counts those beyond kRowsMax.
class Rows {
 public:
  Rows(Dictionary* out, const char* table, const char* row) : out_(out), table_(table), row_(row) {}

  // Null: one too many.
  Dictionary* Next() {
    if (++count_ > kRowsMax) return nullptr;
    if (section_ == nullptr) section_ = Add(out_, table_);
    return Add(section_, row_);
  }
  bool empty() const { return count_ == 0; }
  int64_t left_out() const { return std::max<int64_t>(count_ - kRowsMax, 0); }

 private:
  Dictionary* const out_;
  const char* const table_;
  const char* const row_;
  Dictionary* section_ = nullptr;
  int64_t count_ = 0;
};

void FillUndetected(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  bool any = false;
  Dictionary* table = nullptr;
  for (const v1::InjectTimes& inject : facts.card().injects()) {
    if (FateOf(inject) != Fate::kUndetected) continue;
    // Never cut short: nothing undetected is dropped.
    if (!any) table = Add(out, "HAS_UNDETECTED");
    any = true;
    Dictionary* row = Add(table, "UNDETECTED");
    PutPair(row, "TITLE", words.Of(inject.title(), inject.inject()));
    Put(row, "TECHNIQUES", absl::StrJoin(inject.techniques(), " "));
    Put(row, "HOSTS", words.Count(inject.played()));
    Put(row, "NOTICEABLE",
        inject.noticeable_us() == 0 ? "–"
                                    : TimeOfDay(inject.noticeable_us(), facts.card().start_us()));
    PutPair(row, "WAITED",
            inject.noticeable_us() == 0
                ? words.Say(TextId::waited_unnoticeable)
                : words.Say(TextId::waited_value,
                            {words.Duration(facts.last_us() - inject.noticeable_us())}));
  }
  ShowIf(out, "NO_UNDETECTED", !any);
}

int64_t FillNotPlayed(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  Rows rows(out, "HAS_NOT_PLAYED", "NOT_PLAYED");
  for (const v1::HostOutcome& outcome : facts.data().outcomes()) {
    if (WasPlayed(outcome)) continue;
    Dictionary* row = rows.Next();
    if (row == nullptr) continue;
    PutPair(row, "TITLE", facts.Inject(outcome.inject()));
    PutPair(row, "HOST", facts.Host(outcome.host()));
    PutPair(row, "WHY", words.Say(WhyText(outcome.kind())));
    PutNotes(words, outcome.notes(), row);
  }
  for (const v1::InjectRevoked& revoked : facts.data().revoked()) {
    Dictionary* row = rows.Next();
    if (row == nullptr) continue;
    PutPair(row, "TITLE", facts.Inject(revoked.inject()));
    PutPair(row, "HOST", words.Say(TextId::all_hosts));
    PutPair(row, "WHY", words.Say(WhyText(revoked.reason())));
    if (!revoked.note().empty()) Put(Add(row, "DETAIL"), "LINE", revoked.note());
  }
  ShowIf(out, "NO_NOT_PLAYED", rows.empty());
  return rows.left_out();
}

std::vector<Pair> Marks(const Facts& facts, const v1::HostOutcome& outcome) {
  const Words& words = facts.words();
  std::vector<Pair> marks;
  if (outcome.kind() == v1::HOST_OUTCOME_KIND_BLOCKED) {
    marks.push_back(words.Say(TextId::mark_blocked));
  }
  if (outcome.kind() == v1::HOST_OUTCOME_KIND_PLAYED && outcome.late_us() >= kLateMarkUs) {
    marks.push_back(words.Say(TextId::mark_late, {words.Duration(outcome.late_us())}));
  }
  if (!outcome.played_by().empty()) {
    const std::string witness = outcome.witnessed_by().empty()
                                    ? words.Say(TextId::nobody).primary
                                    : facts.Person(outcome.witnessed_by());
    marks.push_back(words.Say(TextId::mark_hand, {facts.Person(outcome.played_by()), witness}));
  }
  if (outcome.undo_reason() == v1::UNDO_REASON_STOPPED) {
    marks.push_back(words.Say(TextId::mark_undo_stopped));
  }
  if (outcome.undo_reason() == v1::UNDO_REASON_SILENCE) {
    marks.push_back(words.Say(TextId::mark_undo_silence));
  }
  if (outcome.undo_reason() == v1::UNDO_REASON_WINDOW) {
    marks.push_back(words.Say(TextId::mark_undo_window));
  }
  if (outcome.undo_reason() == v1::UNDO_REASON_HOST) {
    marks.push_back(words.Say(TextId::mark_undo_host));
  }
  return marks;
}

int64_t FillMarks(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  Rows rows(out, "HAS_MARK", "MARK");
  const auto add = [&](const std::string& inject, const Pair& host, const Pair& mark) {
    Dictionary* row = rows.Next();
    if (row == nullptr) return;
    PutPair(row, "TITLE", facts.Inject(inject));
    PutPair(row, "HOST", host);
    PutPair(row, "WORDS", mark);
  };
  for (const v1::InjectTimes& inject : facts.card().injects()) {
    if (inject.late_us() == 0) continue;
    add(inject.inject(), words.Say(TextId::all_hosts),
        words.Say(TextId::mark_released_late, {words.Duration(inject.late_us())}));
  }
  for (const v1::HostOutcome& outcome : facts.data().outcomes()) {
    for (const Pair& mark : Marks(facts, outcome)) {
      add(outcome.inject(), facts.Host(outcome.host()), mark);
    }
  }
  ShowIf(out, "NO_MARK", rows.empty());
  return rows.left_out();
}

// ---- claims ------------------------------------------------------------------------------------

TextId ObservationText(v1::ObservationKind kind) {
  switch (kind) {
    case v1::OBSERVATION_KIND_DETECTION:
      return TextId::obs_detection;
    case v1::OBSERVATION_KIND_REPORT:
      return TextId::obs_report;
    case v1::OBSERVATION_KIND_CONTAINMENT:
      return TextId::obs_containment;
    case v1::OBSERVATION_KIND_RECOVERY:
      return TextId::obs_recovery;
    case v1::OBSERVATION_KIND_ANSWER:
      return TextId::obs_answer;
    default:
      return TextId::state_unknown;
  }
}

void FillClaim(const Facts& facts, const v1::Claim& claim, Dictionary* row) {
  const Words& words = facts.words();
  Put(row, "ID", claim.observation());
  PutPair(row, "KIND", words.Say(ObservationText(claim.kind())));
  Put(row, "RECORD", static_cast<int64_t>(claim.record()));
  Put(row, "AT", TimeOfDay(claim.received_us(), facts.card().start_us()));
  PutPair(row, "TEAM", facts.Team(claim.team()));
  Put(row, "PERSON", facts.Person(claim.person()));
  Put(row, "TEXT", Shorten(claim.text(), kClaimTextMax));
  if (!claim.hosts().empty()) {
    Put(Add(row, "HAS_HOSTS"), "HOSTS", absl::StrJoin(claim.hosts(), ", "));
  }
  Put(row, "PENALTY", claim.penalty_mp() == 0 ? "0" : words.Thousandths(-claim.penalty_mp()));
}

// A list of the claims in one state; nothing where there are none.
void FillList(const Facts& facts, v1::ClaimState state, TextId title, int* number,
              Dictionary* out) {
  Dictionary* list = nullptr;
  int64_t count = 0;
  for (const v1::Claim& claim : facts.card().claims()) {
    if (claim.state() != state) continue;
    if (++count > kRowsMax) continue;
    if (list == nullptr) {
      list = Add(out, "LIST");
      Put(list, "NO", ++*number);
      PutPair(list, "TITLE", facts.words().Say(title));
    }
    FillClaim(facts, claim, Add(list, "CLAIM"));
  }
  if (count > kRowsMax) {
    PutPair(Add(list, "LEFT_OUT"), "WORDS",
            facts.words().Say(TextId::rows_left_out, {facts.words().Count(count - kRowsMax)}));
  }
}

}  // namespace

void FillTechniques(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const absl::btree_map<std::string, Technique> techniques = Techniques(facts.card());
  if (techniques.empty()) {
    out->ShowSection("NONE");
    return;
  }
  Dictionary* table = Add(out, "HAS");
  int64_t played = 0;
  int64_t detected = 0;
  for (const auto& [id, technique] : techniques) {
    Dictionary* row = Add(table, "ROW");
    Put(row, "ID", id);
    PutPair(row, "INJECTS", InjectTitles(facts, technique.injects));
    Put(row, "PLAYED", words.Count(technique.played));
    Put(row, "DETECTED", words.Count(technique.detected));
    const TextId state = TechniqueText(technique);
    PutPair(row, "STATE", words.Say(state));
    ShowIf(row, "BAD", state == TextId::tech_undetected);
    ShowIf(row, "GOOD", state == TextId::tech_detected || state == TextId::tech_blocked);
    int64_t score_mp = -1;
    for (const v1::RollUp& sum : facts.card().by_technique()) {
      if (sum.key() == id) score_mp = sum.score_mp();
    }
    Put(row, "SCORE", words.Score(score_mp));
    if (technique.played > 0) ++played;
    if (technique.detected > 0) ++detected;
  }
  PutPair(
      table, "SUMMARY",
      words.Say(TextId::techniques_summary, {words.Count(static_cast<int64_t>(techniques.size())),
                                             words.Count(played), words.Count(detected)}));
}

void FillGaps(const Facts& facts, Dictionary* out) {
  FillUndetected(facts, out);
  const int64_t left_out =
      FillNotPlayed(facts, out) + FillMarks(facts, out) + facts.data().outcomes_left_out();
  if (left_out == 0) return;
  PutPair(Add(out, "LEFT_OUT"), "WORDS",
          facts.words().Say(TextId::rows_left_out, {facts.words().Count(left_out)}));
}

void FillClaims(const Facts& facts, Dictionary* out) {
  const std::pair<v1::ClaimState, TextId> states[] = {
      {v1::CLAIM_STATE_MATCHED, TextId::claim_matched},
      {v1::CLAIM_STATE_WRONG, TextId::claim_wrong},
      {v1::CLAIM_STATE_NEUTRAL, TextId::claim_neutral},
      {v1::CLAIM_STATE_TRUE_NOT_OURS, TextId::claim_true_not_ours},
      {v1::CLAIM_STATE_WAITING, TextId::claim_waiting}};
  for (const auto& [state, text] : states) {
    int64_t count = 0;
    for (const v1::Claim& claim : facts.card().claims()) count += claim.state() == state ? 1 : 0;
    Dictionary* cell = Add(out, "COUNT");
    PutPair(cell, "STATE", facts.words().Say(text));
    Put(cell, "N", facts.words().Count(count));
    if (state == v1::CLAIM_STATE_WRONG) ShowIf(out, "NO_WRONG", count == 0);
  }
  int number = 0;
  FillList(facts, v1::CLAIM_STATE_WRONG, TextId::h_wrong, &number, out);
  FillList(facts, v1::CLAIM_STATE_TRUE_NOT_OURS, TextId::h_true, &number, out);
  FillList(facts, v1::CLAIM_STATE_WAITING, TextId::h_waiting, &number, out);
}

}  // namespace drill::report
