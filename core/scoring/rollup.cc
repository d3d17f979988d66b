#include "core/scoring/rollup.h"

#include "absl/container/btree_set.h"

namespace drill::scoring {

RollUps::RollUps(const Exercise& exercise) {
  for (const v1::Objective& objective : exercise.created.scenario().objectives()) {
    objectives_.At(objective.id());
  }
  for (const v1::TeamCast& team : exercise.created.teams()) teams_.At(team.part());
  for (const v1::SystemCast& system : exercise.created.systems()) systems_.At(system.system());
  absl::btree_set<std::string> techniques;
  for (const InjectState& inject : exercise.injects) {
    techniques.insert(inject.inject.techniques().begin(), inject.inject.techniques().end());
  }
  for (const std::string& technique : techniques) techniques_.At(technique);
}

RollUps::Sum& RollUps::Table::At(const std::string& key) {
  auto [it, made] = index.try_emplace(key, sums.size());
  if (made) sums.push_back({key});
  return sums[it->second];
}

void RollUps::Table::Add(const std::string& key, int64_t possible_mp, int64_t earned_mp) {
  if (key.empty()) return;
  Sum& sum = At(key);
  sum.possible_mp += possible_mp;
  sum.earned_mp += earned_mp;
}

void RollUps::Add(const v1::Inject& inject, const v1::Expectation& expectation, const Line& line) {
  for (const auto& [system, part] : line.by_system) {
    if (part.Counts()) systems_.Add(system, line.terms.weight_mp, part.earned_mp);
  }
  if (!line.total.Counts()) return;
  const int64_t possible_mp = line.terms.weight_mp, earned_mp = line.total.earned_mp;
  all_.possible_mp += possible_mp;
  all_.earned_mp += earned_mp;
  objectives_.Add(inject.objective(), possible_mp, earned_mp);
  teams_.Add(expectation.team(), possible_mp, earned_mp);
  absl::btree_set<std::string> techniques(inject.techniques().begin(), inject.techniques().end());
  for (const std::string& technique : techniques) {
    techniques_.Add(technique, possible_mp, earned_mp);
  }
}

void RollUps::AddCriterion(const v1::CriterionLine& line) {
  if (line.state() != v1::LINE_STATE_MET && line.state() != v1::LINE_STATE_UNMET) return;
  all_.possible_mp += line.weight_mp();
  all_.earned_mp += line.earned_mp();
  objectives_.Add(line.objective(), line.weight_mp(), line.earned_mp());
  teams_.Add(line.team(), line.weight_mp(), line.earned_mp());
}

void RollUps::AddPenalty(const std::string& team, int64_t penalty_mp) {
  if (penalty_mp == 0) return;
  all_.penalty_mp += penalty_mp;
  teams_.At(team).penalty_mp += penalty_mp;
}

void RollUps::Table::Write(google::protobuf::RepeatedPtrField<v1::RollUp>* out) const {
  for (const Sum& sum : sums) {
    v1::RollUp* row = out->Add();
    row->set_key(sum.key);
    row->set_possible_mp(sum.possible_mp);
    row->set_earned_mp(sum.earned_mp);
    row->set_score_mp(ScoreMp(sum.earned_mp, sum.penalty_mp, sum.possible_mp));
  }
}

void RollUps::Finish(v1::Scorecard* card) const {
  card->set_score_mp(ScoreMp(all_.earned_mp, all_.penalty_mp, all_.possible_mp));
  card->set_possible_mp(all_.possible_mp);
  card->set_earned_mp(all_.earned_mp);
  card->set_penalty_mp(all_.penalty_mp);
  objectives_.Write(card->mutable_by_objective());
  teams_.Write(card->mutable_by_team());
  systems_.Write(card->mutable_by_system());
  techniques_.Write(card->mutable_by_technique());
}

}  // namespace drill::scoring
