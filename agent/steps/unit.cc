#include "absl/strings/str_cat.h"
#include "agent/steps/step.h"
#include "common/base/status.h"

// A unit that was stopped. Before that, systemd itself was given a timer that starts it again: the
// net that holds whatever becomes of the agent. Runs of the unit are told apart by when they began.
namespace drill::agent {
namespace {

class StoppedUnit : public Step {
 public:
  bool has_path() const override { return false; }

  absl::Status Apply(const ApplyContext& context) const override {
    const UnitPlan& plan = context.change.unit;
    const Systemd& systemd = context.guard.systemd();
    ASSIGN_OR_RETURN(const UnitLook look, systemd.Look(plan.unit));
    if (!look.runs() || look.began_us != plan.began_us) {
      return absl::FailedPreconditionError(absl::StrCat(
          plan.unit, " was stopped or started by somebody else while it was being stopped"));
    }
    RETURN_IF_ERROR(systemd.StartLater(plan.unit, plan.timer, plan.lasts_us));
    context.reach("armed");
    ASSIGN_OR_RETURN(const UnitLook net, systemd.Look(plan.timer));
    if (!net.runs()) {
      return absl::FailedPreconditionError(
          absl::StrCat("systemd does not keep the timer that would start ", plan.unit, " again"));
    }
    RETURN_IF_ERROR(systemd.Stop(plan.unit));
    context.reach("stopped");
    return absl::OkStatus();
  }

  absl::Status Verify(const ApplyContext& context, const Spot&) const override {
    const UnitPlan& plan = context.change.unit;
    ASSIGN_OR_RETURN(const UnitLook look, context.guard.systemd().Look(plan.unit));
    if (look.active == "inactive" || look.active == "failed") return absl::OkStatus();
    return absl::PermissionDeniedError(
        absl::StrCat(plan.unit, " is ", look.active,
                     " again as soon as it was stopped: something on this host "
                     "started it"));
  }

  void Survey(const UndoContext& context, const Spot&) const override {
    const v1::UnitRun& run = context.step.unit();
    if (!context.facts.same_boot) return;
    const auto look = context.facts.systemd.Look(run.unit());
    // A run that began when its time was over is systemd's own doing, by the timer.
    if (look.ok() && look->runs() && look->began_us != run.began_us() &&
        look->began_us < run.deadline_us()) {
      Superseded(context, "had been started again by somebody else before undo");
    }
  }

  Standing Inspect(const UndoContext& context, const Spot&) const override {
    const v1::UnitRun& run = context.step.unit();
    const auto look = context.facts.systemd.Look(run.unit());
    if (!context.facts.same_boot || !look.ok()) {
      return {v1::TRACE_FATE_UNKNOWN, "who started it, or whether, can't be told"};
    }
    if (!look->runs()) return {v1::TRACE_FATE_STANDING, "is still stopped"};
    if (look->began_us >= run.deadline_us()) {
      return {v1::TRACE_FATE_UNKNOWN, "was started again by the timer of the drill itself"};
    }
    return {v1::TRACE_FATE_CHANGED, "runs again"};
  }

  void Undo(const UndoContext& context, const Spot&) const override {
    const v1::UnitRun& run = context.step.unit();
    const Systemd& systemd = context.facts.systemd;
    const auto look = systemd.Look(run.unit());
    if (!look.ok()) return NotStarted(context, look.status());
    if (look->closed()) {
      Superseded(context, absl::StrCat("was closed by somebody else (", look->load,
                                       ") and not started again"));
    } else if (!look->runs()) {
      const absl::Status started = systemd.Start(run.unit());
      // The timer stays: it is the next that tries.
      if (!started.ok()) return NotStarted(context, started);
      context.reach("started");
    }
    if (const absl::Status off = systemd.CallOff(run.timer()); !off.ok()) {
      context.cleanup.Worsen(v1::CLEANUP_RESULT_RESIDUE,
                             absl::StrCat(run.timer(), " could not be ended: ", off.message()));
    }
  }

  std::string VerifyUndone(const UndoContext& context, const Spot&) const override {
    const v1::UnitRun& run = context.step.unit();
    const auto unit = context.facts.systemd.Look(run.unit());
    const auto timer = context.facts.systemd.Look(run.timer());
    if (!unit.ok() || !timer.ok()) return absl::StrCat(run.unit(), " cannot be looked at");
    if (!unit->closed() && !unit->runs()) return absl::StrCat(run.unit(), " does not run");
    if (timer->active != "inactive") return absl::StrCat(run.timer(), " still waits");
    return "";
  }

 private:
  static void Superseded(const UndoContext& context, absl::string_view what) {
    context.cleanup.Worsen(v1::CLEANUP_RESULT_SUPERSEDED,
                           absl::StrCat("unit ", context.step.unit().unit(), " ", what));
  }

  static void NotStarted(const UndoContext& context, const absl::Status& status) {
    context.settled.insert(context.step.path());
    context.cleanup.Worsen(v1::CLEANUP_RESULT_RESIDUE,
                           absl::StrCat("unit ", context.step.unit().unit(),
                                        " could not be started again: ", status.message()));
  }
};

}  // namespace

const Step& StoppedUnitStep() {
  static const StoppedUnit step;
  return step;
}

}  // namespace drill::agent
