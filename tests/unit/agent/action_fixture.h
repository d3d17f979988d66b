#ifndef DRILL_TESTS_UNIT_AGENT_ACTION_FIXTURE_H_
#define DRILL_TESTS_UNIT_AGENT_ACTION_FIXTURE_H_

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/agent/sandbox.h"

namespace drill::agent {

// One order on one host, checked by reading the host.
class ActionTest : public ::testing::Test {
 protected:
  ActionTest() : player_(sandbox_.Player()), before_(sandbox_.Manifest()) {}

  Outcome Start(const v1::Order& order) {
    Outcome outcome = player_->Start(order, [](int64_t) {});
    EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_APPLIED)
        << ::testing::PrintToString(outcome.notes);
    return outcome;
  }
  Outcome Undo(const v1::Order& order) { return player_->Undo(order.id(), v1::UNDO_REASON_ENDED); }
  void ExpectUndone(const v1::Order& order, v1::CleanupResult result) {
    const Outcome outcome = Undo(order);
    EXPECT_EQ(outcome.kind, v1::ORDER_EVENT_KIND_UNDONE);
    EXPECT_EQ(outcome.cleanup, result) << ::testing::PrintToString(outcome.notes);
    // Said once, said again.
    const Outcome again = Undo(order);
    EXPECT_EQ(again.cleanup, outcome.cleanup);
    EXPECT_EQ(again.notes, outcome.notes);
  }
  void ExpectAsBefore() { EXPECT_EQ(sandbox_.Manifest(), before_); }

  Sandbox sandbox_;
  std::unique_ptr<HostPlayer> player_;
  const std::map<std::string, std::string> before_;
};

inline std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace drill::agent

#endif  // DRILL_TESTS_UNIT_AGENT_ACTION_FIXTURE_H_
