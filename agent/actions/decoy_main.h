#ifndef DRILL_AGENT_ACTIONS_DECOY_MAIN_H_
#define DRILL_AGENT_ACTIONS_DECOY_MAIN_H_

// The body of a decoy process (process.run_decoy): the agent's own program, started again with a
// hidden argument. main() calls it before anything else.
//
// It waits for one byte on kDecoyGoFd and ends if that closes instead; then takes its name, says
// so on kDecoyStatusFd, and holds its share of one core until its time is over. It opens no file
// but its own oom_score_adj, no socket, and starts no process.
namespace drill::agent {

inline constexpr char kDecoyArgument[] = "--decoy";
inline constexpr int kDecoyGoFd = 3;
inline constexpr int kDecoyStatusFd = 4;
inline constexpr char kDecoyRuns = 'R';
inline constexpr char kDecoyExecFailed = 'E';  // followed by errno (int)

// Was this program started as a decoy? Arguments: NAME --decoy CPU_PERMILLE SECONDS.
bool IsDecoy(int argc, char** argv);
// REQUIRES: IsDecoy. Returns the exit code.
int DecoyMain(int argc, char** argv);

}  // namespace drill::agent

#endif  // DRILL_AGENT_ACTIONS_DECOY_MAIN_H_
