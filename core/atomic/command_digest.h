#ifndef DRILL_CORE_ATOMIC_COMMAND_DIGEST_H_
#define DRILL_CORE_ATOMIC_COMMAND_DIGEST_H_

#include <string>

#include "drill/v1/action.pb.h"

namespace drill {

// What an owner allows when allowing a command: SHA-256, as 64 lower-case hex digits, of
//
//   "drill-command-v1" and a zero byte, then four fields, each its length in bytes as a big-endian
//   64-bit number and then the bytes themselves: the executor's word ("sh", "bash"), prerequisite,
//   command, cleanup
//
// An absent field is an empty one, an absent executor "sh". Name, technique, time limit and watched
// directories are not in it: they change nothing of what is run. Pure; any thread.
std::string CommandDigest(const v1::ExecAtomic& atomic);

// "sh", "bash".
std::string ExecutorWord(v1::Executor executor);

}  // namespace drill

#endif  // DRILL_CORE_ATOMIC_COMMAND_DIGEST_H_
