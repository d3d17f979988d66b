// Journals that a released version wrote fold to what they folded to then. A test here that fails
// says: a record kind has changed its meaning. Make a new kind instead (DESIGN §3).

#include "tests/golden/golden.h"

#include <cstdlib>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/support/status.h"
#include "tests/unit/core/exercise/phases.h"

namespace drill {
namespace {

using testing::DrillRoom;
using testing::GoldenDrills;
using testing::ReadJournal;

std::string Path(const std::string& name) {
  const char* root = std::getenv("DRILL_SOURCE_DIR");
  return absl::StrCat(root == nullptr ? "." : root, "/tests/golden/", name);
}

class Golden : public ::testing::TestWithParam<testing::GoldenDrill> {};

TEST_P(Golden, FoldsToWhatItDid) {
  const std::string expected = testing::ReadText(Path(GetParam().name + std::string(".expected")));
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(testing::Expectation(ReadJournal(Path(GetParam().name + std::string(".journal")))),
            expected);
}

// The drill that was played then can be played today, and every step of it is allowed.
TEST_P(Golden, CanStillBePlayed) {
  const auto room = GetParam().play();
  room->ExpectReplays();
  std::vector<std::string> now;
  std::vector<std::string> then;
  for (const Stamped& stamped : room->journal) now.push_back(testing::KindOf(stamped.record));
  for (const std::string& payload : ReadJournal(Path(GetParam().name + std::string(".journal")))) {
    v1::Record record;
    ASSERT_TRUE(record.ParseFromString(payload));
    then.push_back(testing::KindOf(record));
  }
  EXPECT_EQ(now, then);
}

INSTANTIATE_TEST_SUITE_P(Journals, Golden, ::testing::ValuesIn(GoldenDrills()),
                         [](const auto& test) { return std::string(test.param.name); });

// What Apply says of a record of this kind with nothing in it.
std::string Refusal(const google::protobuf::FieldDescriptor* kind, const std::string& stream) {
  const auto room = testing::At(v1::PHASE_RUNNING);
  const State& state = room->engine->state();
  v1::Record record;
  record.GetReflection()->MutableMessage(&record, kind);
  record.set_seq(state.seq + 1);
  record.set_stream(stream);
  record.set_stream_seq(state.streams.at(stream).stream_seq + 1);
  record.set_time_us(state.last_time_us);
  return std::string(room->engine->Replay(record, "").message());
}

// A kind is held, or it is of no meaning yet: no stream takes it.
TEST(GoldenJournals, HoldEveryKindThatFolds) {
  std::set<std::string> held;
  for (const auto& drill : GoldenDrills()) {
    for (const std::string& payload : ReadJournal(Path(drill.name + std::string(".journal")))) {
      v1::Record record;
      ASSERT_TRUE(record.ParseFromString(payload));
      held.insert(testing::KindOf(record));
    }
  }
  const auto* body = v1::Record::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body->field_count(); ++i) {
    if (held.contains(body->field(i)->name())) continue;
    for (const char* stream : {"register", DrillRoom::kId}) {
      EXPECT_THAT(Refusal(body->field(i), stream), ::testing::HasSubstr("does not belong"))
          << body->field(i)->name() << ": a kind needs a golden journal before it is released";
    }
  }
}

}  // namespace
}  // namespace drill
