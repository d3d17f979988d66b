#include "cli/check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "core/scenario/unfold.h"

namespace drill::cli {
namespace {

// Reads up to now, to know what the exercise is and where the answers to come begin.
class CatchUp : public Watcher {
 public:
  bool OnEvent(const v1::WatchEvent& event) override {
    cursor = std::max<uint64_t>(cursor, event.cursor());
    if (event.record().has_exercise_created()) created = event.record().exercise_created();
    return !event.caught_up();
  }
  uint64_t cursor = 0;
  v1::ExerciseCreated created;
};

class CheckWatcher : public Watcher {
 public:
  explicit CheckWatcher(CheckProgress* progress) : progress_(progress) {}
  bool OnEvent(const v1::WatchEvent& event) override {
    if (event.has_record()) progress_->Add(event.record());
    return !progress_->complete();
  }

 private:
  CheckProgress* const progress_;
};

void PrintFindings(Session& session, const v1::ExerciseView& view, const CheckProgress& progress) {
  for (const v1::HostRow& host : view.hosts()) {
    const std::string name = Clean(host.host());
    if (progress.waiting().contains(host.host())) {
      session.PrintLine(absl::StrCat(
          name, ": ", session.Painted(session.Say(Msg::kCheckNoAnswer), Colour::kRed)));
      continue;
    }
    if (!host.checked()) continue;
    if (host.findings().empty()) {
      session.PrintLine(absl::StrCat(
          name, ": ", session.Painted(session.Say(Msg::kCheckedGood), Colour::kGreen)));
    }
    for (const v1::CheckFinding& finding : host.findings()) {
      session.PrintLine(absl::StrCat(name, finding.inject().empty() ? "" : ", ",
                                     Clean(finding.inject()), ": ",
                                     session.Painted(Clean(finding.why()), Colour::kRed)));
    }
  }
}

}  // namespace

CheckProgress::CheckProgress(const v1::ExerciseCreated& exercise) {
  const auto aimed_at = [&exercise](const std::string& part, const v1::Host& host) {
    for (const v1::Inject& inject : exercise.scenario().injects()) {
      if (!inject.has_action()) continue;
      for (const v1::Selector& selector : inject.targets()) {
        if (Selects(selector, part, host)) return true;
      }
    }
    return false;
  };
  for (const v1::SystemCast& cast : exercise.systems()) {
    for (const v1::Host& host : cast.hosts()) {
      if (aimed_at(cast.part(), host)) waiting_.insert(host.id());
    }
  }
}

void CheckProgress::Add(const v1::Record& record) {
  if (record.has_host_checked()) {
    waiting_.erase(record.host_checked().host());
    if (!record.host_checked().findings().empty()) findings_ = true;
  }
  if (record.has_exercise_ready()) ready_ = true;
}

void PrintMissing(Session& session, const v1::ExerciseView& view) {
  if (view.missing().empty()) return;
  session.PrintLine(session.Say(Msg::kMissing));
  for (const v1::Text& text : view.missing()) {
    session.PrintLine(absl::StrCat("  - ", Clean(session.Pick(text))));
  }
}

absl::Status CheckAndWait(Session& session, const std::string& exercise) {
  const int64_t until = os::MonotonicMicros() + session.timeout_us();
  const auto left = [until] { return std::max<int64_t>(until - os::MonotonicMicros(), 1); };
  ASSIGN_OR_RETURN(Client * client, session.client());
  CatchUp past;
  RETURN_IF_ERROR(client->Watch(exercise, 0, left(), past));
  CheckProgress progress(past.created);

  v1::Command command;
  command.mutable_check_exercise()->set_exercise(exercise);
  RETURN_IF_ERROR(client->Submit(command).status());
  if (!progress.complete()) {
    CheckWatcher watcher(&progress);
    const absl::Status status = client->Watch(exercise, past.cursor, left(), watcher);
    // A host that says nothing is a finding like another.
    if (!status.ok() && !absl::IsDeadlineExceeded(status)) return status;
  }
  ASSIGN_OR_RETURN(const v1::ExerciseView view, client->GetExercise(exercise));
  // A check of what was ready already may find that it no longer is.
  const bool ready =
      view.summary().phase() == v1::PHASE_READY && (progress.ready() || progress.clean());
  if (session.json()) {
    session.PrintJson(view);
  } else {
    PrintFindings(session, view, progress);
    PrintMissing(session, view);
    if (ready) session.PrintLine(session.Say(Msg::kCheckReady, exercise));
  }
  if (ready) return absl::OkStatus();
  return absl::FailedPreconditionError(session.Say(Msg::kCheckNotReady, exercise));
}

}  // namespace drill::cli
