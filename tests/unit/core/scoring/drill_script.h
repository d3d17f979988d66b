#ifndef DRILL_TESTS_UNIT_CORE_SCORING_DRILL_SCRIPT_H_
#define DRILL_TESTS_UNIT_CORE_SCORING_DRILL_SCRIPT_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/exercise/state.h"

namespace drill::testing {

inline constexpr int64_t kSecond = 1'000'000;

// A drill told as a script: each step is a record, folded by the real Apply. Times are seconds of
// the exercise clock; the wall runs on in pauses.
//
// The cast: system "portal" (hosts web-1, web-2, web-3, and db-1 of role "db"), system "mail"
// (host mail-1) as parts of the same names, teams "soc" and "ops", exercise "drill-1".
class DrillScript {
 public:
  struct Options {
    // StartEx. Default: 2026-11-22T02:00:00Z.
    int64_t start_us = 1'795'312'800 * kSecond;
    std::string exercise = "drill-1";
    v1::ExerciseType type = v1::EXERCISE_TYPE_LIVE;
  };
  // `scenario_yaml`: objectives, injects and rubric.
  DrillScript(absl::string_view scenario_yaml, const Options& options);
  explicit DrillScript(absl::string_view scenario_yaml) : DrillScript(scenario_yaml, Options()) {}

  // Moves the exercise clock on to this second.
  DrillScript& At(double ex_s);
  DrillScript& Pause(double wall_s);
  DrillScript& Jump(double to_ex_s);

  // A step of planning, before Start.
  DrillScript& Approve(const v1::ExerciseApproved& approved);
  DrillScript& Start();
  DrillScript& Release(absl::string_view inject);
  DrillScript& Revoke(absl::string_view inject);
  // Started and applied now; its trace is noticeable now, too.
  DrillScript& Play(absl::string_view inject, std::initializer_list<const char*> hosts,
                    double error_s = 0, bool noticeable = true);
  DrillScript& Order(absl::string_view inject, absl::string_view host, v1::OrderEventKind kind);
  DrillScript& Undo(absl::string_view inject, std::initializer_list<const char*> hosts,
                    v1::UndoReason reason, v1::CleanupResult cleanup = v1::CLEANUP_RESULT_VERIFIED);
  DrillScript& PlayByHand(absl::string_view inject, absl::string_view host,
                          absl::string_view witness = "lan");

  // Says it and returns its id; matches nothing yet.
  std::string Say(absl::string_view team, v1::ObservationKind kind,
                  std::initializer_list<const char*> hosts = {});
  std::string Report(absl::string_view team, std::initializer_list<const char*> recipients,
                     std::initializer_list<std::pair<const char*, const char*>> fields = {});
  std::string Answer(absl::string_view team, absl::string_view question, absl::string_view choice);
  // By the engine.
  DrillScript& Match(absl::string_view observation, absl::string_view inject,
                     std::initializer_list<const char*> hosts, int credit_permille = 1000);
  // By an evaluator; `counts_s`: the claimed time accepted, exercise seconds.
  DrillScript& Link(absl::string_view observation, absl::string_view inject,
                    std::initializer_list<const char*> hosts, int credit_permille = 1000,
                    double counts_s = -1);
  DrillScript& Reject(absl::string_view observation, v1::Rejection rejection);
  // Says and matches in one go.
  DrillScript& Detect(absl::string_view team, absl::string_view inject,
                      std::initializer_list<const char*> hosts, int credit_permille = 1000);
  DrillScript& Contain(absl::string_view team, absl::string_view inject,
                       std::initializer_list<const char*> hosts);
  DrillScript& Recover(absl::string_view team, absl::string_view inject,
                       std::initializer_list<const char*> hosts);

  // The agent's word on a claim about one host.
  DrillScript& Effect(absl::string_view observation, absl::string_view inject,
                      absl::string_view host, v1::EffectVerdict verdict, int told = 4,
                      int standing = 0);

  DrillScript& End(bool aborted = false);
  DrillScript& Rate(absl::string_view system, v1::Element element);
  DrillScript& Finalise();
  DrillScript& Close();

  // Of the journal so far; "now" is the moment that the script has reached.
  v1::Scorecard Score() const;
  const Exercise& exercise() const { return *state_.FindExercise(id_); }
  const State& state() const { return state_; }
  State& mutable_state() { return state_; }
  int64_t now_us() const { return now_us_; }

  // Any record of this exercise, now.
  DrillScript& Append(v1::Record record);

 private:
  int64_t Wall(double ex_s) const;
  static v1::Actor Evaluator();

  std::string id_;
  int64_t start_us_;
  int64_t now_us_;
  int64_t shift_us_ = 0;  // wall − exercise clock − StartEx
  int said_ = 0;
  State state_;
};

inline const v1::RollUp& Row(const google::protobuf::RepeatedPtrField<v1::RollUp>& rows,
                             absl::string_view key) {
  for (const v1::RollUp& row : rows) {
    if (row.key() == key) return row;
  }
  ADD_FAILURE() << "no row " << key;
  return v1::RollUp::default_instance();
}

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_CORE_SCORING_DRILL_SCRIPT_H_
