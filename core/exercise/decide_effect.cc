// Claims checked by the agent.

#include "common/base/status.h"
#include "core/exercise/decide_internal.h"

namespace drill::decide {

absl::Status Effect(Context&, const std::string&, const v1::OutboxEntry&, const std::string&) {
  return absl::OkStatus();
}

}  // namespace drill::decide
