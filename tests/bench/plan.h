#ifndef DRILL_TESTS_BENCH_PLAN_H_
#define DRILL_TESTS_BENCH_PLAN_H_

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drill/v1/api.pb.h"
#include "server/journal/sqlite_journal.h"
#include "server/loop/loop.h"
#include "server/view/view.h"

namespace drill::bench {

inline constexpr char kExercise[] = "drill";
inline constexpr char kDirector[] = "dir";
inline constexpr char kResponder[] = "blue";
inline constexpr char kPlanned[] = "planned";

// The drill that is measured: hosts h0.. in systems of at most `hosts_per_system`, one team.
struct Plan {
  int hosts = 1;
  int hosts_per_system = 50;
  int rounds = 1;  // contingency injects fire-0..
  // No agent: one manual inject, so that the exercise runs without a fleet.
  bool agentless = false;
  int actions = 0;  // planned injects a0.. far in the future, beside the above
  std::string owner_key;
  std::string owner_public;

  static Plan Make(int hosts, int hosts_per_system);
  int systems() const { return (hosts + hosts_per_system - 1) / hosts_per_system; }
  std::string HostId(int host) const;
  std::string SystemId(int system) const;

  v1::Command Register() const;
  v1::Command Scenario() const;
  v1::Command Create() const;
  // Signed by the owner; `exercise` as it was created.
  absl::StatusOr<v1::Command> Approve(const Exercise& exercise, int64_t now_us) const;
};

// A controller without its network: journal, view and loop of a data folder, in this process.
class LocalController {
 public:
  static absl::StatusOr<std::unique_ptr<LocalController>> Start(const std::string& data_dir);

  // Answered when durable.
  absl::StatusOr<v1::SubmitResponse> Submit(const std::string& person, v1::Command command);
  // The administrator, then everything up to the approved exercise.
  absl::Status Prepare(const Plan& plan);
  Loop& loop() { return *loop_; }
  const EngineClock& clock() const { return clock_; }

 private:
  absl::Status Approve(const Plan& plan);

  std::unique_ptr<SqliteJournal> journal_;
  EngineClock clock_;
  std::unique_ptr<View> view_;
  std::unique_ptr<Loop> loop_;
};

}  // namespace drill::bench

#endif  // DRILL_TESTS_BENCH_PLAN_H_
