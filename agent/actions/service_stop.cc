#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/actions/action.h"
#include "common/base/digest.h"
#include "common/base/status.h"
#include "common/os/file.h"

namespace drill::agent {
namespace {

constexpr int64_t kLastsSecondsMax = 3600;
constexpr int64_t kDefaultLastsSeconds = 600;
constexpr size_t kTimerHexDigits = 32;  // as systemd-run's own names have
// Without these, the unit could not be started again, or the host not be seen any more.
constexpr absl::string_view kNever[] = {"dbus.service", "dbus-broker.service", "polkit.service"};

// The unit in which the agent itself runs, if it is this one.
bool IsOwnUnit(const std::string& unit) {
  const auto groups = os::ReadFile("/proc/self/cgroup", 1 << 16);
  return groups.ok() && (absl::StrContains(*groups, absl::StrCat("/", unit, "\n")) ||
                         absl::StrContains(*groups, absl::StrCat("/", unit, "/")));
}

class ServiceStop : public Action {
 public:
  ServiceStop(const v1::ServiceStop& parameters, const std::string& mark)
      : unit_(parameters.unit()),
        seconds_(parameters.has_lasts() ? parameters.lasts().seconds() : kDefaultLastsSeconds),
        // As systemd-run would name it: nothing to know a drill by.
        timer_(absl::StrCat("run-r",
                            Sha256Hex(absl::StrCat(mark, " ", unit_)).substr(0, kTimerHexDigits),
                            ".timer")) {}

  absl::Status Check(const Limits&) const override {
    FaultList faults;
    faults.AddUnless(IsUnitName(unit_) && absl::EndsWith(unit_, ".service"),
                     absl::StrCat("unit \"", unit_, "\" is not NAME.service"));
    faults.AddUnless(seconds_ >= 1 && seconds_ <= kLastsSecondsMax,
                     absl::StrCat("lasts is ", seconds_, " s; 1 s to 1 h is allowed"));
    return faults.ToStatus("service.stop");
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    const auto& units = guard.policy().units();
    if (std::find(units.begin(), units.end(), unit_) == units.end()) {
      return absl::PermissionDeniedError(absl::StrCat("the owner's policy does not list the unit ",
                                                      unit_, "; the owner may add it to `units`"));
    }
    if (absl::StartsWith(unit_, "systemd-") || IsOwnUnit(unit_) ||
        std::find(std::begin(kNever), std::end(kNever), unit_) != std::end(kNever)) {
      return absl::PermissionDeniedError(
          absl::StrCat(unit_, " is systemd's own, or the agent's: no policy lets it be stopped"));
    }
    const Systemd& systemd = guard.systemd();
    ASSIGN_OR_RETURN(const UnitLook look, systemd.Look(unit_));
    RETURN_IF_ERROR(CheckComesBack(look));
    RETURN_IF_ERROR(CheckAlone(systemd, look));
    Change change;
    change.kind = v1::STEP_KIND_UNIT;
    change.unit = {unit_, look.began_us, timer_, seconds_ * 1'000'000};
    change.traces.push_back({v1::ARTEFACT_KIND_PROCESS, ProcessNameOf(unit_), true});
    ActionPlan plan;
    plan.changes.push_back(std::move(change));
    return plan;
  }

 private:
  absl::Status CheckComesBack(const UnitLook& look) const {
    const auto refuse = [&](absl::string_view why) {
      return absl::FailedPreconditionError(absl::StrCat(unit_, " ", why));
    };
    if (look.closed()) return refuse(absl::StrCat("is ", look.load, " on this host"));
    if (!look.runs()) return refuse(absl::StrCat("does not run on this host: it is ", look.active));
    if (!look.can_stop) return refuse("cannot be stopped by hand");
    if (!look.can_start) return refuse("could not be started again by hand");
    if (look.transient) return refuse("has no file from which it could be started again");
    if (look.needs_reload) {
      return refuse(
          "has changed on disk since systemd read it, so it would come back as another one; "
          "systemctl daemon-reload first");
    }
    return absl::OkStatus();
  }

  // What is stopped with it would not be started with it; what starts it on demand would undo the
  // incident at once.
  absl::Status CheckAlone(const Systemd& systemd, const UnitLook& look) const {
    std::vector<std::string> others;
    const auto add_running = [&](const std::vector<std::string>& units) -> absl::Status {
      for (const std::string& other : units) {
        ASSIGN_OR_RETURN(const UnitLook seen, systemd.Look(other));
        if (seen.active != "inactive" && seen.active != "failed") others.push_back(other);
      }
      return absl::OkStatus();
    };
    RETURN_IF_ERROR(add_running(look.needed_by));
    if (!others.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat(unit_, " is needed by ", absl::StrJoin(others, ", "),
                       ", which would be stopped with it and not be started with it"));
    }
    RETURN_IF_ERROR(add_running(look.triggered_by));
    if (others.empty()) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(unit_, " is started on demand by ",
                                                      absl::StrJoin(others, ", "),
                                                      "; it would not stay away"));
  }

  static std::string ProcessNameOf(const std::string& unit) {
    return unit.substr(0, unit.rfind('.'));
  }

  const std::string unit_;
  const int64_t seconds_;
  const std::string timer_;
};

}  // namespace

std::unique_ptr<Action> MakeServiceStop(const v1::Action& action, const std::string& mark) {
  return std::make_unique<ServiceStop>(action.service_stop(), mark);
}

}  // namespace drill::agent
