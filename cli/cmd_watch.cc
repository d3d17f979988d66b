// exercise watch: the live timeline.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/record_text.h"
#include "cli/session.h"
#include "cli/timeline.h"
#include "common/base/status.h"
#include "common/os/clock.h"

namespace drill::cli {
namespace {

struct WatchOptions {
  std::string exercise;
  int until = 0;  // Phase; 0: for ever
};

// Prints each event as a line; on a terminal, under them, one line that is drawn again and again.
class LiveView : public Watcher {
 public:
  LiveView(Session& session, v1::Phase until) : session_(session), until_(until) {}

  bool OnEvent(const v1::WatchEvent& event) override {
    received_us_ = os::MonotonicMicros();
    timeline_.Add(event);
    if (session_.json()) {
      session_.PrintJsonLine(event);
    } else if (event.has_record()) {
      Erase();
      session_.PrintLine(Line(event));
    }
    // What came before is history: it is read whole, and then judged.
    if (!timeline_.caught_up()) return Draw();
    if (until_ == v1::PHASE_UNSPECIFIED) return IsOver() ? Leave() : Draw();
    reached_ = Reaches(timeline_.phase(), until_);
    if (reached_ != Reached::kNot) Erase();
    return reached_ == Reached::kNot && Draw();
  }

  bool OnTick() override { return Draw(); }

  void OnLost(const absl::Status& status) override {
    Erase();
    session_.Remark(session_.Say(Msg::kWatchLost, Clean(status.message())));
  }

  // Nothing can come any more.
  bool IsOver() const {
    return timeline_.phase() == v1::PHASE_CLOSED || timeline_.phase() == v1::PHASE_ABORTED;
  }

  // After the last line.
  void Finish() {
    Erase();
    session_.Flush();
  }

  Reached reached() const { return reached_; }
  v1::Phase phase() const { return timeline_.phase(); }

 private:
  std::string Line(const v1::WatchEvent& event) const {
    const v1::Record& record = event.record();
    const std::string clock = event.ex_us() < 0 ? "-" : FormatExerciseTime(event.ex_us());
    std::string line = absl::StrCat(FormatTime(record.time_us()), "  ", clock,
                                    std::string(clock.size() < 11 ? 11 - clock.size() : 0, ' '),
                                    "  ", RecordText(session_.language(), record));
    if (record.has_actor() && record.actor().has_person()) {
      absl::StrAppend(&line, " (", ActorText(session_.language(), record.actor()), ")");
    }
    return session_.Painted(line, ColourOf(record));
  }

  static Colour ColourOf(const v1::Record& record) {
    if (record.has_real_incident_raised()) return Colour::kRed;
    if (record.has_exercise_started() || record.has_exercise_ended()) return Colour::kBold;
    if (record.has_inject_released()) return Colour::kYellow;
    if (record.has_observation_matched()) return Colour::kGreen;
    return Colour::kNone;
  }

  bool Draw() {
    if (session_.terminal() && timeline_.caught_up()) {
      const int64_t since = os::MonotonicMicros() - received_us_;
      std::string line = timeline_.Status(session_.language(), since);
      // One column less than there are, so that the terminal never wraps it.
      session_.Print(absl::StrCat("\r\x1b[K", Fit(line, session_.columns() - 1)));
      drawn_ = true;
    }
    session_.Flush();
    return true;
  }

  bool Leave() {
    Erase();
    return false;
  }

  void Erase() {
    if (drawn_) session_.Print("\r\x1b[K");
    drawn_ = false;
  }

  Session& session_;
  const v1::Phase until_;
  Timeline timeline_;
  Reached reached_ = Reached::kNot;
  int64_t received_us_ = 0;
  bool drawn_ = false;
};

absl::Status Watch(Session& session, const WatchOptions& o) {
  const v1::Phase until = static_cast<v1::Phase>(o.until);
  ASSIGN_OR_RETURN(Client * client, session.client());
  LiveView view(session, until);
  const int64_t limit = session.timeout_given() ? session.timeout_us() : 0;
  const absl::Status status = client->Watch(o.exercise, 0, limit, view);
  view.Finish();
  RETURN_IF_ERROR(status);
  if (until == v1::PHASE_UNSPECIFIED || view.reached() == Reached::kYes) return absl::OkStatus();
  return absl::FailedPreconditionError(session.Say(
      Msg::kWatchNever, Clean(o.exercise), session.Word(view.phase()), session.Word(until)));
}

}  // namespace

void AddWatch(Command& exercise) {
  auto o = std::make_shared<WatchOptions>();
  exercise.Sub("watch")
      .Arg("EXERCISE", Into(&o->exercise))
      .Opt("--until", "PHASE",
           OneOf({{"approved", v1::PHASE_APPROVED},
                  {"ready", v1::PHASE_READY},
                  {"running", v1::PHASE_RUNNING},
                  {"paused", v1::PHASE_PAUSED},
                  {"ended", v1::PHASE_ENDED},
                  {"judging", v1::PHASE_JUDGING},
                  {"final", v1::PHASE_FINAL},
                  {"closed", v1::PHASE_CLOSED},
                  {"aborted", v1::PHASE_ABORTED}},
                 [o](int value) { o->until = value; }))
      .Runs([o](Session& s) { return Watch(s, *o); });
}

}  // namespace drill::cli
