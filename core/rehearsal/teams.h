#ifndef DRILL_CORE_REHEARSAL_TEAMS_H_
#define DRILL_CORE_REHEARSAL_TEAMS_H_

#include <deque>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/rehearsal/controller.h"
#include "core/rehearsal/dice.h"
#include "drill/v1/profile.pb.h"

namespace drill::rehearsal {

// Something that was on a person's desk: of an inject, exercise clock.
struct Span {
  int inject;
  int64_t from_us;
  int64_t to_us;  // kOpen: until EndEx
  static constexpr int64_t kOpen = VirtualTime::kNever;
};

struct Teammate {
  std::string team;
  std::string id;
  std::vector<int> roles;  // places in the team's profile
  int at_once = 1;
  std::map<v1::ExpectationKind, const v1::Skill*> skills;
  std::vector<Span> open;  // from the moment at which it hit the person
  std::vector<Span> work;  // what they were busy with
  size_t tasks = 0;
  int busy = 0;
};

// The people: response teams who do what is expected of them as the profile says, controllers who
// play what is played by hand, evaluators who judge what evidence cannot place. One thread.
class Teams {
 public:
  Teams(Controller* controller, const v1::Profile& profile, uint64_t seed);

  // Once the exercise is created: its people take their places.
  void Cast();
  void OnRecord(const v1::Record& record);
  // After EndEx: everything that still waits for an evaluator is judged.
  void Finish();

  const std::vector<Teammate>& people() const { return people_; }
  // What nobody of the team can do.
  const std::set<std::pair<std::string, v1::ExpectationKind>>& uncovered() const {
    return uncovered_;
  }

 private:
  struct Task {
    size_t person;
    std::string team;
    int inject;
    int host;  // -1: the inject as a whole
    v1::ExpectationKind kind;
    size_t span = 0;
    bool wrong = false;  // claims what is not so
  };
  // True: somebody will do it, or has.
  bool Give(v1::ExpectationKind kind, const std::string& team, int inject, int host);
  void Turn(const Task& task);
  void Work(size_t person);
  void Done(Task task, size_t span);
  void Act(const Task& task);
  v1::ObservationMade Say(const Task& task);
  void SayReport(const Task& task, v1::ObservationMade* o);
  void SayAnswer(const Task& task, v1::ObservationMade* o);
  void Judge(const std::string& observation, const Task& task);
  void PlayByHand(int inject);

  void Released(int inject);
  void Noticeable(int inject, int host);
  void Known(int inject, int host, const std::string& team);
  void Recover(int inject, int host);

  const InjectState& At(int inject) const {
    return controller_.e().injects[static_cast<size_t>(inject)];
  }

  Controller& controller_;
  const v1::Profile& profile_;
  Dice dice_;
  std::vector<Teammate> people_;
  std::vector<std::deque<Task>> queues_;  // parallel to people_
  std::map<std::tuple<v1::ExpectationKind, std::string, int, int>, bool> given_;
  std::map<std::pair<std::string, int>, std::string> detections_;  // team, inject → the first
  std::map<std::string, Task> to_judge_;
  std::set<std::pair<std::string, v1::ExpectationKind>> uncovered_;
};

}  // namespace drill::rehearsal

#endif  // DRILL_CORE_REHEARSAL_TEAMS_H_
