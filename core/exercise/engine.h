#ifndef DRILL_CORE_EXERCISE_ENGINE_H_
#define DRILL_CORE_EXERCISE_ENGINE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/status/statusor.h"
#include "core/exercise/decide.h"
#include "core/exercise/desired.h"
#include "core/exercise/state.h"
#include "core/fleet/fleet.h"

namespace drill {

// A record with the exact bytes that are stored and hashed.
struct Stamped {
  v1::Record record;
  std::string payload;
  std::string hash;
};

// State + fleet + rules, driven by inputs with their times: the whole controller without its
// threads, disk and network. Pure; one owner (the loop, or a simulation).
//
//   engine.Handle(now, input)   decides and folds, as often as wanted
//   engine.TakeBatch()          what must now become durable, as one transaction
//     on success: engine.DesiredSets(now) → send; replies may go out
//     on failure: the owner throws this engine away and builds one from the journal
class Engine {
 public:
  explicit Engine(ScoreFunction score) : score_(score) {}

  // Folds a stored record at start-up. DataLoss: the journal does not fit.
  absl::Status Replay(const v1::Record& record, absl::string_view hash);

  // Settles what is due up to `now_us`, decides the input, folds its records, settles again. The
  // decision's records are moved into the batch: only their number is left.
  absl::StatusOr<Decision> Handle(int64_t now_us, const Input& input);
  // Time alone.
  void Tick(int64_t now_us) { SettleAll(now_us); }
  int64_t NextDeadline(int64_t now_us) const {
    return drill::NextDeadline(state_, now_us, unrecorded_);
  }

  // Records since the last call; empty: nothing to make durable.
  std::vector<Stamped> TakeBatch();

  // Sets to send, for hosts whose wish may have changed since the last call. Call after the batch
  // is durable (or, for `stopped` exercises, at once).
  std::vector<std::pair<std::string, v1::DesiredSet>> DesiredSets(int64_t now_us);

  // The journal could not take this stop, abort, pause or REAL INCIDENT: hosts are told all the
  // same, until its record is durable. Other commands: nothing.
  void ActWithoutRecord(const v1::Command& command);
  const Unrecorded& unrecorded() const { return unrecorded_; }

  // A session came: the host is told its whole set again.
  void Touch(const std::string& host) { touched_.insert(host); }

  const State& state() const { return state_; }
  Fleet& fleet() { return fleet_; }
  const Fleet& fleet() const { return fleet_; }
  // The volatile half outlives a reload of the state.
  void AdoptVolatile(Engine&& other) {
    fleet_ = std::move(other.fleet_);
    unrecorded_ = std::move(other.unrecorded_);
    touched_.insert(other.touched_.begin(), other.touched_.end());
  }

 private:
  void Fold(int64_t now_us, std::vector<v1::Record>* records);
  void SettleAll(int64_t now_us);
  void TouchFor(const v1::Record& record);

  const ScoreFunction score_;
  State state_;
  Fleet fleet_;
  std::vector<Stamped> batch_;
  absl::btree_set<std::string> touched_;  // hosts
  NewsByExercise news_;                   // since the last rest
  // When Settle found nothing due; kNever: something has changed since.
  static constexpr int64_t kNever = -1;
  int64_t rested_us_ = kNever;
  Unrecorded unrecorded_;
};

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_ENGINE_H_
