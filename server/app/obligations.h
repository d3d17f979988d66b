#ifndef DRILL_SERVER_APP_OBLIGATIONS_H_
#define DRILL_SERVER_APP_OBLIGATIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "drill/v1/duty.pb.h"

namespace drill {

// All packs (*.yaml) of a folder as one, checked. NotFound: no folder or no pack; InvalidArgument:
// every fault of every pack, with file, line and column.
absl::StatusOr<v1::Obligations> LoadObligations(const std::string& dir);

// `given`, else the first that exists of DATA/obligations, ../share/cyberdrill/obligations and
// ../../obligations beside the running program. NotFound: none, and where it was looked for.
absl::StatusOr<std::string> FindObligations(const std::string& given, const std::string& data_dir);

}  // namespace drill

#endif  // DRILL_SERVER_APP_OBLIGATIONS_H_
