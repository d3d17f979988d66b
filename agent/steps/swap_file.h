#ifndef DRILL_AGENT_STEPS_SWAP_FILE_H_
#define DRILL_AGENT_STEPS_SWAP_FILE_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/guard.h"
#include "agent/host_files.h"

namespace drill::agent {

// Aborted: what stands under the name is not what was seen there.
absl::Status StillAs(const Spot& spot, const std::string& path, const Seen& seen);

// Puts `file`, written under the name `beside` and durable, in the place of what was `seen` there,
// with its extended attributes. Reaches "half" and "written".
// Aborted: somebody else is changing it at this very moment; nothing of ours is left.
absl::Status SwapFile(const Spot& spot, const std::string& path, const std::string& beside,
                      const Seen& seen, NewFile file,
                      const std::function<void(absl::string_view)>& reach);

}  // namespace drill::agent

#endif  // DRILL_AGENT_STEPS_SWAP_FILE_H_
