#ifndef DRILL_CORE_REGISTER_CHECK_SENSORS_H_
#define DRILL_CORE_REGISTER_CHECK_SENSORS_H_

#include <string>
#include <vector>

#include "core/register/register_state.h"

namespace drill {

// Faults of what concerns sensors in `entries` (CheckRegister): sensors, controls, and the aliases
// of hosts, by which sensors speak of them; each must name one host only.
std::vector<std::string> CheckSensors(const RegisterState& reg, const v1::Register& entries);

// An alias or a name as sensors write it, made comparable: lower case.
std::string AliasKey(absl::string_view name);

}  // namespace drill

#endif  // DRILL_CORE_REGISTER_CHECK_SENSORS_H_
