#include <sys/statvfs.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/host_files.h"
#include "agent/host_player.h"
#include "agent/steps/step.h"
#include "common/base/status.h"

// The half of HostPlayer that changes nothing on the host: policy, plans, room, arming.
namespace drill::agent {
namespace {

// What an order must leave free: for the undo log's own marks, and for the host's other work.
constexpr int64_t kUndoReserveBytes = 4 << 20;
constexpr int64_t kHostReserveBytes = 64 << 20;

int64_t FreeBytes(const std::string& directory) {
  struct statvfs vfs {};
  if (statvfs(directory.c_str(), &vfs) != 0) return 0;
  return static_cast<int64_t>(vfs.f_bavail) * static_cast<int64_t>(vfs.f_frsize);
}

// What the caller of Prepare can do something about; anything else is the host not being ready.
absl::Status AsPrepareError(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kResourceExhausted:
      return status;
    default:
      return absl::FailedPreconditionError(status.message());
  }
}

// Ground that is closed to all others takes one new file, or lines in one, and nothing else.
absl::Status CheckGround(const Guard& guard, const ActionPlan& plan) {
  int on_ground = 0;
  for (const Change& change : plan.changes) {
    if (change.path.empty() || !guard.IsOnGround(change.path)) continue;
    // One account is a line in each of the files that hold accounts, and nothing else.
    if (change.kind == v1::STEP_KIND_ACCOUNT) continue;
    ++on_ground;
    if (on_ground > 1 ||
        (change.kind != v1::STEP_KIND_CREATE_FILE && change.kind != v1::STEP_KIND_ADD_LINES)) {
      return absl::PermissionDeniedError(
          absl::StrCat(change.path, " stands where only one new file may be made"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Guard> HostPlayer::LoadGuard() {
  auto loaded = options_.policy();
  // Whatever is wrong with the policy, the answer to an order is the same: not allowed.
  if (!loaded.ok()) {
    return absl::PermissionDeniedError(
        absl::StrCat("nothing is played without a good policy: ", loaded.status().message()));
  }
  std::vector<std::string> own = options_.own_paths;
  own.push_back(options_.directory);
  auto guard = Guard::Make(std::move(loaded->policy), ActionNames(), own);
  if (!guard.ok()) {
    return absl::PermissionDeniedError(
        absl::StrCat("nothing is played without a good policy: ", guard.status().message()));
  }
  return guard;
}

absl::StatusOr<std::unique_ptr<Action>> HostPlayer::MakeAction(const v1::Order& order) const {
  v1::Action action;
  if (!action.ParseFromString(order.action())) {
    return absl::InvalidArgumentError("the order's action does not parse");
  }
  const ActionKind* kind = FindActionKind(action.kind_case());
  if (kind == nullptr) {
    return absl::InvalidArgumentError("the order's action is of a kind that this agent has not");
  }
  return kind->make(action, OpaqueId(order.id()));
}

absl::StatusOr<HostPlayer::Planned> HostPlayer::Plan(const v1::Order& order, Action& action) {
  v1::Action parsed;
  parsed.ParseFromString(order.action());
  ASSIGN_OR_RETURN(Guard guard, LoadGuard());
  const ActionKind& kind = *FindActionKind(parsed.kind_case());
  RETURN_IF_ERROR(guard.AllowKind(kind.name));
  if (kind.own_ground) guard.Grant(*kind.own_ground);
  guard.SetSystemd(options_.systemd);
  guard.SetReach({sink_,
                  options_.ca_pem,
                  OpaqueId(order.id()),
                  {order.against().begin(), order.against().end()}});
  RETURN_IF_ERROR(action.Check(guard.limits()));
  Planned planned;
  auto plan = action.Plan(guard);
  if (!plan.ok()) return AsPrepareError(plan.status());
  planned.plan = *std::move(plan);
  RETURN_IF_ERROR(CheckGround(guard, planned.plan));
  RETURN_IF_ERROR(CheckFree(planned.plan));
  RETURN_IF_ERROR(CheckRoom(guard.limits(), planned.plan));
  planned.guard = std::move(guard);
  return planned;
}

// Two orders over one page would take each other's page for the owner's: undone in the order in
// which they came, they would leave the first one's on it and call that restored.
absl::Status HostPlayer::CheckFree(const ActionPlan& plan) const {
  for (const Change& change : plan.changes) {
    if (!HoldsOwnersContent(change.kind) || change.over_own) continue;
    for (const auto& [name, started] : started_) {
      const UndoLog& log = started.log;
      const bool over = log.state() == v1::UNDO_STATE_UNDONE &&
                        log.marks().back().cleanup() != v1::CLEANUP_RESULT_RESIDUE;
      const bool same =
          std::any_of(log.steps().begin(), log.steps().end(),
                      [&](const v1::UndoStep& step) { return step.path() == change.path; });
      if (same && !over) {
        return absl::FailedPreconditionError(
            absl::StrCat(change.path, " is still changed by another order; undo that one first"));
      }
    }
  }
  return absl::OkStatus();
}

int HostPlayer::ActiveOrders() const {
  return static_cast<int>(std::count_if(started_.begin(), started_.end(), [](const auto& entry) {
    return entry.second.log.state() != v1::UNDO_STATE_UNDONE;
  }));
}

absl::StatusOr<int64_t> HostPlayer::StoreBytesUsed() const {
  ASSIGN_OR_RETURN(int64_t used, StoredBytes(KeptDirectory()));
  for (const auto& [name, started] : started_) {
    ASSIGN_OR_RETURN(const int64_t bytes, StoredBytes(DirectoryOf(name)));
    used += bytes;
  }
  for (const auto& [name, staged] : staged_) {
    ASSIGN_OR_RETURN(const int64_t bytes, StoredBytes(DirectoryOf(name)));
    used += bytes;
  }
  return used;
}

absl::Status HostPlayer::CheckRoom(const Limits& limits, const ActionPlan& plan) {
  if (plan.bytes > limits.bytes_max) {
    return absl::PermissionDeniedError(absl::StrCat("the order would write ", plan.bytes,
                                                    " bytes, above the owner's cap of ",
                                                    limits.bytes_max));
  }
  if (ActiveOrders() >= limits.active_orders_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat(ActiveOrders(),
                     " orders are still in place on this host, as many as the "
                     "owner allows; undo one first"));
  }
  ASSIGN_OR_RETURN(const int64_t used, StoreBytesUsed());
  if (used + plan.store_bytes > limits.undo_store_bytes_max) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the undo store in ", options_.directory, " holds ", used, " bytes; ", plan.store_bytes,
        " more would pass the owner's cap of ", limits.undo_store_bytes_max));
  }
  if (FreeBytes(options_.directory) < plan.store_bytes + kUndoReserveBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no room for the undo store in ", options_.directory, ": ",
                     plan.store_bytes + kUndoReserveBytes, " bytes must be free"));
  }
  const std::string target = plan.changes.front().path;
  if (!target.empty() && FreeBytes(ParentOf(target)) < plan.bytes + kHostReserveBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the order would leave the file system of ", target,
                     " with less than 64 MiB free; nothing is played that could fill it"));
  }
  return absl::OkStatus();
}

absl::Status HostPlayer::DryRun(const v1::Order& order) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Action> action, MakeAction(order));
  return Plan(order, *action).status();
}

absl::Status HostPlayer::Prepare(const v1::Order& order) {
  const std::string name = OpaqueId(order.id());
  if (started_.count(name) != 0) {
    return absl::FailedPreconditionError("this order has been started on this host before");
  }
  Discard(order.id());
  ASSIGN_OR_RETURN(std::unique_ptr<Action> action, MakeAction(order));
  ASSIGN_OR_RETURN(const Planned planned, Plan(order, *action));
  auto log = UndoLog::Open(DirectoryOf(name));
  absl::Status status = log.status();
  for (const Change& change : planned.plan.changes) {
    // What will be appended may change until the start; what is there now is the owner's.
    const Content& before = change.content_before;
    if (status.ok() && before.make && !change.over_own) {
      status = log->Store(before.sha256, before.make());
    }
  }
  if (status.ok()) {
    staged_.emplace(name, Staged{std::move(action), *std::move(log)});
    return status;
  }
  // Half staged is not staged; what cannot be removed now is removed at the next start.
  RemoveLog(DirectoryOf(name)).IgnoreError();
  return AsPrepareError(status);
}

absl::StatusOr<v1::Policy> HostPlayer::CurrentPolicy() {
  ASSIGN_OR_RETURN(const Guard guard, LoadGuard());
  return guard.policy();
}

uint64_t HostPlayer::UndoFreeBytes() {
  const auto policy = CurrentPolicy();
  const Limits limits = policy.ok() ? LimitsOf(*policy) : Limits();
  const int64_t used = StoreBytesUsed().value_or(limits.undo_store_bytes_max);
  const int64_t free = std::min(FreeBytes(options_.directory) - kUndoReserveBytes,
                                limits.undo_store_bytes_max - used);
  return static_cast<uint64_t>(std::max<int64_t>(free, 0));
}

std::vector<std::string> HostPlayer::Actions() {
  const auto guard = LoadGuard();
  std::vector<std::string> names;
  for (const std::string& name : ActionNames()) {
    if (guard.ok() && guard->AllowKind(name).ok()) names.push_back(name);
  }
  return names;
}

std::string HostPlayer::PolicySha256() {
  const auto loaded = options_.policy();
  return loaded.ok() ? loaded->sha256 : "";
}

bool HostPlayer::HarmsService(const v1::Order& order) {
  v1::Action action;
  const ActionKind* kind =
      action.ParseFromString(order.action()) ? FindActionKind(action.kind_case()) : nullptr;
  // Of what is not known, the worse is supposed.
  return kind == nullptr || kind->harms_service;
}

}  // namespace drill::agent
