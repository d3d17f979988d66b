// Observations made durable a second: plain SQLite, the journal, the whole loop.

#include <fcntl.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/mutex.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/file.h"
#include "common/os/random.h"
#include "server/journal/sqlite.h"
#include "tests/bench/plan.h"
#include "tests/bench/report.h"

namespace drill::bench {
namespace {

constexpr int kBatches[] = {1, 10, 100, 1000};

v1::ObservationMade Observation(const std::string& host, int64_t number) {
  v1::ObservationMade o;
  o.set_kind(v1::OBSERVATION_KIND_DETECTION);
  o.add_hosts(host);
  v1::Artefact* artefact = o.add_artefacts();
  artefact->set_kind(v1::ARTEFACT_KIND_PATH);
  artefact->set_value(absl::StrCat("/srv/data/documents/", number, ".locked"));
  o.set_text("files with an unknown extension in the shared folder of the records office");
  return o;
}

// A record as the loop makes it, about 250 bytes.
v1::Record Record(uint64_t seq) {
  v1::Record record;
  record.set_seq(seq);
  record.set_stream("drill");
  record.set_stream_seq(seq);
  record.set_time_us(1'700'000'000'000'000 + static_cast<int64_t>(seq));
  record.mutable_actor()->set_person(kResponder);
  record.set_request_id("0123456789abcdef0123456789abcdef");
  *record.mutable_observation_made() = Observation("h0", static_cast<int64_t>(seq));
  record.mutable_observation_made()->set_observation(absl::StrCat("soc-", seq));
  return record;
}

// Runs `commit` (one batch) for about `budget_us`; records a second.
absl::StatusOr<double> Rate(int batch, int64_t budget_us,
                            const std::function<absl::Status()>& commit) {
  RETURN_IF_ERROR(commit());  // the first grows files
  const int64_t from = os::MonotonicMicros();
  int64_t done = 0;
  int64_t now = from;
  for (; now < from + budget_us; now = os::MonotonicMicros()) {
    RETURN_IF_ERROR(commit());
    done += batch;
  }
  return static_cast<double>(done) * 1e6 / static_cast<double>(now - from);
}

// One table, no index, no hash: what SQLite itself can do durably.
absl::StatusOr<double> RawRate(const std::string& dir, int batch, int64_t budget_us) {
  const std::string path = absl::StrCat(dir, "/raw-", batch, ".db");
  os::Fd(open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  ASSIGN_OR_RETURN(sqlite::Connection db,
                   sqlite::Connection::Open(path, sqlite::Connection::Mode::kReadWrite, 250));
  RETURN_IF_ERROR(db.Execute("PRAGMA journal_mode = WAL"));
  RETURN_IF_ERROR(db.Execute("PRAGMA synchronous = FULL"));
  RETURN_IF_ERROR(db.Execute("CREATE TABLE record (seq INTEGER PRIMARY KEY, payload BLOB)"));
  ASSIGN_OR_RETURN(sqlite::Statement begin, db.Prepare("BEGIN IMMEDIATE"));
  ASSIGN_OR_RETURN(sqlite::Statement insert, db.Prepare("INSERT INTO record VALUES (?1, ?2)"));
  ASSIGN_OR_RETURN(sqlite::Statement commit, db.Prepare("COMMIT"));
  const std::string payload = Record(1).SerializeAsString();
  uint64_t seq = 0;
  return Rate(batch, budget_us, [&]() -> absl::Status {
    RETURN_IF_ERROR(begin.Step().status());
    for (int i = 0; i < batch; ++i) {
      RETURN_IF_ERROR(insert.Bind(1, ++seq));
      RETURN_IF_ERROR(insert.BindBlob(2, payload));
      RETURN_IF_ERROR(insert.Step().status());
    }
    return commit.Step().status();
  });
}

absl::StatusOr<double> JournalRate(const std::string& dir, int batch, int64_t budget_us) {
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteJournal> journal,
                   SqliteJournal::Open(absl::StrCat(dir, "/journal-", batch)));
  uint64_t seq = 0;
  return Rate(batch, budget_us, [&] {
    std::vector<StoredRecord> records;
    const uint64_t behind = seq;
    for (int i = 0; i < batch; ++i) records.push_back(Store(Record(++seq)));
    return journal->Append(records, behind, 0);
  });
}

// Keeps `window` commands of every submitter in flight.
class Submitters {
 public:
  Submitters(Loop* loop, const Plan& plan) : loop_(loop), plan_(plan) {}

  absl::Status Run(int threads, int window, int64_t count) {
    left_ = count;
    from_us_ = os::MonotonicMicros();
    std::vector<std::thread> all;
    for (int t = 0; t < threads; ++t) {
      all.emplace_back([this, window] {
        for (int i = 0; i < window; ++i) One();
      });
    }
    for (std::thread& thread : all) thread.join();
    // Answers come on the loop thread; the last one there says so.
    while (answered_.load() < count) os::SleepMicros(1000);
    MutexLock lock(mutex_);
    return failure_;
  }
  double Rate(int64_t count) const {
    return static_cast<double>(count) * 1e6 / static_cast<double>(last_us_.load() - from_us_);
  }
  std::vector<int64_t> acks() {
    MutexLock lock(mutex_);
    return acks_;
  }

 private:
  void One() {
    const int64_t number = left_.fetch_sub(1);
    if (number <= 0) return;
    v1::Command command;
    command.mutable_observe()->set_exercise(kExercise);
    *command.mutable_observe()->mutable_observation() =
        Observation(plan_.HostId(static_cast<int>(number % plan_.hosts)), number);
    const int64_t sent = os::MonotonicMicros();
    loop_->Submit({kResponder, os::RandomId(), std::move(command)},
                  [this, sent](const absl::StatusOr<v1::SubmitResponse>& response) {
                    const int64_t now = os::MonotonicMicros();
                    {
                      MutexLock lock(mutex_);
                      if (!response.ok()) failure_ = response.status();
                      acks_.push_back(now - sent);
                    }
                    last_us_ = now;
                    One();
                    answered_.fetch_add(1);
                  });
  }

  Loop* const loop_;
  const Plan& plan_;
  std::atomic<int64_t> left_ = 0;
  std::atomic<int64_t> answered_ = 0;
  std::atomic<int64_t> last_us_ = 0;
  int64_t from_us_ = 0;
  Mutex mutex_;
  std::vector<int64_t> acks_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::Status RunIntake(const Arguments& arguments) {
  Report report("intake: observations made durable");
  const Scratch scratch(arguments.Text("dir", ""));
  const int64_t budget_us = arguments.Number("millis", 1500, 30'000) * 1000;
  const int64_t count = arguments.Number("count", 20'000, 1'000'000);
  const int threads = static_cast<int>(arguments.Number("submitters", 4, 64));
  const int window = static_cast<int>(arguments.Number("window", 100, 2000));
  report.Figure("bytes a record", static_cast<double>(Record(12345).SerializeAsString().size()),
                "B");
  double ceiling = 0;
  double journal_ceiling = 0;
  for (int batch : kBatches) {
    ASSIGN_OR_RETURN(ceiling, RawRate(scratch.path(), batch, budget_us));
    ASSIGN_OR_RETURN(journal_ceiling, JournalRate(scratch.path(), batch, budget_us));
    report.Figure(absl::StrCat("plain SQLite, batch ", batch), ceiling, "records/s");
    report.Figure(absl::StrCat("journal, batch ", batch), journal_ceiling, "records/s");
    report.Ratio(absl::StrCat("journal / plain SQLite, batch ", batch), journal_ceiling, ceiling);
  }

  Plan plan = Plan::Make(20, 20);
  plan.agentless = true;
  plan.rounds = 0;
  ASSIGN_OR_RETURN(auto controller, LocalController::Start(scratch.path() + "/loop"));
  RETURN_IF_ERROR(controller->Prepare(plan));
  v1::Command start;
  start.mutable_start_exercise()->set_exercise(kExercise);
  RETURN_IF_ERROR(controller->Submit(kDirector, start).status());
  Submitters submitters(&controller->loop(), plan);
  RETURN_IF_ERROR(submitters.Run(threads, window, count));
  const double rate = submitters.Rate(count);
  report.Figure(absl::StrCat("loop, ", threads * window, " in flight"), rate, "records/s");
  report.Figures("loop, ack", Quantiles::Of(submitters.acks()), "us");
  report.Ratio("loop / journal, batch 1000 (budget 0.8)", rate, journal_ceiling);
  report.Ratio("loop / plain SQLite, batch 1000", rate, ceiling);
  report.Print(arguments.Has("json"));
  return absl::OkStatus();
}

}  // namespace drill::bench
