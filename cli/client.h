#ifndef DRILL_CLI_CLIENT_H_
#define DRILL_CLI_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/text.h"
#include "drill/v1/api.pb.h"
#include "drill/v1/context.pb.h"

namespace drill::cli {

// True if the controller (or the way to it) said so, rather than this program.
bool FromController(const absl::Status& status);

// What a watch hands on. Called on the thread that called Watch.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // False: seen enough; Watch returns OK.
  virtual bool OnEvent(const v1::WatchEvent& event) = 0;
  // A few times a second, also when nothing comes. False: likewise.
  virtual bool OnTick() { return true; }
  // The stream broke and is being taken up again.
  virtual void OnLost(const absl::Status&) {}
};

// Calls to service Drill over TLS with a person's token. One thread.
//
// Every call has a deadline and is repeated as is, with the same request_id, while the controller
// is Unavailable: at most kAttemptsMax times, pausing between them, within that deadline. Errors
// are the controller's own (api.proto), marked FromController.
class Client {
 public:
  static constexpr int kAttemptsMax = 5;
  static constexpr int64_t kFirstPauseUs = 100'000;
  static constexpr int64_t kPauseMaxUs = 2'000'000;
  // A watch gives up after so many breaks in a row without one event.
  static constexpr int kWatchAttemptsMax = 60;

  struct Options {
    int64_t timeout_us = 15'000'000;
    Language language = Language::kVietnamese;  // of answers and failures
    std::string request_id;                     // empty: a random one a Submit
    std::function<void(int64_t)> sleep;         // microseconds; empty: the system's
  };

  // Does not connect yet. InvalidArgument: the context lacks a field.
  static absl::StatusOr<std::unique_ptr<Client>> Make(const v1::Context& context, Options options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  absl::StatusOr<v1::SubmitResponse> Submit(const v1::Command& command);
  // Of the last Submit.
  const std::string& request_id() const { return request_id_; }

  absl::StatusOr<v1::Identity> WhoAmI();
  absl::StatusOr<v1::Register> GetRegister();
  absl::StatusOr<v1::AgentList> ListAgents();
  absl::StatusOr<v1::ScenarioList> ListScenarios();
  absl::StatusOr<v1::ExerciseList> ListExercises();
  absl::StatusOr<v1::ExerciseView> GetExercise(absl::string_view exercise);
  absl::StatusOr<v1::ScopeOffer> GetScope(const v1::GetScopeRequest& request);
  absl::StatusOr<v1::Inbox> GetInbox(absl::string_view exercise);
  absl::StatusOr<v1::Queue> GetQueue(absl::string_view exercise);
  absl::StatusOr<v1::MarkSheet> GetMarks(absl::string_view exercise);
  absl::StatusOr<v1::SurveySummary> GetSurvey(absl::string_view exercise);
  absl::StatusOr<v1::Scorecard> GetScore(absl::string_view exercise);
  absl::StatusOr<v1::Document> GetReport(const v1::GetReportRequest& request);
  absl::StatusOr<v1::DutyTable> GetDuty(int32_t year);
  absl::StatusOr<v1::Deconfliction> GetDeconfliction(const v1::GetDeconflictionRequest& request);
  absl::StatusOr<v1::VerifyReport> VerifyJournal();

  // Follows an exercise from `cursor` on, through breaks of the stream, until the watcher has seen
  // enough, the controller closes the stream (both OK), it refuses, or `limit_us` has passed
  // (DeadlineExceeded; 0: no limit).
  absl::Status Watch(absl::string_view exercise, uint64_t cursor, int64_t limit_us,
                     Watcher& watcher);

 private:
  struct Wire;
  Client(const v1::Context& context, Options options);

  const Options options_;
  const std::string authorization_;
  std::string request_id_;
  const std::unique_ptr<Wire> wire_;
};

}  // namespace drill::cli

#endif  // DRILL_CLI_CLIENT_H_
