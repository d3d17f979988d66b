// Observations made durable a second: plain SQLite, the journal, the whole loop.

#include <fcntl.h>

#include <atomic>
#include <iterator>
#include <semaphore>
#include <thread>

#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/status.h"
#include "common/os/clock.h"
#include "common/os/file.h"
#include "common/os/random.h"
#include "server/journal/sqlite.h"
#include "tests/bench/plan.h"
#include "tests/bench/report.h"

namespace drill::bench {
namespace {

constexpr int kBatches[] = {1, 10, 100};

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

// Keeps `window` commands of every submitter in flight. The commands are made beforehand, as they
// come out of a request that gRPC has read.
class Submitters {
 public:
  Submitters(Loop* loop, const Plan& plan, int64_t count)
      : loop_(loop), acks_us_(static_cast<size_t>(count)) {
    for (int64_t i = 0; i < count; ++i) {
      PersonCommand& command =
          commands_.emplace_back(PersonCommand{kResponder, os::RandomId(), {}});
      command.command.mutable_observe()->set_exercise(kExercise);
      *command.command.mutable_observe()->mutable_observation() =
          Observation(plan.HostId(static_cast<int>(i % plan.hosts)), i);
    }
  }

  // Observations a second, all of them.
  absl::StatusOr<double> Run(int threads, int window) {
    const int64_t from = os::MonotonicMicros();
    std::vector<std::thread> all;
    std::counting_semaphore<> free(threads * window);
    for (int t = 0; t < threads; ++t) {
      all.emplace_back([this, &free] {
        for (size_t i = next_++; i < commands_.size(); i = next_++) One(i, &free);
      });
    }
    for (std::thread& thread : all) thread.join();
    for (int i = 0; i < threads * window; ++i) free.acquire();
    const int64_t us = os::MonotonicMicros() - from;
    RETURN_IF_ERROR(failure_);
    return static_cast<double>(commands_.size()) * 1e6 / static_cast<double>(us);
  }
  const std::vector<int64_t>& acks_us() const { return acks_us_; }

 private:
  void One(size_t i, std::counting_semaphore<>* free) {
    free->acquire();
    const int64_t sent = os::MonotonicMicros();
    loop_->Submit(std::move(commands_[i]),
                  [this, i, sent, free](const absl::StatusOr<v1::SubmitResponse>& response) {
                    acks_us_[i] = os::MonotonicMicros() - sent;
                    if (!response.ok()) failure_ = response.status();
                    free->release();
                  });
  }

  Loop* const loop_;
  std::vector<PersonCommand> commands_;
  std::atomic<size_t> next_ = 0;
  // The loop thread's until everything is answered.
  std::vector<int64_t> acks_us_;
  absl::Status failure_;
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
  std::vector<int> batches(std::begin(kBatches), std::end(kBatches));
  batches.push_back(threads * window);  // no batch of the loop is larger: its ceiling
  for (int batch : batches) {
    ASSIGN_OR_RETURN(ceiling, RawRate(scratch.path(), batch, budget_us));
    ASSIGN_OR_RETURN(journal_ceiling, JournalRate(scratch.path(), batch, budget_us));
    report.Figure(absl::StrCat("plain SQLite, batch ", batch), ceiling, "records/s");
    report.Figure(absl::StrCat("journal, batch ", batch), journal_ceiling, "records/s");
    report.Ratio(absl::StrCat("journal / plain SQLite, batch ", batch), journal_ceiling, ceiling);
  }

  Plan plan = Plan::Make(20, 20);
  plan.agentless = true;
  plan.rounds = 0;
  plan.actions = static_cast<int>(arguments.Number("injects", 1, 10'000)) - 1;
  ASSIGN_OR_RETURN(auto controller, LocalController::Start(scratch.path() + "/loop"));
  RETURN_IF_ERROR(controller->Prepare(plan));
  v1::Command start;
  start.mutable_start_exercise()->set_exercise(kExercise);
  RETURN_IF_ERROR(controller->Submit(kDirector, start).status());
  Submitters submitters(&controller->loop(), plan, count);
  ASSIGN_OR_RETURN(const double rate, submitters.Run(threads, window));
  report.Figure(absl::StrCat("loop, ", threads * window, " in flight"), rate, "records/s");
  report.Figures("loop, ack (budget p99 50 ms)", Quantiles::Of(submitters.acks_us()), "us");
  report.Ratio("loop / journal, batch of all in flight (budget 0.8)", rate, journal_ceiling);
  report.Ratio("loop / plain SQLite, the same batch", rate, ceiling);
  report.Print(arguments.Has("json"));
  return absl::OkStatus();
}

}  // namespace drill::bench
