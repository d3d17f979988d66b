#ifndef DRILL_TESTS_UNIT_CORE_SCENARIO_GOOD_SCENARIO_H_
#define DRILL_TESTS_UNIT_CORE_SCENARIO_GOOD_SCENARIO_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "core/scenario/lint.h"
#include "drill/v1/scenario.pb.h"

namespace drill::testing {

// A small scenario without a fault, which uses every kind of inject and schedule. The injects, by
// index, are named below; tests break one thing of it.
v1::Scenario GoodScenario();

inline constexpr int kScan = 0;     // log.append on portal at 5s, three times every 10s
inline constexpr int kRansom = 1;   // files.encrypt on records at 60s: detect, report, contain
inline constexpr int kShell = 2;    // manual on portal at 70s, detect
inline constexpr int kCall = 3;     // message to soc at 80s, unless ransom is detected
inline constexpr int kDecide = 4;   // question to ops, 5s after ransom is detected: answer
inline constexpr int kNudge = 5;    // message to soc, after ransom is overdue
inline constexpr int kReserve = 6;  // contingency process.run_decoy on records, detect
inline constexpr int kWrapUp = 7;   // cue at 290s

// "injects[1]" + rest.
std::string At(int inject, const std::string& rest);

google::protobuf::Duration Seconds(int64_t seconds);

// One thing broken, and the fault that Lint must find.
struct BrokenCase {
  std::string name;  // of the test
  std::function<void(v1::Scenario&)> breaks;
  std::string path;
  std::vector<std::string> says;  // all of these stand in the fault's text
  Severity severity = Severity::kError;
  // There are further faults that follow from this one.
  bool with_others = false;
};
std::ostream& operator<<(std::ostream& out, const BrokenCase& broken);

// Fails unless Lint finds the case's fault (and, unless with_others, nothing else).
void ExpectFault(const BrokenCase& broken);

}  // namespace drill::testing

namespace drill {
std::ostream& operator<<(std::ostream& out, const Fault& fault);
}  // namespace drill

// Runs a table of broken cases, each as a test of its own name.
#define DRILL_BROKEN_CASES(suite, cases)                                          \
  class suite : public ::testing::TestWithParam<::drill::testing::BrokenCase> {}; \
  TEST_P(suite, IsFound) { ::drill::testing::ExpectFault(GetParam()); }           \
  INSTANTIATE_TEST_SUITE_P(Lint, suite, ::testing::ValuesIn(cases),               \
                           [](const auto& param_info) { return param_info.param.name; })

#endif  // DRILL_TESTS_UNIT_CORE_SCENARIO_GOOD_SCENARIO_H_
