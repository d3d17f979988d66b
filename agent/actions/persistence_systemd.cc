#include <sys/stat.h>

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/actions/action.h"
#include "agent/actions/host_file.h"
#include "common/base/status.h"

namespace drill::agent {
namespace {

constexpr uint32_t kMode = 0644;

// Where systemd looks for units. A file of the same name in /etc would stand in for the real one
// at the next reload; so none may have it.
constexpr absl::string_view kUnitDirectories[] = {
    "/etc/systemd/system",          "/etc/systemd/system.control", "/run/systemd/system",
    "/run/systemd/transient",       "/run/systemd/system.control", "/run/systemd/generator",
    "/run/systemd/generator.early", "/run/systemd/generator.late", "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",      "/lib/systemd/system"};

class PersistenceSystemd : public Action {
 public:
  PersistenceSystemd(const v1::PersistenceSystemd& parameters, const std::string& mark)
      : unit_(parameters.has_unit() ? parameters.unit() : "sysupdate.service"),
        dir_(parameters.has_dir() ? parameters.dir() : "/etc/systemd/system"),
        text_(absl::StrCat("# ", mark,
                           "\n[Unit]\nDescription=System update\n\n[Service]\nType=oneshot\n"
                           "ExecStart=/bin/true\n\n[Install]\nWantedBy=multi-user.target\n")) {}

  absl::Status Check(const Limits&) const override {
    FaultList faults;
    faults.AddUnless(!dir_.empty(), "dir is missing");
    faults.AddUnless(IsUnitName(unit_) && absl::EndsWith(unit_, ".service"),
                     absl::StrCat("unit \"", unit_, "\" is not NAME.service"));
    return faults.ToStatus("persistence.systemd");
  }

  absl::StatusOr<ActionPlan> Plan(const Guard& guard) override {
    const auto& units = guard.policy().units();
    if (std::find(units.begin(), units.end(), unit_) == units.end()) {
      return absl::PermissionDeniedError(absl::StrCat("the owner's policy does not list the unit ",
                                                      unit_, "; the owner may add it to `units`"));
    }
    for (absl::string_view directory : kUnitDirectories) {
      const std::string other = absl::StrCat(directory, "/", unit_);
      struct stat st {};
      if (lstat(other.c_str(), &st) == 0) {
        return absl::FailedPreconditionError(absl::StrCat(
            other, " is a unit of this host; one of that name is not made over it: name another"));
      }
    }
    ASSIGN_OR_RETURN(const std::string path, PlaceForNew(guard, PathIn(dir_, unit_)));
    ActionPlan plan;
    plan.changes.push_back(NewFileChange(path, ContentOf(text_), kMode));
    plan.bytes = plan.changes.front().content.size;
    return plan;
  }

 private:
  const std::string unit_;
  const std::string dir_;
  const std::string text_;
};

}  // namespace

std::unique_ptr<Action> MakePersistenceSystemd(const v1::Action& action, const std::string& mark) {
  return std::make_unique<PersistenceSystemd>(action.persistence_systemd(), mark);
}

}  // namespace drill::agent
