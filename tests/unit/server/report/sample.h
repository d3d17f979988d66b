#ifndef DRILL_TESTS_UNIT_SERVER_REPORT_SAMPLE_H_
#define DRILL_TESTS_UNIT_SERVER_REPORT_SAMPLE_H_

#include <memory>

#include "core/exercise/state.h"
#include "drill/v1/duty.pb.h"
#include "drill/v1/scorecard.pb.h"

namespace drill::testing {

// A live drill of a (fictional) province as it really goes: two systems of level 3, two teams, a
// pause, one inject undetected, one blocked, one refused by a host, one played by hand, one wrong
// claim. Everything that the report can say is in it once.
struct SampleDrill {
  State state;
  Exercise* exercise = nullptr;  // in `state`
  v1::Scorecard scorecard;
  v1::DutyTable duty;
};

// In phase FINAL, with everything cleaned up.
std::unique_ptr<SampleDrill> MakeSampleDrill();

}  // namespace drill::testing

#endif  // DRILL_TESTS_UNIT_SERVER_REPORT_SAMPLE_H_
