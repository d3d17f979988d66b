#ifndef DRILL_CLI_CONTEXT_H_
#define DRILL_CLI_CONTEXT_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "drill/v1/context.pb.h"

namespace drill::cli {

// Where the context file is: as asked, else DRILLCTL_CONTEXT, else cyberdrill/context.yaml in the
// person's configuration directory. `variable` gives "" for what is not set.
std::string ContextPath(absl::string_view asked,
                        const std::function<std::string(const char*)>& variable);

// NotFound, PermissionDenied (also: others may read it, the token is not safe there),
// InvalidArgument (with every fault and its place).
absl::StatusOr<v1::Context> ReadContext(const std::string& path);

// Writes it so that only its owner may read it. AlreadyExists: `path` is there.
absl::Status WriteContext(const std::string& path, const v1::Context& context);

// AlreadyExists: something is there. For what must not be overwritten, before it is made.
absl::Status MustNotExist(const std::string& path);

}  // namespace drill::cli

#endif  // DRILL_CLI_CONTEXT_H_
