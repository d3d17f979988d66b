#include "server/report/timeline.h"

#include <algorithm>

#include "common/base/check.h"

namespace drill::report {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
// Room for half a label at both ends.
constexpr int kMargin = 26;
constexpr int kTicksMax = 10;
constexpr int kTickDistanceMin = 56;

// A round step that gives at most kTicksMax ticks over `span_us`.
int64_t TickStep(int64_t span_us) {
  constexpr int64_t kSteps[] = {5 * kSecond,  10 * kSecond, 30 * kSecond, kMinute,
                                2 * kMinute,  5 * kMinute,  10 * kMinute, 15 * kMinute,
                                30 * kMinute, kHour,        2 * kHour,    3 * kHour,
                                6 * kHour,    12 * kHour,   24 * kHour,   48 * kHour};
  for (const int64_t step : kSteps) {
    if (span_us / step <= kTicksMax) return step;
  }
  int64_t step = 96 * kHour;
  while (span_us / step > kTicksMax) step *= 2;
  return step;
}

struct Span {
  int64_t from_us;
  int64_t to_us;
  int64_t ex_us;
  int64_t speed_permille;

  int64_t ExAt(int64_t us) const {
    return ex_us + (us - from_us) / 1000 * speed_permille +
           (us - from_us) % 1000 * speed_permille / 1000;
  }
};

// The clock's course inside the drawing; one span at real speed where nothing is recorded.
std::vector<Span> Spans(const Facts& facts, int64_t to_us) {
  std::vector<Span> spans;
  for (const v1::ClockSpan& span : facts.data().clock()) {
    if (span.from_us() >= to_us) break;
    if (!spans.empty()) spans.back().to_us = span.from_us();
    spans.push_back({span.from_us(), to_us, span.ex_us(), span.speed_permille()});
  }
  if (spans.empty()) spans.push_back({facts.card().start_us(), to_us, 0, 1000});
  return spans;
}

// Ticks at round readings of the exercise clock, where it runs.
void AddTicks(const std::vector<Span>& spans, int64_t step, Timeline* out) {
  for (const Span& span : spans) {
    if (span.speed_permille == 0) continue;
    const int64_t first = (span.ex_us + step - 1) / step * step;
    for (int64_t ex = first; ex <= span.ExAt(span.to_us); ex += step) {
      const int64_t engine_us = span.from_us + (ex - span.ex_us) * 1000 / span.speed_permille;
      const int x = out->X(engine_us);
      if (!out->ticks.empty() && x - out->ticks.back().x < kTickDistanceMin) continue;
      out->ticks.push_back({x, ex, engine_us});
    }
  }
}

}  // namespace

int Timeline::X(int64_t engine_us) const {
  const int64_t span = std::max<int64_t>(to_us - from_us, 1);
  const int64_t inside = std::clamp<int64_t>(engine_us - from_us, 0, span);
  // Milliseconds are fine enough, and cannot overflow.
  return kMargin + static_cast<int>(inside / 1000 * (kDrawingWidth - 2 * kMargin) /
                                    std::max<int64_t>(span / 1000, 1));
}

Timeline LayOutAxis(const Facts& facts) {
  DRILL_CHECK(facts.started());
  Timeline out;
  out.from_us = facts.card().start_us();
  out.to_us = std::max(facts.last_us(), out.from_us + kSecond);
  out.ticks_with_day = DayOf(out.from_us) != DayOf(out.to_us);
  if (facts.card().end_us() != 0) out.end_x = out.X(facts.card().end_us());

  const int64_t drawn_to = facts.card().end_us() != 0 ? facts.card().end_us() : out.to_us;
  const std::vector<Span> spans = Spans(facts, drawn_to);
  int64_t running_ex = 0;
  for (size_t i = 0; i < spans.size(); ++i) {
    const Span& span = spans[i];
    running_ex = std::max(running_ex, span.ExAt(span.to_us));
    if (span.speed_permille == 0) {
      const int x = out.X(span.from_us);
      out.pauses.push_back({x, std::max(out.X(span.to_us) - x, 1)});
    }
    if (i > 0 && span.ex_us - spans[i - 1].ExAt(span.from_us) > kSecond) {
      out.jumps.push_back(out.X(span.from_us));
    }
  }
  const int64_t step = TickStep(std::max(running_ex, kSecond));
  out.ticks_with_seconds = step < kMinute;
  AddTicks(spans, step, &out);
  return out;
}

}  // namespace drill::report
