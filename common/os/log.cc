#include "common/os/log.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/os/clock.h"

namespace drill::os {

std::string LogLine(Severity severity, absl::string_view text, int64_t wall_us) {
  static constexpr absl::string_view kLetters[] = {" I ", " W ", " E "};
  std::string line = absl::StrCat(
      absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(wall_us), absl::UTCTimeZone()),
      kLetters[static_cast<int>(severity)], text.substr(0, kLogLineMax));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  line += '\n';
  return line;
}

void Log(Severity severity, absl::string_view text) {
  const std::string line = LogLine(severity, text, WallMicros());
  // Nobody can be told that standard error is full or gone.
  [[maybe_unused]] const ssize_t put = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace drill::os
