#ifndef DRILL_SERVER_VIEW_VISIBLE_H_
#define DRILL_SERVER_VIEW_VISIBLE_H_

#include <optional>
#include <string>

#include "core/exercise/state.h"

// What of an exercise reaches whom (DESIGN §8): a response team sees what has been released to it
// and what it said itself, and cannot infer more from numbers, counts or errors. Pure.
namespace drill {

enum class Sight {
  kNone,     // the exercise does not exist for the person
  kTeam,     // member of a cast team
  kControl,  // everything
};

// A team member sees the exercise once it has been started, the control side always, managers
// everything once it has ended.
Sight SightOf(const State& state, const Exercise& exercise, const std::string& person);

// The record as this person of the control side may see it: without a mark of somebody else while
// its marking is blind, and without what anybody said in the hot wash.
v1::Record ForControlSide(const Exercise& exercise, const std::string& person,
                          const v1::Record& record);

// The record as this team may see it: its own numbers and actors of the control side taken out;
// nullopt where it must not know that there was one.
std::optional<v1::Record> ForTeam(const Exercise& exercise, const std::string& team,
                                  const v1::Record& record);

}  // namespace drill

#endif  // DRILL_SERVER_VIEW_VISIBLE_H_
