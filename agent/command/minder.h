#ifndef DRILL_AGENT_COMMAND_MINDER_H_
#define DRILL_AGENT_COMMAND_MINDER_H_

#include <cstdint>

namespace drill::agent {

// What the minder needs, made before it is forked: it may allocate nothing.
struct MinderTask {
  const char* program;
  char* const* arguments;
  char* const* environment;
  int control;  // a byte: go; its end: the agent is dead, or has called it off
  int report;
  int output;
  int64_t time_limit_us;
};

struct MinderReport {
  int32_t wait_status;
  int32_t timed_out;
  int32_t left_behind;
  int32_t exec_error;  // errno of what kept the shell from starting
};

// The child's side of RunShellCommand. Only async-signal-safe calls: the agent has other threads.
[[noreturn]] void Mind(const MinderTask& task);

}  // namespace drill::agent

#endif  // DRILL_AGENT_COMMAND_MINDER_H_
