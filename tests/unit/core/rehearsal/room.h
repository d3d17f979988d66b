#ifndef DRILL_TESTS_UNIT_CORE_REHEARSAL_ROOM_H_
#define DRILL_TESTS_UNIT_CORE_REHEARSAL_ROOM_H_

#include <string>

#include "absl/strings/string_view.h"
#include "core/rehearsal/rehearse.h"

namespace drill::rehearsal {

// Two keys, made once.
Owners TestOwners();
// A scenario, profile or register from YAML; a fault fails the test.
template <typename Message>
Message Yaml(absl::string_view text);

}  // namespace drill::rehearsal

#endif  // DRILL_TESTS_UNIT_CORE_REHEARSAL_ROOM_H_
