#ifndef DRILL_COMMON_OS_LOG_H_
#define DRILL_COMMON_OS_LOG_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// Log lines of a program that must be one small static file: "time severity text" on standard
// error, one write a line, so that lines of several threads never mix. UTC, no locale, no tzdata.
// Any thread. Never given secrets: tokens, keys.
namespace drill::os {

enum class Severity { kInfo, kWarning, kError };

// Line breaks and other control characters of `text` become spaces: one event, one line, whatever
// a peer wrote. Longer than kLogLineMax is cut.
void Log(Severity severity, absl::string_view text);

inline constexpr size_t kLogLineMax = 2000;

// The line for that time, with its line break.
std::string LogLine(Severity severity, absl::string_view text, int64_t wall_us);

inline void LogInfo(absl::string_view text) { Log(Severity::kInfo, text); }
inline void LogWarning(absl::string_view text) { Log(Severity::kWarning, text); }
inline void LogError(absl::string_view text) { Log(Severity::kError, text); }

}  // namespace drill::os

#endif  // DRILL_COMMON_OS_LOG_H_
