#ifndef DRILL_CORE_EXERCISE_FOLD_H_
#define DRILL_CORE_EXERCISE_FOLD_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/exercise/state.h"

// Shared by the apply*.cc files only.
namespace drill::fold {

inline absl::Status Unknown(absl::string_view what, absl::string_view id) {
  return absl::DataLossError(absl::StrCat("names ", what, " '", id, "' that no record made"));
}

// Takes the first time of an anchor.
inline void First(int64_t* anchor, int64_t time_us) {
  if (*anchor == 0 || time_us < *anchor) *anchor = time_us;
}

// apply_sensors.cc
absl::Status ApplySensorToken(const v1::Record& record, RegisterState* reg);

// Folds one record of one exercise; every fact has a method of its name. Lives for one record.
class ExerciseFold {
 public:
  ExerciseFold(const v1::Record& record, Exercise* exercise) : r_(record), e_(*exercise) {}

  // DataLoss: the record cannot follow.
  absl::Status Run();

 private:
  using Stage = OrderState::Stage;
  using Status = InjectState::Status;

  absl::StatusOr<InjectState*> FindInject(absl::string_view id) {
    const int index = e_.FindInject(id);
    if (index < 0) return Unknown("inject", id);
    return &e_.injects[static_cast<size_t>(index)];
  }
  uint32_t Position() const { return static_cast<uint32_t>(r_.stream_seq()); }

  absl::Status RunPeople();

  // apply_plan.cc
  absl::Status Created();
  absl::Status AddInject(const v1::Inject& authored, bool added);
  absl::Status Approved();
  absl::Status HostChecked();

  // apply_run.cc
  absl::Status Started();
  void MarkCrossing(InjectState* inject);
  absl::Status Paused();
  absl::Status Resumed();
  absl::Status Scheduled();
  absl::Status Released();
  absl::Status Revoked();
  absl::Status Held();
  absl::Status Seen();
  absl::Status Ended();

  // apply_orders.cc
  absl::Status Manual();
  // `attempt` 0: played by hand.
  void AddTrace(int inject, int host, int attempt, const v1::Trace& trace);
  static std::string Hex(absl::string_view bytes);
  int64_t HostTime(int64_t at_us) const;
  int64_t TraceTime(const v1::OrderEvent& event, const v1::Trace& trace,
                    const OrderState& order) const;
  absl::Status Order();
  void StaleStep(const v1::OrderEvent& event, int index, int host);
  void OrderStep(const v1::OrderEvent& event, int index, int host, InjectState* inject,
                 OrderState* order);
  static int32_t Clamped(int64_t us);
  static bool HasEnd(const OrderState& order);
  void Close(Stage stage, const v1::OrderEvent& event, int index, int host, OrderState* order);
  void Clean(const v1::OrderEvent& event, v1::CleanupResult cleanup, int index, int host,
             OrderState* order);
  void KeepNotes(const v1::OrderEvent& event, int index, int host);
  absl::Status Retried();

  // apply_sink.cc
  void Mark(const std::string& id, int inject, int host, int attempt);
  absl::Status Sink();

  // apply_people.cc
  absl::Status Observed();
  absl::Status Matched();
  void SetAnswered(const ObservationState& observation);
  static void Link(const Match& match, ObservationState* observation);
  static void SetAnchor(const ObservationState& observation, const Match& match,
                        InjectState* inject);
  // Undoes its matches; anchors that rested on them are found again from the rest.
  void DropMatches(ObservationState* observation);
  absl::Status Rejected();
  absl::Status Read();

  // apply_red.cc
  absl::Status RedRecorded();
  absl::Status RedJudged();
  absl::Status RedClosed();

  // apply_effect.cc
  absl::Status EffectChecked();

  // apply_sensors.cc
  absl::Status AlertReceived();
  absl::Status AlertMatched();
  absl::Status AlertAcknowledged();

  // apply_judging.cc
  absl::Status Merged();
  absl::Status Undone();
  absl::Status Commented();
  absl::Status Marked();
  absl::Status MarkSettled();
  absl::Status AppealFiled();
  absl::Status AppealAnswered();
  absl::Status NoteTaken();
  absl::Status SurveyAnswered();
  absl::Status FinalSigned();

  // apply_after.cc
  absl::Status Rated();
  absl::Status Accepted();

  const v1::Record& r_;
  Exercise& e_;
};

}  // namespace drill::fold

#endif  // DRILL_CORE_EXERCISE_FOLD_H_
