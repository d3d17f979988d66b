#ifndef DRILL_CLI_UUID_H_
#define DRILL_CLI_UUID_H_

#include <string>

#include "absl/strings/string_view.h"

namespace drill::cli {

// UUID version 5 (RFC 4122 §4.3): the same name in the same namespace has the same id for ever.
// `space` is a UUID in its text form.
std::string Uuid5(absl::string_view space, absl::string_view name);

// The same, marked as version 4 (§4.4, pseudo-random): where a standard wants version 4 and a
// second writing must have the first one's id.
std::string Uuid4Of(absl::string_view space, absl::string_view name);

}  // namespace drill::cli

#endif  // DRILL_CLI_UUID_H_
