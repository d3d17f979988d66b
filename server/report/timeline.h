#ifndef DRILL_SERVER_REPORT_TIMELINE_H_
#define DRILL_SERVER_REPORT_TIMELINE_H_

#include <cstdint>
#include <vector>

#include "server/report/facts.h"

// Where everything of the drawn timeline stands, in whole units of a drawing 720 wide. Pure
// geometry: the template draws it.
namespace drill::report {

inline constexpr int kDrawingWidth = 720;
// Lanes of one figure: as many as fit an A4 page with the axis.
inline constexpr int kLanesPerFigure = 20;
inline constexpr int kLanesMax = 200;

inline constexpr int kAxisHeight = 32;
inline constexpr int kLaneHeight = 38;
inline constexpr int kLaneTextOffset = 13;   // from the lane's top to its text's base line
inline constexpr int kLaneTrackOffset = 26;  // to its track

struct Tick {
  int x = 0;
  int64_t ex_us = 0;
  int64_t engine_us = 0;
};

struct Band {
  int x = 0;
  int width = 0;
};

struct Timeline {
  int64_t from_us = 0;  // engine time at the left and right ends
  int64_t to_us = 0;
  bool ticks_with_seconds = false;
  bool ticks_with_day = false;
  std::vector<Tick> ticks;
  std::vector<Band> pauses;
  std::vector<int> jumps;  // where the exercise clock was put forward
  int end_x = -1;          // EndEx; -1: not yet

  int X(int64_t engine_us) const;
};

// REQUIRES: facts.started().
Timeline LayOutAxis(const Facts& facts);

}  // namespace drill::report

#endif  // DRILL_SERVER_REPORT_TIMELINE_H_
