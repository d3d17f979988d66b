#include "core/scoring/judge.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/exercise/effect.h"
#include "core/scoring/because.h"

namespace drill::scoring {
namespace {

using Stage = OrderState::Stage;

void AddRecord(uint64_t record, Records* records) {
  if (record == 0) return;
  if (records->empty()) records->reserve(4);  // as many as most results have
  auto at = std::lower_bound(records->begin(), records->end(), record);
  if (at == records->end() || *at != record) records->insert(at, record);
}
void AddRecords(const Records& from, Records* records) {
  for (uint64_t record : from) AddRecord(record, records);
}

v1::ObservationKind AskedFor(v1::ExpectationKind kind) {
  switch (kind) {
    case v1::EXPECTATION_KIND_DETECT:
      return v1::OBSERVATION_KIND_DETECTION;
    case v1::EXPECTATION_KIND_REPORT:
      return v1::OBSERVATION_KIND_REPORT;
    case v1::EXPECTATION_KIND_CONTAIN:
      return v1::OBSERVATION_KIND_CONTAINMENT;
    case v1::EXPECTATION_KIND_RECOVER:
      return v1::OBSERVATION_KIND_RECOVERY;
    case v1::EXPECTATION_KIND_ANSWER:
      return v1::OBSERVATION_KIND_ANSWER;
    default:
      return v1::OBSERVATION_KIND_UNSPECIFIED;
  }
}

// An undo that took the team's chance away, rather than the end of the drill.
bool Censors(const OrderState& order) {
  return order.undone_us != 0 &&
         (order.undo_reason == v1::UNDO_REASON_STOPPED ||
          order.undo_reason == v1::UNDO_REASON_SILENCE ||
          order.undo_reason == v1::UNDO_REASON_WINDOW ||
          order.undo_reason == v1::UNDO_REASON_HOST || order.undo_reason == v1::UNDO_REASON_FAILED);
}

// Not released: it may still come, or it never will.
bool Unreleased(const Exercise& exercise, const InjectState& inject, Chance* chance) {
  if (inject.status == InjectState::Status::kReleased) return false;
  if (inject.status == InjectState::Status::kRevoked) {
    *chance = {Chance::Kind::kNotPlayed, 0, 0, 0, "revoked before it was released", {}};
  } else if (exercise.Over()) {
    *chance = {Chance::Kind::kNotPlayed, 0, 0, 0, "never released", {}};
  } else {
    *chance = {Chance::Kind::kOpen, 0, 0, 0, "not released yet", {}};
  }
  return true;
}

Chance ChanceOfManual(const Exercise& exercise, const InjectState& inject, int host) {
  Chance chance;
  // Attested is played, whatever became of the inject afterwards.
  if (auto it = inject.manual.find(host); it != inject.manual.end()) {
    chance.kind = Chance::Kind::kPlayed;
    chance.from_us = it->second.played.at_us();
    chance.error_us = it->second.played.error_us();
    AddRecord(it->second.record, &chance.records);
    return chance;
  }
  if (Unreleased(exercise, inject, &chance)) return chance;
  AddRecord(inject.released_record, &chance.records);
  chance.kind = exercise.Over() ? Chance::Kind::kNotPlayed : Chance::Kind::kOpen;
  chance.why = exercise.Over() ? "never attested as played" : "not attested as played yet";
  return chance;
}

absl::string_view WhyNotPlayed(Stage stage) {
  switch (stage) {
    case Stage::kFailed:
      return "not played: it failed on the host";
    case Stage::kRefused:
      return "not played: refused by the host's policy or scope";
    case Stage::kMissed:
      return "not played: its time had passed";
    case Stage::kInterrupted:
      return "not played: the agent died in it";
    default:
      return "";
  }
}

}  // namespace

Chance ChanceOn(const Exercise& exercise, const InjectState& inject, size_t position) {
  if (inject.is_manual()) return ChanceOfManual(exercise, inject, inject.hosts[position]);
  const OrderState& order = inject.orders[position];
  Chance chance;
  chance.error_us = order.error_us;
  AddRecord(order.started_record, &chance.records);
  switch (order.stage) {
    case Stage::kNone:
      if (Unreleased(exercise, inject, &chance)) return chance;
      chance.kind = exercise.Over() ? Chance::Kind::kNotPlayed : Chance::Kind::kOpen;
      chance.why = exercise.Over() ? "not played: the host never started it" : "not started yet";
      return chance;
    case Stage::kStarted:
      chance.kind = exercise.Over() ? Chance::Kind::kNotPlayed : Chance::Kind::kOpen;
      chance.why = exercise.Over() ? "not played: the host never confirmed its effect"
                                   : "started, its effect not confirmed yet";
      return chance;
    case Stage::kBlocked:
      chance.kind = Chance::Kind::kBlocked;
      chance.from_us = order.started_us != 0 ? order.started_us : order.undone_us;
      chance.why = "a control of the host stopped it";
      AddRecord(order.undone_record, &chance.records);
      return chance;
    case Stage::kApplied:
      break;
    default:
      chance.kind = Chance::Kind::kNotPlayed;
      chance.why = WhyNotPlayed(order.stage);
      AddRecord(order.undone_record, &chance.records);
      return chance;
  }
  AddRecord(order.applied_record, &chance.records);
  if (order.noticeable_us == 0) {
    chance.kind = Chance::Kind::kUnnoticeable;
    chance.why = "nothing noticeable on host: a finding about technology";
    return chance;
  }
  chance.kind = Chance::Kind::kPlayed;
  chance.from_us = order.noticeable_us;
  if (Censors(order)) {
    chance.undone_us = order.undone_us;
    AddRecord(order.undone_record, &chance.records);
  }
  return chance;
}

Chance ChanceOfMessage(const Exercise& exercise, const InjectState& inject) {
  Chance chance;
  if (Unreleased(exercise, inject, &chance)) return chance;
  chance.kind = Chance::Kind::kPlayed;
  chance.from_us = inject.released_us;
  AddRecord(inject.released_record, &chance.records);
  return chance;
}

namespace {

// A chance that cannot count yet, or never will.
bool Excluded(const Chance& chance, HostResult* result) {
  result->why = chance.why;
  switch (chance.kind) {
    case Chance::Kind::kOpen:
      result->state = v1::LINE_STATE_OPEN;
      return true;
    case Chance::Kind::kNotPlayed:
      result->state = v1::LINE_STATE_NOT_PLAYED;
      return true;
    case Chance::Kind::kBlocked:
      result->state = v1::LINE_STATE_PREVENTED;
      return true;
    case Chance::Kind::kUnnoticeable:
      result->state = v1::LINE_STATE_CENSORED;
      return true;
    case Chance::Kind::kPlayed:
      return false;
  }
  return false;
}

// The control's work, not the team's speed: target and limit play no part.
void SettlePrevent(const Chance& chance, HostResult* result) {
  switch (chance.kind) {
    case Chance::Kind::kBlocked:
      result->state = v1::LINE_STATE_MET;
      result->share = kShareOne;
      result->done_us = chance.from_us;
      result->quality_permille = result->timeliness_permille = 1000;
      return;
    case Chance::Kind::kUnnoticeable:
    case Chance::Kind::kPlayed:
      result->state = v1::LINE_STATE_UNMET;
      result->why = "nothing stopped it";
      return;
    default:
      Excluded(chance, result);
  }
}

}  // namespace

Judge::Judge(const Exercise& exercise, const EvidenceIndex& evidence, int64_t now_us)
    : exercise_(exercise),
      evidence_(evidence),
      over_(exercise.Over()),
      horizon_us_(over_ ? exercise.end_us : now_us) {}

Judge::Done Judge::DoneBy(const Evidence* evidence, const v1::Expectation& expectation) const {
  Done done;
  if (evidence == nullptr) return done;
  const ObservationState& observation = evidence_.Of(*evidence);
  done.at_us = evidence->counts_us;
  done.observation = evidence->observation;
  done.quality_permille = evidence->credit_permille;
  AddRecord(observation.record, &done.records);
  AddRecord(evidence->record, &done.records);
  if (evidence->effect != nullptr) {
    done.effect = evidence->verdict();
    AddRecord(evidence->effect->record, &done.records);
    if (done.effect == v1::EFFECT_VERDICT_PARTIAL) {
      const EffectCount count = CountEffect(evidence->effect->report);
      done.quality_why = absl::StrCat("in proportion, ", count.standing, " of ", count.told,
                                      " traces still stood when the agent looked,");
    }
  }
  if (expectation.kind() == v1::EXPECTATION_KIND_REPORT) {
    // The engine's credit says how a report was recognised; only a judge's is a mark.
    const ReportQuality quality = QualityOfReport(
        expectation, observation.made, evidence->by_evaluator ? evidence->credit_permille : 1000);
    done.quality_permille = quality.permille;
    done.quality_why = InWords(quality);
  }
  return done;
}

Judge::Cut Judge::CutOn(int inject, int host, const Chance& chance, absl::string_view team) const {
  Cut cut;
  if (chance.undone_us != 0) {
    cut = {chance.undone_us, "undone by silence, stop, failure or the window's end"};
  }
  const int64_t contained_us = ContainedByOthers(inject, host, team);
  if (contained_us != 0 && (cut.at_us == 0 || contained_us < cut.at_us)) {
    cut = {contained_us, "another team contained it first"};
  }
  return cut;
}

int64_t Judge::ContainedByOthers(int inject, int host, absl::string_view team) const {
  const Evidence* others =
      evidence_.FirstOfOthers(inject, host, v1::OBSERVATION_KIND_CONTAINMENT, team);
  if (others == nullptr) return 0;
  const Evidence* own = evidence_.First(inject, host, v1::OBSERVATION_KIND_CONTAINMENT, team);
  return own != nullptr && own->counts_us <= others->counts_us ? 0 : others->counts_us;
}

// Nothing was done that counts: was there time enough to say so?
void Judge::SettleUndone(const Cut& cut, const Terms& terms, HostResult* result) const {
  const bool was_cut = cut.at_us != 0 && cut.at_us <= horizon_us_;
  const int64_t until_us = was_cut ? cut.at_us : horizon_us_;
  result->elapsed_us = exercise_.clock.Elapsed(result->from_us, until_us);
  if (terms.limit_us) {
    result->uncertain = std::abs(result->elapsed_us - *terms.limit_us) < result->error_us;
  }
  if (terms.limit_us && result->elapsed_us >= *terms.limit_us) {
    result->state = v1::LINE_STATE_UNMET;
    result->why = "not done within the limit";
  } else if (was_cut) {
    result->state = v1::LINE_STATE_CENSORED;
    result->why = cut.why;
  } else if (!over_) {
    result->state = v1::LINE_STATE_OPEN;
    result->why = "can still be done";
  } else if (terms.limit_us) {
    result->state = v1::LINE_STATE_CENSORED;
    result->why = "EndEx came before the limit";
  } else {
    result->state = v1::LINE_STATE_UNMET;
    result->why = "not done until EndEx";
  }
}

void Judge::Settle(const Done& done, const Cut& cut, const Terms& terms, HostResult* result) const {
  result->timed = true;
  if (done.at_us == 0) return SettleUndone(cut, terms, result);
  result->done_us = done.at_us;
  result->observation = done.observation;
  result->effect = done.effect;
  AddRecords(done.records, &result->records);
  result->elapsed_us = exercise_.clock.Elapsed(result->from_us, done.at_us);
  if (terms.limit_us) {
    result->uncertain = std::abs(result->elapsed_us - terms.target_us) < result->error_us ||
                        std::abs(result->elapsed_us - *terms.limit_us) < result->error_us;
  }
  result->timeliness_permille = TimelinessPermille(result->elapsed_us, terms);
  result->quality_permille = done.quality_permille;
  result->quality_why = done.quality_why;
  result->share = Share(result->quality_permille, result->timeliness_permille, terms);
  result->state = result->share > 0 ? v1::LINE_STATE_MET : v1::LINE_STATE_UNMET;
  if (result->share == 0) {
    result->why = result->quality_permille == 0 ? "done, with no quality" : "done after the limit";
  }
}

HostResult Judge::OnHost(int inject, size_t position, const v1::Expectation& expectation,
                         const Terms& terms) const {
  Chance chance = ChanceOn(exercise_, At(inject), position);
  HostResult result;
  result.host = At(inject).hosts[position];
  result.from_us = chance.from_us;
  result.error_us = chance.error_us;
  result.records = std::move(chance.records);
  if (expectation.kind() == v1::EXPECTATION_KIND_PREVENT) {
    SettlePrevent(chance, &result);
    return result;
  }
  if (Excluded(chance, &result)) return result;
  const std::string& team = expectation.team();
  const v1::ObservationKind asked = AskedFor(expectation.kind());
  const Evidence* first = evidence_.First(inject, result.host, asked, team);
  Done done = DoneBy(first, expectation);
  // Once another team has contained it there is nothing left to detect or contain: what comes
  // later is an echo. To recover there still is: what is done then counts.
  const int64_t contained_us = ContainedByOthers(inject, result.host, team);
  if (contained_us != 0 && done.at_us > contained_us &&
      expectation.kind() != v1::EXPECTATION_KIND_RECOVER) {
    done = {};
  }
  const Cut cut = CutOn(inject, result.host, chance, team);
  HostResult whole = result;
  Settle(done, cut, terms, &result);
  if (done.effect == v1::EFFECT_VERDICT_PARTIAL) {
    // Finished later: worth more, perhaps, than half of it in time.
    const Done later = DoneBy(evidence_.FirstWhole(inject, result.host, asked, team), expectation);
    const bool echo = contained_us != 0 && later.at_us > contained_us &&
                      expectation.kind() != v1::EXPECTATION_KIND_RECOVER;
    if (later.at_us != 0 && !echo) {
      Settle(later, cut, terms, &whole);
      if (whole.share > result.share) return whole;
    }
  }
  if (done.at_us == 0) TellFalse(inject, expectation, &result);
  return result;
}

void Judge::TellFalse(int inject, const v1::Expectation& expectation, HostResult* result) const {
  const Evidence* claimed =
      evidence_.FirstFalse(inject, result->host, AskedFor(expectation.kind()), expectation.team());
  if (claimed == nullptr) return;
  result->effect = v1::EFFECT_VERDICT_FALSE;
  result->observation = claimed->observation;
  result->why = "claimed, but the agent found all of it still standing";
  AddRecord(evidence_.Of(*claimed).record, &result->records);
  AddRecord(claimed->effect->record, &result->records);
}

int64_t Judge::Discovery(int inject, absl::string_view team, Records* records) const {
  int64_t discovery_us = 0;
  for (const Evidence& evidence : evidence_.OfInject(inject)) {
    const ObservationState& observation = evidence_.Of(evidence);
    if (evidence.kind != v1::OBSERVATION_KIND_DETECTION || observation.made.team() != team) {
      continue;
    }
    const int64_t known_us = std::min(evidence.counts_us, observation.received_us);
    if (discovery_us != 0 && discovery_us <= known_us) continue;
    discovery_us = known_us;
    *records = {};
    AddRecord(observation.record, records);
    AddRecord(evidence.record, records);
  }
  if (discovery_us == 0) return 0;
  // What the team had acknowledged of it before, it knew.
  for (const AlertState& alert : exercise_.alerts) {
    const auto known = alert.acknowledged.find(std::string(team));
    if (known == alert.acknowledged.end() || known->second.at_us >= discovery_us) continue;
    for (const AlertMatch& match : alert.matches) {
      if (match.inject != inject) continue;
      discovery_us = known->second.at_us;
      *records = {};
      AddRecord(alert.record, records);
      AddRecord(match.record, records);
      break;
    }
  }
  return discovery_us;
}

// The team's chance to report an inject: the best that any host gave. Its clock would run from the
// first noticeable moment if the team never detected it.
Chance Judge::ChanceToReport(int inject, absl::string_view team, Cut* cut) const {
  const InjectState& state = At(inject);
  Chance best;
  best.kind = Chance::Kind::kNotPlayed;
  best.why = "no host";
  // The more a kind says about the line, the higher.
  const auto rank = [](Chance::Kind kind) {
    switch (kind) {
      case Chance::Kind::kPlayed:
        return 4;
      case Chance::Kind::kOpen:
        return 3;
      case Chance::Kind::kUnnoticeable:
        return 2;
      case Chance::Kind::kBlocked:
        return 1;
      case Chance::Kind::kNotPlayed:
        return 0;
    }
    return 0;
  };
  bool all_cut = true;
  for (size_t p = 0; p < state.hosts.size(); ++p) {
    const Chance chance = ChanceOn(exercise_, state, p);
    if (chance.kind == Chance::Kind::kPlayed) {
      // The chance lasts as long as it does on any host.
      const Cut here = CutOn(inject, state.hosts[p], chance, team);
      all_cut = all_cut && here.at_us != 0;
      if (here.at_us > cut->at_us) *cut = here;
    }
    const bool earlier = chance.kind == best.kind && chance.kind == Chance::Kind::kPlayed &&
                         chance.from_us < best.from_us;
    if (p == 0 || rank(chance.kind) > rank(best.kind) || earlier) best = chance;
  }
  if (!all_cut) *cut = {};
  return best;
}

// A report of an action earns only where the team has detected it itself: its clock runs from that
// discovery. Without one there is no clock, so until EndEx it stays open; then it is unmet if the
// inject was noticeable for at least the limit.
HostResult Judge::Report(int inject, const v1::Expectation& expectation, const Terms& terms) const {
  const std::string& team = expectation.team();
  Cut cut;
  const Chance chance = ChanceToReport(inject, team, &cut);
  HostResult result;
  result.records = chance.records;
  if (Excluded(chance, &result)) return result;

  Records discovery_records;
  const int64_t discovery_us = Discovery(inject, team, &discovery_records);
  if (discovery_us != 0) {
    result.from_us = discovery_us;
    AddRecords(discovery_records, &result.records);
    Settle(DoneBy(evidence_.FirstOnInject(inject, v1::OBSERVATION_KIND_REPORT, team), expectation),
           cut, terms, &result);
    return result;
  }
  result.from_us = chance.from_us;
  SettleUndone(cut, terms, &result);
  result.from_us = 0;  // the report's own clock never ran
  if (result.state != v1::LINE_STATE_UNMET) return result;
  const bool was_cut = cut.at_us != 0 && cut.at_us <= horizon_us_;
  if (over_ || was_cut) {
    result.why = "the team never detected it; a report earns only with a matched detection";
  } else {
    result.state = v1::LINE_STATE_OPEN;
    result.why = "can still be detected and reported";
  }
  return result;
}

HostResult Judge::OnInject(int inject, const v1::Expectation& expectation,
                           const Terms& terms) const {
  const InjectState& state = At(inject);
  const bool on_hosts = state.is_action() || state.is_manual();
  if (on_hosts && expectation.kind() == v1::EXPECTATION_KIND_REPORT) {
    return Report(inject, expectation, terms);
  }
  HostResult result;
  Chance chance;
  if (on_hosts) {
    // An answer asked for by an action: nobody was asked.
    chance.kind = Chance::Kind::kNotPlayed;
    chance.why = "only a question can be answered";
  } else if (expectation.kind() == v1::EXPECTATION_KIND_PREVENT) {
    chance.kind = Chance::Kind::kNotPlayed;
    chance.why = "only an action on hosts can be prevented";
  } else {
    chance = ChanceOfMessage(exercise_, state);
  }
  result.records = chance.records;
  if (Excluded(chance, &result)) return result;
  result.from_us = chance.from_us;
  const Done done =
      DoneBy(evidence_.FirstOnInject(inject, AskedFor(expectation.kind()), expectation.team()),
             expectation);
  Settle(done, Cut{}, terms, &result);
  return result;
}

}  // namespace drill::scoring
