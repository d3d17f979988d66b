#include "core/exercise/engine.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/status.h"
#include "core/chain/chain.h"
#include "core/exercise/apply.h"
#include "core/exercise/desired.h"

namespace drill {
namespace {

// A rule that never comes to rest is a bug; an exercise has at most 10,000 injects to settle.
constexpr int kSettleRoundsMax = 100'000;

}  // namespace

absl::Status Engine::Replay(const v1::Record& record, absl::string_view hash) {
  RETURN_IF_ERROR(Apply(record, &state_));
  rested_us_ = kNever;
  state_.streams[record.stream()].hash = std::string(hash);
  TouchFor(record);
  // A run that died between a record and its consequences left them to the next one.
  if (auto it = news_.find(record.stream()); it != news_.end()) it->second.all = true;
  return absl::OkStatus();
}

absl::StatusOr<Decision> Engine::Handle(int64_t now_us, const Input& input) {
  // A controller that comes back first decides what its absence means: nothing fires before that.
  if (!std::holds_alternative<ControllerStart>(input)) SettleAll(now_us);
  absl::StatusOr<Decision> decision =
      Decide(state_, fleet_, std::max(now_us, state_.last_time_us), input, score_);
  if (!decision.ok()) return decision;
  Fold(now_us, &decision->records);
  if (!decision->for_team && !decision->records.empty()) decision->response.set_seq(state_.seq);
  SettleAll(now_us);
  return decision;
}

void Engine::SettleAll(int64_t now_us) {
  if (now_us == rested_us_) return;
  for (int round = 0; round < kSettleRoundsMax; ++round) {
    std::vector<v1::Record> due =
        Settle(state_, fleet_, std::max(now_us, state_.last_time_us), news_, unrecorded_);
    if (due.empty()) {
      news_.clear();
      rested_us_ = now_us;
      return;
    }
    // One at a time: the first may change what the others rest on.
    due.resize(1);
    Fold(now_us, &due);
  }
  DRILL_CHECK(false && "Settle does not come to rest");
}

void Engine::Fold(int64_t now_us, std::vector<v1::Record>* records) {
  if (!records->empty()) rested_us_ = kNever;
  for (v1::Record& record : *records) {
    record.set_seq(state_.seq + 1);
    record.set_stream_seq(state_.streams[record.stream()].stream_seq + 1);
    record.set_time_us(std::max(now_us, state_.last_time_us));
    // What Decide wrote must fold: anything else is a fault of the rules themselves.
    const absl::Status status = Apply(record, &state_);
    if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
    DRILL_CHECK(status.ok());
    StreamState& stream = state_.streams[record.stream()];
    Stamped stamped;
    stamped.payload = record.SerializeAsString();
    stamped.hash = chain::NextHash(stream.hash, stamped.payload);
    stream.hash = stamped.hash;
    TouchFor(record);
    stamped.record = std::move(record);
    batch_.push_back(std::move(stamped));
  }
}

void Engine::TouchFor(const v1::Record& record) {
  using R = v1::Record;
  const Exercise* e = state_.FindExercise(record.stream());
  if (e == nullptr) return;
  switch (record.body_case()) {
    case R::kOrderReported:
      touched_.insert(record.order_reported().event().order().host());
      if (record.order_reported().event().kind() == v1::ORDER_EVENT_KIND_APPLIED) {
        news_[record.stream()].hosts.insert(
            e->FindHost(record.order_reported().event().order().host()));
      }
      return;
    case R::kOrderRetried:
      touched_.insert(record.order_retried().host());
      return;
    case R::kManualPlayed:
      news_[record.stream()].hosts.insert(e->FindHost(record.manual_played().host()));
      return;
    case R::kRedActionJudged: {
      // What was said before it was accepted may have been about it.
      const int index = e->FindInject(record.red_action_judged().inject());
      if (index < 0) return;
      const std::vector<int>& hosts = e->injects[static_cast<size_t>(index)].hosts;
      news_[record.stream()].hosts.insert(hosts.begin(), hosts.end());
      return;
    }
    case R::kObservationMade:
      news_[record.stream()].observations.insert(static_cast<int>(e->observations.size()) - 1);
      return;
    case R::kObservationMatched:
      news_[record.stream()].observations.insert(
          e->FindObservation(record.observation_matched().observation()));
      // A claim that the host is to look at.
      if (!e->effects.empty()) {
        touched_.insert(record.observation_matched().hosts().begin(),
                        record.observation_matched().hosts().end());
      }
      return;
    case R::kEffectChecked:
      touched_.insert(record.effect_checked().report().order().host());
      return;
    case R::kJudgementUndone:
      news_[record.stream()].observations.insert(
          e->FindObservation(record.judgement_undone().observation()));
      return;
    case R::kHostChecked:
    case R::kExerciseApproved:
      news_.try_emplace(record.stream());  // perhaps it is ready now
      return;
    case R::kInjectScheduled:
    case R::kInjectReleased:
    case R::kInjectRevoked:
    case R::kInjectHeld: {
      const std::string& id = record.has_inject_scheduled()  ? record.inject_scheduled().inject()
                              : record.has_inject_released() ? record.inject_released().inject()
                              : record.has_inject_revoked()  ? record.inject_revoked().inject()
                                                             : record.inject_held().inject();
      const InjectState& inject = e->injects[static_cast<size_t>(e->FindInject(id))];
      if (!inject.is_action()) return;
      for (int host : inject.hosts) touched_.insert(e->hosts[static_cast<size_t>(host)].host.id());
      return;
    }
    case R::kExerciseEnded:
      unrecorded_.stopped.erase(record.stream());
      unrecorded_.paused.erase(record.stream());
      [[fallthrough]];
    case R::kExerciseStarted:
    case R::kExercisePaused:
      unrecorded_.paused.erase(record.stream());
      [[fallthrough]];
    case R::kExerciseResumed:
    case R::kClockJumped:
    case R::kSpeedSet:
      for (const ExerciseHost& host : e->hosts) touched_.insert(host.host.id());
      return;
    default:
      return;
  }
}

void Engine::ActWithoutRecord(const v1::Command& command) {
  const bool stop = command.has_stop_exercise();
  const std::string& id = stop                           ? command.stop_exercise().exercise()
                          : command.has_pause_exercise() ? command.pause_exercise().exercise()
                                                         : command.raise_real_incident().exercise();
  const Exercise* e = state_.FindExercise(id);
  if (e == nullptr || !e->InPlay()) return;
  rested_us_ = kNever;
  (stop ? unrecorded_.stopped : unrecorded_.paused).insert(id);
  for (const ExerciseHost& host : e->hosts) touched_.insert(host.host.id());
}

std::vector<Stamped> Engine::TakeBatch() {
  std::vector<Stamped> batch;
  batch.swap(batch_);
  return batch;
}

std::vector<std::pair<std::string, v1::DesiredSet>> Engine::DesiredSets(int64_t now_us) {
  std::vector<std::pair<std::string, v1::DesiredSet>> out;
  for (const std::string& host : touched_) {
    std::optional<v1::DesiredSet> set =
        fleet_.Offer(host, Desired(state_, host, unrecorded_), state_.epoch, now_us);
    if (set.has_value()) out.emplace_back(host, *std::move(set));
  }
  touched_.clear();
  return out;
}

}  // namespace drill
