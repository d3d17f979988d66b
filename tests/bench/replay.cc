// A journal of a large exercise: how fast it is read, verified, folded and served again.

#include <algorithm>
#include <functional>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "core/exercise/engine.h"
#include "core/scoring/score.h"
#include "drill/v1/api.pb.h"
#include "tests/bench/child.h"
#include "tests/bench/plan.h"
#include "tests/bench/report.h"

namespace drill::bench {
namespace {

constexpr int kBatch = 10'000;
constexpr int kEventsPerOrder = 3;  // started, applied, undone

// Writes what agents of a running exercise would have reported, as the loop stores it.
class Reporter {
 public:
  Reporter(SqliteJournal* journal, std::string stream) : journal_(journal) {
    record_.set_stream(std::move(stream));
    for (const chain::StreamHead& head : journal->Heads()) {
      if (head.stream == record_.stream()) stream_seq_ = head.stream_seq;
    }
    seq_ = journal->Head().seq;
  }

  absl::Status Write(const Plan& plan, int64_t records, int64_t from_us) {
    time_us_ = from_us;
    int64_t written = 0;
    for (int inject = 0; written < records; ++inject) {
      for (int step = 0; step < kEventsPerOrder; ++step) {
        for (int host = 0; host < plan.hosts && written < records; ++host, ++written) {
          RETURN_IF_ERROR(Add(plan, inject, host, step));
        }
      }
    }
    return Flush();
  }

 private:
  absl::Status Add(const Plan& plan, int inject, int host, int step) {
    constexpr v1::OrderEventKind kSteps[] = {
        v1::ORDER_EVENT_KIND_STARTED, v1::ORDER_EVENT_KIND_APPLIED, v1::ORDER_EVENT_KIND_UNDONE};
    record_.set_seq(++seq_);
    record_.set_stream_seq(++stream_seq_);
    record_.set_time_us(++time_us_);
    record_.mutable_actor()->set_host(plan.HostId(host));
    v1::OrderReported* reported = record_.mutable_order_reported();
    reported->Clear();
    reported->set_outbox_id("0123456789abcdef0123456789abcdef");
    reported->set_outbox_seq(static_cast<uint64_t>(inject * kEventsPerOrder + step + 1));
    v1::OrderEvent* event = reported->mutable_event();
    event->mutable_order()->set_exercise(kExercise);
    event->mutable_order()->set_inject(absl::StrCat("a", inject));
    event->mutable_order()->set_host(plan.HostId(host));
    event->mutable_order()->set_attempt(1);
    event->set_kind(kSteps[step]);
    event->set_at_us(time_us_);
    event->set_error_us(300);
    if (step == 1) {
      v1::Trace* trace = event->add_traces();
      trace->mutable_artefact()->set_kind(v1::ARTEFACT_KIND_PROCESS);
      trace->mutable_artefact()->set_value("kworker.x");
      trace->set_pid(4711);
      trace->set_noticeable(true);
      trace->set_at_us(time_us_);
      event->set_traces_total(1);
    } else if (step == 2) {
      event->set_cleanup(v1::CLEANUP_RESULT_VERIFIED);
      event->set_undo_reason(v1::UNDO_REASON_ENDED);
    }
    batch_.push_back(Store(record_));
    return batch_.size() == kBatch ? Flush() : absl::OkStatus();
  }

  absl::Status Flush() {
    if (batch_.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(journal_->Append(batch_, batch_.front().seq - 1, journal_->Head().epoch));
    batch_.clear();
    return absl::OkStatus();
  }

  SqliteJournal* const journal_;
  v1::Record record_;
  uint64_t seq_ = 0;
  uint64_t stream_seq_ = 0;
  int64_t time_us_ = 0;
  std::vector<StoredRecord> batch_;
};

// A running exercise in `dir` with that many records behind its start.
absl::Status MakeJournal(const std::string& dir, const Plan& plan, int64_t records) {
  int64_t now_us = 0;
  {
    ASSIGN_OR_RETURN(auto controller, LocalController::Start(dir));
    RETURN_IF_ERROR(controller->Prepare(plan));
    now_us = controller->clock().NowUs();
  }
  ASSIGN_OR_RETURN(auto journal, SqliteJournal::Open(dir));
  // Ready and started without a fleet: the fold takes the records as they are.
  v1::Record record;
  record.set_stream(kExercise);
  record.set_time_us(now_us);
  record.mutable_actor()->set_engine(true);
  uint64_t seq = journal->Head().seq;
  uint64_t stream_seq = 0;
  for (const chain::StreamHead& head : journal->Heads()) {
    if (head.stream == kExercise) stream_seq = head.stream_seq;
  }
  for (const bool ready : {true, false}) {
    record.set_seq(++seq);
    record.set_stream_seq(++stream_seq);
    if (ready) {
      record.mutable_exercise_ready();
    } else {
      record.mutable_exercise_started()->set_start_us(now_us);
    }
    RETURN_IF_ERROR(journal->Append({Store(record)}, seq - 1, journal->Head().epoch));
  }
  return Reporter(journal.get(), kExercise).Write(plan, records, now_us);
}

struct Timed {
  double seconds = 0;
  double Rate(int64_t records) const { return static_cast<double>(records) / seconds; }
};

absl::StatusOr<Timed> Time(const std::function<absl::Status()>& work) {
  const int64_t from = os::MonotonicMicros();
  RETURN_IF_ERROR(work());
  return Timed{static_cast<double>(os::MonotonicMicros() - from) / 1e6};
}

absl::Status Parse(const chain::RecordView& stored, v1::Record* record) {
  if (record->ParseFromArray(stored.payload.data(), static_cast<int>(stored.payload.size()))) {
    return absl::OkStatus();
  }
  return absl::DataLossError("a record cannot be read");
}

absl::Status Verify(SqliteJournal* journal) {
  ASSIGN_OR_RETURN(v1::VerifyReport found, VerifyJournal(journal));
  return found.faults_size() == 0 ? absl::OkStatus() : absl::DataLossError(found.faults(0));
}

// What a restart and a verification are made of, each alone. Returns the seconds of reading the
// rows.
absl::StatusOr<double> MeasureParts(const std::string& dir, int64_t records, Report* report) {
  ASSIGN_OR_RETURN(auto journal, SqliteJournal::Open(dir));
  const std::unique_ptr<JournalReader> reader = journal->NewReader();
  const auto visit = [&](const std::function<absl::Status(const chain::RecordView&)>& sink) {
    return Time([&] { return VisitAll(*reader, sink); });
  };
  std::string hash;
  v1::Record record;
  Engine engine(&Score);
  ASSIGN_OR_RETURN(Timed read, visit([](const auto&) { return absl::OkStatus(); }));
  ASSIGN_OR_RETURN(Timed hashed, visit([&](const chain::RecordView& stored) {
                     hash = chain::NextHash(hash, stored.payload);
                     return absl::OkStatus();
                   }));
  ASSIGN_OR_RETURN(Timed verified, Time([&] { return Verify(journal.get()); }));
  ASSIGN_OR_RETURN(Timed parsed, visit([&](const auto& stored) { return Parse(stored, &record); }));
  ASSIGN_OR_RETURN(Timed folded, visit([&](const chain::RecordView& stored) {
                     const absl::Status status = Parse(stored, &record);
                     return status.ok() ? engine.Replay(record, stored.hash) : status;
                   }));
  report->Figure("read only (floor)", read.Rate(records), "records/s");
  report->Figure("read and hash (floor of verify)", hashed.Rate(records), "records/s");
  report->Figure("verify", verified.Rate(records), "records/s");
  report->Ratio("verify / read and hash", verified.Rate(records), hashed.Rate(records));
  report->Figure("read and parse (floor of fold)", parsed.Rate(records), "records/s");
  report->Figure("fold", folded.Rate(records), "records/s");
  report->Ratio("fold / read and parse", folded.Rate(records), parsed.Rate(records));
  report->Figure("fold, seconds in all", folded.seconds, "s");
  const int64_t from = os::MonotonicMicros();
  (void)Score(*engine.state().FindExercise(kExercise), engine.state().streams.at(kExercise),
              engine.state().last_time_us);
  report->Figure("score of it (report budget 2 s)",
                 static_cast<double>(os::MonotonicMicros() - from) / 1e6, "s");
  return read.seconds;
}

}  // namespace

absl::Status RunReplay(const Arguments& arguments) {
  Report report("replay");
  const Scratch scratch(arguments.Text("dir", ""));
  const int64_t records = arguments.Number("records", 1'000'000, 3'000'000);
  Plan plan = Plan::Make(static_cast<int>(arguments.Number("hosts", 1000, 10'000)), 50);
  plan.actions = static_cast<int>((records + plan.hosts * kEventsPerOrder - 1) /
                                  (plan.hosts * kEventsPerOrder));
  const std::string dir = scratch.path() + "/data";
  ASSIGN_OR_RETURN(Timed made, Time([&] { return MakeJournal(dir, plan, records); }));
  report.Figure("records", static_cast<double>(records), "");
  report.Figure("written in batches of 10,000", made.Rate(records), "records/s");
  ASSIGN_OR_RETURN(const double read_s, MeasureParts(dir, records, &report));
  ASSIGN_OR_RETURN(Controller controller, Controller::Start(arguments, dir));
  report.Figure("drilld: start until it serves (budget 2 s)",
                static_cast<double>(controller.ready_us) / 1e6, "s");
  report.Ratio("start until it serves / reading the rows",
               static_cast<double>(controller.ready_us) / 1e6, read_s);
  report.Figure("drilld: CPU of that",
                static_cast<double>(CpuMicros(controller.process->pid())) / 1e6, "s");
  report.Figure("drilld: resident",
                static_cast<double>(ResidentBytes(controller.process->pid())) / 1e6, "MB");
  report.Print(arguments.Has("json"));
  return absl::OkStatus();
}

}  // namespace drill::bench
