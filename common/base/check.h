#ifndef DRILL_COMMON_BASE_CHECK_H_
#define DRILL_COMMON_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

// A broken invariant of ours: says where and dies, in release too. Whatever a peer, a file or the
// operating system can cause is an absl::Status instead.
#define DRILL_CHECK(condition)                                                                 \
  do {                                                                                         \
    if (!(condition)) [[unlikely]] {                                                           \
      std::fprintf(stderr, "%s:%d: DRILL_CHECK failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                            \
    }                                                                                          \
  } while (false)

#endif  // DRILL_COMMON_BASE_CHECK_H_
