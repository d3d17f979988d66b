#ifndef DRILL_CORE_EXERCISE_PEOPLE_STATE_H_
#define DRILL_CORE_EXERCISE_PEOPLE_STATE_H_

#include <compare>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "drill/v1/exercise.pb.h"

// The people's half of an exercise's state (state.h): what red teams, sensors and evaluators have
// said. Plain data; changed only by Apply. `record` is a sequence number in the exercise's stream,
// `*_us` engine time, 0: not yet.
namespace drill {

struct RedActionState {
  v1::RedActionRecorded action;
  int64_t recorded_us = 0;
  bool judged = false;
  v1::RedActionJudged judgement;  // the last one
  uint32_t record = 0;
};

struct AlertMatch {
  int inject = 0;
  int host = -1;
  uint32_t record = 0;
};

struct Acknowledgement {
  std::string person;
  int64_t at_us = 0;
};

struct AlertState {
  v1::AlertReceived alert;
  int64_t received_us = 0;
  std::vector<AlertMatch> matches;
  absl::btree_map<std::string, Acknowledgement> acknowledged;  // by team part: the first
  uint32_t record = 0;
};

// What the agent found of one claim about one order.
struct EffectState {
  v1::EffectReport report;
  v1::EffectVerdict verdict = v1::EFFECT_VERDICT_UNSPECIFIED;
  uint32_t record = 0;
};

// Criterion (then inject is -1), or one expectation of one inject.
struct MarkKey {
  std::string criterion;
  int inject = -1;
  int expectation = 0;
  std::string team;
  friend auto operator<=>(const MarkKey&, const MarkKey&) = default;
};

struct MarkState {
  struct Given {
    int32_t permille = 0;
    std::string note;
    int64_t at_us = 0;
    uint32_t record = 0;
  };
  absl::btree_map<std::string, Given> given;  // by evaluator
  bool settled = false;
  int32_t settled_permille = 0;
  std::string settled_by;
  std::string settled_note;
  std::string settled_appeal;  // appeal that it answers; empty: none
  uint32_t settled_record = 0;
};

struct AppealState {
  v1::AppealFiled filed;
  std::string person;
  int64_t filed_us = 0;
  bool answered = false;
  v1::AppealAnswered answer;
  std::string answered_by;
  uint32_t record = 0;
  uint32_t answer_record = 0;
  bool settled = false;  // upheld, and the chair has given the mark anew
};

struct NoteState {
  v1::NoteTaken note;
  std::string person;
  int64_t taken_us = 0;
  uint32_t record = 0;
};

struct CommentState {
  v1::JudgeCommented comment;
  std::string person;
  int64_t at_us = 0;
};

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_PEOPLE_STATE_H_
