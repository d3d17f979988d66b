#ifndef DRILL_AGENT_PLAYER_H_
#define DRILL_AGENT_PLAYER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "drill/v1/agent.pb.h"
#include "drill/v1/exercise.pb.h"

namespace drill::agent {

// How playing or undoing one order ended. Times are BOOTTIME microseconds; the engine turns them
// into engine time.
struct Outcome {
  v1::OrderEventKind kind = v1::ORDER_EVENT_KIND_UNSPECIFIED;
  std::vector<v1::Trace> traces;  // Trace.at_us in BOOTTIME here
  int traces_total = 0;
  v1::CleanupResult cleanup = v1::CLEANUP_RESULT_UNSPECIFIED;
  std::vector<std::string> notes;
  int64_t at_boot_us = 0;  // 0 (here and in traces): in an earlier boot, unknown in this one
};

// An order found on disk when the agent starts.
struct Found {
  v1::Order order;
  // APPLIED: still in place, undo it when told. INTERRUPTED: was in the middle; has been undone
  // (see outcome). UNDONE: undo had been under way; has been finished.
  Outcome outcome;
  bool active = false;  // still in place
};

// The drill's own sink, as far as the controller that we are connected to has told: always on that
// controller's own address.
struct SinkEndpoint {
  std::string address;  // IP address; empty: not known
  v1::SinkPorts ports;
};

// Plays orders on this host: guard (owner's policy) → undo log → action → traces → undo.
//
// Blocking; used by one worker thread. The engine checks scope signatures and times before.
class Player {
 public:
  virtual ~Player() = default;

  // What orders that are prepared or started from now on send to.
  virtual void SetSink(const SinkEndpoint& sink) = 0;

  // After a crash or reboot: finishes or undoes what was under way. Call once, first.
  virtual std::vector<Found> Recover() = 0;

  // Checks policy and host, stages what can be staged ahead (pre-images, plan) so that Start is
  // short. Changes nothing outside the agent's private directory.
  // PermissionDenied: the policy refuses. FailedPrecondition: the host is not as needed (page
  // missing, folder exists). ResourceExhausted: no room for the undo store. InvalidArgument: the
  // order itself is faulty.
  virtual absl::Status Prepare(const v1::Order& order) = 0;
  // Drops what Prepare staged.
  virtual void Discard(const v1::OrderId& id) = 0;

  // Makes `starting` durable, calls `on_starting(boot_us)` just before the first change, applies
  // and verifies. APPLIED, BLOCKED, REFUSED (policy changed meanwhile) or FAILED; after BLOCKED
  // and FAILED everything changed has been undone again.
  virtual Outcome Start(const v1::Order& order,
                        const std::function<void(int64_t boot_us)>& on_starting) = 0;

  // A Start of this order that is under way, or comes next, is to end soon, with whatever it has
  // done: for what takes long, and will be undone. Any thread, during any other call.
  virtual void CallOff(const v1::OrderId& id) = 0;

  // Undoes, verifies. UNDONE with its cleanup result. Idempotent.
  virtual Outcome Undo(const v1::OrderId& id, v1::UndoReason reason) = 0;

  // What is left of what the order made, for a claim that it is contained or recovered. Changes
  // nothing. `undone`: we have undone it, or never made it, so nothing can be told. Check and order
  // are the caller's to set; at_us in BOOTTIME.
  virtual v1::EffectReport Look(const v1::OrderId& id) = 0;

  // Running actions stand still, or go on.
  virtual void Freeze(bool frozen) = 0;

  // Forgets an undone order's log and store; its UNDONE event is durable in the outbox.
  virtual void Forget(const v1::OrderId& id) = 0;

  // Would this be played? As Prepare, staging nothing.
  virtual absl::Status DryRun(const v1::Order& order) = 0;

  virtual uint64_t UndoFreeBytes() = 0;
  // Kinds that the policy admits now, and the policy's SHA-256.
  virtual std::vector<std::string> Actions() = 0;
  virtual std::string PolicySha256() = 0;
  // True: this order harms service, so silence undoes it. False: inert, stays until the window.
  virtual bool HarmsService(const v1::Order& order) = 0;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_PLAYER_H_
