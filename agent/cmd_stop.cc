#include <cstdio>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/app.h"
#include "agent/app_config.h"
#include "agent/app_loop.h"
#include "agent/commands.h"
#include "agent/host_player.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/file.h"

namespace drill::agent {
namespace {

// Longer than a running agent takes at the most.
constexpr int64_t kStopWaitUs = AppLoop::kUndoMaxUs + AppLoop::kDeliverMaxUs + 5'000'000;
constexpr int64_t kStopLookUs = 50'000;

absl::StatusOr<std::unique_ptr<HostPlayer>> OpenPlayer(const AgentDirectory& directory) {
  HostPlayer::Options options;
  options.directory = directory.path();
  options.policy = PolicyFromFile(directory.Policy());
  return HostPlayer::Open(std::move(options));
}

void Print(const v1::OrderId& id, const Outcome& outcome) {
  std::printf("%s: %s%s%s\n", OrderName(id).c_str(),
              v1::CleanupResult_Name(outcome.cleanup).c_str(), outcome.notes.empty() ? "" : ": ",
              absl::StrJoin(outcome.notes, "; ").c_str());
}

// Undoes what is on the host, with nobody to ask. The results stand in the undo logs; the agent's
// next run tells the controller.
absl::Status UndoAll(HostPlayer& player) {
  int left = 0;
  for (const Found& found : player.Recover()) {
    Outcome outcome = found.outcome;
    if (found.active) outcome = player.Undo(found.order.id(), v1::UNDO_REASON_STOPPED);
    Print(found.order.id(), outcome);
    left += outcome.cleanup == v1::CLEANUP_RESULT_RESIDUE ? 1 : 0;
  }
  if (left == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      left,
      " orders left something on this host; what it is stands above, try again or remove it"));
}

// The lock of the directory, once a running agent has let go of it.
absl::StatusOr<os::FileLock> AwaitEnd(const AgentDirectory& directory) {
  const int64_t give_up = os::MonotonicMicros() + kStopWaitUs;
  for (;;) {
    auto lock = os::FileLock::Take(directory.Lock());
    if (lock.ok() || !absl::IsFailedPrecondition(lock.status())) return lock;
    if (os::MonotonicMicros() > give_up) {
      return absl::DeadlineExceededError(
          absl::StrCat("the running agent has not ended after ", kStopWaitUs / 1'000'000,
                       " s; kill it and run 'drill-agent stop' again"));
    }
    os::SleepMicros(kStopLookUs);
  }
}

}  // namespace

absl::Status StopCommand(Flags& flags) {
  const AgentDirectory directory(flags["--dir"]);
  RETURN_IF_ERROR(os::ReadFile(directory.Settings()).status());
  RETURN_IF_ERROR(os::WriteFileDurably(directory.Stop(), "stopped by 'drill-agent stop'\n"));
  ASSIGN_OR_RETURN(const os::FileLock lock, AwaitEnd(directory));
  ASSIGN_OR_RETURN(const std::unique_ptr<HostPlayer> player, OpenPlayer(directory));
  RETURN_IF_ERROR(UndoAll(*player));
  std::printf(
      "stopped; nothing of a drill is in place on this host\n"
      "To let the agent start again: rm %s\n",
      directory.Stop().c_str());
  return absl::OkStatus();
}

absl::Status RecoverCommand(Flags& flags) {
  const AgentDirectory directory(flags["--dir"]);
  ASSIGN_OR_RETURN(const os::FileLock lock, os::FileLock::Take(directory.Lock()));
  ASSIGN_OR_RETURN(const std::unique_ptr<HostPlayer> player, OpenPlayer(directory));
  for (const Found& found : player->Recover()) {
    if (found.active) {
      std::printf("%s: still in place\n", OrderName(found.order.id()).c_str());
    } else {
      Print(found.order.id(), found.outcome);
    }
  }
  return absl::OkStatus();
}

}  // namespace drill::agent
