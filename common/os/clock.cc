#include "common/os/clock.h"

#include <errno.h>
#include <time.h>

namespace drill::os {
namespace {

int64_t Read(clockid_t id) {
  timespec t{};
  clock_gettime(id, &t);
  return int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
}

}  // namespace

int64_t WallMicros() { return Read(CLOCK_REALTIME); }
int64_t BootMicros() { return Read(CLOCK_BOOTTIME); }
int64_t MonotonicMicros() { return Read(CLOCK_MONOTONIC); }
int64_t ThreadCpuMicros() { return Read(CLOCK_THREAD_CPUTIME_ID); }

void SleepMicros(int64_t micros) {
  if (micros <= 0) return;
  const int64_t until = MonotonicMicros() + micros;
  timespec t{};
  t.tv_sec = static_cast<time_t>(until / 1'000'000);
  t.tv_nsec = static_cast<long>(until % 1'000'000) * 1000;
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) == EINTR) {
  }
}

}  // namespace drill::os
