#include "agent/host_player.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/changer.h"
#include "agent/policy_time.h"
#include "agent/process.h"
#include "agent/steps/step.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/random.h"

namespace drill::agent {
namespace {

absl::Status CheckPrivate(const std::string& directory) {
  struct stat st {};
  if (lstat(directory.c_str(), &st) != 0) return os::ErrnoStatus(errno, "look at", directory);
  if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0) {
    return absl::OkStatus();
  }
  return absl::PermissionDeniedError(
      absl::StrCat("the agent's directory ", directory,
                   " must be a directory of the agent's own user that nobody else may enter: "
                   "chown it, chmod 700 it"));
}

Outcome Ended(v1::OrderEventKind kind, absl::string_view note) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.at_boot_us = os::BootMicros();
  if (!note.empty()) {
    Cleanup shortened;
    shortened.Worsen(v1::CLEANUP_RESULT_VERIFIED, note);
    outcome.notes = shortened.notes();
  }
  return outcome;
}

Outcome NotStarted(const absl::Status& status) {
  const bool refused = absl::IsPermissionDenied(status) || absl::IsInvalidArgument(status);
  return Ended(refused ? v1::ORDER_EVENT_KIND_REFUSED : v1::ORDER_EVENT_KIND_FAILED,
               status.message());
}

Outcome OutcomeOf(const v1::UndoMark& undone, v1::OrderEventKind kind) {
  Outcome outcome = Ended(kind, "");
  const Cleanup cleanup(undone);
  outcome.cleanup = cleanup.result();
  outcome.notes = cleanup.notes();
  return outcome;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HostPlayer>> HostPlayer::Open(Options options) {
  absl::StatusOr<std::string> boot_id = BootId();
  // Without /proc (a bare container) every start counts as a new boot: what a process was, or a
  // time meant, before it is then not trusted.
  if (absl::IsNotFound(boot_id.status())) boot_id = absl::StrCat("unknown-", os::RandomId());
  RETURN_IF_ERROR(boot_id.status());
  RETURN_IF_ERROR(os::MakeDirectories(options.directory + "/undo"));
  RETURN_IF_ERROR(CheckPrivate(options.directory));
  return std::unique_ptr<HostPlayer>(new HostPlayer(std::move(options), *std::move(boot_id)));
}

HostPlayer::HostPlayer(Options options, std::string boot_id)
    : options_(std::move(options)), boot_id_(std::move(boot_id)) {}

std::string HostPlayer::DirectoryOf(const std::string& name) const {
  return absl::StrCat(options_.directory, "/undo/", name);
}

std::string HostPlayer::KeptDirectory() const { return options_.directory + "/kept"; }

void HostPlayer::Discard(const v1::OrderId& id) {
  const std::string name = OpaqueId(id);
  if (staged_.erase(name) == 0) return;
  // It holds no log; left behind, it is removed at the next start.
  RemoveLog(DirectoryOf(name)).IgnoreError();
}

// ---- playing -----------------------------------------------------------------------------------

Outcome HostPlayer::Start(const v1::Order& order, const std::function<void(int64_t)>& on_starting) {
  const std::string name = OpaqueId(order.id());
  if (started_.count(name) != 0) {
    return Ended(v1::ORDER_EVENT_KIND_FAILED, "this order has been started on this host before");
  }
  const auto staged = staged_.find(name);
  std::unique_ptr<Action> action;
  std::optional<UndoLog> log;
  if (staged != staged_.end()) {
    action = std::move(staged->second.action);
    log = std::move(staged->second.log);
    staged_.erase(staged);
  } else {
    auto made = MakeAction(order);
    if (!made.ok()) return NotStarted(made.status());
    action = *std::move(made);
    auto opened = UndoLog::Open(DirectoryOf(name));
    if (!opened.ok()) {
      RemoveLog(DirectoryOf(name)).IgnoreError();
      return Ended(v1::ORDER_EVENT_KIND_FAILED, opened.status().message());
    }
    log = *std::move(opened);
  }
  return Play(order, *action, *std::move(log), on_starting);
}

Outcome HostPlayer::Play(const v1::Order& order, Action& action, UndoLog log,
                         const std::function<void(int64_t)>& on_starting) {
  const std::string name = OpaqueId(order.id());
  auto planned = Plan(order, action);
  absl::Status may = planned.status();
  // Only now: an order is armed, and asked about, ahead of the hours in which it starts.
  if (may.ok()) may = AllowTime(planned->guard->policy(), options_.wall_us());
  if (!may.ok()) {
    RemoveLog(DirectoryOf(name)).IgnoreError();
    return NotStarted(may);
  }
  for (Change& change : planned->plan.changes) {
    change.command.called_off = [this, name] { return IsCalledOff(name); };
  }
  Started& started = started_.emplace(name, Started{std::move(log), {}, {}}).first->second;
  Changer changer(*planned->guard, planned->plan, started.log, options_.decoy_program,
                  options_.kill_point);
  absl::Status status = changer.Begin(order, boot_id_);
  if (!status.ok()) {
    // Nothing has been changed: the log is of no use, and must not be found at the next start.
    started_.erase(name);
    RemoveLog(DirectoryOf(name)).IgnoreError();
    return Ended(v1::ORDER_EVENT_KIND_FAILED, status.message());
  }
  on_starting(os::BootMicros());
  status = changer.Apply();
  started.counts = changer.TakeCounts();
  if (status.ok()) status = changer.Verify();
  Outcome outcome = Ended(v1::ORDER_EVENT_KIND_APPLIED, "");
  if (status.ok()) {
    outcome.traces = changer.Traces();
    outcome.traces_total = changer.traces_total();
    v1::UndoEntry applied;
    applied.set_boot_us(outcome.at_boot_us);
    applied.mutable_mark()->set_state(v1::UNDO_STATE_APPLIED);
    *applied.mutable_mark()->mutable_traces() = {outcome.traces.begin(), outcome.traces.end()};
    applied.mutable_mark()->set_traces_total(outcome.traces_total);
    options_.kill_point("applied.before");
    status = started.log.Append({applied});
    options_.kill_point("applied.after");
    if (status.ok()) return outcome;
    // It would be reported as interrupted after a restart: so it must not be reported as applied
    // now. Our failure, not a control's.
    status = absl::UnavailableError(status.message());
  }
  const v1::OrderEventKind ended =
      absl::IsPermissionDenied(status) ? v1::ORDER_EVENT_KIND_BLOCKED : v1::ORDER_EVENT_KIND_FAILED;
  outcome = UndoNow(started, v1::UNDO_REASON_FAILED,
                    {ended, std::string(status.message()), changer.steps_touched()});
  outcome.kind = ended;
  return outcome;
}

void HostPlayer::CallOff(const v1::OrderId& id) {
  MutexLock lock(called_off_mutex_);
  called_off_.insert(OpaqueId(id));
}

bool HostPlayer::IsCalledOff(const std::string& name) {
  MutexLock lock(called_off_mutex_);
  return called_off_.count(name) != 0;
}

// ---- undoing -----------------------------------------------------------------------------------

bool HostPlayer::SameBoot(const UndoLog& log) const {
  // Without its first frame the log cannot say; pid and start time together still must fit.
  return log.opened().boot_id().empty() || log.opened().boot_id() == boot_id_;
}

// A mark that cannot be written (disk full) must not keep anything from being undone: undo frees
// the disk, and is done again after a restart that finds no mark.
void HostPlayer::Mark(UndoLog& log, const v1::UndoMark& mark) const {
  v1::UndoEntry entry;
  entry.set_boot_us(os::BootMicros());
  *entry.mutable_mark() = mark;
  log.Append({entry}).IgnoreError();
}

Outcome HostPlayer::UndoNow(Started& started, v1::UndoReason reason,
                            const StartEnded& start_ended) {
  UndoLog& log = started.log;
  Undoer::Facts facts;
  facts.was_applied = log.FindMark(v1::UNDO_STATE_APPLIED) != nullptr && !log.damaged();
  facts.same_boot = SameBoot(log);
  facts.steps_touched = start_ended.steps_touched;
  facts.kept = KeptDirectory();
  const auto policy = CurrentPolicy();
  facts.remove_log_lines = policy.ok() && policy->remove_log_lines();
  facts.systemd = options_.systemd;
  Undoer undoer(log, facts, options_.kill_point);

  const v1::UndoMark* earlier = log.FindMark(v1::UNDO_STATE_UNDOING);
  Cleanup cleanup = earlier != nullptr ? Cleanup(*earlier) : undoer.Survey();
  cleanup.Worsen(v1::CLEANUP_RESULT_VERIFIED, start_ended.why);
  v1::UndoMark mark;
  mark.set_reason(reason);
  mark.set_start_ended(start_ended.kind);
  const auto record = [&](v1::UndoState state) {
    mark.set_state(state);
    mark.set_cleanup(cleanup.result());
    const std::vector<std::string> notes = cleanup.notes();
    *mark.mutable_notes() = {notes.begin(), notes.end()};
    Mark(log, mark);
  };
  if (earlier == nullptr) {
    options_.kill_point("undoing.before");
    record(v1::UNDO_STATE_UNDOING);
    options_.kill_point("undoing.after");
  }
  cleanup = undoer.Run(std::move(cleanup));
  // They are gone: what they counted is final.
  for (const auto& [pid, counts] : started.counts) {
    const std::string text = counts.Describe();
    if (!text.empty()) cleanup.Worsen(v1::CLEANUP_RESULT_VERIFIED, text);
  }
  started.counts.clear();
  options_.kill_point("undone.before");
  record(v1::UNDO_STATE_UNDONE);
  options_.kill_point("undone.after");
  started.frozen.clear();
  return OutcomeOf(mark, v1::ORDER_EVENT_KIND_UNDONE);
}

Outcome HostPlayer::Undo(const v1::OrderId& id, v1::UndoReason reason) {
  Discard(id);
  const auto found = started_.find(OpaqueId(id));
  if (found == started_.end()) {
    Outcome outcome = Ended(v1::ORDER_EVENT_KIND_UNDONE, "nothing of this order is on this host");
    outcome.cleanup = v1::CLEANUP_RESULT_VERIFIED;
    return outcome;
  }
  const UndoLog& log = found->second.log;
  // Residue may have become removable since; anything else is over.
  if (log.state() == v1::UNDO_STATE_UNDONE &&
      log.marks().back().cleanup() != v1::CLEANUP_RESULT_RESIDUE) {
    return OutcomeOf(log.marks().back(), v1::ORDER_EVENT_KIND_UNDONE);
  }
  const v1::UndoMark* earlier = log.FindMark(v1::UNDO_STATE_UNDOING);
  StartEnded start_ended;
  if (earlier != nullptr) start_ended.kind = earlier->start_ended();
  return UndoNow(found->second, reason, start_ended);
}

v1::EffectReport HostPlayer::Look(const v1::OrderId& id) {
  v1::EffectReport report;
  const auto found = started_.find(OpaqueId(id));
  if (found == started_.end() || found->second.log.state() != v1::UNDO_STATE_APPLIED) {
    report.set_at_us(os::BootMicros());
    report.set_undone(true);
    return report;
  }
  Undoer::Facts facts;
  facts.was_applied = true;
  facts.same_boot = SameBoot(found->second.log);
  facts.frozen = found->second.frozen;
  facts.systemd = options_.systemd;
  Undoer(found->second.log, facts, options_.kill_point).Inspect(&report);
  report.set_at_us(os::BootMicros());
  return report;
}

void HostPlayer::Freeze(bool frozen) {
  for (auto& [name, started] : started_) {
    if (!SameBoot(started.log) || started.log.state() == v1::UNDO_STATE_UNDONE) continue;
    for (const v1::UndoStep& step : started.log.steps()) {
      if (step.pid() == 0) continue;
      const ProcessId id{step.pid(), step.pid_start_ticks()};
      if (!frozen) {
        // Only what we stopped: a process that the team stopped is contained, and stays so.
        if (started.frozen.erase(id.pid) != 0) SignalSession(id, SIGCONT).IgnoreError();
      } else if (IsAlive(id) && !IsStopped(id) && SignalSession(id, SIGSTOP).ok()) {
        started.frozen.insert(id.pid);
      }
    }
  }
}

void HostPlayer::Forget(const v1::OrderId& id) {
  const std::string name = OpaqueId(id);
  {
    MutexLock lock(called_off_mutex_);
    called_off_.erase(name);
  }
  const auto found = started_.find(name);
  // What is still in place is never forgotten, whoever asks.
  if (found == started_.end() || found->second.log.state() != v1::UNDO_STATE_UNDONE) return;
  const UndoLog& log = found->second.log;
  const v1::CleanupResult cleanup = log.marks().back().cleanup();
  const bool replaced =
      std::any_of(log.steps().begin(), log.steps().end(),
                  [](const v1::UndoStep& step) { return HoldsOwnersContent(step.kind()); });
  if (replaced &&
      (cleanup == v1::CLEANUP_RESULT_SUPERSEDED || cleanup == v1::CLEANUP_RESULT_RESIDUE)) {
    // This may be the last copy of the owner's page: without it there, the log stays.
    if (!KeepStored(DirectoryOf(name), KeptDirectory()).ok()) return;
  }
  // Not removed: it is found as undone at the next start, and forgotten again.
  if (RemoveLog(DirectoryOf(name)).ok()) started_.erase(found);
}

// ---- recovery ----------------------------------------------------------------------------------

std::vector<Found> HostPlayer::Recover() {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(options_.directory + "/undo", error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::vector<Found> all;
  for (const std::string& name : names) {
    if (std::optional<Found> found = RecoverOne(name)) all.push_back(*std::move(found));
  }
  return all;
}

std::optional<Found> HostPlayer::RecoverOne(const std::string& name) {
  Found found;
  auto log = UndoLog::Open(DirectoryOf(name));
  if (!log.ok()) {
    found.outcome = Ended(v1::ORDER_EVENT_KIND_INTERRUPTED,
                          absl::StrCat("the undo log ", DirectoryOf(name),
                                       " cannot be read: ", log.status().message()));
    found.outcome.cleanup = v1::CLEANUP_RESULT_RESIDUE;
    return found;
  }
  if (log->empty()) {
    // Armed, never started: nothing was changed.
    RemoveLog(DirectoryOf(name)).IgnoreError();
    return std::nullopt;
  }
  Started& started = started_.emplace(name, Started{*std::move(log), {}, {}}).first->second;
  found.order = started.log.opened().order();
  const v1::UndoMark* applied = started.log.FindMark(v1::UNDO_STATE_APPLIED);
  const bool applied_well = started.log.state() == v1::UNDO_STATE_APPLIED && !started.log.damaged();
  // A reboot took away the timer that was to start it again: nothing but undo will.
  const bool lost_its_net =
      !SameBoot(started.log) &&
      std::any_of(started.log.steps().begin(), started.log.steps().end(),
                  [](const v1::UndoStep& step) { return step.kind() == v1::STEP_KIND_UNIT; });
  if (applied_well && !lost_its_net) {
    found.active = true;
    found.outcome = Ended(v1::ORDER_EVENT_KIND_APPLIED, "");
    found.outcome.at_boot_us = started.log.MarkedAt(v1::UNDO_STATE_APPLIED);
    found.outcome.traces = {applied->traces().begin(), applied->traces().end()};
    found.outcome.traces_total = applied->traces_total();
    if (!SameBoot(started.log)) {
      // BOOTTIME of an earlier boot means nothing in this one.
      found.outcome.at_boot_us = 0;
      for (v1::Trace& trace : found.outcome.traces) trace.set_at_us(0);
    }
    return found;
  }
  v1::OrderEventKind kind = v1::ORDER_EVENT_KIND_INTERRUPTED;
  const v1::UndoMark* undoing = started.log.FindMark(v1::UNDO_STATE_UNDOING);
  if (undoing != nullptr && undoing->start_ended() != v1::ORDER_EVENT_KIND_UNSPECIFIED) {
    kind = undoing->start_ended();
  } else if ((applied != nullptr && undoing != nullptr) || (applied_well && lost_its_net)) {
    kind = v1::ORDER_EVENT_KIND_UNDONE;
  }
  if (started.log.state() == v1::UNDO_STATE_UNDONE) {
    found.outcome = OutcomeOf(started.log.marks().back(), kind);
    return found;
  }
  StartEnded start_ended;
  if (kind != v1::ORDER_EVENT_KIND_UNDONE) start_ended.kind = kind;
  const v1::UndoReason reason = undoing != nullptr ? undoing->reason()
                                : applied_well     ? v1::UNDO_REASON_HOST
                                                   : v1::UNDO_REASON_FAILED;
  found.outcome = UndoNow(started, reason, start_ended);
  found.outcome.kind = kind;
  return found;
}

}  // namespace drill::agent
