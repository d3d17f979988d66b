#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "cli/app.h"
#include "common/os/clock.h"

int main(int argc, char** argv) {
  // gRPC's own lines about failed handshakes are for its developers; ours say what to do.
  ::setenv("GRPC_VERBOSITY", "NONE", 0);
  std::ios::sync_with_stdio(false);
  const drill::cli::Environment environment{
      .out = std::cout,
      .err = std::cerr,
      .variable =
          [](const char* name) {
            const char* value = std::getenv(name);
            return std::string(value == nullptr ? "" : value);
          },
      .now_us = drill::os::WallMicros,
      .sleep_us = drill::os::SleepMicros,
      .terminal = ::isatty(STDOUT_FILENO) == 1,
  };
  return drill::cli::Run(std::vector<std::string>(argv + 1, argv + argc), environment);
}
