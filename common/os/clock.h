#ifndef DRILL_COMMON_OS_CLOCK_H_
#define DRILL_COMMON_OS_CLOCK_H_

#include <cstdint>

// The only place that asks the operating system for the time. Any thread.
namespace drill::os {

// Microseconds since 1970, UTC; may step.
int64_t WallMicros();
// CLOCK_BOOTTIME: counts through suspend, never steps. Restarts at boot.
int64_t BootMicros();
// CLOCK_MONOTONIC, the clock of std::chrono::steady_clock.
int64_t MonotonicMicros();
// CPU time that the calling thread has used.
int64_t ThreadCpuMicros();
// Returns after so long, not earlier; signals do not shorten it. Not for waiting on anything that
// can be waited for.
void SleepMicros(int64_t micros);

}  // namespace drill::os

#endif  // DRILL_COMMON_OS_CLOCK_H_
