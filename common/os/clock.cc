#include "common/os/clock.h"

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

}  // namespace drill::os
