#ifndef DRILL_CLI_CHECK_H_
#define DRILL_CLI_CHECK_H_

#include <string>

#include "absl/container/btree_set.h"
#include "cli/client.h"
#include "cli/session.h"

namespace drill::cli {

// Follows the answers to a check: which hosts have spoken since it was asked. Pure.
class CheckProgress {
 public:
  // Expects an answer of each host that an action aims at.
  explicit CheckProgress(const v1::ExerciseCreated& exercise);

  void Add(const v1::Record& record);
  // Ready, or every host has answered.
  bool complete() const { return ready_ || waiting_.empty(); }
  bool ready() const { return ready_; }
  // Every host has answered, and none has found anything.
  bool clean() const { return waiting_.empty() && !findings_; }
  const absl::btree_set<std::string>& waiting() const { return waiting_; }

 private:
  absl::btree_set<std::string> waiting_;
  bool ready_ = false;
  bool findings_ = false;
};

// exercise check: asks, waits until every host has answered or the timeout, prints what was found.
// FailedPrecondition: the exercise is not ready.
absl::Status CheckAndWait(Session& session, const std::string& exercise);

// What stands before the next step; nothing if nothing does.
void PrintMissing(Session& session, const v1::ExerciseView& view);

}  // namespace drill::cli

#endif  // DRILL_CLI_CHECK_H_
