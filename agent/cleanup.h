#ifndef DRILL_AGENT_CLEANUP_H_
#define DRILL_AGENT_CLEANUP_H_

#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/systemd.h"
#include "drill/v1/host.pb.h"

namespace drill::agent {

// The result of a clean-up: the worst of its parts, and what is to be said about it, at most 32
// notes of 512 bytes.
class Cleanup {
 public:
  Cleanup() = default;
  explicit Cleanup(const v1::UndoMark& mark);

  // Residue is worse than superseded, than declared, than verified.
  void Worsen(v1::CleanupResult result, absl::string_view note);
  v1::CleanupResult result() const { return result_; }
  std::vector<std::string> notes() const;

 private:
  v1::CleanupResult result_ = v1::CLEANUP_RESULT_VERIFIED;
  std::vector<std::string> notes_;
  size_t more_ = 0;
};

// What undo knows besides the log.
struct UndoFacts {
  bool was_applied = false;       // every change had been made and verified
  bool same_boot = true;          // as when the log was begun
  bool remove_log_lines = false;  // the owner's policy
  // Only the first so many planned steps can have left anything.
  size_t steps_touched = std::numeric_limits<size_t>::max();
  // Pids that we have stopped ourselves (PauseEx).
  std::set<int> frozen = {};
  // Where contents go that are kept because they could not be put back.
  std::string kept;
  Systemd systemd;
};

}  // namespace drill::agent

#endif  // DRILL_AGENT_CLEANUP_H_
