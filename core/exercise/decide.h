#ifndef DRILL_CORE_EXERCISE_DECIDE_H_
#define DRILL_CORE_EXERCISE_DECIDE_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/status/statusor.h"
#include "core/exercise/state.h"
#include "core/fleet/fleet.h"
#include "drill/v1/api.pb.h"

// What happens is decided here, from the state, the time and one input; nothing is changed here.
// The caller gives the records their numbers, folds them (Apply) and makes them durable.
namespace drill {

// A person's command; `person` was authenticated, Decide authorises.
struct PersonCommand {
  std::string person;
  std::string request_id;
  v1::Command command;
};
// Outbox entries of the agent on `host`, in order.
struct AgentEvents {
  std::string host;
  std::string outbox_id;
  std::vector<v1::OutboxEntry> entries;
};
struct AgentPresence {
  std::string host;
  bool connected = false;
};
struct DryRunAnswer {
  std::string host;
  v1::DryRunReport report;
};
struct AgentEnrolment {
  std::string secret_sha256;
  std::string key_sha256;
};
// First input of a run.
struct ControllerStart {
  std::string version;
  int64_t last_alive_us = 0;  // of the previous run; 0: first run
};
struct ClockStep {
  int64_t divergence_us = 0;
};
// First person and token of an empty journal.
struct Bootstrap {
  std::string token_sha256;
};
// What the sink received from one order by one channel since it last said so.
struct SinkContact {
  std::string mark;
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
  std::string from;  // IP address of the latest
  int64_t contacts = 0;
  int64_t bytes = 0;
  std::string sha256;  // of the archive, once it came whole
  int64_t first_us = 0;
  int64_t last_us = 0;
};
// What a sensor said; ids, clocks and hosts' ids are the engine's: `hosts` has the names and
// addresses as the sensor gave them.
struct SensorAlert {
  std::string sensor;
  v1::AlertReceived alert;
};
// The controller's signature over a final.
struct FinalSignature {
  std::string exercise;
  v1::FinalSigned signature;
};
using Input =
    std::variant<PersonCommand, AgentEvents, AgentPresence, DryRunAnswer, AgentEnrolment,
                 ControllerStart, ClockStep, Bootstrap, SinkContact, SensorAlert, FinalSignature>;

struct Decision {
  // stream, actor, request_id and body set; numbers and time are the caller's.
  std::vector<v1::Record> records;
  // Without seq, which the engine sets from the last record; see `for_team`.
  v1::SubmitResponse response;
  // The answer goes to a team member: the journal's numbers would tell it what else goes on, and
  // whether its claim matched.
  bool for_team = false;
  v1::EnrolResponse enrolment;  // answer to AgentEnrolment: host and system
  // Ask these hosts for a dry run of this exercise.
  std::string dry_run_exercise;
  std::vector<std::string> dry_run_hosts;
  // This exercise became final: once that is durable its head is to be signed (FinalSignature).
  std::string sign_final;
};

// Computes the score that FinaliseScore freezes.
using ScoreFunction = v1::Scorecard (*)(const Exercise&, const StreamState& head, int64_t now_us);

// The one rule book. Errors are those of api.proto; on error nothing is to be recorded.
absl::StatusOr<Decision> Decide(const State& state, const Fleet& fleet, int64_t now_us,
                                const Input& input, ScoreFunction score);

// What came to be known in one exercise since Settle last came to rest: where to look again for
// what evidence allows. Indices of Exercise.
struct News {
  bool all = false;                        // look at every observation
  absl::btree_set<int> hosts = {};         // at those that name one of these
  absl::btree_set<int> observations = {};  // at these and those that rest on them
};
// Stops and pauses that the journal could not take: the one exception to commit-then-send. Hosts
// are told at once; what they are told is taken back by nothing but the record itself.
struct Unrecorded {
  absl::btree_set<std::string> stopped;  // exercises to treat as ended
  absl::btree_set<std::string> paused;   // exercises to treat as paused

  bool Has(const std::string& exercise) const {
    return stopped.contains(exercise) || paused.contains(exercise);
  }
};

using NewsByExercise = absl::btree_map<std::string, News>;

// What time and news make due, oldest first. The caller folds the first record and calls again
// (the others may rest on it), until nothing is due. Nothing comes by time in an exercise that was
// stopped or paused without a record.
std::vector<v1::Record> Settle(const State& state, const Fleet& fleet, int64_t now_us,
                               const NewsByExercise& news, const Unrecorded& unrecorded);

// When Settle must be called next if nothing else happens; INT64_MAX: not by time.
int64_t NextDeadline(const State& state, int64_t now_us, const Unrecorded& unrecorded);

// What stands before the exercise's next step (ready, close), in both languages; empty: nothing.
std::vector<v1::Text> MissingForNextStep(const Exercise& exercise, const Fleet& fleet);

// Controller away for longer: exercises come back paused.
inline constexpr int64_t kDownMaxUs = 60'000'000;
// A clock divergence above this is recorded.
inline constexpr int64_t kClockStepUs = 1'000'000;

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_DECIDE_H_
