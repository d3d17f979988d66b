#include "agent/probes/checks.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "agent/host_files.h"
#include "agent/probes/probe.h"
#include "common/os/file.h"

namespace drill::agent {
namespace {

constexpr int64_t kLoadEveryUs = 5'000'000;
constexpr int64_t kDiskEveryUs = 10'000'000;
constexpr char kLoad[] = "load";

Reading LookAtLoad(const std::string& file, int permille_max) {
  Reading reading{kLoad, false, ""};
  const auto text = os::ReadFile(file, 256);
  double load = 0;
  if (!text.ok() ||
      !absl::SimpleAtod(std::vector<std::string>(absl::StrSplit(*text, ' ')).front(), &load)) {
    reading.why = absl::StrCat("the load cannot be read from ", file);
    return reading;
  }
  const long processors = std::max(1L, sysconf(_SC_NPROCESSORS_ONLN));
  const double permille = load * 1000 / static_cast<double>(processors);
  reading.good = permille <= permille_max;
  reading.why = absl::StrFormat("%.0f per mille of each processor over the last minute; at most %d",
                                permille, permille_max);
  return reading;
}

Reading LookAtDisk(const std::string& path, int64_t least) {
  Reading reading{absl::StrCat("disk of ", path), false, ""};
  struct statvfs fs {};
  if (statvfs(path.c_str(), &fs) != 0) {
    // Not there: no order can write to it either.
    reading.good = errno == ENOENT;
    reading.why = std::string(HostError(errno, "look at the room of", path).message());
    return reading;
  }
  const uint64_t left = static_cast<uint64_t>(fs.f_bavail) * fs.f_frsize;
  reading.good = left >= static_cast<uint64_t>(least);
  reading.why = absl::StrCat(left >> 20, " MiB left; at least ", least >> 20);
  return reading;
}

}  // namespace

std::vector<HostCheck> ChecksOf(const v1::Policy& policy, const std::string& directory,
                                const std::string& load_file) {
  std::vector<HostCheck> checks;
  for (const v1::Probe& probe : policy.probes()) {
    const std::string name = ProbeName(probe);
    checks.push_back(
        {name, ProbeEveryUs(probe), [name, probe](const std::function<bool()>& cancelled) {
           const absl::Status status = RunProbe(probe, cancelled);
           return Reading{name, status.ok(), std::string(status.message())};
         }});
  }
  if (const int most = policy.caps().load_permille_max(); most > 0) {
    checks.push_back({kLoad, kLoadEveryUs, [load_file, most](const std::function<bool()>&) {
                        return LookAtLoad(load_file, most);
                      }});
  }
  if (const int64_t least = policy.caps().free_bytes_min() / 2; least > 0) {
    std::vector<std::string> paths = {directory};
    for (const v1::Place& place : policy.places()) paths.push_back(place.path());
    std::set<dev_t> disks;
    for (const std::string& path : paths) {
      struct stat st {};
      // One look a file system.
      if (stat(path.c_str(), &st) == 0 && !disks.insert(st.st_dev).second) continue;
      checks.push_back(
          {absl::StrCat("disk of ", path), kDiskEveryUs,
           [path, least](const std::function<bool()>&) { return LookAtDisk(path, least); }});
    }
  }
  return checks;
}

}  // namespace drill::agent
