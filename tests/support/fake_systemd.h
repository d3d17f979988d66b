#ifndef DRILL_TESTS_SUPPORT_FAKE_SYSTEMD_H_
#define DRILL_TESTS_SUPPORT_FAKE_SYSTEMD_H_

#include <map>
#include <string>
#include <vector>

namespace drill::testing {

// A systemd of a test's own: `systemctl` and `systemd-run` in a directory, over units that are
// files beside them (fake_systemctl.cc), each a list of KEY=VALUE as `systemctl show` says them.
// Besides: DenyStop, DenyStart=yes: as without the right; FailStart=yes; Respawn=yes: a stop brings
// it back at once. Outlives the process that made it. One thread.
class FakeSystemd {
 public:
  // Makes the directory.
  explicit FakeSystemd(std::string directory);

  const std::string& directory() const { return directory_; }
  // A unit that runs.
  void Add(const std::string& unit) const;
  void Set(const std::string& unit, const std::string& key, const std::string& value) const;
  std::string Get(const std::string& unit, const std::string& key) const;
  void Remove(const std::string& unit) const;
  std::vector<std::string> Timers() const;
  // No timer is made from now on: as without the right.
  void DenyTimers() const;
  // The time of all timers is over: what they were to run is run, and they are gone.
  void Elapse() const;
  // Names of the variables that the last program was started with.
  std::vector<std::string> Environment() const;
  // State of every unit, and the timers.
  std::map<std::string, std::string> Manifest() const;

 private:
  std::string PathOf(const std::string& unit) const;

  const std::string directory_;
};

using UnitProperties = std::map<std::string, std::string>;
// Empty: there is no such unit.
UnitProperties ReadUnit(const std::string& path);
void WriteUnit(const std::string& path, const UnitProperties& properties);

}  // namespace drill::testing

#endif  // DRILL_TESTS_SUPPORT_FAKE_SYSTEMD_H_
