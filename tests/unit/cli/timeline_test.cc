#include "cli/timeline.h"

#include <gmock/gmock.h>

#include "cli/record_text.h"
#include "google/protobuf/text_format.h"

namespace drill::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int64_t kStart = int64_t{1'795'316'400} * 1'000'000;

v1::Record RecordOf(const std::string& text, int64_t time_us = kStart) {
  v1::Record record;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &record)) << text;
  record.set_time_us(time_us);
  return record;
}

// A timeline that has seen these.
Timeline After(const std::vector<v1::Record>& records) {
  Timeline timeline;
  for (const v1::Record& record : records) {
    v1::WatchEvent event;
    *event.mutable_record() = record;
    timeline.Add(event);
  }
  return timeline;
}

v1::Record Started() {
  v1::Record record = RecordOf("exercise_started { lead_us: 10000000 }", kStart - 10'000'000);
  record.mutable_exercise_started()->set_start_us(kStart);
  return record;
}

std::string English(const v1::Record& record) { return RecordText(Language::kEnglish, record); }

TEST(Timeline, TheClockCountsDownToStartExAndRunsOnFromIt) {
  const Timeline timeline = After({Started()});
  EXPECT_THAT(timeline.Status(Language::kEnglish, 0), HasSubstr("T-00:10.0"));
  EXPECT_THAT(timeline.Status(Language::kEnglish, 12'300'000), HasSubstr("T+00:02.3"));
}

TEST(Timeline, TheClockStandsInAPauseAndGoesOnAfterTheLead) {
  const v1::Record pause = RecordOf("exercise_paused { at_ex_us: 60000000 }", kStart + 60'000'000);
  EXPECT_THAT(After({Started(), pause}).Status(Language::kEnglish, 30'000'000),
              HasSubstr("T+01:00.0"));
  v1::Record resume = RecordOf("exercise_resumed { at_ex_us: 60000000 }", kStart + 90'000'000);
  resume.mutable_exercise_resumed()->set_resume_us(kStart + 100'000'000);
  const Timeline timeline = After({Started(), pause, resume});
  EXPECT_THAT(timeline.Status(Language::kEnglish, 5'000'000), HasSubstr("T+01:00.0"));
  EXPECT_THAT(timeline.Status(Language::kEnglish, 11'000'000), HasSubstr("T+01:01.0"));
}

TEST(Timeline, FollowsJumpsAndSpeed) {
  const Timeline timeline = After(
      {Started(), RecordOf("clock_jumped { to_ex_us: 3600000000 }", kStart + 1'000'000),
       RecordOf("speed_set { speed_permille: 60000 at_ex_us: 3600000000 }", kStart + 1'000'000)});
  EXPECT_THAT(timeline.Status(Language::kEnglish, 1'000'000), HasSubstr("T+1:01:00.0"));
}

TEST(Timeline, CountsOrdersAndMatches) {
  const Timeline timeline =
      After({Started(), RecordOf("inject_released { inject: 'a' }"),
             RecordOf("order_reported { event { kind: ORDER_EVENT_KIND_STARTED } }"),
             RecordOf("order_reported { event { kind: ORDER_EVENT_KIND_APPLIED } }"),
             RecordOf("order_reported { event { kind: ORDER_EVENT_KIND_MISSED } }"),
             RecordOf("observation_made { observation: 'soc-1' }"),
             RecordOf("observation_matched { observation: 'soc-1' inject: 'a' hosts: 'h1' }"),
             RecordOf("observation_matched { observation: 'soc-1' inject: 'a' hosts: 'h2' }"),
             RecordOf("observation_made { observation: 'soc-2' }")});
  const std::string status = timeline.Status(Language::kEnglish, 0);
  EXPECT_THAT(status, HasSubstr("injects 1/0"));
  EXPECT_THAT(status, HasSubstr("hosts 1/1"));
  EXPECT_THAT(status, HasSubstr("matched 1/2"));
  EXPECT_THAT(status, HasSubstr("not played 1"));
}

TEST(Timeline, ARejectionUndoesTheMatch) {
  EXPECT_THAT(After({RecordOf("observation_made { observation: 'soc-1' }"),
                     RecordOf("observation_matched { observation: 'soc-1' }"),
                     RecordOf("observation_rejected { observation: 'soc-1' }")})
                  .Status(Language::kEnglish, 0),
              HasSubstr("matched 0/1"));
}

TEST(Timeline, ARealIncidentStandsInFrontUntilItIsCleared) {
  const v1::Record raised = RecordOf("real_incident_raised {}");
  EXPECT_THAT(After({raised}).Status(Language::kVietnamese, 0), HasSubstr("SỰ CỐ THẬT"));
  EXPECT_THAT(
      After({raised, RecordOf("real_incident_cleared {}")}).Status(Language::kVietnamese, 0),
      Not(HasSubstr("SỰ CỐ THẬT")));
}

TEST(Reaches, APhaseIsReachedWhenItOrALaterOneHasCome) {
  EXPECT_EQ(Reaches(v1::PHASE_RUNNING, v1::PHASE_ENDED), Reached::kNot);
  EXPECT_EQ(Reaches(v1::PHASE_ENDED, v1::PHASE_ENDED), Reached::kYes);
  EXPECT_EQ(Reaches(v1::PHASE_FINAL, v1::PHASE_ENDED), Reached::kYes);
  EXPECT_EQ(Reaches(v1::PHASE_PAUSED, v1::PHASE_RUNNING), Reached::kNot);
  EXPECT_EQ(Reaches(v1::PHASE_RUNNING, v1::PHASE_PAUSED), Reached::kNot);
  EXPECT_EQ(Reaches(v1::PHASE_ENDED, v1::PHASE_RUNNING), Reached::kYes);
}

TEST(Reaches, SomePhasesNeverComeAnyMore) {
  EXPECT_EQ(Reaches(v1::PHASE_ABORTED, v1::PHASE_ENDED), Reached::kNever);
  EXPECT_EQ(Reaches(v1::PHASE_ENDED, v1::PHASE_PAUSED), Reached::kNever);
  EXPECT_EQ(Reaches(v1::PHASE_ENDED, v1::PHASE_ABORTED), Reached::kNever);
  EXPECT_EQ(Reaches(v1::PHASE_RUNNING, v1::PHASE_ABORTED), Reached::kNot);
  EXPECT_EQ(Reaches(v1::PHASE_ABORTED, v1::PHASE_ABORTED), Reached::kYes);
}

TEST(RecordText, SaysEveryKindOfAnExercisesStreamInWords) {
  const google::protobuf::OneofDescriptor* body = v1::Record::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = body->field(i);
    if (field->number() < 40) continue;  // the register's stream is not watched
    v1::Record record;
    record.GetReflection()->MutableMessage(&record, field);
    EXPECT_NE(English(record), field->name());
    EXPECT_NE(RecordText(Language::kVietnamese, record), English(record)) << field->name();
  }
}

TEST(RecordText, AnOrderSaysHostTimeErrorAndWhatItLeft) {
  const v1::Record record = RecordOf(R"(order_reported { event {
      order { inject: "ransom" host: "db-1" } kind: ORDER_EVENT_KIND_APPLIED
      at_us: 1795316400000000 error_us: 2000 traces_total: 9 late_us: 1500000
      traces { artefact { kind: ARTEFACT_KIND_PATH value: "/a" } }
      notes: "x" } })");
  EXPECT_EQ(English(record),
            "ransom on db-1: applied at 10:00:00.000 ± 2 ms: late by 1.5 s; path /a;  and 6 more; "
            "x");
}

TEST(RecordText, ATeamsTextCannotCommandTheTerminal) {
  EXPECT_THAT(English(RecordOf(R"(observation_made { observation: "soc-1" text: "\033[2J\n" })")),
              Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace drill::cli
