#ifndef DRILL_CORE_REHEARSAL_REHEARSE_H_
#define DRILL_CORE_REHEARSAL_REHEARSE_H_

#include <optional>

#include "absl/status/statusor.h"
#include "core/rehearsal/approval.h"
#include "drill/v1/api.pb.h"
#include "drill/v1/profile.pb.h"
#include "drill/v1/register.pb.h"
#include "drill/v1/rehearsal.pb.h"
#include "drill/v1/scenario.pb.h"

// A scenario played many times over in virtual time by the real engine, with simulated agents and
// teams: what a director should know before the day. Pure; the same options give the same bytes.
namespace drill::rehearsal {

inline constexpr int kRunsMax = 10'000;

struct Options {
  v1::Scenario scenario;            // REQUIRES: Lint found no error
  v1::Profile profile;              // REQUIRES: CheckProfile found no fault
  std::optional<v1::Register> reg;  // absent: one is made up
  v1::CreateExercise asked;         // systems and teams that parts are cast with
  int runs = 20;
  uint64_t seed = 1;
  Owners owners;
};

// InvalidArgument: the register does not fit the scenario; says all that is missing.
absl::StatusOr<v1::Rehearsal> Rehearse(const Options& options);

}  // namespace drill::rehearsal

#endif  // DRILL_CORE_REHEARSAL_REHEARSE_H_
