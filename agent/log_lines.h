#ifndef DRILL_AGENT_LOG_LINES_H_
#define DRILL_AGENT_LOG_LINES_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/guard.h"
#include "drill/v1/host.pb.h"

// Bytes that we appended to a file which others write too. Blocking; any thread.
namespace drill::agent {

// True: this descriptor is the only one on the file, and stays so until `fd` is closed (an open by
// somebody else waits). False: it is not. Nothing: the file system has no leases.
std::optional<bool> TakeWriteLease(int fd);

enum class LinesAre {
  kAbsent,
  kAtTheEnd,     // and nothing after them
  kInside,       // others wrote after them
  kPartAtTheEnd  // the end of the file is a part of them: the write was cut short
};

// Looks for `bytes` in what the file got since it had `size_before` bytes; in all of it if it is
// shorter by now. Reads at most 64 MiB.
absl::StatusOr<LinesAre> FindLines(const Spot& spot, int64_t size_before, absl::string_view bytes);

// Cuts them off again, and sets the file's times to `step.before` if it then is as long as before.
// Only while they are at the end and no one else has the file open: proved by a write lease, which
// the kernel grants only to a sole opener, or, on file systems without leases, by looking through
// /proc. FailedPrecondition: not so, nothing was changed.
absl::Status CutLines(const Spot& spot, const v1::UndoStep& step, absl::string_view bytes);

}  // namespace drill::agent

#endif  // DRILL_AGENT_LOG_LINES_H_
