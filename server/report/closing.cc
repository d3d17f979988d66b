#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/report/sections.h"

// Ratings, the state of the hosts afterwards, duty, and what proves the figures.
namespace drill::report {
namespace {

constexpr int kHostRowsMax = 200;
constexpr int64_t kSettledRowsMax = 200;

// ---- ratings -----------------------------------------------------------------------------------

const char* Letter(v1::Rating rating) {
  switch (rating) {
    case v1::RATING_P:
      return "P";
    case v1::RATING_S:
      return "S";
    case v1::RATING_M:
      return "M";
    case v1::RATING_U:
      return "U";
    default:
      return "–";
  }
}

// Of a system, or of an objective.
void FillRatingCell(const Facts& facts, const std::string& system, const std::string& objective,
                    v1::Element element, Dictionary* cell) {
  bool any = false;
  for (const v1::RatingGiven& given : facts.data().ratings()) {
    const v1::ElementRated& rated = given.rated();
    if (rated.system() != system || rated.objective() != objective || rated.element() != element) {
      continue;
    }
    any = true;
    Dictionary* rating = Add(cell, "GIVEN");
    Put(rating, "LETTER", Letter(rated.rating()));
    Put(rating, "WHO", facts.Person(given.person()));
    if (!rated.note().empty()) Put(Add(rating, "HAS_NOTE"), "NOTE", rated.note());
  }
  ShowIf(cell, "EMPTY", !any);
}

// ---- clean-up ----------------------------------------------------------------------------------

bool HostOpen(const v1::HostSummary& host) { return host.residue() + host.waiting() > 0; }

bool HostWorthARow(const v1::HostSummary& host) {
  return HostOpen(host) || host.superseded() + host.declared() + host.residue_accepted() > 0 ||
         host.not_played() > 0 || host.blocked() > 0;
}

void FillHostRow(const Facts& facts, const v1::HostSummary& host, Dictionary* row) {
  const Words& words = facts.words();
  PutPair(row, "NAME", facts.Host(host.host()));
  PutPair(row, "SYSTEM", facts.System(host.system()));
  Put(row, "PLAYED", words.Count(host.played()));
  Put(row, "VERIFIED", words.Count(host.verified()));
  Put(row, "SUPERSEDED", words.Count(host.superseded()));
  Put(row, "DECLARED", words.Count(host.declared()));
  Put(row, "RESIDUE", words.Count(host.residue()));
  Put(row, "ACCEPTED", words.Count(host.residue_accepted()));
  Put(row, "WAITING", words.Count(host.waiting()));
  ShowIf(row, "RESIDUE_BAD", host.residue() > 0);
  ShowIf(row, "WAITING_BAD", host.waiting() > 0);
  Put(row, "CLOCK",
      host.agentless()  ? words.Say(TextId::no_agent).primary
      : !host.checked() ? words.Say(TextId::not_measured).primary
                        : words.ClockError(host.clock_error_us()));
}

// All hosts while they fit; else those with something to say first.
void FillHosts(const Facts& facts, Dictionary* out) {
  const auto& hosts = facts.data().hosts();
  const bool all = hosts.size() <= kHostRowsMax;
  int64_t rows = 0;
  for (const v1::HostSummary& host : hosts) {
    if (!all && (!HostWorthARow(host) || (rows >= kHostRowsMax && !HostOpen(host)))) continue;
    FillHostRow(facts, host, Add(out, "HOST"));
    ++rows;
  }
  if (rows == hosts.size()) return;
  PutPair(Add(out, "HOSTS_LEFT_OUT"), "WORDS",
          facts.words().Say(TextId::hosts_left_out, {facts.words().Count(hosts.size() - rows)}));
}

TextId CleanupText(const v1::HostOutcome& outcome) {
  if (outcome.cleanup_waiting()) return TextId::k_waiting;
  switch (outcome.cleanup()) {
    case v1::CLEANUP_RESULT_SUPERSEDED:
      return TextId::k_superseded;
    case v1::CLEANUP_RESULT_DECLARED:
      return TextId::k_declared;
    case v1::CLEANUP_RESULT_RESIDUE:
      return outcome.residue_accepted() ? TextId::k_accepted : TextId::k_residue;
    default:
      return TextId::k_verified;
  }
}

// What is open is always named; of what is settled, as much as is read.
void FillLeft(const Facts& facts, Dictionary* out) {
  Dictionary* table = nullptr;
  int64_t settled = 0;
  for (const v1::HostOutcome& outcome : facts.data().outcomes()) {
    const TextId state = CleanupText(outcome);
    const bool hand = !outcome.played_by().empty();
    if (state == TextId::k_verified || hand) continue;
    const bool open = state == TextId::k_waiting || state == TextId::k_residue;
    if (!open && ++settled > kSettledRowsMax) continue;
    if (table == nullptr) table = Add(out, "HAS_LEFT");
    Dictionary* row = Add(table, "LEFT");
    PutPair(row, "HOST", facts.Host(outcome.host()));
    PutPair(row, "TITLE", facts.Inject(outcome.inject()));
    PutPair(row, "STATE", facts.words().Say(state));
    PutNotes(facts.words(), outcome.notes(), row);
  }
  if (settled > kSettledRowsMax) {
    PutPair(
        Add(table, "LEFT_OUT"), "WORDS",
        facts.words().Say(TextId::rows_left_out, {facts.words().Count(settled - kSettledRowsMax)}));
  }
}

// ---- duty --------------------------------------------------------------------------------------

TextId DutyText(v1::DutyState state) {
  switch (state) {
    case v1::DUTY_STATE_MET:
      return TextId::duty_met;
    case v1::DUTY_STATE_PENDING:
      return TextId::duty_pending;
    case v1::DUTY_STATE_DUE:
      return TextId::duty_due;
    case v1::DUTY_STATE_OVERDUE:
      return TextId::duty_overdue;
    case v1::DUTY_STATE_NOT_APPLICABLE:
      return TextId::duty_not_applicable;
    default:
      return TextId::state_unknown;
  }
}

std::string DocumentName(const v1::Obligation& obligation) {
  return absl::StrCat(obligation.document(), obligation.article().empty() ? "" : ", ",
                      obligation.article());
}

const v1::Obligation* FindObligation(const Facts& facts, absl::string_view id) {
  for (const v1::Obligation& obligation : facts.data().duty().obligations()) {
    if (obligation.id() == id) return &obligation;
  }
  return nullptr;
}

void FillDutyRow(const Facts& facts, const v1::DutyRow& duty, Dictionary* row) {
  const Words& words = facts.words();
  PutPair(row, "NAME", words.Of(duty.system_name(), facts.System(duty.system())));
  Put(row, "LEVEL", duty.level() == 0 ? "–" : absl::StrCat(duty.level()));
  ShowIf(row, "LEVEL_MISSING", duty.level_missing());
  const v1::Obligation* obligation = FindObligation(facts, duty.obligation());
  PutPair(row, "OBLIGATION",
          obligation == nullptr ? Pair(duty.obligation())
                                : words.Of(obligation->title(), duty.obligation()));
  Put(row, "DOCUMENT", obligation == nullptr ? "" : DocumentName(*obligation));
  PutPair(row, "STATE", words.Say(DutyText(duty.state())));
  ShowIf(row, "BAD", duty.state() == v1::DUTY_STATE_OVERDUE);
  ShowIf(row, "GOOD", duty.state() == v1::DUTY_STATE_MET);
  const bool waits =
      duty.state() != v1::DUTY_STATE_MET && duty.state() != v1::DUTY_STATE_NOT_APPLICABLE;
  if (waits && !Day(duty.due()).empty())
    PutPair(Add(row, "DUE"), "WORDS", words.Say(TextId::due, {Day(duty.due())}));
  if (!duty.exercise().empty()) {
    const std::string day = Day(duty.held_on());
    PutPair(Add(row, "HELD"), "HELD_WORDS",
            duty.exercise() == facts.card().exercise()
                ? words.Say(TextId::held_this, {day})
                : words.Say(TextId::held_other, {duty.exercise(), day}));
  }
  const Pair depth = words.Of(duty.depth());
  if (!depth.empty()) PutPair(Add(row, "DEPTH"), "WORDS", depth);
  for (const v1::Text& missing : duty.missing()) {
    PutPair(Add(row, "MISSING"), "WORDS", words.Of(missing));
  }
  for (const v1::Text& note : duty.notes()) PutPair(Add(row, "NOTE"), "WORDS", words.Of(note));
  if (!duty.aborted().empty()) {
    PutPair(Add(row, "NOTE"), "WORDS",
            words.Say(TextId::duty_aborted, {absl::StrJoin(duty.aborted(), ", ")}));
  }
}

void FillSource(const Facts& facts, const v1::Obligation& obligation, Dictionary* row) {
  const Words& words = facts.words();
  Put(row, "DOCUMENT", DocumentName(obligation));
  if (!obligation.quote().empty()) Put(Add(row, "HAS_QUOTE"), "QUOTE", obligation.quote());
  PutPair(row, "REACH",
          words.Say(TextId::reach, {words.Of(obligation.reach(), words.Say(TextId::not_stated))}));
  ShowIf(row, "UNVERIFIED", obligation.verified_by().empty());
}

void FillDeadlines(const Facts& facts, Dictionary* out) {
  int64_t first = 0;
  for (const v1::InjectTimes& inject : facts.card().injects()) {
    if (inject.detected_us() != 0 && (first == 0 || inject.detected_us() < first)) {
      first = inject.detected_us();
    }
  }
  const Words& words = facts.words();
  const int64_t end = facts.card().end_us();
  PutPair(out, "DEADLINES",
          first == 0 || end == 0
              ? words.Say(TextId::deadlines_none)
              : words.Say(TextId::deadlines_note, {FullTime(first), words.Duration(end - first)}));
}

}  // namespace

void FillRatings(const Facts& facts, Dictionary* out) {
  const auto row = [&](const Pair& name, const std::string& system, const std::string& objective) {
    Dictionary* cells = Add(out, "ROW");
    PutPair(cells, "NAME", name);
    for (const v1::Element element :
         {v1::ELEMENT_PROCESS, v1::ELEMENT_TECHNOLOGY, v1::ELEMENT_PEOPLE}) {
      FillRatingCell(facts, system, objective, element, Add(cells, "CELL"));
    }
  };
  for (const v1::SystemCast& cast : facts.data().created().systems()) {
    row(facts.System(cast.system()), cast.system(), "");
  }
  // Capabilities only where somebody rated one.
  for (const v1::Objective& objective : facts.data().created().scenario().objectives()) {
    const auto& given = facts.data().ratings();
    if (std::none_of(given.begin(), given.end(), [&](const v1::RatingGiven& rating) {
          return rating.rated().objective() == objective.id();
        })) {
      continue;
    }
    const Pair title = facts.words().Of(objective.title(), objective.id());
    row(facts.words().Of(objective.capability(), title), "", objective.id());
  }
}

void FillCleanup(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  int64_t open = 0;
  int64_t open_hosts = 0;
  int64_t changed_hosts = 0;
  for (const v1::HostSummary& host : facts.data().hosts()) {
    open += host.residue() + host.waiting();
    open_hosts += HostOpen(host) ? 1 : 0;
    const int64_t closed =
        host.verified() + host.superseded() + host.declared() + host.residue_accepted();
    changed_hosts += closed > 0 || HostOpen(host) ? 1 : 0;
  }
  PutPair(out, "SUMMARY",
          open > 0 ? words.Say(TextId::cleanup_open, {words.Count(open), words.Count(open_hosts)})
          : changed_hosts > 0 ? words.Say(TextId::cleanup_done, {words.Count(changed_hosts)})
                              : words.Say(TextId::cleanup_nothing));
  FillHosts(facts, out);
  FillLeft(facts, out);
}

void FillDuty(const Facts& facts, Dictionary* out) {
  const v1::DutyTable& duty = facts.data().duty();
  FillDeadlines(facts, out);
  if (duty.rows().empty()) {
    out->ShowSection("NONE");
    return;
  }
  Dictionary* table = Add(out, "HAS");
  for (const v1::DutyRow& row : duty.rows()) FillDutyRow(facts, row, Add(table, "ROW"));
  for (const v1::Obligation& obligation : duty.obligations()) {
    FillSource(facts, obligation, Add(table, "SOURCE"));
  }
  PutPair(table, "AS_OF",
          facts.words().Say(TextId::duty_as_of,
                            {absl::StrCat(duty.year()), FullTime(duty.as_of_us())}));
}

void FillIntegrity(const Facts& facts, Dictionary* out) {
  const Words& words = facts.words();
  const v1::Scorecard& card = facts.card();
  Put(out, "EXERCISE", card.exercise());
  PutPair(out, "UP_TO",
          words.Say(TextId::i_up_to, {words.Count(static_cast<int64_t>(card.head_stream_seq()))}));
  if (card.head_hash().empty()) {
    out->ShowSection("NO_HEAD");
  } else {
    Put(Add(out, "HAS_HEAD"), "HEAD", GroupedHex(card.head_hash()));
  }
  const v1::FinalSigned& signature = facts.data().final_signed();
  if (signature.statement().empty()) {
    out->ShowSection("NOT_SIGNED");
  } else {
    Put(Add(out, "SIGNED"), "KEY", GroupedHex(signature.signature().key_sha256()));
  }
  if (facts.data().scorecard_sha256().empty()) {
    out->ShowSection("NO_SCORE");
  } else {
    Put(Add(out, "HAS_SCORE"), "SCORE_HASH", GroupedHex(facts.data().scorecard_sha256()));
  }
  Put(out, "VERSION", card.scoring_version());
}

}  // namespace drill::report
