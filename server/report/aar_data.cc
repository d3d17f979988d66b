#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/report/aar.h"

// Out of the state, into the report's message.
namespace drill {
namespace {

using Stage = OrderState::Stage;

// A page with more exceptions than this is not read; the counts per host stay complete.
constexpr int kOutcomesMax = 10'000;

// Ids that the report names, gathered before the register is asked.
class Entries {
 public:
  explicit Entries(const RegisterState& reg) : reg_(reg) {}

  void Person(const std::string& id) { people_.insert(id); }
  void Team(const std::string& id) { teams_.insert(id); }
  void System(const std::string& id) { systems_.insert(id); }

  // Also the bodies that all of them belong to, with their parents.
  void Fill(v1::Register* out) {
    for (const std::string& id : systems_) {
      const auto found = reg_.systems.find(id);
      if (found == reg_.systems.end()) continue;
      v1::System* system = out->add_systems();
      *system = found->second;
      system->clear_owner_keys();
      Organisation(system->owner());
      Organisation(system->operator_());
    }
    for (const std::string& id : teams_) {
      const auto found = reg_.teams.find(id);
      if (found == reg_.teams.end()) continue;
      *out->add_teams() = found->second;
      Organisation(found->second.organisation());
    }
    for (const std::string& id : people_) {
      const auto found = reg_.people.find(id);
      if (found == reg_.people.end()) continue;
      v1::Person* person = out->add_people();
      person->set_id(id);
      person->set_name(found->second.name());
      if (found->second.has_organisation()) {
        person->set_organisation(found->second.organisation());
        Organisation(person->organisation());
      }
    }
    for (const std::string& id : organisations_) {
      *out->add_organisations() = reg_.organisations.at(id);
    }
  }

 private:
  void Organisation(const std::string& id) {
    const auto found = reg_.organisations.find(id);
    if (found == reg_.organisations.end() || !organisations_.insert(id).second) return;
    if (found->second.has_parent()) Organisation(found->second.parent());
  }

  const RegisterState& reg_;
  absl::btree_set<std::string> people_;
  absl::btree_set<std::string> teams_;
  absl::btree_set<std::string> systems_;
  absl::btree_set<std::string> organisations_;
};

v1::HostOutcomeKind KindOf(Stage stage) {
  switch (stage) {
    case Stage::kNone:
      return v1::HOST_OUTCOME_KIND_SILENT;
    case Stage::kStarted:
    case Stage::kApplied:
      return v1::HOST_OUTCOME_KIND_PLAYED;
    case Stage::kBlocked:
      return v1::HOST_OUTCOME_KIND_BLOCKED;
    case Stage::kFailed:
      return v1::HOST_OUTCOME_KIND_FAILED;
    case Stage::kRefused:
      return v1::HOST_OUTCOME_KIND_REFUSED;
    case Stage::kMissed:
      return v1::HOST_OUTCOME_KIND_MISSED;
    case Stage::kInterrupted:
      return v1::HOST_OUTCOME_KIND_INTERRUPTED;
  }
  return v1::HOST_OUTCOME_KIND_UNSPECIFIED;
}

// Fills hosts, outcomes and revoked: how each order ended.
class Outcomes {
 public:
  Outcomes(const Exercise& exercise, AarData* out) : exercise_(exercise), out_(out) {}

  void Fill() {
    for (const ExerciseHost& host : exercise_.hosts) {
      v1::HostSummary* summary = out_->add_hosts();
      summary->set_host(host.host.id());
      summary->set_system(host.system);
      summary->set_agentless(host.host.agentless());
      summary->set_checked(host.checked);
      summary->set_clock_error_us(host.check.clock_error_us());
    }
    for (int i = 0; i < static_cast<int>(exercise_.injects.size()); ++i) Inject(i);
  }

 private:
  void Inject(int index) {
    const InjectState& inject = exercise_.injects[static_cast<size_t>(index)];
    if (inject.status == InjectState::Status::kRevoked) {
      v1::InjectRevoked* revoked = out_->add_revoked();
      revoked->set_inject(inject.inject.id());
      revoked->set_reason(inject.revoke_reason);
    }
    for (size_t p = 0; p < inject.orders.size(); ++p) {
      Order(index, inject, inject.hosts[p], inject.orders[p]);
    }
    for (const auto& [host, manual] : inject.manual) {
      Host(host)->set_played(Host(host)->played() + 1);
      v1::HostOutcome outcome = Blank(inject, host);
      outcome.set_kind(v1::HOST_OUTCOME_KIND_PLAYED);
      outcome.set_played_by(manual.played.played_by());
      outcome.set_witnessed_by(manual.played.witnessed_by());
      if (!manual.played.note().empty()) outcome.add_notes(manual.played.note());
      Keep(std::move(outcome));
    }
  }

  void Order(int index, const InjectState& inject, int host, const OrderState& order) {
    const bool released = inject.status == InjectState::Status::kReleased;
    if (order.stage == Stage::kNone && !released && !inject.Unheard(order)) return;
    v1::HostOutcome outcome = Blank(inject, host);
    outcome.set_kind(KindOf(order.stage));
    outcome.set_late_us(order.late_us);
    outcome.set_cleanup(order.cleanup);
    outcome.set_cleanup_waiting(order.NeedsCleanup() || order.stage == Stage::kNone ||
                                Earlier(exercise_.stale_attempts, index, host, order.attempt));
    if (Earlier(exercise_.stale_residue, index, host, order.attempt)) {
      outcome.set_cleanup(v1::CLEANUP_RESULT_RESIDUE);
    } else {
      outcome.set_residue_accepted(order.residue_accepted);
    }
    outcome.set_undo_reason(order.undo_reason);
    const auto notes = exercise_.residue.find({index, host});
    if (notes != exercise_.residue.end()) {
      outcome.mutable_notes()->Add(notes->second.begin(), notes->second.end());
    }
    Count(outcome, Host(host));
    if (OutOfTheOrdinary(outcome)) Keep(std::move(outcome));
  }

  // One of the attempts before this one is among them.
  template <typename Attempts>
  static bool Earlier(const Attempts& attempts, int inject, int host, int attempt) {
    const auto first = attempts.lower_bound({inject, host, 0});
    return first != attempts.end() && *first < std::tuple(inject, host, attempt);
  }

  static bool OutOfTheOrdinary(const v1::HostOutcome& outcome) {
    return outcome.kind() != v1::HOST_OUTCOME_KIND_PLAYED || outcome.late_us() >= kLateMarkUs ||
           outcome.cleanup_waiting() || outcome.cleanup() != v1::CLEANUP_RESULT_VERIFIED ||
           outcome.undo_reason() == v1::UNDO_REASON_STOPPED ||
           outcome.undo_reason() == v1::UNDO_REASON_SILENCE ||
           outcome.undo_reason() == v1::UNDO_REASON_WINDOW ||
           outcome.undo_reason() == v1::UNDO_REASON_HOST;
  }

  static void Count(const v1::HostOutcome& outcome, v1::HostSummary* host) {
    if (outcome.kind() == v1::HOST_OUTCOME_KIND_PLAYED) {
      host->set_played(host->played() + 1);
    } else if (outcome.kind() == v1::HOST_OUTCOME_KIND_BLOCKED) {
      host->set_blocked(host->blocked() + 1);
    } else {
      host->set_not_played(host->not_played() + 1);
    }
    if (outcome.cleanup_waiting()) {
      host->set_waiting(host->waiting() + 1);
      return;
    }
    switch (outcome.cleanup()) {
      case v1::CLEANUP_RESULT_VERIFIED:
        // What never changed anything has nothing to clean, and is not counted as cleaned.
        if (outcome.kind() != v1::HOST_OUTCOME_KIND_REFUSED &&
            outcome.kind() != v1::HOST_OUTCOME_KIND_MISSED) {
          host->set_verified(host->verified() + 1);
        }
        return;
      case v1::CLEANUP_RESULT_SUPERSEDED:
        host->set_superseded(host->superseded() + 1);
        return;
      case v1::CLEANUP_RESULT_DECLARED:
        host->set_declared(host->declared() + 1);
        return;
      case v1::CLEANUP_RESULT_RESIDUE:
        if (outcome.residue_accepted()) {
          host->set_residue_accepted(host->residue_accepted() + 1);
        } else {
          host->set_residue(host->residue() + 1);
        }
        return;
      default:
        return;
    }
  }

  v1::HostOutcome Blank(const InjectState& inject, int host) const {
    v1::HostOutcome outcome;
    outcome.set_inject(inject.inject.id());
    outcome.set_host(exercise_.hosts[static_cast<size_t>(host)].host.id());
    return outcome;
  }

  v1::HostSummary* Host(int host) { return out_->mutable_hosts(host); }

  void Keep(v1::HostOutcome outcome) {
    if (out_->outcomes_size() < kOutcomesMax) {
      *out_->add_outcomes() = std::move(outcome);
    } else {
      out_->set_outcomes_left_out(out_->outcomes_left_out() + 1);
    }
  }

  const Exercise& exercise_;
  AarData* out_;
};

void FillEntries(const State& state, const Exercise& exercise, AarData* out) {
  Entries entries(state.reg);
  for (const v1::SystemCast& cast : exercise.created.systems()) entries.System(cast.system());
  for (const v1::TeamCast& cast : exercise.created.teams()) {
    entries.Team(cast.team());
    for (const std::string& member : cast.members()) entries.Person(member);
  }
  for (const v1::Post& post : exercise.created.posts()) entries.Person(post.person());
  for (const v1::Claim& claim : out->scorecard().claims()) entries.Person(claim.person());
  for (const v1::RatingGiven& rating : out->ratings()) entries.Person(rating.person());
  for (const v1::HostOutcome& outcome : out->outcomes()) {
    if (!outcome.played_by().empty()) entries.Person(outcome.played_by());
    if (!outcome.witnessed_by().empty()) entries.Person(outcome.witnessed_by());
  }
  entries.Fill(out->mutable_entries());
}

void FillRatings(const Exercise& exercise, AarData* out) {
  for (size_t i = 0; i < exercise.ratings.size(); ++i) {
    v1::RatingGiven* given = out->add_ratings();
    *given->mutable_rated() = exercise.ratings[i];
    given->set_person(exercise.rated_by[i]);
  }
}

void FillDuty(const v1::DutyTable& table, const Exercise& exercise, AarData* out) {
  absl::btree_set<std::string> systems;
  for (const v1::SystemCast& cast : exercise.created.systems()) systems.insert(cast.system());
  v1::DutyTable* duty = out->mutable_duty();
  duty->set_year(table.year());
  duty->set_as_of_us(table.as_of_us());
  absl::btree_set<std::string> named;
  for (const v1::DutyRow& row : table.rows()) {
    if (!systems.contains(row.system())) continue;
    *duty->add_rows() = row;
    named.insert(row.obligation());
  }
  for (const v1::Obligation& obligation : table.obligations()) {
    if (named.contains(obligation.id())) *duty->add_obligations() = obligation;
  }
}

}  // namespace

absl::StatusOr<AarData> MakeAarData(const State& state, const Exercise& exercise,
                                    v1::Scorecard scorecard, v1::DutyTable duty) {
  AarData data;
  *data.mutable_scorecard() = std::move(scorecard);
  data.set_scorecard_sha256(exercise.final_score.scorecard_sha256());
  data.set_head_hash_hex(absl::BytesToHexString(data.scorecard().head_hash()));
  *data.mutable_created() = exercise.created;
  *data.mutable_approved() = exercise.approved;
  for (const v1::SignedScope& signed_scope : exercise.approved.scopes()) {
    if (!data.add_scopes()->ParseFromString(signed_scope.scope())) {
      return absl::DataLossError(absl::StrCat(
          "exercise '", exercise.id(), "': signed scope ", data.scopes_size(),
          " of its approval is not a Scope; verify the journal before trusting any report of it"));
    }
  }
  data.set_phase(exercise.phase);
  data.set_aborted(exercise.aborted);
  data.set_close_note(exercise.close_note);
  if (exercise.phase < v1::PHASE_FINAL) data.set_as_of_us(state.last_time_us);
  for (const ExerciseClock::Segment& segment : exercise.clock.segments()) {
    v1::ClockSpan* span = data.add_clock();
    span->set_from_us(segment.from_us);
    span->set_ex_us(segment.ex_us);
    span->set_speed_permille(segment.speed_permille);
  }
  Outcomes(exercise, &data).Fill();
  FillRatings(exercise, &data);
  FillEntries(state, exercise, &data);
  FillDuty(duty, exercise, &data);
  return data;
}

}  // namespace drill
