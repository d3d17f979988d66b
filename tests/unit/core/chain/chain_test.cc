#include "core/chain/chain.h"

#include <functional>

#include "common/base/digest.h"
#include "core/chain/verifier.h"
#include "drill/v1/exercise.pb.h"

namespace drill::chain {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Writes records the way the journal does.
class Writer {
 public:
  StoredRecord Next(const std::string& stream, int64_t time_us, const std::string& note = "note") {
    Head& head = heads_[stream];
    v1::Record record;
    record.set_seq(++seq_);
    record.set_stream(stream);
    record.set_stream_seq(++head.stream_seq);
    record.set_time_us(time_us);
    record.mutable_actor()->set_person("an.nguyen");
    record.set_request_id("r-1");
    record.mutable_real_incident_raised()->set_note(note);
    StoredRecord stored;
    stored.seq = record.seq();
    stored.stream = stream;
    stored.stream_seq = record.stream_seq();
    stored.kind = v1::Record::kRealIncidentRaisedFieldNumber;
    stored.payload = record.SerializeAsString();
    stored.hash = NextHash(head.hash, stored.payload);
    head.hash = stored.hash;
    return stored;
  }

 private:
  struct Head {
    uint64_t stream_seq = 0;
    std::string hash;
  };
  uint64_t seq_ = 0;
  std::map<std::string, Head> heads_;
};

// register 1-2, cuocdientap-1 1-4, interleaved.
std::vector<StoredRecord> Sample() {
  Writer w;
  return {w.Next("register", 10), w.Next("cuocdientap-1", 10), w.Next("cuocdientap-1", 11),
          w.Next("register", 12), w.Next("cuocdientap-1", 13), w.Next("cuocdientap-1", 13)};
}

Verifier::Report Verify(const std::vector<StoredRecord>& records) {
  Verifier verifier;
  for (const StoredRecord& record : records) verifier.Add(record.View());
  return verifier.Finish();
}

TEST(NextHash, IsSha256OfThePreviousHashAndTheStoredBytes) {
  const std::string first = NextHash("", "payload");
  std::string joined(32, '\0');
  joined.append("payload");
  EXPECT_EQ(first, Sha256(joined));
  joined.assign(first);
  joined.append("next");
  EXPECT_EQ(NextHash(first, "next"), Sha256(joined));
}

TEST(ParseHeader, ReadsWhatAWholeParseReads) {
  v1::Record record;
  record.set_seq(uint64_t{1} << 40);
  record.set_stream("cuocdientap-1");
  record.set_stream_seq(300);
  record.set_time_us(-5);
  record.mutable_actor()->set_person("an.nguyen");
  record.mutable_inject_revoked()->set_inject("phishing");
  const std::string bytes = record.SerializeAsString();
  Header header;
  ASSERT_TRUE(ParseHeader(bytes, &header));
  EXPECT_EQ(header.seq, record.seq());
  EXPECT_EQ(header.stream, "cuocdientap-1");
  EXPECT_EQ(header.stream_seq, 300);
  EXPECT_EQ(header.time_us, -5);
  EXPECT_EQ(header.kind, v1::Record::kInjectRevokedFieldNumber);
  EXPECT_EQ(header.body, record.inject_revoked().SerializeAsString());
}

TEST(ParseHeader, AnEmptyBodyIsABody) {
  v1::Record record;
  record.mutable_exercise_ready();
  Header header;
  ASSERT_TRUE(ParseHeader(record.SerializeAsString(), &header));
  EXPECT_EQ(header.kind, v1::Record::kExerciseReadyFieldNumber);
  EXPECT_EQ(header.body, "");
}

TEST(ParseHeader, KnowsTheKindOfABodyFromANewerProgram) {
  Header header;
  // Field 2000, length-delimited, two bytes.
  ASSERT_TRUE(ParseHeader(absl::string_view("\x82\x7d\x02hi", 5), &header));
  EXPECT_EQ(header.kind, 2000);
}

TEST(ParseHeader, RefusesWhatIsCutOff) {
  const std::string bytes = Sample()[0].payload;
  Header header;
  int refused = 0;
  for (size_t length = 1; length < bytes.size(); ++length) {
    v1::Record record;
    const std::string cut = bytes.substr(0, length);
    // At the end of a field a cut is still a message: then both readers agree on that too.
    EXPECT_EQ(ParseHeader(cut, &header), record.ParseFromString(cut)) << length;
    refused += ParseHeader(cut, &header) ? 0 : 1;
  }
  EXPECT_GT(refused, 20);
}

TEST(Verifier, AWholeJournalHasNoFaultAndItsHeads) {
  const std::vector<StoredRecord> records = Sample();
  const Verifier::Report report = Verify(records);
  EXPECT_THAT(report.faults, IsEmpty());
  EXPECT_EQ(report.records, 6);
  EXPECT_THAT(report.heads, ElementsAre(StreamHead{"cuocdientap-1", 4, records[5].hash},
                                        StreamHead{"register", 2, records[3].hash}));
}

TEST(Verifier, AnEmptyJournalIsWhole) {
  const Verifier::Report report = Verify({});
  EXPECT_EQ(report.records, 0);
  EXPECT_THAT(report.faults, IsEmpty());
}

TEST(Verifier, EveryChangedBitOfARecordIsFoundAndNamed) {
  const std::vector<StoredRecord> whole = Sample();
  for (size_t i = 0; i < whole[2].payload.size() + whole[2].hash.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::vector<StoredRecord> records = whole;
      const size_t size = whole[2].payload.size();
      char& byte = i < size ? records[2].payload[i] : records[2].hash[i - size];
      byte = static_cast<char>(byte ^ (1 << bit));
      const Verifier::Report report = Verify(records);
      ASSERT_FALSE(report.faults.empty()) << "byte " << i << " bit " << bit;
      ASSERT_EQ(report.faults[0],
                "stream cuocdientap-1, record 2 (seq 3): hash does not fit: the stored bytes were "
                "changed after they were written");
      // Only this record (and time, which the next one's is measured against) is blamed.
      for (const std::string& fault : report.faults) {
        ASSERT_THAT(fault, ::testing::AnyOf(HasSubstr("(seq 3)"), HasSubstr("its time falls")));
      }
    }
  }
}

TEST(Verifier, AChangedHashBlamesOnlyItsOwnRecord) {
  std::vector<StoredRecord> records = Sample();
  records[1].hash[0] = static_cast<char>(records[1].hash[0] ^ 1);
  EXPECT_THAT(Verify(records).faults,
              ElementsAre(HasSubstr("stream cuocdientap-1, record 1 (seq 2): hash does not fit")));
}

TEST(Verifier, EveryChangedColumnIsFound) {
  const std::vector<std::function<void(StoredRecord&)>> changes = {
      [](StoredRecord& r) { r.seq = 2; },          [](StoredRecord& r) { r.seq = 9; },
      [](StoredRecord& r) { r.stream = "other"; }, [](StoredRecord& r) { r.stream = "register"; },
      [](StoredRecord& r) { r.stream_seq = 1; },   [](StoredRecord& r) { r.stream_seq = 9; },
      [](StoredRecord& r) { r.kind = 16; },        [](StoredRecord& r) { r.hash.clear(); },
      [](StoredRecord& r) { r.hash += '\0'; },     [](StoredRecord& r) { r.payload.clear(); },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    std::vector<StoredRecord> records = Sample();
    changes[i](records[2]);
    EXPECT_FALSE(Verify(records).faults.empty()) << i;
  }
}

TEST(Verifier, NamesADeletedRecord) {
  std::vector<StoredRecord> records = Sample();
  records.erase(records.begin() + 2);
  EXPECT_THAT(Verify(records).faults,
              ElementsAre(HasSubstr("seq 3 is missing"),
                          HasSubstr("stream cuocdientap-1: record 2 is missing before record 3 "
                                    "(seq 5)")));
}

TEST(Verifier, NamesAnInsertedRecordAndGoesOnBehindIt) {
  std::vector<StoredRecord> records = Sample();
  records.insert(records.begin() + 4, records[1]);
  const Verifier::Report report = Verify(records);
  EXPECT_THAT(report.faults, ::testing::Each(HasSubstr("record 1 (seq 2)")));
  EXPECT_THAT(report.faults, ::testing::Contains(HasSubstr("inserted or renumbered")));
}

TEST(Verifier, NamesSwappedRecords) {
  std::vector<StoredRecord> records = Sample();
  std::swap(records[4], records[5]);
  EXPECT_THAT(Verify(records).faults, ::testing::Contains(HasSubstr("the order was changed")));
}

TEST(Verifier, NamesTimeThatFalls) {
  Writer w;
  const std::vector<StoredRecord> records = {w.Next("register", 20), w.Next("register", 15)};
  EXPECT_THAT(Verify(records).faults,
              ElementsAre("stream register, record 2 (seq 2): its time falls 5 us below the record "
                          "before"));
}

TEST(Verifier, RefusesARecordWithoutABody) {
  StoredRecord stored = Sample()[0];
  v1::Record record;
  ASSERT_TRUE(record.ParseFromString(stored.payload));
  record.clear_body();
  stored.payload = record.SerializeAsString();
  stored.hash = NextHash("", stored.payload);
  EXPECT_THAT(Verify({stored}).faults, ElementsAre(HasSubstr("it has no body")));
}

TEST(Verifier, AnAttestedHeadMustLieOnTheChain) {
  const std::vector<StoredRecord> records = Sample();
  Verifier verifier;
  verifier.Expect({"cuocdientap-1", 2, records[2].hash});
  verifier.Expect({"register", 2, records[3].hash});
  verifier.ExpectSeq(6, records[5].hash);
  for (const StoredRecord& record : records) verifier.Add(record.View());
  EXPECT_THAT(verifier.Finish().faults, IsEmpty());
}

TEST(Verifier, FindsAJournalWrittenAnewByWhatWasAttested) {
  Writer w;
  const std::vector<StoredRecord> anew = {w.Next("register", 10), w.Next("cuocdientap-1", 10),
                                          w.Next("cuocdientap-1", 11, "kinder words")};
  EXPECT_THAT(Verify(anew).faults, IsEmpty()) << "the chain alone cannot tell";
  Verifier verifier;
  verifier.Expect({"cuocdientap-1", 2, Sample()[2].hash});
  verifier.ExpectSeq(3, Sample()[2].hash);
  for (const StoredRecord& record : anew) verifier.Add(record.View());
  EXPECT_THAT(verifier.Finish().faults,
              ElementsAre(AllOf(HasSubstr("stream cuocdientap-1, record 2 (seq 3)"),
                                HasSubstr("the stream was written anew")),
                          HasSubstr("the journal was written anew")));
}

TEST(Verifier, FindsATailThatWasCutOff) {
  std::vector<StoredRecord> records = Sample();
  Verifier verifier;
  verifier.Expect({"cuocdientap-1", 4, records[5].hash});
  verifier.ExpectSeq(6, records[5].hash);
  records.pop_back();
  for (const StoredRecord& record : records) verifier.Add(record.View());
  EXPECT_THAT(
      verifier.Finish().faults,
      ElementsAre("stream cuocdientap-1, record 4 was attested and is not there: the stream ends "
                  "at record 3",
                  "tail cut off: the witness says record 6 was written, the journal ends at 5"));
}

TEST(Verifier, ListsABoundedNumberOfFaultsAndCountsTheRest) {
  Writer w;
  Verifier verifier;
  for (size_t i = 0; i < Verifier::kFaultsMax + 7; ++i) {
    StoredRecord record = w.Next("register", 10);
    record.kind = 16;
    verifier.Add(record.View());
  }
  const Verifier::Report report = verifier.Finish();
  ASSERT_THAT(report.faults, SizeIs(Verifier::kFaultsMax + 1));
  EXPECT_EQ(report.faults.back(), "and 7 more");
}

}  // namespace
}  // namespace drill::chain
