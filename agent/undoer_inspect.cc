// What is left of an order before it is undone: the question that a claim asks. Only reads.

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/host_files.h"
#include "agent/process.h"
#include "agent/undoer.h"
#include "drill/v1/action.pb.h"

namespace drill::agent {
namespace {

constexpr size_t kTracesTold = 32;

v1::Artefact ArtefactOf(v1::ArtefactKind kind, absl::string_view value) {
  v1::Artefact artefact;
  artefact.set_kind(kind);
  artefact.set_value(std::string(value));
  return artefact;
}

// As it was told when it was made.
std::string ProcessName(const v1::UndoMark* applied, int pid) {
  if (applied != nullptr) {
    for (const v1::Trace& trace : applied->traces()) {
      if (trace.pid() == pid) return trace.artefact().value();
    }
  }
  return absl::StrCat("pid ", pid);
}

v1::Artefact FirstTrace(const v1::UndoMark* applied, v1::ArtefactKind kind) {
  if (applied != nullptr) {
    for (const v1::Trace& trace : applied->traces()) {
      if (trace.artefact().kind() == kind) return trace.artefact();
    }
  }
  return ArtefactOf(kind, "");
}

const v1::UndoStep* FirstOfKind(const UndoLog& log, v1::StepKind kind) {
  const auto found = std::find_if(log.steps().begin(), log.steps().end(),
                                  [kind](const v1::UndoStep& s) { return s.kind() == kind; });
  return found == log.steps().end() ? nullptr : &*found;
}

// Traffic can be stopped elsewhere while what sends it still runs.
bool SendsElsewhere(const UndoLog& log) {
  v1::Action action;
  if (!action.ParseFromString(log.opened().order().action())) return true;
  switch (action.kind_case()) {
    case v1::Action::kProcessRunDecoy:
    case v1::Action::kCpuBurn:
    case v1::Action::kNetworkListen:
      return false;
    default:
      return true;
  }
}

// What a team can have noticed, where all of it is in the log.
bool Matters(const v1::UndoMark* applied, absl::string_view path) {
  if (applied == nullptr || applied->traces_total() > applied->traces_size()) return true;
  return std::any_of(applied->traces().begin(), applied->traces().end(),
                     [&](const v1::Trace& trace) {
                       return trace.noticeable() && trace.artefact().value() == path;
                     });
}

// At most kTracesTold positions, those that stand first. Of more, as many of each fate as is in
// proportion, and at least one: what is told stands for all.
std::vector<size_t> SampleOf(const std::vector<v1::TraceState>& seen) {
  std::vector<size_t> sample;
  size_t fates = 0;
  std::vector<std::vector<size_t>> by_fate(4);
  for (size_t i = 0; i < seen.size(); ++i) {
    const v1::TraceFate fate = seen[i].fate();
    by_fate[fate == v1::TRACE_FATE_STANDING  ? 0
            : fate == v1::TRACE_FATE_CHANGED ? 1
            : fate == v1::TRACE_FATE_GONE    ? 2
                                             : 3]
        .push_back(i);
  }
  for (const auto& one : by_fate) fates += one.empty() ? 0 : 1;
  for (const auto& one : by_fate) {
    size_t take = one.size();
    if (seen.size() > kTracesTold && take > 0) {
      take = 1 + (one.size() - 1) * (kTracesTold - fates) / (seen.size() - fates);
    }
    sample.insert(sample.end(), one.begin(), one.begin() + static_cast<ptrdiff_t>(take));
  }
  return sample;
}

}  // namespace

void Undoer::Inspect(v1::EffectReport* report) const {
  std::vector<v1::TraceState> seen;
  for (size_t i = 0; i < log_.steps().size(); ++i) {
    if (std::optional<v1::TraceState> state = InspectOne(i)) seen.push_back(*std::move(state));
  }
  report->set_traces_total(static_cast<int32_t>(seen.size()));
  for (size_t i : SampleOf(seen)) *report->add_traces() = std::move(seen[i]);
}

// Nothing: no team could be asked about it.
std::optional<v1::TraceState> Undoer::InspectOne(size_t index) const {
  const v1::UndoStep& step = log_.steps()[index];
  const v1::UndoMark* applied = log_.FindMark(v1::UNDO_STATE_APPLIED);
  v1::TraceState state;
  Standing standing;
  switch (step.kind()) {
    case v1::STEP_KIND_MAKE_DIRECTORY:
    case v1::STEP_KIND_REMOVE_FILE:
      return std::nullopt;
    case v1::STEP_KIND_PROCESS: {
      if (step.pid() == 0) return std::nullopt;
      const std::string name = ProcessName(applied, step.pid());
      *state.mutable_artefact() = ArtefactOf(v1::ARTEFACT_KIND_PROCESS, name);
      standing = StandingOfProcess(step);
      break;
    }
    case v1::STEP_KIND_ACCOUNT:
    case v1::STEP_KIND_UNIT: {
      // An account is one thing in several files.
      if (FirstOfKind(log_, step.kind()) != &step) return std::nullopt;
      const bool account = step.kind() == v1::STEP_KIND_ACCOUNT;
      *state.mutable_artefact() =
          FirstTrace(applied, account ? v1::ARTEFACT_KIND_ACCOUNT : v1::ARTEFACT_KIND_PROCESS);
      Cleanup cleanup;
      std::set<std::string> settled;
      standing = FindStep(step.kind())->Inspect({log_, step, facts_, {}, cleanup, settled}, {});
      break;
    }
    case v1::STEP_KIND_COMMAND:
      if (step.pid() != 0) return std::nullopt;
      *state.mutable_artefact() = ArtefactOf(v1::ARTEFACT_KIND_PROCESS, "exec.atomic");
      standing.why = "what a command did can't be told from the host";
      break;
    default:
      if (!IsLastOfItsPath(index) || removed_.count(step.path()) != 0) return std::nullopt;
      if (step.kind() == v1::STEP_KIND_REPLACE_FILE && created_.count(step.path()) != 0) {
        return std::nullopt;  // told by its creation
      }
      if (!Matters(applied, step.path()) && step.kind() != v1::STEP_KIND_APPEND) {
        return std::nullopt;
      }
      *state.mutable_artefact() = ArtefactOf(v1::ARTEFACT_KIND_PATH, step.path());
      standing = StandingOfFile(index);
  }
  state.set_fate(standing.fate);
  state.set_why(std::move(standing.why));
  return state;
}

Standing Undoer::StandingOfProcess(const v1::UndoStep& step) const {
  if (!facts_.same_boot) return {v1::TRACE_FATE_UNKNOWN, "the host was started anew since"};
  const ProcessId id{step.pid(), step.pid_start_ticks()};
  if (!IsAlive(id)) {
    if (EndedByItself(step)) return {v1::TRACE_FATE_UNKNOWN, "its time was over by itself"};
    return {v1::TRACE_FATE_GONE, "was ended"};
  }
  if (IsStopped(id) && facts_.frozen.count(step.pid()) == 0) {
    return {v1::TRACE_FATE_CHANGED, "was stopped"};
  }
  if (SendsElsewhere(log_)) {
    return {v1::TRACE_FATE_UNKNOWN, "still runs; whether its traffic passes can't be told here"};
  }
  return {v1::TRACE_FATE_STANDING, "still runs"};
}

Standing Undoer::StandingOfFile(size_t index) const {
  const v1::UndoStep& step = log_.steps()[index];
  if (step.kind() == v1::STEP_KIND_APPEND) {
    return {v1::TRACE_FATE_UNKNOWN, "a line in a log stays whatever a team does"};
  }
  const auto spot = OpenLoggedSpot(step.path());
  if (absl::IsNotFound(spot.status())) return {v1::TRACE_FATE_GONE, "is gone with its directory"};
  const auto seen =
      spot.ok() ? Look(spot->directory.get(), spot->leaf) : absl::StatusOr<Seen>(spot.status());
  if (!seen.ok()) return {v1::TRACE_FATE_UNKNOWN, std::string(seen.status().message())};
  if (!seen->exists) return {v1::TRACE_FATE_GONE, "is gone"};
  if (const Step* how = FindStep(step.kind()); how != nullptr) {
    Cleanup cleanup;
    std::set<std::string> settled;
    return how->Inspect({log_, step, facts_, {}, cleanup, settled}, *spot);
  }
  // What was made of it last.
  const v1::UndoStep* made = &step;
  for (const v1::UndoStep& later : log_.steps()) {
    if (later.path() == step.path() && !later.made_sha256().empty()) made = &later;
  }
  const auto hash = HashIfSize(spot->directory.get(), spot->leaf, made->made_size());
  if (!hash.ok()) return {v1::TRACE_FATE_UNKNOWN, std::string(hash.status().message())};
  if (!hash->empty() && *hash == made->made_sha256()) return {v1::TRACE_FATE_STANDING, ""};
  return {v1::TRACE_FATE_CHANGED, "was put back or changed by somebody else"};
}

}  // namespace drill::agent
