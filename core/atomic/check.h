#ifndef DRILL_CORE_ATOMIC_CHECK_H_
#define DRILL_CORE_ATOMIC_CHECK_H_

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "core/scenario/lint.h"
#include "drill/v1/atomic.pb.h"

namespace drill {

// Newest technique of the ATT&CK release that these checks know (v18.1).
inline constexpr int kNewestTechnique = 1681;

// GUIDs of tests, lower case, and where each was first seen ("T1003.yaml, test 2"). Filled by
// CheckTechnique, so that no two of one import are the same.
using SeenGuids = absl::btree_map<std::string, std::string>;

// Every mistake in one technique's file that the published schema of Atomic Red Team forbids:
// words, lengths and patterns, argument types and their defaults, `#{}` used and declared, sudo
// without elevation_required, GUIDs. A technique id newer than the known ones is a warning.
// Faults as of Lint; `file_name` names the file for GUIDs. Pure.
std::vector<Fault> CheckTechnique(const v1::AtomicTechnique& technique, absl::string_view file_name,
                                  SeenGuids* guids);

// The same for Caldera abilities.
std::vector<Fault> CheckAbilities(const v1::StockpileAbilities& file, absl::string_view file_name,
                                  SeenGuids* guids);

// "" or what is wrong with the name of a technique's file.
std::string AtomicFileNameFault(absl::string_view file_name);

}  // namespace drill

#endif  // DRILL_CORE_ATOMIC_CHECK_H_
