#ifndef DRILL_AGENT_ACTIONS_ACTION_H_
#define DRILL_AGENT_ACTIONS_ACTION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/command/command.h"
#include "agent/guard.h"
#include "agent/process.h"
#include "drill/v1/action.pb.h"
#include "drill/v1/host.pb.h"

namespace drill::agent {

// Bytes that will be written: known by size and hash before, made again when they are needed.
struct Content {
  int64_t size = 0;
  std::string sha256;
  // Gives the same bytes at every call.
  std::function<std::string()> make;
};
Content ContentOf(std::string bytes);

// A trace that a change leaves; the changer adds size, hash, pid and time.
struct TraceSpec {
  v1::ArtefactKind kind = v1::ARTEFACT_KIND_UNSPECIFIED;
  std::string value;
  bool noticeable = false;
};

// A unit that is stopped, and its run as it was found.
struct UnitPlan {
  std::string unit;
  int64_t began_us = 0;
  std::string timer;
  int64_t lasts_us = 0;
};

// One change of the host, as it will stand in the undo log.
struct Change {
  v1::StepKind kind = v1::STEP_KIND_UNSPECIFIED;
  std::string path;   // resolved; empty: a process
  Content content;    // create, replace, append, add lines (the whole file), fill
  uint32_t mode = 0;  // make directory, create, add lines to a new file, fill
  // Replace, append, add lines, clear: what is there now.
  v1::FileMeta before;
  int64_t size_before = 0;
  Content content_before;  // replace, clear; add lines to a file that exists
  // Replace: what is replaced was created by an earlier change of the same plan.
  bool over_own = false;
  int64_t fill_bytes = 0;  // fill; `content` is what it begins with
  DecoySpec decoy;         // process
  CommandPlan command;     // command
  UnitPlan unit;           // unit
  // Process: it ends by itself, when this is over. 0: it is to run until undo.
  int64_t ends_after_seconds = 0;
  std::vector<TraceSpec> traces;
};

struct ActionPlan {
  std::vector<Change> changes;
  // Bytes that it writes to the host, and that its undo store will hold.
  int64_t bytes = 0;
  int64_t store_bytes = 0;
};

// One kind of simulated incident, for one order.
//
// It only looks and plans. Making the changes, checking them, undoing them and checking that are
// done by Changer and Undoer from the undo log's steps alone, the same for every kind: so no
// action can change what is not in the log, or be undone by other code than the one that is
// tested most. One thread.
class Action {
 public:
  virtual ~Action() = default;
  // Parameters against their ranges and the owner's caps. InvalidArgument: all faults at once.
  // PermissionDenied: above a cap of the policy.
  virtual absl::Status Check(const Limits& limits) const = 0;
  // Looks at the host, says what would be changed. Called again at the start of an armed order:
  // what was found may differ, what was generated stays.
  // The plan makes its contents with this object, which must outlive it.
  // FailedPrecondition: the host is not as needed. PermissionDenied: a path is not allowed.
  // REQUIRES: Check is OK.
  virtual absl::StatusOr<ActionPlan> Plan(const Guard& guard) = 0;
};

// The contents that undo will need, and so must be durable before the first change.
std::vector<const Content*> ContentsToStore(const Change& change);

struct ActionKind {
  v1::Action::KindCase kind;
  absl::string_view name;        // as in YAML and the policy
  absl::string_view technique;   // ATT&CK
  bool harms_service;            // silence of the controller undoes it
  absl::string_view noticeable;  // what a team could notice, for people
  // `mark`: opaque text that papers of this order carry.
  std::unique_ptr<Action> (*make)(const v1::Action& action, const std::string& mark);
  // Where this kind alone may make its one file, though it is closed to all others.
  std::optional<OwnGround> own_ground = std::nullopt;
};

// The kinds that this agent plays, in the order of action.proto.
const std::vector<ActionKind>& ActionKinds();
// Null: not known.
const ActionKind* FindActionKind(v1::Action::KindCase kind);
std::vector<std::string> ActionNames();

// The one function of each kind's file.
std::unique_ptr<Action> MakeFilesEncrypt(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeWebDeface(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeProcessRunDecoy(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeLogAppend(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeExecAtomic(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeWebShell(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeMalwareEicar(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeCpuBurn(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeDiskFill(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeConfigChange(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeLogClear(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeDataCorrupt(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakePersistenceCron(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakePersistenceSystemd(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakePersistenceSshKey(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeFilesExfiltrate(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeNetworkBeacon(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeNetworkScan(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeNetworkFlood(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeNetworkListen(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeDnsQuery(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeAccountCreate(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeServiceStop(const v1::Action& action, const std::string& mark);
std::unique_ptr<Action> MakeAuthGuess(const v1::Action& action, const std::string& mark);

}  // namespace drill::agent

#endif  // DRILL_AGENT_ACTIONS_ACTION_H_
