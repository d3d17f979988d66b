#ifndef DRILL_CORE_SCENARIO_TIMELINE_H_
#define DRILL_CORE_SCENARIO_TIMELINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drill/v1/scenario.pb.h"

namespace drill {

// One expectation, with the defaults filled in.
struct TimelineExpectation {
  std::string team;
  std::string kind;  // "detect"
  int64_t target_us = 0;
  int64_t limit_us = 0;
  // "any", "each" or "800‰"; "" where it is expected once, not host by host.
  std::string hosts;
  int weight = 1;
  std::vector<std::string> recipients;

  friend bool operator==(const TimelineExpectation&, const TimelineExpectation&) = default;
};

// One row of the master scenario events list: an inject as it is played, repeats unfolded.
struct TimelineRow {
  std::string inject;  // "x#2"
  int index = 0;       // into Scenario::injects
  int copy = 1;        // of its repeats, from 1
  v1::Text title;
  std::string kind;  // "files.encrypt" for an action; else "manual", "message", "question", "cue"

  // Exercise clock. Nothing: nobody can tell, it rests on a contingency or can never come.
  std::optional<int64_t> earliest_us;
  // It comes exactly then, unless a controller steers; else not before.
  bool exact = false;
  bool contingency = false;
  std::string after;   // "ransomware detected + 5s"; "" without
  std::string unless;  // "ransomware contained"; "" without

  std::string move;
  std::string objective;
  // What it goes to: selectors as "records, role app, label x", team parts as they are.
  std::vector<std::string> targets;
  std::vector<std::string> techniques;
  std::vector<TimelineExpectation> expectations;
};

// The scenario's rows in the order of their earliest times, equal ones in the scenario's order,
// those without a time last. Pure.
// REQUIRES: Lint found no error.
std::vector<TimelineRow> Timeline(const v1::Scenario& scenario);

// "soc detect 15s/40s each x2": team, kind, target/limit, hosts, weight where it is not 1.
std::string Summary(const TimelineExpectation& expectation);

}  // namespace drill

#endif  // DRILL_CORE_SCENARIO_TIMELINE_H_
