#ifndef DRILL_CORE_DUTY_DUTY_H_
#define DRILL_CORE_DUTY_DUTY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/exercise/state.h"
#include "drill/v1/duty.pb.h"

// Who has met the duties of a year, and what is missing: a pure function of the journal, as
// folded, and of obligations that are data (obligations/*.yaml). Days are Viet Nam's, UTC+7.
namespace drill {

// One row a system and duty, systems ascending by id, duties in the order given; obligations in
// force that state the same rule, evidence and levels are one duty, named after the first.
//
// An exercise counts in the year of its EndEx. States:
//   met             it is closed and lacks nothing (duty/qualify.h)
//   pending         a live drill was held, parts are missing; after the year only while all of
//                   them can still be added
//   due, overdue    none was held; the year runs, or is over
//   not applicable  the level is not bound
// A system without an approved level is bound by the proposed one; without either it is taken as
// bound. Systems retired before the year or in service after it have no row.
//
// REQUIRES: CheckObligations(obligations) finds nothing; 1971 <= year <= 9998.
v1::DutyTable Duties(const State& state, const v1::Obligations& obligations, int year,
                     int64_t now_us);

// At most so many obligations in all files together.
inline constexpr int kObligationsMax = 1000;

// Every fault, one line each, with its path: "obligations[0] (o1).levels[2]: 7 is no level; use
// 1 to 5". Empty: may be used. A quote may be absent: it stays so unless the text itself was read.
std::vector<std::string> CheckObligations(const v1::Obligations& obligations);

}  // namespace drill

#endif  // DRILL_CORE_DUTY_DUTY_H_
