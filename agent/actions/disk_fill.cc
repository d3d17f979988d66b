#include <errno.h>
#include <sys/statvfs.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "agent/actions/host_file.h"
#include "agent/steps/step.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/clock.h"

namespace drill::agent {
namespace {

constexpr int kMebibytesMax = 16'384;
constexpr uint32_t kMode = 0600;

// No two orders' files begin alike.
std::string HeadFor(absl::string_view mark) {
  std::string head;
  for (int i = 0; head.size() < kFillHeadBytes; ++i) {
    absl::StrAppend(&head, Sha256(absl::StrCat(mark, i)));
  }
  return head;
}

class DiskFill : public Action {
 public:
  DiskFill(const v1::DiskFill& parameters, const std::string& mark)
      : dir_(parameters.dir()),
        name_(parameters.has_name() ? parameters.name() : "core.dump"),
        mebibytes_(parameters.has_mebibytes() ? parameters.mebibytes() : 64),
        head_(HeadFor(mark)) {}

  absl::Status Check(const Limits& limits) const override {
    FaultList faults;
    faults.AddUnless(!dir_.empty(), "dir is missing");
    faults.AddUnless(IsHarmlessName(name_),
                     absl::StrCat("name \"", name_,
                                  "\" is not one plain name, or is hidden or "
                                  "one that a server reads by itself"));
    faults.AddUnless(mebibytes_ >= 1 && mebibytes_ <= kMebibytesMax,
                     absl::StrCat("mebibytes is ", mebibytes_, "; 1 to 16384 is allowed"));
    RETURN_IF_ERROR(faults.ToStatus("disk.fill"));
    return CheckBytes("disk.fill", Bytes(), limits);
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    ASSIGN_OR_RETURN(const std::string path, PlaceForNew(guard, PathIn(dir_, name_)));
    ASSIGN_OR_RETURN(const Spot spot, guard.OpenSpot(path));
    struct statvfs vfs {};
    if (fstatvfs(spot.directory.get(), &vfs) != 0) return HostError(errno, "look at", path);
    const int64_t free = static_cast<int64_t>(vfs.f_bavail) * static_cast<int64_t>(vfs.f_frsize);
    if (free - Bytes() < guard.limits().free_bytes_min) {
      return absl::PermissionDeniedError(absl::StrCat(
          "disk.fill: ", Bytes(), " of the ", free, " free bytes around ", path,
          " would leave less than the owner's free_bytes_min of ", guard.limits().free_bytes_min));
    }
    Change change;
    change.kind = v1::STEP_KIND_FILL_FILE;
    change.path = path;
    change.content = ContentOf(head_);
    change.fill_bytes = Bytes();
    change.mode = kMode;
    change.before.set_mtime_ns(os::WallMicros() * 1000);
    change.traces.push_back({v1::ARTEFACT_KIND_PATH, path, true});
    ActionPlan plan;
    plan.bytes = Bytes();
    plan.changes.push_back(std::move(change));
    return plan;
  }

 private:
  int64_t Bytes() const { return int64_t{mebibytes_} << 20; }

  const std::string dir_;
  const std::string name_;
  const int mebibytes_;
  const std::string head_;
};

}  // namespace

std::unique_ptr<Action> MakeDiskFill(const v1::Action& action, const std::string& mark) {
  return std::make_unique<DiskFill>(action.disk_fill(), mark);
}

}  // namespace drill::agent
