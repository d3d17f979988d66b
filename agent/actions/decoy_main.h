#ifndef DRILL_AGENT_ACTIONS_DECOY_MAIN_H_
#define DRILL_AGENT_ACTIONS_DECOY_MAIN_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "drill/v1/host.pb.h"

// The body of a child process of the agent: the agent's own program, started again with a hidden
// argument. main() calls it before anything else.
//
// It reads its task from kDecoyGoFd and ends if that closes without one; then takes its name, gives
// up what rights it has, does its task (agent/task.h), and says on kDecoyStatusFd how the first
// effect went. When its work is done it sleeps, holding nothing, until undo ends it or its time is
// over: so a child that is gone was ended by somebody else. It reads no file but the one that its
// task names by hash, and starts no process but the ssh client of auth.guess.
namespace drill::agent {

inline constexpr char kDecoyArgument[] = "--decoy";
inline constexpr int kDecoyGoFd = 3;
inline constexpr int kDecoyStatusFd = 4;
inline constexpr int kDecoyCountsFd = 5;  // memory of a TaskCounts; /dev/null where there is none
inline constexpr char kDecoyRuns = 'R';
inline constexpr char kDecoyBlocked = 'B';     // followed by why
inline constexpr char kDecoyFailed = 'F';      // followed by why
inline constexpr char kDecoyExecFailed = 'E';  // followed by errno (int)
inline constexpr size_t kDecoyGoBytesMax = 1 << 20;
inline constexpr size_t kDecoyWhyBytesMax = 400;
inline constexpr int kDecoyCpuPermilleMax = 4000;

// What travels on the go pipe.
struct DecoyGo {
  v1::ProcessTask task;
  std::string file_sha256;  // raw, or empty
};
std::string EncodeDecoyGo(const DecoyGo& go);
// Nothing: not whole.
std::optional<DecoyGo> DecodeDecoyGo(absl::string_view bytes);

// Was this program started as a decoy? Arguments: NAME --decoy.
bool IsDecoy(int argc, char** argv);
// REQUIRES: IsDecoy. Returns the exit code.
int DecoyMain(int argc, char** argv);

}  // namespace drill::agent

#endif  // DRILL_AGENT_ACTIONS_DECOY_MAIN_H_
