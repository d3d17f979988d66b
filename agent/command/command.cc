#include "agent/command/command.h"

#include <errno.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/command/manifest.h"
#include "agent/command/run.h"
#include "agent/host_files.h"
#include "agent/process.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/file.h"
#include "core/atomic/command_digest.h"
#include "drill/v1/command.pb.h"

namespace drill::agent {
namespace {

constexpr size_t kManifestBytesMax = 256 << 20;
constexpr int64_t kDefaultTimeLimitSeconds = 60;
constexpr int64_t kMinderWaitMicros = 6'000'000;  // its own patience is 2 s
constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;

// The agent's own directory, in which the log's is: DIRECTORY/undo/ID.
std::string AgentDirectoryOf(const UndoLog& log) { return ParentOf(ParentOf(log.directory())); }

std::string GroupOf(const UndoLog& log) { return LeafOf(log.directory()); }

template <typename M>
absl::Status Save(const UndoLog& log, absl::string_view name, const M& message) {
  return os::WriteFileDurably(absl::StrCat(log.directory(), "/", name),
                              message.SerializeAsString());
}

// Nothing: there is no such file, or it is damaged.
template <typename M>
std::optional<M> Saved(const UndoLog& log, absl::string_view name) {
  const auto bytes = os::ReadFile(absl::StrCat(log.directory(), "/", name), kManifestBytesMax);
  M message;
  if (!bytes.ok() || !message.ParseFromString(*bytes)) return std::nullopt;
  return message;
}

ManifestOptions OptionsFor(const UndoLog& log, const std::vector<std::string>& directories,
                           int64_t bytes_max) {
  ManifestOptions options;
  options.directories = directories;
  options.except = {AgentDirectoryOf(log)};
  options.bytes_max = bytes_max;
  return options;
}

std::string FirstLine(absl::string_view output) {
  const absl::string_view line = absl::StripAsciiWhitespace(output.substr(0, output.find('\n')));
  return line.empty() ? "" : absl::StrCat(": ", line.substr(0, 200));
}

absl::Status CheckWanted(const CommandPlan& plan) {
  if (!plan.called_off || !plan.called_off()) return absl::OkStatus();
  return absl::CancelledError("the order was called off before its command was run");
}

// An exit code proves nothing good, but these prove that nothing was run.
absl::Status Judge(const CommandResult& result, bool changed) {
  if (!result.exited && !result.timed_out) {
    return absl::PermissionDeniedError(
        absl::StrCat("the command was ended by signal ", result.signal,
                     " that did not come from the agent: something on this host stopped it"));
  }
  if (changed || !result.exited) return absl::OkStatus();
  if (result.exit_code == kCannotRun) {
    return absl::PermissionDeniedError(
        absl::StrCat("the host did not let the command run", FirstLine(result.output)));
  }
  if (result.exit_code == kNotFound) {
    return absl::FailedPreconditionError(
        absl::StrCat("the host lacks a program of the command", FirstLine(result.output)));
  }
  return absl::OkStatus();
}

void AddTraces(const CommandPlan& plan, const v1::HostManifest& after,
               const std::set<std::string>& changed, int64_t at_us,
               std::vector<v1::Trace>* traces) {
  v1::Trace shell;
  shell.mutable_artefact()->set_kind(v1::ARTEFACT_KIND_PROCESS);
  shell.mutable_artefact()->set_value(ExecutorWord(plan.atomic.executor()));
  shell.set_noticeable(true);
  shell.set_at_us(at_us);
  traces->push_back(std::move(shell));
  for (const std::string& path : changed) {
    v1::Trace trace;
    trace.mutable_artefact()->set_kind(v1::ARTEFACT_KIND_PATH);
    trace.mutable_artefact()->set_value(path);
    trace.set_noticeable(true);
    trace.set_at_us(at_us);
    if (const auto* entry = FindEntry(after, path); entry != nullptr && !entry->sha256().empty()) {
      trace.set_size(entry->size());
      trace.set_sha256(entry->sha256());
    }
    traces->push_back(std::move(trace));
  }
}

// The minder ends everything by itself when the agent has died; it is only waited for.
absl::Status EndWhatRuns(const UndoLog& log, const UndoFacts& facts) {
  const int64_t give_up = os::MonotonicMicros() + kMinderWaitMicros;
  for (const v1::UndoStep& step : log.steps()) {
    if (step.kind() != v1::STEP_KIND_COMMAND || step.pid() == 0 || !facts.same_boot) continue;
    const ProcessId minder{step.pid(), step.pid_start_ticks()};
    while (IsAlive(minder) && os::MonotonicMicros() < give_up) os::SleepMicros(1000);
    RETURN_IF_ERROR(KillSession(minder));
  }
  return EndCommandGroup(GroupOf(log));
}

class Undoing {
 public:
  Undoing(const UndoLog& log, v1::HostManifest before,
          const std::function<void(absl::string_view)>& reach, Cleanup* cleanup)
      : log_(log), before_(std::move(before)), reach_(reach), cleanup_(cleanup) {
    options_ = OptionsFor(log, {before_.directories().begin(), before_.directories().end()},
                          int64_t{1} << 40);
    options_.earlier = &before_;
  }

  absl::Status Run(const v1::ExecAtomic& atomic) {
    RETURN_IF_ERROR(FindOthers());
    reach_("others");
    if (!atomic.cleanup().empty()) RETURN_IF_ERROR(RunCleanup(atomic));
    reach_("cleaned");
    RETURN_IF_ERROR(PutAllBack());
    return Verify();
  }

 private:
  bool IsOthers(const std::string& path) const { return others_.count(path) != 0; }

  bool HoldsOthers(const std::string& path) const {
    return std::any_of(others_.begin(), others_.end(),
                       [&](const std::string& other) { return IsWithin(other, path); });
  }

  // What differs from what the command left was changed by somebody else. Found once, before the
  // clean-up changes anything, and kept: a second run could not tell the two apart.
  absl::Status FindOthers() {
    if (const auto saved = Saved<v1::CommandCleanup>(log_, "others")) {
      others_ = {saved->others().begin(), saved->others().end()};
      for (const std::string& note : saved->notes()) {
        cleanup_->Worsen(v1::CLEANUP_RESULT_SUPERSEDED, note);
      }
      return absl::OkStatus();
    }
    v1::CommandCleanup found;
    if (const auto after = Saved<v1::HostManifest>(log_, "after")) {
      ASSIGN_OR_RETURN(const v1::HostManifest now, TakeManifest(options_));
      for (const std::string& path : DifferentPaths(*after, now)) {
        // The team may have put it back itself.
        const auto* before = FindEntry(before_, path);
        const auto* current = FindEntry(now, path);
        const bool ours = !SameEntry(before, FindEntry(*after, path));
        if (SameEntry(before, current)) {
          if (ours) {
            found.add_notes(absl::StrCat(path, " had been put back by somebody else before undo"));
          }
          continue;
        }
        others_.insert(path);
        found.add_others(path);
        if (ours) {
          found.add_notes(absl::StrCat(path, " was changed by somebody else and left alone"));
        }
      }
    }
    for (const std::string& note : found.notes()) {
      cleanup_->Worsen(v1::CLEANUP_RESULT_SUPERSEDED, note);
    }
    return Save(log_, "others", found);
  }

  void Superseded(const std::string& path, absl::string_view why) {
    cleanup_->Worsen(v1::CLEANUP_RESULT_SUPERSEDED, absl::StrCat(path, " ", why));
  }

  absl::Status RunCleanup(const v1::ExecAtomic& atomic) {
    CommandSpec spec;
    spec.shell = ExecutorWord(atomic.executor());
    spec.text = atomic.cleanup();
    const int64_t seconds =
        atomic.has_time_limit() ? atomic.time_limit().seconds() : kDefaultTimeLimitSeconds;
    spec.time_limit_us = seconds * 1'000'000;
    spec.group = GroupOf(log_);
    const auto result = RunShellCommand(spec, [](const ProcessId&) { return absl::OkStatus(); });
    // What it did or did not do is seen below.
    if (!result.ok()) {
      cleanup_->Worsen(v1::CLEANUP_RESULT_VERIFIED,
                       absl::StrCat("the test's own clean-up: ", result.status().message()));
    } else if (!result->exited || result->exit_code != 0 || result->left_behind > 0) {
      cleanup_->Worsen(v1::CLEANUP_RESULT_VERIFIED,
                       absl::StrCat("the test's own clean-up: ", result->Describe()));
    }
    return absl::OkStatus();
  }

  absl::Status PutAllBack() {
    ASSIGN_OR_RETURN(const v1::HostManifest now, TakeManifest(options_));
    for (const std::string& path : DifferentPaths(before_, now)) {
      if (!IsOthers(path)) ours_.insert(path);
    }
    // What is too much goes first, deepest first; then what is missing comes, directories first.
    for (auto path = ours_.rbegin(); path != ours_.rend(); ++path) {
      if (FindEntry(before_, *path) == nullptr) PutOneBack(*path);
    }
    reach_("removed");
    for (const std::string& path : ours_) {
      if (FindEntry(before_, path) != nullptr) PutOneBack(path);
    }
    if (!ours_.empty()) {
      cleanup_->Worsen(v1::CLEANUP_RESULT_VERIFIED,
                       absl::StrCat(ours_.size(),
                                    " paths that the test's own clean-up left "
                                    "different were put back, the first: ",
                                    *ours_.begin()));
    }
    return absl::OkStatus();
  }

  void PutOneBack(const std::string& path) {
    const absl::Status status = PutBack(before_, log_.directory(), path);
    if (status.ok()) return;
    if (HoldsOthers(path)) return Superseded(path, "holds what somebody else made; it was left");
    failed_.insert(path);
    cleanup_->Worsen(v1::CLEANUP_RESULT_RESIDUE,
                     absl::StrCat(path, " could not be put back: ", status.message()));
  }

  absl::Status Verify() {
    ASSIGN_OR_RETURN(const v1::HostManifest now, TakeManifest(options_));
    for (const std::string& path : ours_) {
      if (SameEntry(FindEntry(before_, path), FindEntry(now, path)) || HoldsOthers(path) ||
          failed_.count(path) != 0) {
        continue;
      }
      cleanup_->Worsen(v1::CLEANUP_RESULT_RESIDUE,
                       absl::StrCat(path, " is not as it was before the command"));
    }
    return absl::OkStatus();
  }

  const UndoLog& log_;
  const v1::HostManifest before_;
  const std::function<void(absl::string_view)>& reach_;
  Cleanup* const cleanup_;
  ManifestOptions options_;
  std::set<std::string> others_;
  std::set<std::string> ours_;
  std::set<std::string> failed_;
};

}  // namespace

absl::Status ApplyCommand(const CommandPlan& plan, const v1::UndoStep& step, UndoLog& log,
                          const std::function<void(absl::string_view)>& reach,
                          std::vector<v1::Trace>* traces) {
  ManifestOptions options = OptionsFor(log, plan.directories, plan.bytes_max);
  options.packs = log.directory();
  ASSIGN_OR_RETURN(const v1::HostManifest before, TakeManifest(options));
  RETURN_IF_ERROR(Save(log, "before", before));
  reach("kept");
  CommandSpec spec;
  spec.shell = ExecutorWord(plan.atomic.executor());
  spec.time_limit_us = plan.time_limit_us;
  spec.group = GroupOf(log);
  spec.cancelled = plan.called_off;
  const auto on_spawned = [&](const ProcessId& minder) {
    v1::UndoEntry entry;
    entry.set_boot_us(os::BootMicros());
    *entry.mutable_step() = step;
    entry.mutable_step()->set_pid(minder.pid);
    entry.mutable_step()->set_pid_start_ticks(minder.start_ticks);
    reach("spawned");
    RETURN_IF_ERROR(log.Append({entry}));
    reach("logged");
    return absl::OkStatus();
  };
  if (!plan.atomic.prerequisite().empty()) {
    spec.text = plan.atomic.prerequisite();
    ASSIGN_OR_RETURN(const CommandResult result, RunShellCommand(spec, on_spawned));
    RETURN_IF_ERROR(CheckWanted(plan));
    if (!result.exited || result.exit_code != 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("this host is not as the test needs it (prerequisite: ", result.Describe(),
                       ")", FirstLine(result.output)));
    }
    reach("prerequisite");
  }
  RETURN_IF_ERROR(CheckWanted(plan));
  const int64_t at_us = os::BootMicros();
  spec.text = plan.atomic.command();
  ASSIGN_OR_RETURN(const CommandResult result, RunShellCommand(spec, on_spawned));
  reach("ran");
  RETURN_IF_ERROR(os::WriteFileDurably(log.directory() + "/output", result.output));
  options.packs.clear();
  options.earlier = &before;
  // What it made may be larger than what may be kept.
  options.bytes_max = int64_t{1} << 40;
  ASSIGN_OR_RETURN(const v1::HostManifest after, TakeManifest(options));
  RETURN_IF_ERROR(Save(log, "after", after));
  reach("seen");
  const std::set<std::string> changed = DifferentPaths(before, after);
  AddTraces(plan, after, changed, at_us, traces);
  return Judge(result, !changed.empty());
}

void UndoCommand(const UndoLog& log, const UndoFacts& facts,
                 const std::function<void(absl::string_view)>& reach, Cleanup* cleanup) {
  if (const absl::Status ended = EndWhatRuns(log, facts); !ended.ok()) {
    cleanup->Worsen(v1::CLEANUP_RESULT_RESIDUE, ended.message());
  }
  auto before = Saved<v1::HostManifest>(log, "before");
  v1::Action action;
  // Without the first, nothing has been run.
  if (!before || !action.ParseFromString(log.opened().order().action())) return;
  const absl::Status status =
      Undoing(log, *std::move(before), reach, cleanup).Run(action.exec_atomic());
  if (!status.ok()) {
    cleanup->Worsen(v1::CLEANUP_RESULT_RESIDUE,
                    absl::StrCat("what the command changed: ", status.message()));
  }
}

}  // namespace drill::agent
