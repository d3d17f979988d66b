#ifndef DRILL_AGENT_TAR_H_
#define DRILL_AGENT_TAR_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// A POSIX ustar archive (IEEE 1003.1) of plain files, in memory. Pure.
namespace drill::agent {

inline constexpr size_t kTarNameBytesMax = 100;

// Appends one file. REQUIRES: 1 to 100 bytes of name, less than 8 GiB, a time not negative.
void AppendTarFile(absl::string_view name, absl::string_view content, uint32_t mode,
                   int64_t mtime_seconds, std::string* archive);
// Once, behind the last file.
void FinishTar(std::string* archive);

}  // namespace drill::agent

#endif  // DRILL_AGENT_TAR_H_
