#ifndef DRILL_CORE_REHEARSAL_CAST_H_
#define DRILL_CORE_REHEARSAL_CAST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drill/v1/api.pb.h"
#include "drill/v1/profile.pb.h"
#include "drill/v1/register.pb.h"
#include "drill/v1/scenario.pb.h"

// Who and what plays a scenario in a rehearsal. Pure.
namespace drill::rehearsal {

// The control side, which every rehearsal adds to its register.
inline constexpr char kDirector[] = "rehearsal.director";
inline constexpr char kController[] = "rehearsal.controller";
inline constexpr char kWitness[] = "rehearsal.witness";
inline constexpr char kEvaluator[] = "rehearsal.evaluator";
inline constexpr char kExercise[] = "rehearsal";

// A register that just fits: for each system part a system of level 3, one host for each of its
// roles with every label that the part names, teams with as many people as the profile has.
v1::Register MadeUpRegister(const v1::Scenario& scenario, const v1::Profile& profile);

// Adds the control side, and puts these keys in the place of every system's owner keys.
void AddControl(const std::vector<std::string>& owner_keys, v1::Register* reg);

// Chooses for each part what the register has: as asked in `asked` (its systems and teams),
// else the entry of the part's own id, else the first that fits and plays no other part.
// InvalidArgument: every part for which there is none, and what it needs.
absl::StatusOr<v1::CreateExercise> ChooseCast(const v1::Scenario& scenario, const v1::Register& reg,
                                              const v1::CreateExercise& asked);

}  // namespace drill::rehearsal

#endif  // DRILL_CORE_REHEARSAL_CAST_H_
