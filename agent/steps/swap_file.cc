#include "agent/steps/swap_file.h"

#include <errno.h>
#include <stdio.h>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"

namespace drill::agent {

absl::Status StillAs(const Spot& spot, const std::string& path, const Seen& seen) {
  ASSIGN_OR_RETURN(const Seen now, Look(spot.directory.get(), spot.leaf));
  if (now.exists && now.inode == seen.inode && now.size == seen.size &&
      SameMeta(now.meta, seen.meta)) {
    return absl::OkStatus();
  }
  return absl::AbortedError(absl::StrCat(path, " is being changed by somebody else; try again"));
}

absl::Status SwapFile(const Spot& spot, const std::string& path, const std::string& beside,
                      const Seen& seen, NewFile file,
                      const std::function<void(absl::string_view)>& reach) {
  ASSIGN_OR_RETURN(const os::Fd current, OpenForReading(spot.directory.get(), spot.leaf));
  file.whole_meta = true;
  file.attributes_from = current.get();
  file.durable = true;
  file.half_way = [&] { reach("half"); };
  RETURN_IF_ERROR(WriteBeside(spot.directory.get(), beside, file));
  reach("written");
  // As late as can be: somebody may be editing it at this very moment.
  absl::Status status = StillAs(spot, path, seen);
  if (status.ok() && renameat(spot.directory.get(), beside.c_str(), spot.directory.get(),
                              spot.leaf.c_str()) != 0) {
    status = HostError(errno, "replace", path);
  }
  if (!status.ok()) RETURN_IF_ERROR(RemoveName(spot.directory.get(), beside));
  return status;
}

}  // namespace drill::agent
