#include <string>

#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "agent/actions/host_file.h"
#include "agent/steps/file_identity.h"
#include "agent/steps/step.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

class LogClear : public Action {
 public:
  explicit LogClear(const v1::LogClear& parameters) : file_(parameters.file()) {}

  absl::Status Check(const Limits&) const override {
    FaultList faults;
    faults.AddUnless(!file_.empty(), "file is missing");
    return faults.ToStatus("log.clear");
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    Change change;
    change.kind = v1::STEP_KIND_CLEAR_FILE;
    ASSIGN_OR_RETURN(change.path, guard.ResolveFile(file_));
    ASSIGN_OR_RETURN(OwnersFile file, ReadOwnersFile(guard, change.path, kClearBytesMax));
    if (file.content.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat(change.path, " is empty; there is nothing to clear"));
    }
    ASSIGN_OR_RETURN(const Spot spot, guard.OpenSpot(change.path));
    ASSIGN_OR_RETURN(const os::Fd fd, OpenForReading(spot.directory.get(), spot.leaf));
    ASSIGN_OR_RETURN(std::string identity, FileIdentity(fd.get(), change.path));
    change.before = file.seen.meta;
    change.content_before = ContentOf(std::move(file.content));
    change.content = ContentOf(std::move(identity));
    change.traces.push_back({v1::ARTEFACT_KIND_PATH, change.path, true});
    ActionPlan plan;
    // Undo writes it twice over: once to the log's end, once in its place.
    plan.bytes = change.content_before.size;
    plan.store_bytes = change.content_before.size;
    plan.changes.push_back(std::move(change));
    return plan;
  }

 private:
  const std::string file_;
};

}  // namespace

std::unique_ptr<Action> MakeLogClear(const v1::Action& action, const std::string&) {
  return std::make_unique<LogClear>(action.log_clear());
}

}  // namespace drill::agent
