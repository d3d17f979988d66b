#ifndef DRILL_CORE_REHEARSAL_AGENTS_H_
#define DRILL_CORE_REHEARSAL_AGENTS_H_

#include <map>
#include <string>

#include "core/rehearsal/controller.h"
#include "core/rehearsal/dice.h"
#include "drill/v1/profile.pb.h"

namespace drill::rehearsal {

// The agents of all hosts: start what the controller wants when its time comes, leave one
// noticeable trace, undo when told. A control of the host stops an action as often as the profile
// says, where a team is expected to prevent it. One thread; must outlive the controller's run.
class Agents {
 public:
  Agents(Controller* controller, const v1::Profile& profile, uint64_t seed)
      : controller_(*controller), profile_(profile), dice_(seed) {}

  // What the host should hold from now on.
  void Desire(const std::string& host, const v1::DesiredSet& set);

  // What an order leaves: /rehearsal/INJECT.
  static v1::Artefact TraceOf(const std::string& inject);

 private:
  struct Order {
    bool wanted = false;
    int64_t planned_us = 0;
    uint64_t plan = 0;  // invalidates earlier plans
    enum class Stage { kArmed, kApplied, kDone } stage = Stage::kArmed;
    v1::OrderId id;
  };
  void Start(const std::string& host, const std::string& key, uint64_t plan);
  void Undo(const std::string& host, const std::string& key, v1::UndoReason reason);
  void Say(const std::string& host, v1::OrderEvent event);
  bool Blocked(const std::string& inject);

  Controller& controller_;
  const v1::Profile& profile_;
  Dice dice_;
  std::map<std::string, std::map<std::string, Order>> orders_;  // host → "inject/attempt"
  std::map<std::string, uint64_t> said_;                        // host → outbox
};

}  // namespace drill::rehearsal

#endif  // DRILL_CORE_REHEARSAL_AGENTS_H_
