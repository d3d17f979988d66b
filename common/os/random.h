#ifndef DRILL_COMMON_OS_RANDOM_H_
#define DRILL_COMMON_OS_RANDOM_H_

#include <cstddef>
#include <string>

// The only source of randomness. Any thread.
namespace drill::os {

// `count` bytes from the kernel's generator; dies if the kernel has none (getrandom fails).
std::string RandomBytes(size_t count);
// 16 random bytes in hex: request ids, outbox ids.
std::string RandomId();

}  // namespace drill::os

#endif  // DRILL_COMMON_OS_RANDOM_H_
