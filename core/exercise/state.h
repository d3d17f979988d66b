#ifndef DRILL_CORE_EXERCISE_STATE_H_
#define DRILL_CORE_EXERCISE_STATE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "core/exercise/clock.h"
#include "core/exercise/people_state.h"
#include "core/register/register_state.h"
#include "drill/v1/agent.pb.h"
#include "drill/v1/exercise.pb.h"
#include "drill/v1/scorecard.pb.h"

// The fold of the journal. Changed only by Apply (apply.h); plain data, no locks: each thread that
// needs one has its own.
//
// Indices (int) into `Exercise::injects` and `Exercise::hosts` never change once given.
// Hash maps here are looked up, never iterated: iteration order must not reach a record or score.
namespace drill {

// Hot state of one order (one action inject on one host): a packed row, 1 M of them at most.
struct OrderState {
  enum class Stage : uint8_t {
    kNone,         // nothing heard
    kStarted,      // starting; not yet applied
    kApplied,      // in place and verified: played
    kBlocked,      // a control stopped it
    kFailed,       // our failure
    kRefused,      // policy or scope
    kMissed,       // its time passed, or it never started
    kInterrupted,  // the agent died in it
  };
  Stage stage = Stage::kNone;
  v1::CleanupResult cleanup = v1::CLEANUP_RESULT_UNSPECIFIED;  // set once undone
  v1::UndoReason undo_reason = v1::UNDO_REASON_UNSPECIFIED;
  bool residue_accepted = false;
  int32_t attempt = 1;
  int32_t error_us = 0;       // of host times
  int64_t started_us = 0;     // host, engine time
  int64_t noticeable_us = 0;  // first noticeable trace; 0: nothing a team could notice
  int64_t undone_us = 0;
  int64_t late_us = 0;
  uint32_t started_record = 0;  // sequence numbers in the exercise's stream
  uint32_t applied_record = 0;
  uint32_t undone_record = 0;

  // It changed the host, or may have, and no clean-up has been confirmed.
  bool NeedsCleanup() const {
    return cleanup == v1::CLEANUP_RESULT_UNSPECIFIED &&
           (stage == Stage::kStarted || stage == Stage::kApplied);
  }
  bool Terminal() const {
    return stage != Stage::kNone && stage != Stage::kStarted && stage != Stage::kApplied;
  }
};

// No host holds a longer lease (fleet.h: three heartbeats, 15 s with 10,000 agents).
inline constexpr int64_t kLeaseMaxUs = 60'000'000;

// What an order or a hand-played action left, as ground truth for matching.
struct PlayedTrace {
  int inject;
  int host;
  v1::Trace trace;
};

struct ManualState {
  v1::ManualPlayed played;
  uint32_t record = 0;
};

struct InjectState {
  enum class Status : uint8_t { kWaiting, kScheduled, kReleased, kRevoked };

  v1::Inject inject;         // repeats unfolded: id "x#2"
  std::string scope_inject;  // "x"
  std::vector<int> hosts;    // targets, ascending
  std::vector<int> against;  // what a scan, flood or guess is aimed at, ascending
  // Parallel to `hosts`; action injects only.
  std::vector<OrderState> orders;
  // By host index; manual injects only.
  absl::btree_map<int, ManualState> manual;

  Status status = Status::kWaiting;
  bool held = false;
  bool direct = false;
  bool added = false;  // while running, not in the scenario
  // Taken back so shortly before its time that a host out of reach may have started it within its
  // lease (kLeaseMaxUs): nothing is certain there until the host has said so.
  bool may_have_started = false;
  v1::RevokeReason revoke_reason = v1::REVOKE_REASON_UNSPECIFIED;
  int64_t planned_ex_us = 0;  // valid from kScheduled on
  int64_t planned_us = 0;     // engine time, valid once released
  int64_t released_us = 0;    // engine time planned to be released = anchor `released`
  int64_t late_us = 0;
  uint32_t released_record = 0;

  // First time of each anchor, engine time; 0: not yet. Matches set them.
  int64_t started_us = 0;
  int64_t detected_us = 0;
  int64_t reported_us = 0;
  int64_t contained_us = 0;
  int64_t recovered_us = 0;
  int64_t answered_us = 0;
  int64_t alert_us = 0;         // first alert by a sensor
  int64_t acknowledged_us = 0;  // first alert acknowledged by a team
  bool by_red = false;          // free play: what a red team did

  bool is_action() const { return inject.kind_case() == v1::Inject::kAction; }
  bool is_manual() const { return inject.kind_case() == v1::Inject::kManual; }
  // To a team's inbox.
  bool is_message() const {
    return inject.kind_case() == v1::Inject::kMessage ||
           inject.kind_case() == v1::Inject::kQuestion;
  }
  // Nothing was heard of the order, but the host may have started it.
  bool Unheard(const OrderState& order) const {
    return order.stage == OrderState::Stage::kNone &&
           order.cleanup == v1::CLEANUP_RESULT_UNSPECIFIED &&
           (status == Status::kReleased || may_have_started);
  }
  // Position of a host in `hosts`/`orders`, -1 if it is no target.
  int PositionOf(int host) const;
};

struct Match {
  int inject = 0;
  int host = -1;  // -1: the inject as a whole
  int32_t credit_permille = 0;
  int64_t counts_us = 0;  // receipt, or the claimed time that an evaluator accepted
  bool by_evaluator = false;
  uint32_t record = 0;
};

struct ObservationState {
  v1::ObservationMade made;
  int64_t received_us = 0;  // engine time; on behalf: when it reached the control team
  uint32_t record = 0;
  std::vector<Match> matches;  // those in force
  v1::Rejection rejection = v1::REJECTION_UNSPECIFIED;
  uint32_t rejection_record = 0;
  int merged_into = -1;  // observation that says the same
  uint32_t merged_record = 0;
};

// One order, by indices of the exercise.
struct MarkedOrder {
  int inject;
  int host;
  int attempt;
};

struct ExerciseHost {
  v1::Host host;
  std::string system;  // system id
  std::string part;    // of the scenario
  bool checked = false;
  v1::HostChecked check;
  bool connected = false;  // as recorded while running (AgentSeen)
};

struct Exercise {
  v1::ExerciseCreated created;
  v1::ExerciseApproved approved;
  // System → its signed scopes, as positions in `approved`: a host is sent no other system's.
  absl::btree_map<std::string, std::vector<int>> scopes_of;
  v1::Phase phase = v1::PHASE_DRAFT;
  ExerciseClock clock;
  int64_t start_us = 0;  // StartEx
  int64_t end_us = 0;    // EndEx
  int64_t end_ex_us = 0;
  bool aborted = false;
  bool real_incident = false;
  // When one was declared: [from, to), the last one open while real_incident.
  std::vector<std::pair<int64_t, int64_t>> real_incidents;

  std::vector<ExerciseHost> hosts;             // ascending by id
  std::vector<InjectState> injects;            // scenario order; added ones at the end
  std::vector<ObservationState> observations;  // in order of receipt
  absl::btree_map<std::string, int> said;      // by team part: how many of them
  std::vector<v1::ElementRated> ratings;       // last one per evaluator, system, element
  std::vector<std::string> rated_by;           // parallel to ratings: person
  v1::ScoreFinalised final_score;
  std::string close_note;

  // Earlier attempts that still have to be undone: (inject, host, attempt).
  absl::btree_set<std::tuple<int, int, int>> stale_attempts;
  // Earlier attempts whose clean-up left something that its owner has not accepted.
  absl::btree_set<std::tuple<int, int, int>> stale_residue;
  // Notes of what is left: (inject, host) → lines.
  absl::btree_map<std::pair<int, int>, std::vector<std::string>> residue;
  // Ground truth by (inject, host).
  absl::btree_map<std::pair<int, int>, std::vector<v1::Trace>> traces;
  // (inject, team part) → first time a member opened it.
  absl::btree_map<std::pair<int, std::string>, int64_t> reads;

  // Attempts before the present one, as they ended: (inject, host, attempt).
  absl::btree_map<std::tuple<int, int, int>, OrderState> past_attempts;
  // Parallel to `traces`: the attempt that left each; 0: played by hand.
  absl::btree_map<std::pair<int, int>, std::vector<int32_t>> trace_attempts;
  // What the drill's sink received, added up: (inject, host, attempt, channel).
  absl::btree_map<std::tuple<int, int, int, int>, v1::SinkReceived> sink;

  // Free play, sensors.
  std::vector<RedActionState> red_actions;
  std::vector<v1::RedClosed> red_closed;  // one a red team
  std::vector<AlertState> alerts;         // in order of receipt
  // (claim's observation, inject, host) → what the agent found.
  absl::btree_map<std::tuple<int, int, int>, EffectState> effects;

  // Evaluators.
  absl::btree_map<MarkKey, MarkState> judge_marks;
  std::vector<AppealState> appeals;
  std::vector<NoteState> notes;
  std::vector<CommentState> comments;
  absl::btree_map<std::string, v1::SurveyAnswered> surveys;  // by person
  v1::FinalSigned final_signed;

  uint64_t head_stream_seq = 0;

  // Look-ups; -1 when there is none.
  int FindInject(absl::string_view id) const;
  int FindHost(absl::string_view id) const;
  int FindObservation(absl::string_view id) const;
  // Team part in which the person plays, "" if in none.
  std::string TeamOf(absl::string_view person) const;
  bool RealIncidentAt(int64_t engine_us) const;
  bool HasPost(absl::string_view person, v1::Role role) const;
  const std::string& id() const { return created.exercise(); }
  bool live() const { return created.scenario().type() == v1::EXERCISE_TYPE_LIVE; }
  bool Running() const { return phase == v1::PHASE_RUNNING; }
  bool InPlay() const { return phase == v1::PHASE_RUNNING || phase == v1::PHASE_PAUSED; }
  bool Over() const { return phase >= v1::PHASE_ENDED; }
  // Hosts (inject, host) whose clean-up is not confirmed or left something not accepted.
  std::vector<std::pair<int, int>> UncleanOrders() const;

  absl::flat_hash_map<std::string, int> inject_index;
  absl::flat_hash_map<std::string, int> host_index;
  absl::flat_hash_map<std::string, int> observation_index;
  // host index + kind + value → traces, for matching.
  absl::flat_hash_map<std::string, std::vector<PlayedTrace>> evidence;
  // Mark → order, for those that talk to the sink.
  absl::flat_hash_map<std::string, MarkedOrder> marks;
  static std::string EvidenceKey(int host, const v1::Artefact& artefact);
};

// First result of a command, kept for its retries.
struct DoneRequest {
  uint64_t seq = 0;
  std::string id;  // that the engine gave
};

// Head of one hash chain.
struct StreamState {
  uint64_t stream_seq = 0;
  std::string hash;
};

// Where an exercise stays; a copy copies the exercise.
struct ExercisePtr : std::unique_ptr<Exercise> {
  ExercisePtr() = default;
  ExercisePtr(std::unique_ptr<Exercise> exercise) : unique_ptr(std::move(exercise)) {}
  ExercisePtr(ExercisePtr&&) = default;
  ExercisePtr& operator=(ExercisePtr&&) = default;
  ExercisePtr(const ExercisePtr& other) : unique_ptr(std::make_unique<Exercise>(*other)) {}
};

struct State {
  RegisterState reg;
  absl::btree_map<std::string, ExercisePtr> exercises;
  absl::btree_map<std::string, StreamState> streams;
  uint64_t seq = 0;
  int64_t last_time_us = 0;
  uint64_t epoch = 0;
  int64_t up_since_us = 0;    // this run of the controller
  int64_t last_alive_us = 0;  // of the run before
  // Agents' outbox positions: host → (outbox id, seq) durable here.
  absl::btree_map<std::string, std::pair<std::string, uint64_t>> outbox;
  // Commands already done, for idempotency; the newest kRequestsKept.
  absl::flat_hash_map<std::string, DoneRequest> requests;
  std::vector<std::string> request_order;  // ring
  size_t request_next = 0;

  // The person plays in a team of an exercise of this scenario that is not final: whatever its
  // roles elsewhere, the scenario is not for it.
  bool ScenarioHidden(absl::string_view person, absl::string_view scenario) const;

  const Exercise* FindExercise(absl::string_view id) const;
  Exercise* FindExercise(absl::string_view id);
};

inline constexpr size_t kRequestsKept = 10'000;

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_STATE_H_
