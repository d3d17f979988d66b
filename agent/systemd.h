#ifndef DRILL_AGENT_SYSTEMD_H_
#define DRILL_AGENT_SYSTEMD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace drill::agent {

// A unit as systemd sees it.
struct UnitLook {
  std::string load;    // "loaded", "not-found", "masked", ...
  std::string active;  // "active", "inactive", "failed", "activating", ...
  // When it last became active, CLOCK_MONOTONIC of this boot: tells its runs apart.
  int64_t began_us = 0;
  bool can_start = false;  // by hand
  bool can_stop = false;
  bool transient = false;                 // has no file to be started from again
  bool needs_reload = false;              // its file has changed since systemd read it
  std::vector<std::string> needed_by;     // are stopped with it
  std::vector<std::string> triggered_by;  // start it on demand

  bool runs() const { return active == "active" || active == "reloading"; }
  // There is nothing to start: masked, removed, unreadable.
  bool closed() const { return load != "loaded"; }
};

// The host's systemd, spoken to by its own programs, which are run without a shell, in a clean
// environment, within a time limit. A value; blocking; any thread.
//
// FailedPrecondition: systemd is not there, or says no. PermissionDenied: the agent may not.
// Unavailable: no answer in time.
class Systemd {
 public:
  Systemd() = default;
  // Where `systemctl` and `systemd-run` are looked for.
  explicit Systemd(std::vector<std::string> directories) : directories_(std::move(directories)) {}

  absl::StatusOr<UnitLook> Look(const std::string& unit) const;
  // Both wait until it has happened. Done already is fine.
  absl::Status Start(const std::string& unit) const;
  absl::Status Stop(const std::string& unit) const;
  // Has systemd start the unit by itself after so long, by a timer of this name.
  absl::Status StartLater(const std::string& unit, const std::string& timer,
                          int64_t after_us) const;
  // Ends such a timer. Gone already is fine.
  absl::Status CallOff(const std::string& timer) const;

 private:
  absl::StatusOr<std::string> Find(const std::string& program) const;
  absl::StatusOr<std::string> Run(const std::string& program,
                                  const std::vector<std::string>& arguments) const;

  std::vector<std::string> directories_ = {"/usr/bin", "/bin"};
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_SYSTEMD_H_
