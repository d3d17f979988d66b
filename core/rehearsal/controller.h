#ifndef DRILL_CORE_REHEARSAL_CONTROLLER_H_
#define DRILL_CORE_REHEARSAL_CONTROLLER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/exercise/engine.h"
#include "core/rehearsal/approval.h"
#include "core/rehearsal/virtual_time.h"

namespace drill::rehearsal {

// The real engine in virtual time: no threads, disk or network, and a journal that keeps nothing
// but tells each record. One thread.
class Controller {
 public:
  explicit Controller(int64_t now_us);

  // Register, scenario, exercise, approval, check and start, up to the lead before StartEx.
  // InvalidArgument: what the engine refuses, in its words.
  absl::Status Prepare(const v1::Register& reg, const v1::Scenario& scenario,
                       const v1::CreateExercise& create, const Owners& owners);

  absl::StatusOr<Decision> Submit(const std::string& person, const v1::Command& command);
  absl::StatusOr<Decision> Handle(const Input& input);

  // Lets time pass, everything at its own moment, until the exercise is over and nothing is
  // planned for the same moment. Internal: something falls due again and again.
  absl::Status Run();

  VirtualTime& time() { return time_; }
  const Exercise& e() const { return *engine_.state().FindExercise(created_); }
  const State& state() const { return engine_.state(); }
  // Exercise clock.
  int64_t ExUs() const { return e().clock.At(time_.now_us()); }

  // Told of what happened. Must not call back: they plan events.
  std::function<void(const v1::Record&)> on_record;
  std::function<void(const std::string& host, const v1::DesiredSet&)> on_desired;

 private:
  void Drain();
  absl::Status Ready(const Owners& owners);

  VirtualTime time_;
  Engine engine_;
  std::string created_;
  int requests_ = 0;
};

}  // namespace drill::rehearsal

#endif  // DRILL_CORE_REHEARSAL_CONTROLLER_H_
