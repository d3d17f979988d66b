#ifndef DRILL_CORE_REHEARSAL_PROFILE_H_
#define DRILL_CORE_REHEARSAL_PROFILE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "drill/v1/profile.pb.h"

// How simulated teams work. Pure.
namespace drill::rehearsal {

// An ordinary team: two analysts who detect, contain and recover, one who reports and answers.
v1::Profile UsualProfile();
// Does everything at once and without a fault.
v1::Profile PerfectProfile();
// Never does anything.
v1::Profile AbsentProfile();

// Every mistake of an authored profile, "teams[0].roles[1].people: expected 1 to 50". Empty: good.
std::vector<std::string> CheckProfile(const v1::Profile& profile);

// Of this team part.
const v1::TeamProfile& TeamProfileOf(const v1::Profile& profile, absl::string_view team);
// Role, by its place, of the n-th of so many members; with fewer members than roles the n-th also
// plays those of them that come round to it.
std::vector<int> RolesOf(const v1::TeamProfile& team, int member, int members);

}  // namespace drill::rehearsal

#endif  // DRILL_CORE_REHEARSAL_PROFILE_H_
