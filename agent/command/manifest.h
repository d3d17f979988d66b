#ifndef DRILL_AGENT_COMMAND_MANIFEST_H_
#define DRILL_AGENT_COMMAND_MANIFEST_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "drill/v1/command.pb.h"

// Directories before and after a command: what they hold, what differs, how it is put back.
// Blocking; one thread.
namespace drill::agent {

inline constexpr size_t kManifestEntriesMax = 200'000;

struct ManifestOptions {
  std::vector<std::string> directories;  // absolute, links resolved; missing ones are empty
  std::vector<std::string> except;       // left out, with what is below
  int64_t bytes_max = 0;                 // of the contents of all files
  // Where contents are kept, in files "pre.0", "pre.1"...; empty: nowhere.
  std::string packs;
  // Not null: contents of files that are untouched since need not be read again.
  const v1::HostManifest* earlier = nullptr;
};

// ResourceExhausted: more entries or bytes than allowed. Does not follow links, does not leave the
// file system of each directory; what it may not read is in `skipped`.
absl::StatusOr<v1::HostManifest> TakeManifest(const ManifestOptions& options);

// Bytes of the regular files that TakeManifest would read.
absl::StatusOr<int64_t> ManifestBytes(const ManifestOptions& options);

const v1::HostManifest::Entry* FindEntry(const v1::HostManifest& manifest, const std::string& path);

// Two entries, null for a path that is not there, say the same. Times of directories do not count:
// they tell truly that something happened in them.
bool SameEntry(const v1::HostManifest::Entry* a, const v1::HostManifest::Entry* b);

// Paths that stand in one of them, or not as in the other.
std::set<std::string> DifferentPaths(const v1::HostManifest& a, const v1::HostManifest& b);

// Makes `path` what it was in `before`: removes it, makes it again, or sets its mode, owner and
// times. REQUIRES: what `before` says was kept in `packs`.
absl::Status PutBack(const v1::HostManifest& before, const std::string& packs,
                     const std::string& path);

}  // namespace drill::agent

#endif  // DRILL_AGENT_COMMAND_MANIFEST_H_
