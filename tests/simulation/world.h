#ifndef DRILL_TESTS_SIMULATION_WORLD_H_
#define DRILL_TESTS_SIMULATION_WORLD_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/engine.h"
#include "core/exercise/engine.h"
#include "core/rehearsal/dice.h"
#include "core/rehearsal/virtual_time.h"

// A whole drill in virtual time: the real controller engine, the real agent engines, hosts that
// remember what was done to them, and a network, clocks and processes that fail as a seed says.
// Nothing here waits for anything; a run of minutes takes milliseconds.
namespace drill::sim {

struct Faults {
  bool cuts = false;  // connections break and come back
  bool controller_crashes = false;
  bool long_downs = false;  // away for more than 60 s
  bool agent_crashes = false;
  bool journal_failures = false;  // a commit fails now and then
  bool clock_drift = false;       // hosts' clocks run fast or slow and start anywhere
  bool director = false;          // random pause, resume, fire, hold, skip, jump, stop
};

// Breach of an invariant, in words with times; see docs/testing.md for the list.
using Breaches = std::vector<std::string>;

class World {
 public:
  World(uint64_t seed, Faults faults, int hosts);
  ~World();

  // From enrolment to the verified clean-up of the whole exercise.
  void Run();

  const Breaches& breaches() const { return breaches_; }
  // What happened, for reading a failing seed.
  const std::vector<std::string>& story() const { return story_; }
  const Exercise& exercise() const { return *engine_->state().FindExercise("drill"); }
  const std::vector<Stamped>& journal() const { return journal_; }
  int64_t now_us() const { return time_.now_us(); }
  int starts() const { return starts_total_; }

 private:
  struct Host;
  // The world's own machinery.
  void Tell(std::string line);
  void Breach(std::string line);
  int64_t Between(int64_t low, int64_t high) { return dice_.Between(low, high); }
  bool Chance(int percent) { return Between(1, 100) <= percent; }
  int64_t Delay() { return Between(100, 30'000); }

  // Controller.
  void StartController();
  void CrashController();
  absl::StatusOr<Decision> Handle(const Input& input);
  bool Commit();
  void SendDesired();
  void ArmController();
  absl::Status Command(const std::string& person, v1::Command command);
  void ToAgent(Host* host, v1::ControllerFrame frame);
  void FromAgent(Host* host, uint64_t session, const v1::AgentFrame& frame);

  // Hosts.
  void StartAgent(Host* host);
  void CrashAgent(Host* host);
  void Connect(Host* host);
  void Cut(Host* host);
  void Pump(Host* host);
  void ArmAgent(Host* host);
  void Carry(Host* host, const agent::Effect& effect);
  void Play(Host* host, const v1::Order& order);
  void CheckStart(Host* host, const v1::Order& order);

  // People.
  void Prepare();
  void Director();
  void Team(Host* host, const std::string& path);
  void FaultsTick();
  void CheckEnd();
  void Snapshot();

  rehearsal::Dice dice_;
  const Faults faults_;
  rehearsal::VirtualTime time_{1'700'000'000'000'000};
  std::vector<std::string> story_;
  Breaches breaches_;

  std::unique_ptr<Engine> engine_;  // null: down
  uint64_t controller_run_ = 0;     // invalidates events of earlier runs
  std::vector<Stamped> journal_;    // durable
  int64_t alive_us_ = 0;
  uint64_t sessions_ = 0;
  std::vector<std::unique_ptr<Host>> hosts_;
  bool healing_ = true;  // no faults: preparation, and the end in which all must come to rest
  int requests_ = 0;
  int starts_total_ = 0;
  // When the controller last made each thing impossible; for the lease's promise.
  std::map<std::string, int64_t> barred_since_;  // inject id, or "*" for the whole exercise
  std::string owner_key_;
  std::string owner_public_;
};

}  // namespace drill::sim

#endif  // DRILL_TESTS_SIMULATION_WORLD_H_
