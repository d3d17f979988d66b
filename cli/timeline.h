#ifndef DRILL_CLI_TIMELINE_H_
#define DRILL_CLI_TIMELINE_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "cli/text.h"
#include "drill/v1/api.pb.h"

namespace drill::cli {

// What a live view knows of an exercise: the fold of its events. Counts only what the person may
// see. Pure; a value.
class Timeline {
 public:
  void Add(const v1::WatchEvent& event);

  v1::Phase phase() const { return phase_; }
  bool real_incident() const { return real_incident_; }
  // Everything that was there when the watch began has been read.
  bool caught_up() const { return caught_up_; }

  // One line: phase, exercise clock, injects released, orders, observations. The clock runs on from
  // the controller's last word by `since_us` (not in a pause).
  std::string Status(Language language, int64_t since_us) const;

 private:
  void AddRun(const v1::Record& record);
  void AddOrder(const v1::OrderEvent& event);

  v1::Phase phase_ = v1::PHASE_UNSPECIFIED;
  bool real_incident_ = false;
  bool caught_up_ = false;
  int64_t engine_us_ = 0;  // of the record that set the clock
  int64_t ex_us_ = 0;      // what it showed then
  int64_t last_us_ = 0;    // of the last record
  int32_t speed_permille_ = 1000;
  int injects_ = 0;
  int released_ = 0;
  int started_ = 0;
  int applied_ = 0;
  int failed_ = 0;
  int undone_ = 0;
  int observations_ = 0;
  absl::flat_hash_set<std::string> matched_;
};

enum class Reached { kNot, kYes, kNever };

// Whether an exercise in `phase` has come to `until`, may yet, or cannot any more.
Reached Reaches(v1::Phase phase, v1::Phase until);

}  // namespace drill::cli

#endif  // DRILL_CLI_TIMELINE_H_
