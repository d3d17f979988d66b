#ifndef DRILL_TESTS_INTEGRATION_DRILL_FIXTURE_H_
#define DRILL_TESTS_INTEGRATION_DRILL_FIXTURE_H_

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "drill/v1/api.pb.h"
#include "drill/v1/context.pb.h"
#include "tests/support/process.h"
#include "tests/support/status.h"

namespace drill::testing {

inline constexpr int64_t kPatienceUs = 60'000'000;
inline constexpr char kExercise[] = "dt-ngan";

// A scenario of one system, one team and one objective ("see") that plays these injects. What
// stands after them, a rubric for one, may follow in the same text.
std::string ScenarioOf(absl::string_view duration, absl::string_view injects);

// What a run of a program left.
struct Output {
  int code = -1;  // -1: killed, or did not end in time
  std::string out;
  std::string err;
};

// The three programs, as an operator runs them, in a folder of their own: one controller, agents
// on pretended hosts of this machine, people with their contexts. Everything ends with the test.
class DrillTest : public ::testing::Test {
 protected:
  DrillTest();
  ~DrillTest() override;

  std::string Path(const std::string& name) const { return root_ + "/" + name; }
  std::string HostPath(const std::string& host, const std::string& name) const {
    return Path("hosts/" + host + "/" + name);
  }
  static void Write(const std::string& path, const std::string& text);
  static std::string Read(const std::string& path);
  static bool Exists(const std::string& path);

  // ---- the controller
  // Starts it and waits until it is ready to answer; again on the ports it had.
  absl::Status StartController();
  // Starts one that is expected not to come up, and waits for its end.
  Output RefusedController(const std::string& data, const std::string& listen = "127.0.0.1:0");
  // Ends it, waits for its end.
  std::optional<Ended> EndController(int signal);
  // As DIR/endpoint.json says; empty without the file.
  v1::Endpoint endpoint() const;
  // Runs a program of ours to its end.
  Output Program(const std::string& name, const std::vector<std::string>& arguments);
  // drillctl by one person.
  Output As(const std::string& person, std::vector<std::string> arguments);
  // The same, that must succeed.
  absl::Status Do(const std::string& person, const std::vector<std::string>& arguments);
  // With --json, as a message.
  template <typename M>
  M Get(const std::string& person, std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const Output output = As(person, arguments);
    M message;
    EXPECT_EQ(output.code, 0) << output.err;
    EXPECT_TRUE(FromJson(output.out, &message)) << output.out;
    return message;
  }
  static bool FromJson(absl::string_view text, google::protobuf::Message* message);

  // ---- hosts
  // A pretended host: folders, a page, a log; enrolled, with a policy.
  absl::Status Enrol(const std::string& host);
  // `dies_at`: it is killed at this point (agent/kill_point.h).
  void StartAgent(const std::string& host, const std::string& dies_at = "");
  std::optional<Ended> EndAgent(const std::string& host, int signal);
  Process& agent(const std::string& host) { return *agents_.at(host); }
  std::string AgentLog(const std::string& host) const { return Read(HostPath(host, "log")); }

  // ---- a drill
  // The register: one body, one system of level 3, its hosts, five people, one team.
  absl::Status Register();
  // Register, the hosts with their agents.
  absl::Status Prepare();
  // The short scenario, the exercise, its signed scope; not approved yet.
  absl::Status Plan();
  absl::Status Approve();
  // Prepare, Plan, Approve, checked: ready to start.
  absl::Status MakeReady();
  Output SignScope(const std::string& key);

  // ---- waiting
  // True when it holds; asks again every so often, for a bounded time.
  static bool Until(const std::function<bool()>& condition, int64_t patience_us = kPatienceUs);
  // All that the watcher is shown of the exercise until a record fulfils it, that one included.
  // Fails the test if none does in time.
  std::vector<v1::WatchEvent> WatchUntil(const std::function<bool(const v1::Record&)>& last);
  // All that is there now.
  std::vector<v1::WatchEvent> Records();
  v1::ExerciseView View() {
    return Get<v1::ExerciseView>("giam-doc", {"exercise", "show", kExercise});
  }
  bool Clean();
  // As the controller says it.
  bool Connected(const std::string& host);

  // What a drill is made of; to be changed before it is prepared.
  std::string scenario_;  // YAML
  std::vector<std::string> hosts_ = {"app-1", "app-2"};
  std::map<std::string, std::string> dies_at_;  // by host, of its first agent
  std::string more_policy_;                     // YAML, after places and actions
  std::vector<std::string> more_actions_;       // that the policies allow
  std::vector<std::string> controller_flags_;   // besides the usual ones

  const std::string data_;  // of the controller

 private:
  std::string Binary(const std::string& name) const { return bin_ + "/" + name; }
  std::string NewName(const std::string& stem);

  std::string bin_;
  std::string root_;
  int outputs_ = 0;
  v1::Endpoint last_;  // to come back on the same ports
  std::unique_ptr<Process> controller_;
  std::map<std::string, std::unique_ptr<Process>> agents_;
};

// ---- kinds of records, for WatchUntil

inline bool ExerciseEnded(const v1::Record& record) { return record.has_exercise_ended(); }
std::function<bool(const v1::Record&)> OrderIs(v1::OrderEventKind kind, const std::string& inject,
                                               const std::string& host);
// How many records fulfil it.
int Count(const std::vector<v1::WatchEvent>& events,
          const std::function<bool(const v1::Record&)>& which);

}  // namespace drill::testing

#endif  // DRILL_TESTS_INTEGRATION_DRILL_FIXTURE_H_
