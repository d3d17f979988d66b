#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/report/sections.h"
#include "server/report/timeline.h"

// The drawn timeline and the table of every inject's times.
namespace drill::report {
namespace {

// What fits above a lane's track.
constexpr size_t kLabelMax = 84;

struct Flag {
  Pair words;
  bool on_drawing;
};

// What a reader must know about how it was played.
std::vector<Flag> Flags(const Facts& facts, const v1::InjectTimes& inject) {
  const Words& words = facts.words();
  std::vector<Flag> flags;
  const auto add = [&](Pair pair, bool on_drawing) {
    flags.push_back({std::move(pair), on_drawing});
  };
  if (inject.revoked()) add(words.Say(TextId::flag_revoked), true);
  if (inject.late_us() > 0) {
    add(words.Say(TextId::flag_late, {words.Duration(inject.late_us())}), true);
  }
  if (inject.by_red()) add(words.Say(TextId::flag_red), true);
  if (inject.hand_played()) add(words.Say(TextId::flag_hand), false);
  if (inject.blocked() > 0) {
    add(words.Say(TextId::flag_blocked, {words.Count(inject.blocked())}), true);
  }
  if (inject.not_played() > 0 && !inject.revoked()) {
    add(words.Say(TextId::flag_not_played, {words.Count(inject.not_played())}), true);
  }
  if (inject.played() > 0 && inject.noticeable_us() == 0) {
    add(words.Say(TextId::flag_unnoticeable), true);
  }
  if (inject.unverified_cleanup()) add(words.Say(TextId::flag_cleanup), false);
  return flags;
}

TextId KindText(absl::string_view kind) {
  if (kind == "action") return TextId::kind_action;
  if (kind == "manual") return TextId::kind_manual;
  if (kind == "message") return TextId::kind_message;
  if (kind == "question") return TextId::kind_question;
  if (kind == "cue") return TextId::kind_cue;
  return TextId::state_unknown;
}

// ---- drawing -----------------------------------------------------------------------------------

void Line(Dictionary* lane, const char* name, int x1, int x2, int y) {
  Dictionary* line = Add(lane, name);
  Put(line, "X1", x1);
  Put(line, "X2", x2);
  Put(line, "Y", y);
}

void Mark(const Timeline& timeline, Dictionary* lane, const char* name, int64_t at_us, int y) {
  if (at_us == 0) return;
  Dictionary* mark = Add(lane, name);
  Put(mark, "X", timeline.X(at_us));
  Put(mark, "Y", y);
}

void DrawLane(const Facts& facts, const Timeline& timeline, const v1::InjectTimes& inject,
              int number, int top, Dictionary* lane) {
  const int y = top + kLaneTrackOffset;
  Put(lane, "TOP", top);
  Put(lane, "TEXT_Y", top + kLaneTextOffset);
  Put(lane, "NO", number);
  Put(lane, "LABEL", Shorten(facts.words().Of(inject.title(), inject.inject()).primary, kLabelMax));
  if (FateOf(inject) == Fate::kUndetected) {
    Put(Add(lane, "BADGE"), "WORDS", facts.words().Say(TextId::undetected_cell).primary);
  }
  for (const Flag& flag : Flags(facts, inject)) {
    if (flag.on_drawing) Put(Add(lane, "BADGE"), "WORDS", flag.words.primary);
  }
  // An unnoticeable inject has no waiting time, but it stays visible as undetected.
  const int64_t from = inject.noticeable_us() != 0 ? inject.noticeable_us() : inject.started_us();
  if (from != 0 && inject.detected_us() != 0) {
    Line(lane, "WAIT", timeline.X(from), timeline.X(inject.detected_us()), y);
    const int64_t done = std::max(inject.contained_us(), inject.recovered_us());
    if (done > inject.detected_us()) {
      Line(lane, "REACT", timeline.X(inject.detected_us()), timeline.X(done), y);
    }
  } else if (FateOf(inject) == Fate::kUndetected) {
    Line(lane, "OPEN", timeline.X(from != 0 ? from : inject.released_us()),
         timeline.X(facts.last_us()), y);
  }
  Mark(timeline, lane, "PLANNED", inject.planned_us(), y);
  Mark(timeline, lane, "RELEASED", inject.released_us(), y);
  Mark(timeline, lane, "NOTICEABLE", inject.noticeable_us(), y);
  Mark(timeline, lane, "DETECTED", inject.detected_us(), y);
  Mark(timeline, lane, "REPORTED", inject.reported_us(), y);
  Mark(timeline, lane, "CONTAINED", inject.contained_us(), y);
  Mark(timeline, lane, "RECOVERED", inject.recovered_us(), y);
}

void Vertical(Dictionary* figure, const char* name, int x, int bottom, Dictionary** out) {
  *out = Add(figure, name);
  Put(*out, "X", x);
  Put(*out, "TOP", kAxisHeight);
  Put(*out, "BOTTOM", bottom);
}

void DrawFrame(const Timeline& timeline, int bottom, Dictionary* figure) {
  Dictionary* part = nullptr;
  for (const Band& band : timeline.pauses) {
    part = Add(figure, "PAUSE");
    Put(part, "X", band.x);
    Put(part, "W", band.width);
    Put(part, "TOP", kAxisHeight);
    Put(part, "H", bottom - kAxisHeight);
  }
  for (const Tick& tick : timeline.ticks) {
    Vertical(figure, "TICK", tick.x, bottom, &part);
    Put(part, "EX", ExerciseClockLabel(tick.ex_us, timeline.ticks_with_seconds));
    Put(part, "WALL",
        AxisTime(tick.engine_us, timeline.ticks_with_day, timeline.ticks_with_seconds));
  }
  for (const int x : timeline.jumps) {
    Vertical(figure, "JUMP", x, bottom, &part);
    Put(part, "TEXT_Y", kAxisHeight + 9);
    part->ShowSection(x > kDrawingWidth / 2 ? "LEFT" : "RIGHT");
  }
  if (timeline.end_x >= 0) Vertical(figure, "END", timeline.end_x, bottom, &part);
}

void Draw(const Facts& facts, Dictionary* out) {
  const Timeline timeline = LayOutAxis(facts);
  PutPair(out, "AXIS_NOTE", facts.words().Say(TextId::axis_note, {DayOf(facts.card().start_us())}));
  const int lanes = std::min(facts.card().injects_size(), kLanesMax);
  for (int first = 0; first < lanes; first += kLanesPerFigure) {
    const int count = std::min(kLanesPerFigure, lanes - first);
    const int bottom = kAxisHeight + count * kLaneHeight;
    Dictionary* figure = Add(out, "FIGURE");
    Put(figure, "HEIGHT", bottom + 2);
    DrawFrame(timeline, bottom, figure);
    for (int i = 0; i < count; ++i) {
      DrawLane(facts, timeline, facts.card().injects(first + i), first + i + 1,
               kAxisHeight + i * kLaneHeight, Add(figure, "LANE"));
    }
  }
  if (lanes < facts.card().injects_size()) {
    PutPair(Add(out, "LANES_LEFT_OUT"), "LEFT_OUT",
            facts.words().Say(TextId::lanes_left_out,
                              {facts.words().Count(facts.card().injects_size() - lanes)}));
  }
}

// ---- table -------------------------------------------------------------------------------------

void Cell(const Facts& facts, int64_t at_us, int64_t since_us, Dictionary* row) {
  Dictionary* cell = Add(row, "CELL");
  if (at_us == 0) {
    cell->ShowSection("EMPTY");
    return;
  }
  Dictionary* at = Add(cell, "AT");
  Put(at, "TIME", TimeOfDay(at_us, facts.card().start_us()));
  if (since_us != 0) Put(Add(at, "SINCE"), "ELAPSED", Stopwatch(at_us - since_us));
}

void FillInject(const Facts& facts, const v1::InjectTimes& inject, Dictionary* row) {
  const Words& words = facts.words();
  PutPair(row, "TITLE", words.Of(inject.title(), inject.inject()));
  Put(row, "ID", inject.inject());
  const Fate fate = FateOf(inject);
  const Pair kind = words.Say(KindText(inject.kind()));
  const Pair hosts =
      words.Say(TextId::hosts_value, {words.Count(inject.detected_hosts()),
                                      words.Count(inject.played()), words.Count(inject.hosts())});
  const bool reached_hosts = fate != Fate::kOther && fate != Fate::kNotPlayed;
  PutPair(row, "HOW", reached_hosts ? words.Join({kind, hosts}, " · ") : kind);
  for (const Flag& flag : Flags(facts, inject)) PutPair(Add(row, "FLAG"), "WORDS", flag.words);
  Cell(facts, inject.planned_us(), 0, row);
  Cell(facts, inject.released_us(), 0, row);
  Cell(facts, inject.noticeable_us(), 0, row);
  if (fate == Fate::kUndetected) {
    Add(row, "CELL")->ShowSection("MISSING");
  } else {
    Cell(facts, inject.detected_us(), inject.noticeable_us(), row);
  }
  Cell(facts, inject.reported_us(), inject.noticeable_us(), row);
  Cell(facts, inject.contained_us(), inject.noticeable_us(), row);
  Cell(facts, inject.recovered_us(), inject.noticeable_us(), row);
}

}  // namespace

void FillTimeline(const Facts& facts, Dictionary* out) {
  if (facts.started()) {
    Draw(facts, Add(out, "STARTED"));
  } else {
    out->ShowSection("NOT_STARTED");
  }
  int64_t number = 0;
  for (const v1::InjectTimes& inject : facts.card().injects()) {
    Dictionary* row = Add(out, "INJECT");
    Put(row, "NO", ++number);
    FillInject(facts, inject, row);
  }
}

}  // namespace drill::report
