#include "core/rehearsal/rehearse.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "core/rehearsal/agents.h"
#include "core/rehearsal/cast.h"
#include "core/rehearsal/controller.h"
#include "core/rehearsal/profile.h"
#include "core/rehearsal/teams.h"
#include "core/rehearsal/workload.h"
#include "core/scenario/reach.h"
#include "core/scenario/unfold.h"
#include "core/scoring/score.h"

namespace drill::rehearsal {
namespace {

using Status = InjectState::Status;
constexpr int64_t kStartUs = 1'800'000'000'000'000;  // any; nothing told depends on it

// What one run came to.
struct Outcome {
  Exercise exercise;
  v1::Scorecard card;
  std::vector<Teammate> people;
  std::set<std::pair<std::string, v1::ExpectationKind>> uncovered;
};

absl::StatusOr<Outcome> RunOnce(const Options& o, const v1::Register& reg,
                                const v1::CreateExercise& create, const v1::Profile& profile,
                                uint64_t seed) {
  Dice seeds(seed);
  Controller controller(kStartUs);
  Agents agents(&controller, profile, seeds.Next());
  Teams teams(&controller, profile, seeds.Next());
  controller.on_desired = [&](const std::string& host, const v1::DesiredSet& set) {
    agents.Desire(host, set);
  };
  controller.on_record = [&](const v1::Record& record) { teams.OnRecord(record); };
  RETURN_IF_ERROR(controller.Prepare(reg, o.scenario, create, o.owners));
  teams.Cast();
  RETURN_IF_ERROR(controller.Run());
  teams.Finish();
  const Exercise& e = controller.e();
  return Outcome{e, Score(e, StreamState(), controller.time().now_us()), teams.people(),
                 teams.uncovered()};
}

// ---- summing up --------------------------------------------------------------------------------

v1::Spread SpreadOf(std::vector<int64_t> values) {
  v1::Spread spread;
  if (values.empty()) return spread;
  std::sort(values.begin(), values.end());
  const auto rank = [&](size_t percent) {  // nearest rank
    return values[std::max<size_t>(1, (values.size() * percent + 99) / 100) - 1];
  };
  spread.set_n(static_cast<int32_t>(values.size()));
  spread.set_min(values.front());
  spread.set_p10(rank(10));
  spread.set_median(rank(50));
  spread.set_p90(rank(90));
  spread.set_max(values.back());
  return spread;
}

int32_t Median(std::vector<int32_t> values) {
  std::sort(values.begin(), values.end());
  return values[(values.size() + 1) / 2 - 1];
}

void AddInject(const std::vector<Outcome>& runs, size_t index, v1::Rehearsal* out) {
  const InjectState& first = runs.front().exercise.injects[index];
  v1::RehearsedInject* row = out->add_injects();
  row->set_inject(first.inject.id());
  *row->mutable_title() = first.inject.title();
  row->set_kind(std::string(KindName(first.inject)));
  const auto spread = [&](auto time_of) {
    std::vector<int64_t> values;
    for (const Outcome& run : runs) {
      const int64_t us = time_of(run.exercise.injects[index]);
      if (us != 0) values.push_back(run.exercise.clock.At(us));
    }
    return SpreadOf(std::move(values));
  };
  std::vector<int64_t> planned;
  for (const Outcome& run : runs) {
    const InjectState& inject = run.exercise.injects[index];
    if (inject.status != Status::kWaiting &&
        (inject.planned_ex_us != 0 || inject.inject.has_at())) {
      planned.push_back(inject.planned_ex_us);
    }
  }
  *row->mutable_planned() = SpreadOf(std::move(planned));
  *row->mutable_released() = spread([](const InjectState& i) { return i.released_us; });
  *row->mutable_detected() = spread([](const InjectState& i) { return i.detected_us; });
  *row->mutable_reported() = spread([](const InjectState& i) { return i.reported_us; });
  *row->mutable_contained() = spread([](const InjectState& i) { return i.contained_us; });
  *row->mutable_recovered() = spread([](const InjectState& i) { return i.recovered_us; });
  *row->mutable_answered() = spread([](const InjectState& i) { return i.answered_us; });
}

// Why the inject, never released in any run, was not.
v1::UnreachedWhy WhyNever(const std::vector<Outcome>& runs, size_t index) {
  const v1::Inject& inject = runs.front().exercise.injects[index].inject;
  if (inject.contingency()) return v1::UNREACHED_WHY_BY_HAND;
  const auto all = [&](auto good) {
    return std::all_of(runs.begin(), runs.end(),
                       [&](const Outcome& run) { return good(run.exercise.injects[index]); });
  };
  if (all([](const InjectState& i) { return i.revoke_reason == v1::REVOKE_REASON_UNLESS; })) {
    return v1::UNREACHED_WHY_REVOKED;
  }
  return inject.has_after() && all([](const InjectState& i) { return i.planned_ex_us == 0; })
             ? v1::UNREACHED_WHY_ANCHOR
             : v1::UNREACHED_WHY_TOO_LATE;
}

void AddUnreached(const std::vector<Outcome>& runs, size_t index, v1::Rehearsal* out) {
  const v1::Inject& inject = runs.front().exercise.injects[index].inject;
  const auto released = std::count_if(runs.begin(), runs.end(), [&](const Outcome& run) {
    return run.exercise.injects[index].status == Status::kReleased;
  });
  v1::UnreachedWhy why = v1::UNREACHED_WHY_UNSPECIFIED;
  if (released == 0) why = WhyNever(runs, index);
  const bool always = released == static_cast<int64_t>(runs.size());
  if (always && inject.has_unless()) why = v1::UNREACHED_WHY_UNLESS;
  if (why == v1::UNREACHED_WHY_UNSPECIFIED) return;
  v1::Unreached* row = out->add_unreached();
  row->set_inject(inject.id());
  row->set_why(why);
  if (why == v1::UNREACHED_WHY_ANCHOR) {
    row->set_other(inject.after().inject());
    row->set_anchor(inject.after().anchor());
  } else if (why == v1::UNREACHED_WHY_REVOKED || why == v1::UNREACHED_WHY_UNLESS) {
    row->set_other(inject.unless().inject());
    row->set_anchor(inject.unless().anchor());
  }
}

void AddPerson(const Options& o, const std::vector<Outcome>& runs, size_t index,
               v1::Rehearsal* out) {
  const Teammate& mate = runs.front().people[index];
  v1::RehearsedPerson* row = out->add_people();
  row->set_team(mate.team);
  row->set_person(mate.id);
  row->set_at_once(mate.at_once);
  const v1::RoleProfile& role = TeamProfileOf(o.profile, mate.team).roles(mate.roles.front());
  row->set_role(role.role());
  *row->mutable_role_title() = role.title();
  std::vector<Workload> loads;
  std::vector<int32_t> most;
  for (const Outcome& run : runs) {
    loads.push_back(WorkloadOf(run.people[index], out->duration_us(), out->window_us()));
    most.push_back(loads.back().most);
    if (loads.back().most <= row->injects_max()) continue;
    row->set_injects_max(loads.back().most);
    row->set_worst_ex_us(loads.back().most_at_us);
    row->clear_worst_injects();
    for (int inject : loads.back().most_of) {
      row->add_worst_injects(run.exercise.injects[static_cast<size_t>(inject)].inject.id());
    }
  }
  row->set_injects_median(Median(most));
  for (size_t w = 0; w < loads.front().injects.size(); ++w) {
    std::vector<int32_t> injects;
    std::vector<int32_t> busy;
    for (const Workload& load : loads) {
      injects.push_back(load.injects[w]);
      busy.push_back(load.busy_permille[w]);
    }
    v1::Load* load = row->add_load();
    load->set_from_ex_us(static_cast<int64_t>(w) * out->window_us());
    load->set_injects_max(*std::max_element(injects.begin(), injects.end()));
    load->set_busy_max_permille(*std::max_element(busy.begin(), busy.end()));
    load->set_injects_median(Median(std::move(injects)));
    load->set_busy_median_permille(Median(std::move(busy)));
  }
}

template <typename Titles>
void AddRollUps(const std::vector<Outcome>& runs, const Titles& titles,
                const google::protobuf::RepeatedPtrField<v1::RollUp>& (v1::Scorecard::*rows)()
                    const,
                google::protobuf::RepeatedPtrField<v1::NamedSpread>* out) {
  std::map<std::string, std::vector<int64_t>> values;
  for (const Outcome& run : runs) {
    for (const v1::RollUp& row : (run.card.*rows)()) {
      if (row.score_mp() >= 0) values[row.key()].push_back(row.score_mp());
    }
  }
  for (const auto& titled : titles) {
    const auto found = values.find(titled.id());
    if (found == values.end()) continue;
    v1::NamedSpread* row = out->Add();
    row->set_key(titled.id());
    *row->mutable_title() = titled.title();
    *row->mutable_spread() = SpreadOf(std::move(found->second));
  }
}

void AddScores(const Options& o, const std::vector<Outcome>& runs, v1::Rehearsal* out) {
  std::vector<int64_t> scores;
  std::set<std::pair<std::string, v1::ExpectationKind>> uncovered;
  for (const Outcome& run : runs) {
    if (run.card.score_mp() >= 0) scores.push_back(run.card.score_mp());
    uncovered.insert(run.uncovered.begin(), run.uncovered.end());
  }
  *out->mutable_score() = SpreadOf(std::move(scores));
  AddRollUps(runs, o.scenario.objectives(), &v1::Scorecard::by_objective,
             out->mutable_by_objective());
  AddRollUps(runs, o.scenario.cast().teams(), &v1::Scorecard::by_team, out->mutable_by_team());
  for (const auto& [team, kind] : uncovered) {
    v1::Uncovered* row = out->add_uncovered();
    row->set_team(team);
    row->set_kind(kind);
  }
}

// What counts, but cannot be had in full even so.
void AddUnreachable(const v1::Scorecard& perfect, v1::Rehearsal* out) {
  for (const v1::ScoreLine& line : perfect.lines()) {
    const bool counts = line.state() == v1::LINE_STATE_MET || line.state() == v1::LINE_STATE_UNMET;
    if (!counts || line.earned_mp() >= line.weight_mp()) continue;
    v1::Unreachable* row = out->add_unreachable();
    row->set_inject(line.inject());
    row->set_kind(line.kind());
    row->set_team(line.team());
    row->set_earned_mp(line.earned_mp());
    row->set_weight_mp(line.weight_mp());
    row->set_because(line.because().empty() ? "" : line.because(0));
  }
}

void AddHead(const Options& o, const Exercise& e, v1::Rehearsal* out) {
  out->set_scenario(o.scenario.id());
  *out->mutable_title() = o.scenario.title();
  out->set_type(o.scenario.type());
  out->set_duration_us(Micros(o.scenario.duration()));
  out->set_window_us(WindowFor(out->duration_us()));
  out->set_profile(o.profile.id());
  *out->mutable_profile_title() = o.profile.title();
  out->set_runs(o.runs);
  out->set_seed(o.seed);
  out->set_register_made_up(!o.reg.has_value());
  for (const v1::SystemCast& cast : e.created.systems()) {
    v1::RehearsedPart* part = out->add_cast();
    part->set_part(cast.part());
    part->set_id(cast.system());
    part->set_hosts(cast.hosts_size());
  }
  for (const v1::TeamCast& cast : e.created.teams()) {
    v1::RehearsedPart* part = out->add_cast();
    part->set_part(cast.part());
    part->set_id(cast.team());
    part->set_team(true);
    part->set_people(cast.members_size());
  }
}

}  // namespace

absl::StatusOr<v1::Rehearsal> Rehearse(const Options& o) {
  v1::Register reg = o.reg.has_value() ? *o.reg : MadeUpRegister(o.scenario, o.profile);
  ASSIGN_OR_RETURN(const v1::CreateExercise create, ChooseCast(o.scenario, reg, o.asked));
  AddControl(o.owners.public_pem, &reg);
  std::vector<Outcome> runs;
  Dice seeds(o.seed);
  for (int i = 0; i < o.runs; ++i) {
    ASSIGN_OR_RETURN(Outcome run, RunOnce(o, reg, create, o.profile, seeds.Next()));
    runs.push_back(std::move(run));
  }
  ASSIGN_OR_RETURN(const Outcome perfect, RunOnce(o, reg, create, PerfectProfile(), 1));
  ASSIGN_OR_RETURN(const Outcome absent, RunOnce(o, reg, create, AbsentProfile(), 1));

  v1::Rehearsal out;
  AddHead(o, runs.front().exercise, &out);
  for (size_t i = 0; i < runs.front().exercise.injects.size(); ++i) {
    AddInject(runs, i, &out);
    AddUnreached(runs, i, &out);
  }
  for (size_t i = 0; i < runs.front().people.size(); ++i) AddPerson(o, runs, i, &out);
  AddScores(o, runs, &out);
  out.set_perfect_mp(perfect.card.score_mp());
  out.set_absent_mp(absent.card.score_mp());
  AddUnreachable(perfect.card, &out);
  return out;
}

}  // namespace drill::rehearsal
