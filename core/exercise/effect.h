#ifndef DRILL_CORE_EXERCISE_EFFECT_H_
#define DRILL_CORE_EXERCISE_EFFECT_H_

#include <cstdint>

#include "drill/v1/exercise.pb.h"

namespace drill {

// Of what an order left on a host, as its agent saw it for a claim. Where there was more than the
// report lists, the listed traces stand for all in proportion.
struct EffectCount {
  int32_t told = 0;      // that can be told
  int32_t standing = 0;  // of them, those that still stand
};

inline EffectCount CountEffect(const v1::EffectReport& report) {
  EffectCount count;
  for (const v1::TraceState& trace : report.traces()) {
    if (trace.fate() == v1::TRACE_FATE_STANDING) ++count.standing;
    if (trace.fate() == v1::TRACE_FATE_STANDING || trace.fate() == v1::TRACE_FATE_GONE ||
        trace.fate() == v1::TRACE_FATE_CHANGED) {
      ++count.told;
    }
  }
  return count;
}

}  // namespace drill

#endif  // DRILL_CORE_EXERCISE_EFFECT_H_
