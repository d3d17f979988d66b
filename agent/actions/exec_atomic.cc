#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "agent/command/manifest.h"
#include "common/base/status.h"
#include "core/atomic/command_digest.h"

namespace drill::agent {
namespace {

constexpr size_t kCommandBytesMax = 64 << 10;
constexpr int64_t kTimeLimitSecondsMax = 3600;
constexpr size_t kWatchMax = 32;

class ExecAtomic : public Action {
 public:
  explicit ExecAtomic(const v1::ExecAtomic& parameters)
      : atomic_(parameters),
        seconds_(parameters.has_time_limit() ? parameters.time_limit().seconds() : 60) {}

  absl::Status Check(const Limits& limits) const override {
    FaultList faults;
    faults.AddUnless(!atomic_.guid().empty(), "guid is missing");
    faults.AddUnless(!atomic_.command().empty(), "command is missing");
    for (const std::string* text :
         {&atomic_.prerequisite(), &atomic_.command(), &atomic_.cleanup()}) {
      faults.AddUnless(text->size() <= kCommandBytesMax && text->find('\0') == std::string::npos,
                       "a command is longer than 64 KiB or holds a zero byte");
    }
    faults.AddUnless(v1::Executor_IsValid(atomic_.executor()), "executor is not sh or bash");
    faults.AddUnless(seconds_ >= 1 && seconds_ <= kTimeLimitSecondsMax,
                     absl::StrCat("time_limit is ", seconds_, " s; 1 s to 1 h is allowed"));
    faults.AddUnless(static_cast<size_t>(atomic_.watch_size()) <= kWatchMax,
                     "watch names more than 32 directories");
    RETURN_IF_ERROR(faults.ToStatus("exec.atomic"));
    if (seconds_ > limits.command_max_seconds) {
      return absl::PermissionDeniedError(absl::StrCat("exec.atomic: time_limit ", seconds_,
                                                      " s is above the owner's cap of ",
                                                      limits.command_max_seconds, " s"));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    RETURN_IF_ERROR(CheckAllowed(guard.policy()));
    const std::string program = absl::StrCat("/bin/", ExecutorWord(atomic_.executor()));
    if (access(program.c_str(), X_OK) != 0) {
      return absl::FailedPreconditionError(absl::StrCat("this host has no ", program));
    }
    if (atomic_.elevation_required() && geteuid() != 0) {
      return absl::FailedPreconditionError(
          "the test needs root, and the agent does not run as root on this host");
    }
    Change change;
    change.kind = v1::STEP_KIND_COMMAND;
    change.command.atomic = atomic_;
    change.command.time_limit_us = seconds_ * 1'000'000;
    change.command.bytes_max = guard.limits().undo_store_bytes_max;
    auto& directories = change.command.directories;
    directories.assign(guard.policy().protect().begin(), guard.policy().protect().end());
    for (const std::string& watch : atomic_.watch()) {
      ASSIGN_OR_RETURN(std::string directory, guard.ResolveDirectory(watch));
      directories.push_back(std::move(directory));
    }
    std::sort(directories.begin(), directories.end());
    directories.erase(std::unique(directories.begin(), directories.end()), directories.end());
    ManifestOptions options;
    options.directories = directories;
    options.bytes_max = change.command.bytes_max;
    ActionPlan plan;
    ASSIGN_OR_RETURN(plan.store_bytes, ManifestBytes(options));
    plan.changes.push_back(std::move(change));
    return plan;
  }

 private:
  // Commands stay off unless the owner has seen this very one.
  absl::Status CheckAllowed(const v1::Policy& policy) const {
    const std::string digest = CommandDigest(atomic_);
    const auto& commands = policy.commands();
    if (std::any_of(commands.begin(), commands.end(), [&](const v1::AllowedCommand& allowed) {
          return allowed.sha256() == digest;
        })) {
      return absl::OkStatus();
    }
    return absl::PermissionDeniedError(absl::StrCat(
        "exec.atomic: the policy's `commands` do not list ", digest, " (", atomic_.name(),
        "); the owner can look at it and allow it: drill-agent policy allow --from SCENARIO"));
  }

  const v1::ExecAtomic atomic_;
  const int64_t seconds_;
};

}  // namespace

std::unique_ptr<Action> MakeExecAtomic(const v1::Action& action, const std::string&) {
  return std::make_unique<ExecAtomic>(action.exec_atomic());
}

}  // namespace drill::agent
