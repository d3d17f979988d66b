#ifndef DRILL_CORE_REHEARSAL_WORKLOAD_H_
#define DRILL_CORE_REHEARSAL_WORKLOAD_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/rehearsal/teams.h"

namespace drill::rehearsal {

// What one person had to bear in one run, window by window.
struct Workload {
  std::vector<int32_t> injects;        // most injects open at one moment of each window
  std::vector<int32_t> busy_permille;  // of the capacity
  int32_t most = 0;
  int64_t most_at_us = 0;    // when that was first, exercise clock
  std::vector<int> most_of;  // which, ascending
};

// A length that reads well and cuts `duration_us` into at most twelve windows.
int64_t WindowFor(int64_t duration_us);
Workload WorkloadOf(const Teammate& person, int64_t duration_us, int64_t window_us);

}  // namespace drill::rehearsal

#endif  // DRILL_CORE_REHEARSAL_WORKLOAD_H_
