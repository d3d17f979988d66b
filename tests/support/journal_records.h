#ifndef DRILL_TESTS_SUPPORT_JOURNAL_RECORDS_H_
#define DRILL_TESTS_SUPPORT_JOURNAL_RECORDS_H_

#include <map>
#include <string>
#include <vector>

#include "drill/v1/exercise.pb.h"
#include "server/journal/journal.h"

namespace drill::testing {

// Makes records that go on from one another, as the core does, for tests of journals.
class RecordMaker {
 public:
  RecordMaker() = default;
  // Goes on from the journal's end.
  explicit RecordMaker(const Journal& journal)
      : seq_(journal.Head().seq), epoch_(journal.Head().epoch) {
    for (const chain::StreamHead& head : journal.Heads()) streams_[head.stream] = head.stream_seq;
    time_us_ = 1'000'000 + static_cast<int64_t>(seq_) * 10;
  }

  v1::Record Message(const std::string& stream, const std::string& note) {
    v1::Record record = Header(stream);
    record.mutable_real_incident_raised()->set_note(note);
    return record;
  }
  StoredRecord Next(const std::string& stream, const std::string& note = "note") {
    return Store(Message(stream, note));
  }
  // The next epoch begins.
  StoredRecord Started() {
    v1::Record record = Header("register");
    record.mutable_controller_started()->set_epoch(++epoch_);
    return Store(record);
  }
  std::vector<StoredRecord> Many(int count, const std::string& stream,
                                 const std::string& note = "note") {
    std::vector<StoredRecord> out;
    for (int i = 0; i < count; ++i) out.push_back(Next(stream, note));
    return out;
  }

  uint64_t seq() const { return seq_; }
  uint64_t epoch() const { return epoch_; }
  int64_t time_us() const { return time_us_; }

 private:
  v1::Record Header(const std::string& stream) {
    v1::Record record;
    record.set_seq(++seq_);
    record.set_stream(stream);
    record.set_stream_seq(++streams_[stream]);
    record.set_time_us(time_us_ += 10);
    record.mutable_actor()->set_person("an.nguyen");
    return record;
  }

  uint64_t seq_ = 0;
  uint64_t epoch_ = 0;
  int64_t time_us_ = 1'000'000;
  std::map<std::string, uint64_t> streams_;
};

// Everything that the journal holds.
inline std::vector<StoredRecord> Everything(Journal& journal) {
  std::vector<StoredRecord> all;
  const std::unique_ptr<JournalReader> reader = journal.NewReader();
  const absl::Status status = VisitAll(*reader, [&](const chain::RecordView& record) {
    all.push_back(StoredRecord::Copy(record));
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return all;
}

}  // namespace drill::testing

#endif  // DRILL_TESTS_SUPPORT_JOURNAL_RECORDS_H_
